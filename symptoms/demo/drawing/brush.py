"""Masks, tints and noise: how paint is laid on a drawn photo."""

import math
import random

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from symptoms.demo.drawing.shapes import COLUMNS, HEIGHT, ROWS, SIZE, STEP, WIDTH, Colour, Point, clamp


def coarse(values: bytes | bytearray) -> Image.Image:
    """Make an image of a coarse grid of values."""
    return Image.frombytes("L", (COLUMNS, ROWS), bytes(values))


def enlarged(image: Image.Image, blur: float) -> Image.Image:
    """Bring a coarse image to the size of the photo, softly."""
    return image.filter(ImageFilter.GaussianBlur(blur / STEP)).resize(SIZE, Image.Resampling.BICUBIC)


def noise_of(rng: random.Random, size: tuple[int, int], blur: float, strength: float) -> Image.Image:
    """Make grey noise around 128 that is the same for the same random numbers (effect_noise is not)."""
    noise = Image.frombytes("L", size, rng.randbytes(size[0] * size[1]))
    if blur:
        noise = noise.filter(ImageFilter.BoxBlur(blur))
    gain = strength * max(1.0, 3.2 * blur)
    return noise.point([round(clamp(128 + (v - 127.5) * gain, 0, 255)) for v in range(256)])


def clouds(rng: random.Random, cells: int, strength: float) -> Image.Image:
    """Make slow, blotchy grey noise."""
    small = noise_of(rng, (cells, cells * 4 // 3), 0, strength)
    return small.resize(SIZE, Image.Resampling.BICUBIC)


def add_grain(image: Image.Image, noise: Image.Image) -> Image.Image:
    """Brighten and darken an image by grey noise around 128."""
    return ImageChops.add(image, noise if image.mode == "L" else Image.merge("RGB", [noise] * 3), 1, -128)


def blank() -> tuple[Image.Image, ImageDraw.ImageDraw]:
    """Start an empty mask."""
    mask = Image.new("L", SIZE, 0)
    return mask, ImageDraw.Draw(mask)


def tint(image: Image.Image, mask: Image.Image, factors: tuple[float, float, float]) -> Image.Image:
    """Multiply the colours under a mask, which keeps the shading of the skin; paints into `image`."""
    box = mask.getbbox()
    if box is None:
        return image
    tables = [round(clamp(v * f, 0, 255)) for f in factors for v in range(256)]
    image.paste(image.crop(box).point(tables), box, mask.crop(box))
    return image


def covered(image: Image.Image, mask: Image.Image, colour: Colour) -> Image.Image:
    """Lay a colour over an image where the mask says; paints into `image`."""
    box = mask.getbbox()
    if box is not None:
        image.paste(colour, box, mask.crop(box))
    return image


def share_of(mask: Image.Image, share: float) -> Image.Image:
    """Weaken a mask."""
    return mask.point([round(clamp(v * share, 0, 255)) for v in range(256)])


def softened(mask: Image.Image, blur: float, share: float = 1.0) -> Image.Image:
    """Blur and weaken a mask, working only where there is something in it."""
    box = mask.getbbox()
    if box is None:
        return mask
    reach = math.ceil(3 * blur)
    box = (max(0, box[0] - reach), max(0, box[1] - reach), min(WIDTH, box[2] + reach), min(HEIGHT, box[3] + reach))
    part = mask.crop(box)
    if blur > 10:
        small = part.resize((max(1, part.width // 4), max(1, part.height // 4)), Image.Resampling.BOX)
        small = small.filter(ImageFilter.GaussianBlur(blur / 4))
        part = small.resize(part.size, Image.Resampling.BICUBIC)
    else:
        part = part.filter(ImageFilter.GaussianBlur(blur))
    soft = Image.new("L", SIZE, 0)
    soft.paste(part if share == 1.0 else share_of(part, share), box)
    return soft


def spot(pen: ImageDraw.ImageDraw, at: Point, rx: float, ry: float, value: int = 255) -> None:
    """Draw a filled ellipse around a point."""
    pen.ellipse((at[0] - rx, at[1] - ry, at[0] + rx, at[1] + ry), fill=value)


def blob(rng: random.Random, at: Point, rx: float, ry: float, rough: float = 0.25) -> list[Point]:
    """Outline an irregular patch."""
    waves = [(k, rng.uniform(-rough, rough) / k, rng.uniform(0, 6.3)) for k in (1, 2, 3, 5)]
    outline = []
    for i in range(36):
        a = 2 * math.pi * i / 36
        r = 1 + sum(amount * math.sin(k * a + phase) for k, amount, phase in waves)
        outline.append((at[0] + rx * r * math.cos(a), at[1] + ry * r * math.sin(a)))
    return outline
