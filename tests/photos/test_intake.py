"""What becomes of a photo: honest odd ones are kept, clean and true; hostile ones are refused with a reason."""

import hashlib
import math
import os
import random
import re
import struct
from contextlib import suppress
from pathlib import Path

import pytest
from PIL import Image, ImageStat

from symptoms.photos.decoder import decoder
from symptoms.photos.intake import take_in
from symptoms.photos.refusals import PhotoRefused, Refusal, heic_sentence
from tests import images
from tests.images import BLUE, GREEN, MARK, RED, YELLOW, encoded, flat, quarters

JFIF_TABLES_FRAME = {0xE0, 0xDB, 0xC0, 0xC4}  # what a JPEG needs; no EXIF, XMP, profile (E1, E2, ED) or comment (FE)


def near(seen, wanted, by=8):
    return all(abs(one - other) <= by for one, other in zip(seen, wanted, strict=True))


def middle(data):
    """The colour that shows in the middle of what was made of a picture."""
    picture = images.shown(take_in(data).jpeg)
    return picture.getpixel((picture.width // 2, picture.height // 2))


def reason(data):
    with pytest.raises(PhotoRefused) as refused:
        take_in(data)
    return refused.value.reason


# Where each stored corner (red green / blue yellow) shows when the picture is upright.
UPRIGHT = {
    1: (RED, GREEN, BLUE, YELLOW), 2: (GREEN, RED, YELLOW, BLUE), 3: (YELLOW, BLUE, GREEN, RED),
    4: (BLUE, YELLOW, RED, GREEN), 5: (RED, BLUE, GREEN, YELLOW), 6: (BLUE, RED, YELLOW, GREEN),
    7: (YELLOW, GREEN, BLUE, RED), 8: (GREEN, YELLOW, RED, BLUE),
}  # fmt: skip


def lies_as(orientation, jpeg, by=8):
    pairs = zip(images.corners(jpeg), UPRIGHT[orientation], strict=True)
    return all(near(colour, wanted, by) for colour, wanted in pairs)


def turned(picture, orientation, kind="JPEG"):
    """A file whose EXIF says how to turn it."""
    if kind == "JPEG":
        return images.with_segments(encoded(picture), images.exif_segment(orientation))
    return encoded(picture, kind, exif=images.exif(orientation))


@pytest.mark.parametrize("orientation", UPRIGHT)
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_turned_photo_comes_upright(kind, orientation):
    picture = take_in(turned(quarters(), orientation, kind))
    assert (picture.width, picture.height) == ((64, 96) if orientation > 4 else (96, 64))
    assert lies_as(orientation, picture.jpeg)


def test_exif_turns_a_photo_wherever_it_stands_and_the_first_counts():
    pictures = images.oriented_jpegs()
    assert [key for key, data in pictures.items() if not lies_as(key[1], take_in(data).jpeg)] == []


def test_nothing_but_exif_that_can_be_read_turns_a_photo():
    pictures = images.unturned_pictures()
    assert [name for name, data in pictures.items() if not lies_as(1, take_in(data).jpeg)] == []


def test_a_large_photo_is_shrunk_in_its_own_shape_and_turned():
    picture = take_in(turned(quarters(size=(4000, 3000)), 6))
    assert (picture.width, picture.height) == (1500, 2000)
    assert near(images.corners(picture.jpeg)[0], BLUE)


def test_a_picture_says_its_own_size_and_hash():
    picture = take_in(encoded(flat(RED)))
    assert images.shown(picture.jpeg).size == (picture.width, picture.height) == (64, 48)
    assert picture.sha256 == hashlib.sha256(picture.jpeg).hexdigest()


# Light to dark skin, reddened skin, and two colours of no skin; all are colours of sRGB, too.
P3_COLOURS = [
    (236, 208, 189), (200, 150, 125), (170, 115, 90), (130, 85, 65), (60, 40, 33),
    (210, 120, 110), (150, 60, 60), (90, 160, 80), (60, 90, 190),
]  # fmt: skip


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_wide_colours_come_as_their_equals_in_srgb_and_are_not_just_relabelled(kind):
    for colour in P3_COLOURS:
        photo = take_in(encoded(images.grain(colour), kind, icc_profile=images.display_p3()))
        seen = images.lab(ImageStat.Stat(images.shown(photo.jpeg)).mean)
        assert math.dist(seen, images.lab(colour, images.P3_TO_XYZ)) < 0.5, colour


def test_a_colour_that_srgb_cannot_show_comes_as_its_edge():
    assert near(middle(encoded(flat((234, 51, 35)), icc_profile=images.display_p3())), (255, 0, 0), by=4)


@pytest.mark.parametrize("profile", [images.display_p3()[:200], b"no profile" * 20, images.grey_profile()])
def test_a_profile_that_cannot_be_used_costs_the_profile_not_the_photo(profile):
    assert near(middle(encoded(flat((200, 120, 100)), icc_profile=profile)), (200, 120, 100), by=3)


def test_other_kinds_of_colour_show_as_they_are():
    assert near(middle(encoded(flat((0, 200, 200, 0), mode="CMYK"))), (255, 55, 55))
    assert near(middle(encoded(flat(120, mode="L"))), (120, 120, 120))
    assert near(middle(encoded(flat(120, mode="L"), icc_profile=images.grey_profile())), (120, 120, 120), by=3)
    assert near(middle(encoded(flat(1, mode="1"), "PNG")), (255, 255, 255))
    assert near(middle(encoded(flat(RED), progressive=True)), RED)


@pytest.mark.parametrize("level", [0, 300, 30_000, 65_535])
def test_deep_grey_is_scaled_and_not_clipped(level):
    assert near(middle(encoded(flat(level, mode="I;16"), "PNG")), [round(level / 257)] * 3, by=1)


def test_what_shows_through_is_white():
    palette = quarters().convert("P")
    see_through = encoded(palette, "PNG", transparency=palette.getpixel((4, 4)))
    top_left, top_right, *_ = images.corners(take_in(see_through).jpeg)
    assert near(top_left, (255, 255, 255))
    assert near(top_right, GREEN, by=40)  # a palette knows few colours
    assert near(middle(encoded(flat((*RED, 0), mode="RGBA"), "WEBP")), (255, 255, 255))
    assert near(middle(encoded(flat((*RED, 0), mode="RGBA"), "PNG", icc_profile=images.display_p3())), (255, 255, 255))
    assert near(images.corners(take_in(encoded(quarters(), "PNG", transparency=RED)).jpeg)[0], (255, 255, 255))


def test_of_several_pictures_in_one_file_the_first_is_kept():
    assert near(middle(images.mpo()), RED)


def marked_jpeg():
    metadata = [
        images.exif_segment(6),
        images.segment(images.APP1, b"http://ns.adobe.com/xap/1.0/\0" + images.xmp()),
        images.segment(images.APP2, b"ICC_PROFILE\0\1\1" + images.display_p3()),
        images.segment(images.APP13, b"Photoshop 3.0\0" + MARK),
        images.segment(images.COMMENT, MARK + b"<script>alert(1)</script>"),
    ]
    return images.with_segments(encoded(flat(RED)), *metadata) + MARK + b"PK\3\4<html>"


def marked_png():
    metadata = [
        images.chunk(b"tEXt", b"Comment\0" + MARK),
        images.chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + images.xmp()),
        images.chunk(b"prVt", MARK),
    ]
    png = encoded(flat(RED), "PNG", exif=images.exif(), icc_profile=images.display_p3())
    return images.with_chunks(png, *metadata) + MARK


def marked_webp():
    metadata = {"exif": images.exif(), "xmp": images.xmp(), "icc_profile": images.display_p3()}
    return encoded(flat(RED), "WEBP", **metadata) + MARK


@pytest.mark.parametrize("made", [marked_jpeg, marked_png, marked_webp, images.mpo])
def test_nothing_but_the_pixels_is_kept(made):
    data = made()
    assert MARK in data
    jpeg = take_in(data).jpeg
    assert MARK not in jpeg
    assert b"<script" not in jpeg
    assert images.markers(jpeg) == JFIF_TABLES_FRAME
    assert jpeg.endswith(images.END_OF_IMAGE)
    assert jpeg.count(images.END_OF_IMAGE) == 1


def test_a_png_that_says_how_its_numbers_are_meant_is_read_as_srgb():
    plain = encoded(flat((200, 120, 100)), "PNG")
    gamma, primaries = images.chunk(b"gAMA", struct.pack(">I", 45455)), images.chunk(b"cICP", bytes([12, 13, 0, 1]))
    assert near(middle(images.with_chunks(plain, gamma, primaries)), (200, 120, 100), by=3)


def test_deep_pictures_with_a_colour_that_shows_through_are_not_black():
    for kind, key in (("I;16", 65_535), ("I;16", 300)):
        picture = flat(30_000, mode=kind)
        deep = images.with_chunks(encoded(picture, "PNG"), images.chunk(b"tRNS", struct.pack(">H", key)))
        assert near(middle(deep), [round(30_000 / 257)] * 3, by=1)


STRANGERS = {
    "svg": b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    "a page that goes on as a photo": b"<html><script>alert(1)</script>" + encoded(flat(RED)),
    "random": os.urandom(5000),
    **{kind: encoded(flat(RED), kind) for kind in ("GIF", "TIFF", "BMP", "ICO", "PDF", "EPS", "AVIF")},
}


@pytest.mark.faults("F11")
@pytest.mark.parametrize("name", STRANGERS)
def test_what_is_no_photo_is_refused_whatever_it_calls_itself(name):
    assert reason(STRANGERS[name]) == Refusal.FORMAT


# --- HEIC. The files were made once with an encoder that is not among what we install: a turned picture of four
# quarters as iPhones store it (the turn in the container and in the EXIF), and one colour in Display P3.
HEIC = Path(__file__).parent / "heic"
BRANDS = ("heic", "heix", "hevc", "hevx", "heim", "heis", "hevm", "hevs", "mif1", "msf1")


@pytest.fixture
def reads_heic(settings):
    """HEIC is turned on, and off again: decoding processes are told when they start."""
    settings.PHOTOS_READ_HEIC = True
    decoder().close()
    yield
    decoder().close()


@pytest.mark.parametrize("brand", BRANDS)
def test_a_heic_photo_of_any_brand_is_named_where_it_cannot_be_read(brand):
    assert reason(b"\0\0\0\x18ftyp" + brand.encode()) == Refusal.HEIC


def test_each_phone_reads_what_it_can_do_about_this_photo_and_the_next():
    iphone = heic_sentence("Mozilla/5.0 (iPhone; CPU iPhone OS 26_0 like Mac OS X) Safari/605.1.15")
    android = heic_sentence("Mozilla/5.0 (Linux; Android 16; SM-S931B) Chrome/142.0 Mobile Safari/537.36")
    assert "photo library" in iphone and "Most Compatible" in iphone
    assert "screenshot" in android and "High efficiency" in android
    assert "JPEG" in heic_sentence("curl/8") and "iPhone" not in heic_sentence("curl/8")


def test_a_heic_photo_is_read_where_that_is_turned_on(reads_heic):
    turned = take_in((HEIC / "turned.heic").read_bytes())
    assert (turned.width, turned.height) == (64, 96)
    assert lies_as(6, turned.jpeg, by=12)
    assert MARK in (HEIC / "turned.heic").read_bytes() and MARK not in turned.jpeg
    assert near(middle((HEIC / "display_p3.heic").read_bytes()), (214, 115, 95), by=3)


def test_a_heic_photo_that_is_damaged_or_too_large_is_refused_as_any_other(reads_heic):
    whole = (HEIC / "turned.heic").read_bytes()
    assert {reason(whole[: len(whole) * part // 10]) for part in (1, 5, 9)} == {Refusal.DAMAGED}
    size = b"ispe\0\0\0\0" + struct.pack(">II", 96, 64)
    assert whole.count(size) == 1
    assert reason(whole.replace(size, size[:8] + struct.pack(">II", 10_000, 6_501))) == Refusal.TOO_MANY_PIXELS
    for copy in images.damaged_copies(whole, 40):
        with suppress(PhotoRefused):
            take_in(copy)


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_moving_pictures_are_refused(kind):
    assert reason(images.animated(kind)) == Refusal.ANIMATED


def test_size_is_checked_from_the_header_before_anything_is_unpacked():
    assert reason(b"") == Refusal.EMPTY
    assert reason(b"\xff\xd8\xff" + bytes(20_000_000)) == Refusal.TOO_LARGE
    assert reason(encoded(flat(RED, (31, 200)))) == Refusal.TOO_SMALL
    assert take_in(encoded(flat(RED, (32, 200)))).width == 32
    bombs = [images.claimed_png(30_000, 30_000), images.claimed_png(6_000, 4_001)]
    bombs.append(encoded(Image.new("RGB", (6_000, 4_001)), "WEBP", lossless=False, quality=1, method=0))
    bombs += [images.with_frame_size(encoded(flat(RED)), *size) for size in ((10_000, 6_501), (16_385, 40))]
    assert {reason(bomb) for bomb in bombs} == {Refusal.TOO_MANY_PIXELS}


@pytest.mark.parametrize("size", [(8_160, 6_144), (8_192, 6_144), (9_248, 6_936)], ids=str)
def test_photos_of_the_phones_with_the_most_pixels_are_read(size):
    assert take_in(encoded(Image.new("L", size, 90), quality=30)).width == 2000


def test_a_png_of_twenty_four_megapixels_is_read():
    assert take_in(encoded(Image.new("L", (6_000, 4_000), 90), "PNG", compress_level=1)).width == 2000


def test_sixty_four_scans_are_read_and_one_more_is_not():
    progressive = encoded(quarters(), progressive=True)
    assert take_in(images.with_scans(progressive, 64)).width == 96
    assert reason(images.with_scans(progressive, 65)) == Refusal.TOO_MANY_SCANS


@pytest.mark.faults("F11")
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_photo_that_was_cut_off_is_refused(kind):
    whole = encoded(images.noise(), kind)
    assert {reason(whole[: len(whole) * part // 10]) for part in (1, 5, 9)} == {Refusal.DAMAGED}


# What Samsung's panoramas go on with, straight after the scan, where the end mark should be.
TRAILER = b"Panorama_Shot_Info" + random.Random(3).randbytes(300_000) + b"SEFT"
WITHOUT_END = {
    "no end mark": b"",
    "half an end mark": b"\xff",
    "a trailer in its place": TRAILER,
    "a trailer like the start of another scan": b"\xff\xda\0\x0c" + TRAILER,
}


@pytest.mark.parametrize("after", WITHOUT_END.values(), ids=list(WITHOUT_END))
@pytest.mark.parametrize("options", [{}, {"restart_marker_rows": 1}, {"subsampling": 2}], ids=str)
def test_a_whole_photo_without_its_end_mark_is_read(after, options):
    whole = encoded(images.noise(), **options)
    assert take_in(whole[:-2] + after).jpeg == take_in(whole).jpeg


def test_a_whole_progressive_photo_without_its_end_mark_is_read():
    whole = encoded(images.noise(), progressive=True)
    assert take_in(whole[:-2]).jpeg == take_in(whole).jpeg


@pytest.mark.parametrize("after", WITHOUT_END.values(), ids=list(WITHOUT_END))
@pytest.mark.parametrize("options", [{}, {"restart_marker_rows": 1}], ids=str)
def test_half_a_photo_stays_half_whatever_follows_it(after, options):
    whole = encoded(images.noise(), **options)
    at_restart = [match.start() for match in re.finditer(rb"\xff[\xd0-\xd7]", whole)][3:5]
    ends = [len(whole) // 2, *at_restart, *(at + 2 for at in at_restart)]
    if len(after) < 2:
        ends.append(len(whole) - 6)  # what is missing is short, and a long trailer would be taken for it
    for end in ends:
        assert reason(whole[:end] + after) == Refusal.DAMAGED
    assert "again" not in Refusal.DAMAGED.label


# Size, subsampling, and how many rows of blocks may be missing: as many as 16 lines hold, and in a small picture none.
@pytest.mark.parametrize(
    ("size", "subsampling", "rows"),
    [((640, 480), "4:2:0", 1), ((640, 480), "4:4:4", 2), ((4032, 3024), "4:2:0", 1), ((160, 120), "4:2:0", 0)],
    ids=str,
)
def test_a_photo_may_lack_a_strip_at_its_bottom_but_no_more(size, subsampling, rows):
    picture = images.noise((80, 60)).resize(size, Image.Resampling.NEAREST)
    whole = encoded(picture, subsampling=subsampling, restart_marker_rows=1)
    *_, last_but_one, last = (match.start() for match in re.finditer(rb"\xff[\xd0-\xd7]", whole))
    end = (len(whole) - 2, last, last_but_one)[rows]
    whole_photo, photo = (images.shown(take_in(data).jpeg) for data in (whole, whole[:end]))
    upper = (0, 0, photo.width, photo.height - 24)  # our own blocks join the lines next to the strip to it
    assert photo.size == whole_photo.size
    assert photo.crop(upper).tobytes() == whole_photo.crop(upper).tobytes()
    assert reason(whole[: end - 20]) == Refusal.DAMAGED


@pytest.mark.parametrize("options", [{}, {"progressive": True}], ids=str)
def test_a_photo_without_its_last_bytes_is_kept_but_for_a_corner(options):
    whole = encoded(images.noise((640, 480)), quality=85, subsampling="4:2:0", **options)
    whole_photo, photo = (images.shown(take_in(data).jpeg) for data in (whole, whole[:-33]))
    for box in ((0, 0, 640, 456), (0, 456, 576, 480)):
        assert photo.crop(box).tobytes() == whole_photo.crop(box).tobytes()
    assert photo.tobytes() != whole_photo.tobytes()


def test_a_progressive_photo_without_its_last_scans_is_refused():
    whole = encoded(images.noise(), progressive=True)
    scans = [match.start() for match in re.finditer(images.START_OF_SCAN, whole)]
    assert len(scans) == 10
    assert {reason(whole[:start]) for start in scans} == {Refusal.DAMAGED}


@pytest.mark.faults("F11")
@pytest.mark.parametrize("head", [b"zTXt", b"iTXt", b"iCCP"])
def test_text_and_profiles_that_unpack_to_much_are_refused(head):
    between = b"name\0\1\0\0\0" if head == b"iTXt" else b"name\0\0"
    bomb = images.chunk(head, between + images.unpacks_to(50))
    assert len(bomb) < 60_000
    assert reason(images.with_chunks(encoded(flat(RED), "PNG"), bomb)) == Refusal.TOO_COMPLEX


def test_a_file_made_of_markers_alone_is_refused_soon():
    assert reason(b"\xff\xd8" + b"\xff\xe0\0\2" * 4_900_000) == Refusal.TOO_COMPLEX
    assert reason(b"\xff\xd8" + b"\xff" * 19_000_000) == Refusal.DAMAGED


@pytest.mark.faults("F11")
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_damage_of_any_kind_is_read_or_refused_and_never_an_error(kind):
    seen = set()
    for copy in images.damaged_copies(turned(images.noise((64, 48)), 6, kind), 80):
        try:
            seen.add(take_in(copy).jpeg[:3])
        except PhotoRefused as refused:
            seen.add(refused.reason)
    assert Refusal.DAMAGED in seen


def test_every_reason_has_a_sentence_and_only_being_busy_or_full_is_ours():
    assert all(sentence.endswith(".") for sentence in Refusal.labels)
    assert [refusal for refusal in Refusal if PhotoRefused(refusal).is_ours] == [Refusal.BUSY, Refusal.NOT_STORED]
