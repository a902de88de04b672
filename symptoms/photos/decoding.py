"""The decoding process: takes pictures on standard input, gives clean JPEGs on standard output, and knows nothing else.

It is run as a script, apart from the server: with 1 GiB of memory, 10 seconds of CPU a picture, an empty environment,
and nothing imported but Pillow, so that a picture made to break a decoder breaks only this.
"""

import io
import resource
import struct
import sys
import warnings

from PIL import Image, ImageCms

MEMORY = 1 << 30  # bytes of address space
CPU_SECONDS = 10  # for one picture
LONGEST_SIDE = 2048
QUALITY = 90
ORIENTATION = 0x0112
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
REQUEST = struct.Struct(">5sI")  # kind, length of the data that follows
ANSWER = struct.Struct(">?HHI")  # decoded or not, width, height, length of the picture that follows

Image.MAX_IMAGE_PIXELS = 50_000_000
warnings.simplefilter("error", Image.DecompressionBombWarning)


def clean(kind: str, data: bytes) -> tuple[bytes, int, int]:
    """The picture as a plain JPEG: upright, in sRGB, at most 2,048 px a side, with nothing but its pixels."""
    image = Image.open(io.BytesIO(data), formats=[kind])
    turn = TURNS.get(image.getexif().get(ORIENTATION, 1))
    profile = image.info.get("icc_profile")
    if kind == "JPEG":
        _draft(image)
    image.load()
    image = _flat(_in_srgb(image, profile))
    image.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS, reducing_gap=3.0)
    if turn is not None:
        image = image.transpose(turn)
    plain = Image.new("RGB", image.size)
    plain.paste(image)
    out = io.BytesIO()
    plain.save(out, "JPEG", quality=QUALITY, subsampling=0)  # full colour: redness is in it
    return out.getvalue(), *plain.size


def _draft(image: Image.Image) -> None:
    """Let the decoder shrink while it reads; the box keeps the picture's own aspect, else nothing happens."""
    longest = max(image.size)
    if longest > LONGEST_SIDE:
        box = tuple(max(1, side * LONGEST_SIDE // longest) for side in image.size)
        image.draft(image.mode, box)


def _in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """The colours in sRGB, transparency kept; phones send wider colours, and skin would look another red in them."""
    if image.mode.startswith("I") or image.mode == "F":
        return image.convert("I").point(lambda level: level * (1 / 256)).convert("L")
    alpha = None
    if image.mode in ("P", "PA", "LA", "RGBA", "La", "RGBa") or "transparency" in image.info:
        image = image.convert("RGBA")
        alpha = image.getchannel("A")
    if image.mode not in ("L", "CMYK"):
        image = image.convert("RGB")
    if profile:
        image = _converted(image, profile)
    image = image.convert("RGB")
    if alpha is not None:
        image.putalpha(alpha)
    return image


def _converted(image: Image.Image, profile: bytes) -> Image.Image:
    """Through the profile to sRGB; a profile that is broken or for other colours is left aside."""
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        target = ImageCms.createProfile("sRGB")
        return ImageCms.profileToProfile(
            image, source, target, renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC, outputMode="RGB"
        )
    except (ImageCms.PyCMSError, OSError, ValueError):
        return image


def _flat(image: Image.Image) -> Image.Image:
    """What shows through is white."""
    if image.mode != "RGBA":
        return image.convert("RGB")
    white = Image.new("RGB", image.size, "white")
    white.paste(image, mask=image.getchannel("A"))
    return white


def _allow_time() -> None:
    """Give the next picture its own seconds of CPU; past them the kernel ends this process."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    spent = int(used.ru_utime + used.ru_stime) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (spent + CPU_SECONDS, resource.RLIM_INFINITY))


def main() -> None:
    """Answer one request after the other until the other side closes the pipe."""
    Image.init()  # load the decoders before memory is limited
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    source, sink = sys.stdin.buffer, sys.stdout.buffer
    while head := source.read(REQUEST.size):
        kind, length = REQUEST.unpack(head)
        data = source.read(length)
        _allow_time()
        try:
            jpeg, width, height = clean(kind.rstrip(b"\0").decode(), data)
            answer = ANSWER.pack(True, width, height, len(jpeg)) + jpeg
        except Exception:
            # Whatever a decoder makes of a hostile file, the answer is the same: not a picture we keep.
            answer = ANSWER.pack(False, 0, 0, 0)
        sink.write(answer)
        sink.flush()


if __name__ == "__main__":
    main()
