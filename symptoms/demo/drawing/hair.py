"""Hair, behind the head and on it."""

import math
import random

from PIL import Image, ImageChops, ImageOps

from symptoms.demo.drawing.brush import add_grain, blank, covered, noise_of, share_of, softened, tint
from symptoms.demo.drawing.head import Head
from symptoms.demo.drawing.light import FACE, HAIRY, Buffer, hairline, layer_mask
from symptoms.demo.drawing.shapes import HEIGHT, SIZE, WIDTH, clamp, height_along, times


def paint_back_hair(image: Image.Image, head: Head, rng: random.Random) -> Image.Image:
    """Hang long hair behind neck and shoulders."""
    person = head.person
    mask, pen = blank()
    x = head.centre - 30 * math.sin(head.turn)
    outline = [(x - 235, 330), (x - 268, 560), (x - 262, 800), (x - 238, 1010), (x - 150, 1090)]
    outline += [(2 * x - a, b) for a, b in reversed(outline)]
    pen.polygon(outline, fill=255)
    mask = softened(mask, 9)
    mass = Image.new("RGB", SIZE, times(person.hair, 0.42, 0.42, 0.42))
    strands, pen = blank()
    for _ in range(160):
        start = x + rng.uniform(-262, 262)
        sway = rng.uniform(-14, 14)
        pen.line(
            [(start, 300), (start + sway, 600), (start + sway * 0.4, 900), (start - sway, 1100)],
            fill=rng.randint(40, 150),
            width=3,
        )
    mass = covered(mass, softened(strands, 2.2, 0.8), times(person.hair, 0.9, 0.9, 0.9))
    return Image.composite(mass, image, mask)


def paint_hair(image: Image.Image, head: Head, buffer: Buffer, shade: Image.Image, rng: random.Random) -> Image.Image:
    """Lay the hair on the head: a lit mass, strands or curls in it, a soft edge and a shadow on the forehead."""
    person = head.person
    mask = layer_mask(buffer, (HAIRY,), 13 if person.coily else 11)
    if person.coily:
        fray = noise_of(rng, SIZE, 2.4, 0.2)
    else:
        fray = noise_of(rng, (WIDTH, HEIGHT // 16), 1, 0.17).resize(SIZE, Image.Resampling.BICUBIC)
    mask = add_grain(mask, fray).point([round(clamp((v - 118) * 1.5 + 127, 0, 255)) for v in range(256)])
    mask = ImageChops.lighter(mask, layer_mask(buffer, (HAIRY,), 14, 0.85, 5))
    mask = ImageChops.multiply(mask, layer_mask(buffer, (HAIRY,), 14, 0.2, 5))
    shadow = ImageChops.offset(layer_mask(buffer, (HAIRY,), 12), 0, 14)
    image = tint(image, ImageChops.multiply(share_of(shadow, 0.5), layer_mask(buffer, (FACE,), 4)), (0.62, 0.54, 0.52))
    tone = ImageOps.colorize(
        shade,
        times(person.hair, 0.2, 0.2, 0.22),
        times(person.hair, 1.35, 1.35, 1.35),
        times(person.hair, 0.72, 0.7, 0.7),
        midpoint=150,
    )
    if person.coily:
        curls = noise_of(rng, SIZE, 3.0, 0.28)
        tone = add_grain(
            add_grain(tone, ImageChops.subtract(curls, ImageChops.offset(curls, 3, -3), 1.4, 128)),
            noise_of(rng, SIZE, 1.2, 0.10),
        )
    else:
        tone = _strands(tone, head, rng)
    return Image.composite(tone, image, mask)


def _strands(tone: Image.Image, head: Head, rng: random.Random) -> Image.Image:
    """Comb light and dark strands from the crown down."""
    light, light_pen = blank()
    dark, dark_pen = blank()
    ends = hairline(head.person)
    for i in range(620):
        angle = rng.uniform(-2.6, 2.6)
        if head.facing(angle) < -0.1:
            continue
        end = height_along(ends, abs(angle)) + rng.uniform(-6, 10)
        top = 126 + rng.uniform(0, 20)
        bend = rng.uniform(-0.05, 0.05)
        points = []
        for k in range(7):
            share = k / 6
            y = top + (end - top) * share
            points.append(
                head.place(
                    angle * (0.6 + 0.4 * share)
                    + head.person.part * (1 - share) * max(0.0, math.cos(angle))
                    + bend * math.sin(3 * share),
                    y + 20,
                    20,
                )[:2]
            )
        points = [(x, y - 20) for x, y in points]
        pen = light_pen if i % 2 else dark_pen
        pen.line(points, fill=rng.randint(60, 190), width=rng.choice((1, 2, 2, 3)), joint="curve")
    colour = head.person.hair
    tone = covered(tone, softened(dark, 1.2, 0.6), times(colour, 0.3, 0.3, 0.3))
    return tint(tone, softened(light, 1.2, 0.8), (1.7, 1.65, 1.6))
