"""A stretch of cheek, near enough to see its pores."""

import math
import random

from PIL import Image, ImageChops, ImageFilter

from symptoms.demo.drawing.brush import (
    add_grain,
    blank,
    clouds,
    coarse,
    covered,
    enlarged,
    noise_of,
    share_of,
    softened,
    spot,
    tint,
)
from symptoms.demo.drawing.person import Person, stream_of
from symptoms.demo.drawing.scene import Scene, skin_ramp
from symptoms.demo.drawing.shapes import COLUMNS, HEIGHT, ROWS, SIZE, WIDTH, Point, clamp, mix


def close_up_of(person: Person, seed: int, swelling: float) -> Scene:
    """Draw nothing but the skin of the finding cheek: pores, fine lines and fine hairs."""
    rng = stream_of(seed, person.tone, "close_up")
    shade = _cheek_shade(swelling, 24 if person.tone >= 5 else 0)
    shade = add_grain(shade, clouds(rng, 7, 0.09))
    shade = add_grain(shade, clouds(rng, 26, 0.08))
    coarse = noise_of(rng, (WIDTH // 2, HEIGHT // 2), 2.0, 0.2).resize(SIZE, Image.Resampling.BICUBIC)
    fine = noise_of(rng, SIZE, 1.5, 0.17)
    for grain, gap in ((coarse, 5), (fine, 2)):
        shade = add_grain(shade, ImageChops.subtract(grain, ImageChops.offset(grain, gap, -gap), 3.2, 128))
    shade = ImageChops.subtract(shade, _pores(rng))
    image = skin_ramp(person, shade)
    blush = clouds(rng, 9, 0.8).filter(ImageFilter.GaussianBlur(24))
    image = tint(image, share_of(blush, 0.55), (1.01, 0.9, 0.89) if person.tone < 5 else (0.97, 0.9, 0.9))
    hairs, pen = blank()
    for _ in range(150):
        x, y, length = rng.uniform(0, WIDTH), rng.uniform(0, HEIGHT), rng.uniform(18, 46)
        pen.line(
            [(x, y), (x + length * 0.4, y + length * 0.6), (x + length * 0.6, y + length)],
            fill=rng.randint(60, 170),
            width=2,
        )
    image = covered(image, softened(hairs, 1.3, 0.28), mix(person.skin, (255, 240, 220), 0.5))

    def cheek(u: float, v: float) -> Point | None:
        return 450 + 350 * u, 590 + 430 * v

    return Scene(person, seed, image, cheek, lambda u, v: None, 2.7, Image.new("L", SIZE, 255))


def _cheek_shade(swelling: float, exposure: float) -> Image.Image:
    """Shade a curved cheek, more curved where it is swollen."""
    values = bytearray()
    for row in range(ROWS):
        for column in range(COLUMNS):
            x, y = column / COLUMNS - 0.58, row / ROWS - 0.42
            value = 192 + exposure - 84 * (x * x * 1.3 + y * y) - 30 * (y - x)
            if swelling:
                bx, by = column / COLUMNS - 0.5, row / ROWS - 0.56
                value += swelling * 520 * (bx - 1.1 * by) * math.exp(-(bx * bx + by * by) / 0.075)
                value += swelling * 24 * math.exp(-((bx - 0.1) ** 2 + (by + 0.12) ** 2) / 0.02)
            values.append(int(clamp(value, 30, 250)))
    return enlarged(coarse(values), 8)


def _pores(rng: random.Random) -> Image.Image:
    """Scatter pores, denser and larger towards the nose."""
    mask, pen = blank()
    for _ in range(2600):
        x, y = WIDTH * rng.random() ** 1.08, rng.uniform(0, HEIGHT)
        size = rng.uniform(0.8, 2.3) * (1.25 - 0.5 * x / WIDTH)
        spot(pen, (x, y), size * 1.1, size, rng.randint(50, 130))
    return softened(mask, 1.5, 0.36)
