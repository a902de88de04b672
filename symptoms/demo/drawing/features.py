"""Ears, eyes, brows, nose and mouth."""

import math
import random

from PIL import Image, ImageChops, ImageFilter

from symptoms.demo.drawing.brush import add_grain, blank, covered, softened, spot, tint
from symptoms.demo.drawing.head import EYE_T, EYE_Y, MOUTH_Y, Head
from symptoms.demo.drawing.person import Person
from symptoms.demo.drawing.scene import skin_ramp
from symptoms.demo.drawing.shapes import SIZE, Point, mix, times


def paint_ears(image: Image.Image, head: Head, shade: Image.Image, *, before: bool) -> Image.Image:
    """Paint the ears: behind the face when it looks straight at us, on it when it is turned away."""
    turned = abs(head.turn) > 0.2
    if before == turned or (head.person.long_hair and not turned):
        return image
    for side in (-1, 1):
        if turned and head.facing(side * 1.5) < 0.2:
            continue
        x, y, _ = head.place(side * 1.56, 575)
        wide = 17 + 26 * max(0.0, head.facing(side * 1.5))
        lean = side * (10 if turned else 6)
        outline = [
            (
                x + side * wide * math.cos(a) + lean * -math.sin(a),
                y + 68 * math.sin(a) * (1.0 if math.sin(a) < 0 else 0.95),
            )
            for a in (2 * math.pi * i / 40 for i in range(40))
        ]
        mask, pen = blank()
        pen.polygon(outline, fill=255)
        relief = _ear_relief(x, y, wide, side, turned=turned)
        relief = add_grain(relief, ImageChops.subtract(shade, shade.filter(ImageFilter.GaussianBlur(8)), 1, 128))
        ear = tint(skin_ramp(head.person, relief), Image.new("L", SIZE, 150), (1.0, 0.9, 0.89))
        image = Image.composite(ear, image, softened(mask, 2))
    return image


def _ear_relief(x: float, y: float, wide: float, side: int, *, turned: bool) -> Image.Image:
    """The hollow of an ear at (x, y), and the ridge around it where it is seen from the side."""
    relief = Image.new("L", SIZE, 150 if side > 0 else 105)
    inner, pen = blank()
    spot(pen, (x - side * 2, y + 4), wide * 0.55, 40, 255)
    relief.paste(62, mask=softened(inner, 9, 0.8))
    if turned:
        ridge, pen = blank()
        box = (x - wide * 0.8, y - 58, x + wide * 0.8, y + 50)
        pen.arc(box, 150 if side < 0 else 190, 350 if side < 0 else 30, 255, 8)
        spot(pen, (x - side * 2, y + 48), wide * 0.4, 12, 190)
        relief.paste(205, mask=softened(ridge, 5, 0.7))
    return relief


def paint_features(image: Image.Image, head: Head, rng: random.Random) -> Image.Image:
    """Paint eyes, brows, nostrils and mouth."""
    image = _mouth(image, head)
    image = _nostrils(image, head)
    for side in (-1, 1):
        if head.facing(side * (EYE_T + 0.1)) > 0.22:
            image = _eye(image, head, side)
        image = _brow(image, head, side, rng)
    return image


def _lip_edge(head: Head, start: float, middle: float, dip: float) -> list[Point]:
    """Trace an edge of the lips from corner to corner; `dip` is the notch of the upper lip."""
    points = []
    for i in range(25):
        s = -1 + i / 12
        arch = (1 - abs(s) ** 1.8) * middle
        notch = dip * math.exp(-((s / 0.16) ** 2))
        points.append((0.335 * s, start + arch + notch + 2 * s * s))
    return points


def _mouth(image: Image.Image, head: Head) -> Image.Image:
    """Paint the lips and the line between them."""
    person = head.person
    upper = _lip_edge(head, MOUTH_Y, -21 * person.lips, 6)
    lower = _lip_edge(head, MOUTH_Y, 29 * person.lips, 0)
    line = _lip_edge(head, MOUTH_Y, 3, 3)
    mask, pen = blank()
    pen.polygon(head.flat(upper + lower[::-1]), fill=255)
    lips = (0.93, 0.70, 0.71) if person.tone < 4 else (0.88, 0.68, 0.70)
    image = tint(image, softened(mask, 3.5, 0.9), lips)
    top, pen = blank()
    pen.polygon(head.flat(upper + line[::-1]), fill=255)
    image = tint(image, softened(top, 4, 0.6), (0.78, 0.72, 0.73))
    between, pen = blank()
    pen.line(head.flat(line), fill=255, width=6, joint="curve")
    image = tint(image, softened(between, 2.6), (0.42, 0.32, 0.33))
    corners, pen = blank()
    for side in (-1, 1):
        spot(pen, head.place(side * 0.345, MOUTH_Y + 3)[:2], 8, 6)
    image = tint(image, softened(corners, 5, 0.8), (0.55, 0.45, 0.45))
    gloss, pen = blank()
    x, y, _ = head.place(0.06, MOUTH_Y + 14 * person.lips)
    spot(pen, (x, y), 24, 4)
    return covered(image, softened(gloss, 5, 0.28), (255, 236, 230))


def _nostrils(image: Image.Image, head: Head) -> Image.Image:
    """Paint the nostrils and the shadow under the nose."""
    nose = head.person.nose
    under, pen = blank()
    for side in (-1, 1):
        if head.facing(side * 0.3) > 0.55:
            spot(pen, head.place(side * 0.12 * nose, 677)[:2], 20 * nose, 6)
    image = tint(image, softened(under, 8, 0.4), (0.62, 0.52, 0.5))
    wings, pen = blank()
    for side in (-1, 1):
        if head.facing(side * 0.3) > 0.55:
            edge = [
                (side * 0.205 * nose, 640),
                (side * 0.235 * nose, 656),
                (side * 0.225 * nose, 672),
                (side * 0.17 * nose, 679),
            ]
            pen.line(head.flat(edge), fill=255, width=5, joint="curve")
    image = tint(image, softened(wings, 4, 0.8), (0.66, 0.56, 0.55))
    holes, pen = blank()
    for side in (-1, 1):
        if head.facing(side * 0.3) > 0.55:
            spot(pen, head.place(side * 0.108 * nose, 675)[:2], 11 * nose, 4.5)
    return tint(image, softened(holes, 3.2, 1.0), (0.3, 0.22, 0.22))


def _eye(image: Image.Image, head: Head, side: int) -> Image.Image:
    """Paint one open eye with its lids."""
    person = head.person
    open_ = 16.5 * person.eye
    upper, lower = _lid(person, side, -open_, 0), _lid(person, side, open_ * 0.62, 0)
    shape, pen = blank()
    pen.polygon(head.flat(upper + lower[::-1]), fill=255)
    image = _eyeball(image, head, side, softened(shape, 1.3))
    for height, lift, wide, blur, strength, colour in (
        (-open_, -1, 5, 1.7, 1.0, (0.28, 0.24, 0.24)),  # lashes
        (-open_ - 8, -6, 4, 2.6, 0.85, (0.66, 0.58, 0.56)),  # crease
        (open_ * 0.62, 1, 3, 1.8, 0.7, (0.62, 0.5, 0.5)),  # rim
    ):
        line, pen = blank()
        pen.line(head.flat(_lid(person, side, height, lift)), fill=255, width=wide, joint="curve")
        image = tint(image, softened(line, blur, strength), colour)
    corner, pen = blank()
    spot(pen, head.place(side * (EYE_T - 0.162 * person.eye), EYE_Y + 7)[:2], 4, 3)
    return tint(image, softened(corner, 2, 0.8), (0.8, 0.55, 0.55))


def _lid(person: Person, side: int, height: float, lift: float) -> list[Point]:
    """The line of a lid that arches by `height`, moved down by `lift`."""
    points: list[Point] = []
    for i in range(21):
        s = -1 + i / 10
        arch = (1 - abs(s) ** 2.2) * height
        points.append((side * (EYE_T + 0.162 * person.eye * s), EYE_Y + 4 + arch - 3.5 * s + lift))
    return points


def _eyeball(image: Image.Image, head: Head, side: int, shape: Image.Image) -> Image.Image:
    """Paint what is seen between the lids (`shape`): the white, the iris, the lid's shade and a glint."""
    person = head.person
    white = mix((206, 198, 194), person.skin, 0.18 if person.tone < 4 else 0.26)
    image = covered(image, shape, times(white, 0.94, 0.94, 0.94))
    x, y, _ = head.place(side * EYE_T - 0.06 * head.turn, EYE_Y + 0.5)
    squeeze = 0.5 + 0.5 * max(0.2, head.facing(side * EYE_T))
    radius = 16.5 * person.eye
    for colour, share, blur in (
        (times(person.iris, 0.42, 0.42, 0.42), 1.0, 1.6), (person.iris, 0.78, 2.2), ((16, 13, 13), 0.42, 1.2),
    ):  # fmt: skip
        ball, pen = blank()
        spot(pen, (x, y), radius * share * squeeze, radius * share)
        image = covered(image, ImageChops.multiply(softened(ball, blur), shape), colour)
    shade, pen = blank()
    pen.line(head.flat(_lid(person, side, -radius, 4)), fill=255, width=9, joint="curve")
    image = tint(image, ImageChops.multiply(softened(shade, 3, 0.8), shape), (0.5, 0.46, 0.46))
    glint, pen = blank()
    spot(pen, (x + 5, y - 5), 3, 3)
    return covered(image, ImageChops.multiply(softened(glint, 1.0, 0.9), shape), (250, 250, 250))


def _brow(image: Image.Image, head: Head, side: int, rng: random.Random) -> Image.Image:
    """Paint one brow out of many short hairs over a soft shadow."""
    person = head.person
    colour = times(person.hair, 0.72, 0.7, 0.7)
    hairs, pen = blank()
    base, soft_pen = blank()
    for i in range(130):
        s = rng.random()
        angle = side * (0.2 + 0.47 * s)
        middle = 478 - 17 * math.sin(math.pi * min(1.0, s * 0.86)) + 5 * s
        thick = (8.5 - 5.5 * s) * person.brow
        y = middle + rng.uniform(-thick, thick)
        length = rng.uniform(9, 17)
        start = head.place(angle, y)
        lean = rng.uniform(0.02, 0.05) + 0.03 * s
        end = head.place(angle + side * lean, y - length * (0.75 - 0.85 * s))
        if head.facing(angle) < 0.15:
            continue
        pen.line([start[:2], end[:2]], fill=rng.randint(120, 230), width=2)
        if i % 2:
            spot(soft_pen, start[:2], 9 * max(0.4, head.facing(angle)), thick, 150)
    image = covered(image, softened(base, 6, 0.5), mix(colour, person.skin, 0.3))
    return covered(image, softened(hairs, 1.0, 0.9), colour)
