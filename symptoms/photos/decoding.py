"""The program of the decoding process: a picture in, the same picture as a clean JPEG out, and nothing else.

It is run by path (`python -I decoding.py CPU_SECONDS`), so it imports Pillow alone: no Django, no settings, no secrets.
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
    ImageCms,
    ImageFile,
    JpegImagePlugin,
    MpoImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)

# Every plugin is loaded before files are out of reach. The opener's list names no MPO: Pillow has no opener of that
# name and opens one as JPEG, at its first picture.
LOADED = (JpegImagePlugin, MpoImagePlugin, PngImagePlugin, TiffImagePlugin, WebPImagePlugin)
FORMATS = ("JPEG", "PNG", "WEBP")
REQUEST = struct.Struct(">II")  # the most pixels, bytes that follow
ANSWER = struct.Struct(">?III")  # is it a picture, width, height, bytes that follow

MEMORY = 1 << 30  # bytes
LONGEST_SIDE = 2048
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

ImageFile.LOAD_TRUNCATED_IMAGES = False
warnings.simplefilter("error", Image.DecompressionBombWarning)


class Refused(Exception):
    """A picture that is not decoded; `str()` is one of the words of refusals.py."""


def clean(data: bytes, max_pixels: int) -> tuple[bytes, int, int]:
    """The picture's pixels in a new JPEG: upright, sRGB, no side over 2048, without anything else the file held.

    Raises:
        Refused: the picture is damaged, or reading it takes more than is allowed.
    """
    Image.MAX_IMAGE_PIXELS = max_pixels
    try:
        picture = _read(data)
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


def _read(data: bytes) -> Image.Image:
    opened = Image.open(io.BytesIO(data), formats=FORMATS)
    if opened.format != "MPO" and getattr(opened, "n_frames", 1) > 1:
        raise Refused("animated")
    orientation = _orientation(opened)
    profile = opened.info.get("icc_profile")
    shrunk = _fit(opened.size)
    if isinstance(opened, JpegImagePlugin.JpegImageFile):
        # The decoder halves while it decodes: half the memory, twice the speed. The box keeps the picture's own
        # shape, since a square one would ask for the long side in both directions and nothing would be saved.
        opened.draft(None, shrunk)
    opened.load()
    picture = _on_white(_to_srgb(opened, profile))
    if picture.size != shrunk:
        picture = picture.resize(shrunk, Image.Resampling.LANCZOS, reducing_gap=3.0)
    return picture.transpose(UPRIGHT[orientation]) if orientation in UPRIGHT else picture


def _orientation(opened: Image.Image) -> int:
    try:
        return opened.getexif().get(ORIENTATION, 1)
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
        return picture.convert("I").point(lambda value: value * (1 / 257) + 0.5).convert("L")
    return picture


def _on_white(picture: Image.Image) -> Image.Image:
    if picture.mode != "RGBA":
        return picture
    white = Image.new("RGB", picture.size, "white")
    white.paste(picture, mask=picture.getchannel("A"))
    return white


def confine() -> None:
    """Give up what decoding does not need: memory over 1 GiB, core dumps, growing files, other processes, new files."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, 3))  # the three pipes it has; no file and no socket beyond them


def allow(seconds: int) -> None:
    """Let the process use so many seconds of CPU from now on; then the system ends it."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    limit = int(used.ru_utime + used.ru_stime) + 1 + seconds
    resource.setrlimit(resource.RLIMIT_CPU, (limit, resource.getrlimit(resource.RLIMIT_CPU)[1]))


def warm_up() -> None:
    """Read one picture of each kind, so that whatever Pillow loads late is there before files are out of reach."""
    for kind in FORMATS:
        out = io.BytesIO()
        Image.new("RGB", (8, 8), "white").save(out, kind, icc_profile=ImageCms.ImageCmsProfile(SRGB).tobytes())
        clean(out.getvalue(), 64)


def serve(cpu_seconds: int) -> None:
    """Answer pictures until the other side closes the pipe."""
    asked, answered = sys.stdin.buffer, sys.stdout.buffer
    while len(head := asked.read(REQUEST.size)) == REQUEST.size:
        max_pixels, length = REQUEST.unpack(head)
        data = asked.read(length)
        if len(data) < length:
            return
        allow(cpu_seconds)
        try:
            body, width, height = clean(data, max_pixels)
            answer = ANSWER.pack(True, width, height, len(body)) + body
        except Refused as refused:
            body = str(refused).encode()
            answer = ANSWER.pack(False, 0, 0, len(body)) + body
        answered.write(answer)
        answered.flush()


if __name__ == "__main__":
    os.chdir("/")
    warm_up()
    confine()
    serve(int(sys.argv[1]))
