"""The program of the decoding process: a picture in, the same picture as a clean JPEG out, and nothing else.

It is run by path (`python -I decoding.py CPU_SECONDS [heic]`), so it imports Pillow alone, and `pi_heif` where it is to
read HEIC: no Django, no settings, no secrets.
Each picture comes as `REQUEST` and its bytes, and goes as `ANSWER` and either a JPEG or the word for why not.
"""

import io
import os
import resource
import struct
import sys
import warnings

from PIL import (
    Image,
    ImageChops,
    ImageCms,
    ImageFile,
    JpegImagePlugin,
    MpoImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)

READS_HEIC = "heic" in sys.argv[2:]
if READS_HEIC:
    import pi_heif

# Every plugin is loaded before files are out of reach. The opener's list names no MPO: Pillow has no opener of that
# name and opens one as JPEG, at its first picture.
LOADED = (JpegImagePlugin, MpoImagePlugin, PngImagePlugin, TiffImagePlugin, WebPImagePlugin)
FORMATS: tuple[str, ...] = ("JPEG", "PNG", "WEBP")
if READS_HEIC:
    pi_heif.register_heif_opener(thumbnails=False, depth_images=False, aux_images=False, decode_threads=1)
    FORMATS += ("HEIF",)
REQUEST = struct.Struct(">II?")  # the most pixels, bytes that follow, does the end mark of a JPEG lack
ANSWER = struct.Struct(">?III")  # is it a picture, width, height, bytes that follow

MEMORY = 1 << 30  # bytes
LONGEST_SIDE = 2000  # at 2,048 a photo of 12 megapixels, 4,032 x 3,024, could not be halved while it is decoded
SHORTEST_SIDE, LONGEST_SOURCE_SIDE = 32, 16_384
QUALITY = 88
ORIENTATION = 0x0112
UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
SRGB = ImageCms.createProfile("sRGB")

END_OF_IMAGE = b"\xff\xd9"
# How much of a JPEG may be missing at its bottom. Some cameras lose the last bytes of a picture, and with them a few
# blocks of its last row; a row is 8 or 16 lines high. Browsers show such a picture, so its sender sees nothing wrong,
# and sending it again cannot help. A strip at the edge shows no skin that the rest does not show. What a broken
# transfer costs is nearly always more. In a picture of few lines a row of blocks would be a good part of it.
MISSING_LINES, MISSING_SHARE = 16, 1 / 20
# What might stand where a JPEG without an end mark breaks off: more of a scan, also after any restart marker.
CONTINUATIONS = [
    b"".join([bits * 32, *(bytes([0xFF, marker]) + bits * 32 for marker in range(0xD0, 0xD8)), END_OF_IMAGE])
    for bits in (b"\x55", b"\xaa")
]

ImageFile.LOAD_TRUNCATED_IMAGES = False
warnings.simplefilter("error", Image.DecompressionBombWarning)


class Refused(Exception):
    """A picture that is not decoded; `str()` is one of the words of refusals.py."""


def clean(data: bytes, max_pixels: int, *, lacks_end: bool = False) -> tuple[bytes, int, int]:
    """The picture's pixels in a new JPEG: upright, sRGB, no side over 2000, without anything else the file held.

    `lacks_end`: it is a JPEG without an end mark, and is taken when no more than a strip at its bottom is missing.

    Raises:
        Refused: the picture is damaged, or reading it takes more than is allowed.
    """
    Image.MAX_IMAGE_PIXELS = max_pixels
    try:
        picture = _read(_ended(data) if lacks_end else data)
        fresh = Image.new("RGB", picture.size)
        fresh.paste(picture)
        out = io.BytesIO()
        # Full colour resolution: how red the skin is, is what the picture is for.
        fresh.save(out, "JPEG", quality=QUALITY, subsampling=0)
    except Refused:
        raise
    except (Image.DecompressionBombWarning, Image.DecompressionBombError):
        raise Refused("too_many_pixels") from None
    except MemoryError:
        raise Refused("too_complex") from None
    except Exception as fault:
        # Pillow says so when text or a colour profile unpacks to more than it allows.
        bomb = isinstance(fault, ValueError) and "too " in str(fault).lower()
        raise Refused("too_complex" if bomb else "damaged") from None
    return out.getvalue(), *fresh.size


def _ended(data: bytes) -> bytes:
    """A JPEG that lacks its end mark, with one; the decoder fills what else is missing with grey.

    The decoder does not tell whether it had all of a picture. So the picture is decoded with one continuation and with
    another: what is missing begins where the two differ first.

    Raises:
        Refused: more is missing than MISSING_LINES or MISSING_SHARE.
    """
    (first, (_, height)), (second, _) = (_load(data + continuation) for continuation in CONTINUATIONS)
    difference = ImageChops.difference(first, second).getbbox()
    if difference:
        whole_lines = difference[1] + 1  # smoothed colours reach into the line above
        missing_lines = height - whole_lines * height / first.height
        if missing_lines > min(MISSING_LINES, height * MISSING_SHARE):
            raise Refused("damaged")
    return data + END_OF_IMAGE


def _read(data: bytes) -> Image.Image:
    opened, size = _load(data)
    shrunk = _fit(size)
    orientation = _orientation(opened)
    picture = _on_white(_to_srgb(opened, opened.info.get("icc_profile")))
    if picture.size != shrunk:
        picture = picture.resize(shrunk, Image.Resampling.LANCZOS, reducing_gap=3.0)
    return picture.transpose(UPRIGHT[orientation]) if orientation in UPRIGHT else picture


def _load(data: bytes) -> tuple[Image.Image, tuple[int, int]]:
    """The picture as it is stored, a large JPEG already smaller; and the size that it has in its file."""
    opened = Image.open(io.BytesIO(data), formats=FORMATS)
    if min(opened.size) < SHORTEST_SIDE:
        raise Refused("too_small")
    if max(opened.size) > LONGEST_SOURCE_SIDE:
        raise Refused("too_many_pixels")
    # Of several pictures in a file that are not one moving picture, the first or the one named as the main one is it.
    if opened.format not in ("MPO", "HEIF") and getattr(opened, "n_frames", 1) > 1:
        raise Refused("animated")
    size = opened.size
    if isinstance(opened, JpegImagePlugin.JpegImageFile):
        # The decoder halves while it decodes: half the memory, twice the speed. The box keeps the picture's own
        # shape, since a square one would ask for the long side in both directions and nothing would be saved.
        opened.draft(None, _fit(size))
    opened.load()
    return opened, size


def _orientation(opened: Image.Image) -> int:
    """How the picture lies, by its EXIF alone; of two, the first counts.

    `getexif` asks XMP and text of a PNG as well. No browser does, so the sender has never seen those turn it.
    """
    exif = Image.Exif()
    try:
        exif.load(opened.info.get("exif", b""))
        orientation: int = exif.get(ORIENTATION, 1)
        return orientation
    except (MemoryError, Refused):
        raise
    except Exception:
        return 1  # broken EXIF says nothing about which way is up; the pixels may still be whole


def _fit(size: tuple[int, int]) -> tuple[int, int]:
    ratio = min(1.0, LONGEST_SIDE / max(size))
    return max(1, round(size[0] * ratio)), max(1, round(size[1] * ratio))


def _to_srgb(opened: Image.Image, profile: bytes | None) -> Image.Image:
    """The picture as RGB or RGBA in sRGB; without a profile, or with a broken one, its numbers are taken as sRGB."""
    picture = _eight_bit(opened)
    plain = picture.convert("RGBA" if picture.has_transparency_data else "RGB")
    if not profile:
        return plain
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        space = source.profile.xcolor_space.strip()
        if space == "RGB":
            before = plain
        elif space == "GRAY" and picture.mode in ("1", "L", "LA"):
            before = picture.convert("L")
        elif space == "CMYK" and picture.mode == "CMYK":
            before = picture
        else:
            return plain  # a profile for other colours than these
        converted = ImageCms.profileToProfile(
            before,
            source,
            SRGB,
            renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
            outputMode="RGBA" if before.mode == "RGBA" else "RGB",
            flags=ImageCms.Flags.BLACKPOINTCOMPENSATION,
        )
    except (ImageCms.PyCMSError, OSError, ValueError):
        return plain
    if converted is None:
        return plain
    if plain.mode == "RGBA" and converted.mode == "RGB":
        converted.putalpha(plain.getchannel("A"))
    return converted


def _eight_bit(picture: Image.Image) -> Image.Image:
    """Deep grey is scaled: a plain conversion would clip all but the darkest 256 of 65,536 shades to white."""
    if picture.mode.startswith("I"):
        grey = picture.convert("I").point(lambda value: value * (1 / 257) + 0.5).convert("L")
        grey.info.pop("transparency", None)  # a shade of 65,536, which names none of these
        return grey
    return picture


def _on_white(picture: Image.Image) -> Image.Image:
    if picture.mode != "RGBA":
        return picture
    white = Image.new("RGB", picture.size, "white")
    white.paste(picture, mask=picture.getchannel("A"))
    return white


def confine() -> None:
    """Give up what decoding does not need: memory over 1 GiB, core dumps, growing files, new files, other processes."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    if not READS_HEIC:
        # What reads HEIF starts a thread for each picture and ends the process where it may not. The limit counts all
        # that the user runs, so that there is no small number to allow.
        resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, 3))  # the three pipes it has; no file and no socket beyond them


def allow(seconds: int) -> None:
    """Let the process use so many seconds of CPU from now on; then the system ends it."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    limit = int(used.ru_utime + used.ru_stime) + 1 + seconds
    resource.setrlimit(resource.RLIMIT_CPU, (limit, resource.getrlimit(resource.RLIMIT_CPU)[1]))


def warm_up() -> None:
    """Read one picture of each kind, so that whatever Pillow loads late is there before files are out of reach."""
    for kind in ("JPEG", "PNG", "WEBP"):  # what reads HEIF is loaded whole with its module, and writes none
        out = io.BytesIO()
        white = Image.new("RGB", (SHORTEST_SIDE, SHORTEST_SIDE), "white")
        white.save(out, kind, icc_profile=ImageCms.ImageCmsProfile(SRGB).tobytes())
        clean(out.getvalue(), SHORTEST_SIDE**2)


def serve(cpu_seconds: int) -> None:
    """Answer pictures until the other side closes the pipe."""
    requests, answers = sys.stdin.buffer, sys.stdout.buffer
    while len(head := requests.read(REQUEST.size)) == REQUEST.size:
        max_pixels, length, lacks_end = REQUEST.unpack(head)
        data = requests.read(length)
        if len(data) < length:
            return
        allow(cpu_seconds)
        try:
            body, width, height = clean(data, max_pixels, lacks_end=lacks_end)
            answer = ANSWER.pack(True, width, height, len(body)) + body
        except Refused as refused:
            body = str(refused).encode()
            answer = ANSWER.pack(False, 0, 0, len(body)) + body
        answers.write(answer)
        answers.flush()


if __name__ == "__main__":
    os.chdir("/")
    warm_up()
    confine()
    serve(int(sys.argv[1]))
