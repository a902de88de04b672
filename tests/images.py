"""Pictures as phones and as attackers send them: bytes of real JPEG, PNG and WebP files, made here."""

import io
import operator
import random
import struct
import zlib

from PIL import Image

RED, GREEN, BLUE, YELLOW = (230, 20, 20), (20, 200, 20), (20, 20, 230), (230, 230, 20)
MARK = b"PLANTED-51.5N-0.1W"  # stands for whatever a file tells about its owner

APP1, APP2, APP13, COMMENT = 0xE1, 0xE2, 0xED, 0xFE
START_OF_SCAN, END_OF_IMAGE = b"\xff\xda", b"\xff\xd9"
ASCII, SHORT, LONG, RATIONAL = 2, 3, 4, 5  # the types of TIFF


def flat(colour, size: tuple[int, int] = (64, 48), mode: str = "RGB") -> Image.Image:
    """One colour everywhere."""
    return Image.new(mode, size, colour)


def quarters(colours=(RED, GREEN, BLUE, YELLOW), size: tuple[int, int] = (96, 64), mode: str = "RGB") -> Image.Image:
    """A colour in each quarter: top left, top right, bottom left, bottom right."""
    picture = Image.new(mode, size)
    across, down = size[0] // 2, size[1] // 2
    for at, colour in enumerate(colours):
        left, top = at % 2 * across, at // 2 * down
        picture.paste(colour, (left, top, left + across, top + down))
    return picture


def noise(size: tuple[int, int] = (160, 120)) -> Image.Image:
    """Always the same noise, which no codec makes small."""
    return Image.frombytes("RGB", size, random.Random(7).randbytes(size[0] * size[1] * 3))


def grain(colour: tuple[int, int, int], size: tuple[int, int] = (64, 64)) -> Image.Image:
    """One colour with the grain of a sensor, so that its mean does not hang on how one pixel was rounded."""
    chance = random.Random(1)
    pixels = (chance.gauss(level, 4) for _ in range(size[0] * size[1]) for level in colour)
    return Image.frombytes("RGB", size, bytes(min(255, max(0, round(level))) for level in pixels))


def encoded(picture: Image.Image, kind: str = "JPEG", **options) -> bytes:
    """The bytes of a file; a JPEG and a WebP keep their colours nearly as they are."""
    fine = {"JPEG": {"quality": 95, "subsampling": 0}, "WEBP": {"lossless": True}}.get(kind, {})
    out = io.BytesIO()
    picture.save(out, kind, **{**fine, **options})
    return out.getvalue()


def photo(colour=RED, **options) -> bytes:
    """A small honest JPEG; another colour is another photo."""
    return encoded(flat(colour), **options)


def shown(jpeg: bytes) -> Image.Image:
    """What somebody sees who opens it with a program that knows nothing of orientation and profiles."""
    picture = Image.open(io.BytesIO(jpeg), formats=["JPEG"])
    picture.load()
    return picture


def corners(jpeg: bytes) -> list[tuple[int, int, int]]:
    """The colours well inside the corners: top left, top right, bottom left, bottom right."""
    picture = shown(jpeg)
    right, bottom = picture.width - 5, picture.height - 5
    return [picture.getpixel(at) for at in ((4, 4), (right, 4), (4, bottom), (right, bottom))]


def segment(marker: int, payload: bytes) -> bytes:
    """A segment of a JPEG."""
    return b"\xff" + bytes([marker]) + struct.pack(">H", len(payload) + 2) + payload


def with_segments(jpeg: bytes, *segments: bytes) -> bytes:
    """The JPEG with these before all of its own."""
    return jpeg[:2] + b"".join(segments) + jpeg[2:]


def markers(jpeg: bytes) -> set[int]:
    """The marker of every segment before the first scan."""
    kinds, at = set(), 2
    while jpeg[at : at + 2] != START_OF_SCAN:
        kinds.add(jpeg[at + 1])
        at += 2 + struct.unpack_from(">H", jpeg, at + 2)[0]
    return kinds


def with_scans(jpeg: bytes, scans: int) -> bytes:
    """A progressive JPEG with its last scan repeated until it has so many."""
    starts = [at for at in range(len(jpeg)) if jpeg[at : at + 2] == START_OF_SCAN]
    last = jpeg[starts[-1] : -len(END_OF_IMAGE)]
    return jpeg[: -len(END_OF_IMAGE)] + last * (scans - len(starts)) + END_OF_IMAGE


def with_frame_size(jpeg: bytes, width: int, height: int) -> bytes:
    """A JPEG that claims another size than it has."""
    at = max(jpeg.find(b"\xff\xc0"), jpeg.find(b"\xff\xc2"))
    return jpeg[: at + 5] + struct.pack(">HH", height, width) + jpeg[at + 9 :]


def exif(orientation: int | None = 1, *, loops: bool = False) -> bytes:
    """A TIFF structure with a place, a description and a thumbnail, all marked; with `loops` its list has no end.

    With None it says nothing of orientation.
    """
    place = [
        (0x01, ASCII, 2, b"N\0"),
        (0x02, RATIONAL, 3, struct.pack("<6I", 51, 1, 30, 1, 0, 1)),
        (0x12, ASCII, len(MARK) + 1, MARK + b"\0"),
    ]
    small = with_segments(encoded(flat(RED, (16, 12))), segment(COMMENT, MARK))

    def top(place_at: int) -> list:
        return [
            (0x010E, ASCII, len(MARK) + 1, MARK + b"\0"),
            *([(0x0112, SHORT, 1, struct.pack("<H", orientation))] if orientation else []),
            (0x8825, LONG, 1, struct.pack("<I", place_at)),
        ]

    def thumbnail(small_at: int) -> list:
        return [(0x0201, LONG, 1, struct.pack("<I", small_at)), (0x0202, LONG, 1, struct.pack("<I", len(small)))]

    sizes = [len(_directory(0, entries)) for entries in (top(0), place, thumbnail(0))]
    top_at, place_at, thumbnail_at, small_at = (8 + sum(sizes[:known]) for known in range(4))
    return (
        b"II*\0"
        + struct.pack("<I", top_at)
        + _directory(top_at, top(place_at), top_at if loops else thumbnail_at)
        + _directory(place_at, place)
        + _directory(thumbnail_at, thumbnail(small_at))
        + small
    )


def exif_segment(orientation: int | None = 1, **options) -> bytes:
    """EXIF as a JPEG holds it."""
    return segment(APP1, b"Exif\0\0" + exif(orientation, **options))


def xmp(orientation: int = 1) -> bytes:
    """An XMP packet that tells a place and an orientation."""
    return (
        b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        b'<rdf:Description xmlns:exif="http://ns.adobe.com/exif/1.0/" exif:GPSLatitude="' + MARK + b'" '
        b'xmlns:tiff="http://ns.adobe.com/tiff/1.0/" tiff:Orientation="%d"/></rdf:RDF></x:xmpmeta>' % orientation
    )


def xmp_segment(orientation: int = 1) -> bytes:
    """XMP as a JPEG holds it."""
    return segment(APP1, b"http://ns.adobe.com/xap/1.0/\0" + xmp(orientation))


def oriented_jpegs() -> dict[tuple[str, int], bytes]:
    """Photos of four quarters whose EXIF says in an unusual place how to turn them; by that place and orientation."""
    jpeg = encoded(quarters())
    several = encoded(quarters(), "MPO", save_all=True, append_images=[flat(BLUE)])
    index_at = several.index(b"MPF\0")
    index_end = index_at - 2 + struct.unpack_from(">H", several, index_at - 2)[0]
    scan_at = jpeg.index(START_OF_SCAN)
    others = [
        segment(APP2, b"urn:iso:std:iso:ts:21496:-1\0" + bytes(4)),
        segment(APP13, b"Photoshop 3.0\0" + MARK),
        segment(COMMENT, MARK),
    ]
    made = {}
    for orientation in range(1, 9):
        right, wrong = exif_segment(orientation), exif_segment(orientation % 8 + 1)
        made |= {
            ("behind other segments", orientation): with_segments(jpeg, *others, right),
            ("right before the scan", orientation): jpeg[:scan_at] + right + jpeg[scan_at:],
            ("behind XMP that differs", orientation): with_segments(jpeg, xmp_segment(orientation % 8 + 1), right),
            ("twice, the first counts", orientation): with_segments(jpeg, right, wrong),
            ("behind the index of an MPO", orientation): several[:index_end] + right + several[index_end:],
            ("in a list without an end", orientation): with_segments(jpeg, exif_segment(orientation, loops=True)),
        }
    return made


def unturned_pictures() -> dict[str, bytes]:
    """Photos of four quarters that something asks to turn, but no EXIF that can be read."""
    jpeg, png = encoded(quarters()), encoded(quarters(), "PNG")
    without_jfif = jpeg[:2] + jpeg[4 + struct.unpack_from(">H", jpeg, 4)[0] :]
    broken = segment(APP1, b"Exif\0\0" + b"\xff" * 400)
    cut_off = segment(APP1, b"Exif\0\0" + exif(6)[:14])
    as_text = b"\nexif\n%8d\n" % (len(exif(6)) + 6) + (b"Exif\0\0" + exif(6)).hex().encode() + b"\n"
    return {
        "broken EXIF": with_segments(jpeg, broken),
        "EXIF that is cut off": with_segments(jpeg, cut_off),
        "broken EXIF, then good": with_segments(jpeg, broken, exif_segment(6)),
        "an orientation that does not exist": with_segments(jpeg, exif_segment(9)),
        "XMP alone": with_segments(jpeg, xmp_segment(6)),
        "XMP, and EXIF that does not say": with_segments(without_jfif, exif_segment(None), xmp_segment(6)),
        "XMP of a PNG": with_chunks(png, chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + xmp(6))),
        "XMP of a WebP": encoded(quarters(), "WEBP", xmp=xmp(6)),
        "EXIF in the text of a PNG": with_chunks(png, chunk(b"tEXt", b"Raw profile type exif\0" + as_text)),
    }


def _directory(at: int, entries: list, next_at: int = 0) -> bytes:
    """A directory of TIFF that lies at `at`, followed by those of its values that do not fit into it."""
    rows, values = b"", b""
    values_at = at + 2 + 12 * len(entries) + 4
    for tag, kind, count, value in entries:
        if len(value) > 4:
            rows += struct.pack("<HHII", tag, kind, count, values_at + len(values))
            values += value
        else:
            rows += struct.pack("<HHI4s", tag, kind, count, value)
    return struct.pack("<H", len(entries)) + rows + struct.pack("<I", next_at) + values


def display_p3() -> bytes:
    """The colour profile in which iPhones store photos; its copyright is marked."""
    return _profile(
        b"RGB ",
        {
            b"rXYZ": _xyz(0.51512, 0.24120, -0.00105),
            b"gXYZ": _xyz(0.29198, 0.69225, 0.04189),
            b"bXYZ": _xyz(0.15710, 0.06657, 0.78407),
            **dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), _curve()),
        },
    )


def grey_profile() -> bytes:
    """A profile for pictures without colours, as light as sRGB."""
    return _profile(b"GRAY", {b"kTRC": _curve()})


# Linear Display P3 and linear sRGB to CIE XYZ, white D65 (CSS Color 4).
P3_TO_XYZ = ((0.4865709, 0.2656677, 0.1982173), (0.2289746, 0.6917385, 0.0792869), (0.0, 0.0451134, 1.0439444))
SRGB_TO_XYZ = ((0.4123908, 0.3575843, 0.1804808), (0.2126390, 0.7151687, 0.0721923), (0.0193308, 0.1191948, 0.9505322))


def lab(colour, to_xyz=SRGB_TO_XYZ) -> tuple[float, float, float]:
    """CIELAB (white D65) of a colour of 0 to 255 in sRGB or, with P3_TO_XYZ, in Display P3: their curves are one."""
    levels = [level / 255 for level in colour]
    linear = [level / 12.92 if level <= 0.04045 else ((level + 0.055) / 1.055) ** 2.4 for level in levels]
    portions = [sum(map(operator.mul, row, linear)) / sum(row) for row in to_xyz]
    x, y, z = (part ** (1 / 3) if part > 216 / 24389 else (24389 / 27 * part + 16) / 116 for part in portions)
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def _profile(space: bytes, tags: dict[bytes, bytes]) -> bytes:
    name = "Display".encode("utf-16-be")
    tags = {
        b"desc": b"mluc\0\0\0\0" + struct.pack(">II4sII", 1, 12, b"enUS", len(name), 28) + name,
        b"cprt": b"text\0\0\0\0" + MARK + b"\0",
        b"wtpt": _xyz(0.9642, 1.0, 0.8249),
        **tags,
    }
    table, values = struct.pack(">I", len(tags)), b""
    for tag, value in tags.items():
        table += struct.pack(">4sII", tag, 132 + 12 * len(tags) + len(values), len(value))
        values += value + b"\0" * (-len(value) % 4)
    head = struct.pack(
        ">I4sI4s4s4s12s4s28s12s48x",
        128 + len(table) + len(values), b"", 0x04300000, b"mntr", space, b"XYZ ",
        struct.pack(">6H", 2026, 1, 1, 0, 0, 0),
        b"acsp", b"", _xyz(0.9642, 1.0, 0.8249)[8:],
    )  # fmt: skip
    return head + table + values


def _xyz(*numbers: float) -> bytes:
    return b"XYZ \0\0\0\0" + _fixed(*numbers)


def _curve() -> bytes:
    return b"para\0\0\0\0\0\3\0\0" + _fixed(2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)


def _fixed(*numbers: float) -> bytes:
    return struct.pack(f">{len(numbers)}i", *(round(number * 65536) for number in numbers))


def chunk(name: bytes, data: bytes) -> bytes:
    """A chunk of a PNG."""
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png_size(width: int, height: int) -> bytes:
    """The chunk in which an RGB PNG says how large it is."""
    return chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))


def with_chunks(png: bytes, *chunks: bytes) -> bytes:
    """The PNG with these right after its own first chunk."""
    return png[:33] + b"".join(chunks) + png[33:]


def claimed_png(width: int, height: int) -> bytes:
    """A PNG of a few bytes that says it is so large."""
    data = chunk(b"IDAT", zlib.compress(b"\0" * 64))
    return b"\x89PNG\r\n\x1a\n" + png_size(width, height) + data + chunk(b"IEND", b"")


def unpacks_to(megabytes: int) -> bytes:
    """A small zlib stream that unpacks to much."""
    packer = zlib.compressobj(9)
    zeros = b"\0" * 1_000_000
    return b"".join(packer.compress(zeros) for _ in range(megabytes)) + packer.flush()


def animated(kind: str, **options) -> bytes:
    """A moving PNG or WebP or GIF."""
    first, second = flat(RED), flat(BLUE)
    return encoded(first, kind, save_all=True, append_images=[second], duration=100, **options)


def mpo() -> bytes:
    """Two photos in one file, as some phones store depth: a red one, then a blue one that is marked."""
    joined = encoded(flat(RED), "MPO", save_all=True, append_images=[flat(BLUE)])
    assert joined.count(END_OF_IMAGE) >= 2
    return joined[:-2] + segment(COMMENT, MARK) + END_OF_IMAGE


def damaged_copies(data: bytes, copies: int, seed: int = 1):
    """Copies of a file, each with a few bytes changed somewhere or a stretch of it missing."""
    chance = random.Random(seed)
    for _ in range(copies):
        copy = bytearray(data)
        if chance.random() < 0.3:
            start, end = sorted(chance.sample(range(4, len(copy)), 2))
            del copy[start:end]
        for _ in range(chance.randint(1, 6)):
            copy[chance.randrange(len(copy))] = chance.randrange(256)
        yield bytes(copy)
