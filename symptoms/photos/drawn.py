"""Portraits of people who do not exist, drawn from a seed, so that demo photos never show a real person's skin.

A head is a stack of ellipses with bumps on it (`_relief`), turned by the view, lit once, and coloured by skin tone.
Findings are painted over it in cheek coordinates, so that they sit at the same place in every view and on every day.
The finding cheek is the person's left one: on the right side of a front photo, and towards the camera in "left".
"""

import io
import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Literal

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageOps

View = Literal["front", "left", "right", "close_up"]
Colour = tuple[int, int, int]
Point = tuple[float, float]
Curve = Sequence[Point]

WIDTH, HEIGHT = 900, 1200
SIZE = (WIDTH, HEIGHT)
STEP = 4  # the relief is computed on every fourth pixel and enlarged: shading is smooth
COLUMNS, ROWS = WIDTH // STEP, HEIGHT // STEP
MAX_BYTES = 200_000
NOWHERE = -1e9
TURN = {"front": 0.0, "left": -0.74, "right": 0.74}

SKIN: dict[int, Colour] = {
    1: (238, 203, 186),
    2: (228, 187, 163),
    3: (208, 160, 130),
    4: (174, 123, 91),
    5: (128, 84, 60),
    6: (88, 58, 45),
}
HAIR: dict[int, list[Colour]] = {
    1: [(150, 84, 48), (176, 142, 98), (120, 86, 58)],
    2: [(112, 80, 54), (84, 58, 42), (150, 116, 78)],
    3: [(58, 42, 34), (78, 54, 40), (40, 31, 28)],
    4: [(36, 29, 27), (48, 36, 31)],
    5: [(27, 23, 23), (36, 28, 26)],
    6: [(23, 20, 21), (29, 25, 25)],
}
IRIS: dict[int, list[Colour]] = {
    1: [(108, 132, 148), (112, 126, 104)],
    2: [(104, 118, 104), (112, 88, 62)],
    3: [(92, 66, 46), (104, 84, 58)],
    4: [(70, 48, 36)],
    5: [(54, 37, 30)],
    6: [(46, 33, 28)],
}
SHIRTS: list[Colour] = [(94, 108, 122), (122, 126, 124), (104, 88, 92), (84, 100, 92), (168, 164, 158), (70, 76, 90)]
WALLS: list[Colour] = [(196, 200, 202), (206, 200, 192), (184, 192, 198), (200, 204, 196)]

HALF_WIDTH: Curve = [
    (140, 0), (143, 43), (150, 79), (165, 120), (185, 158), (215, 193), (250, 218), (290, 233), (330, 239), (420, 241),
    (500, 238), (590, 232), (670, 217), (740, 193), (800, 160), (850, 121), (885, 78), (903, 38), (910, 0),
]  # fmt: skip
DEPTH: Curve = [
    (140, 0), (143, 45), (150, 83), (165, 126), (185, 166), (215, 200), (250, 225), (300, 243), (400, 251), (500, 240),
    (600, 240), (700, 244), (780, 240), (850, 232), (885, 205), (903, 140), (910, 60),
]  # fmt: skip
BACK: Curve = [(0, 1.0), (540, 1.0), (610, 0.72), (680, 0.3), (730, 0.04), (760, 0.0)]
BODY_WIDTH: Curve = [
    (760, 126),
    (900, 122),
    (980, 132),
    (1030, 170),
    (1070, 260),
    (1110, 362),
    (1150, 412),
    (1220, 446),
]
BODY_DEPTH: Curve = [(760, 100), (960, 104), (1060, 120), (1120, 150), (1220, 190)]
EYE_T, EYE_Y = 0.42, 520.0
CHEEK_T, CHEEK_Y = 0.74, 645.0
MOUTH_Y = 752.0


@dataclass
class Person:
    """What a seed decides about someone: proportions, colours, hair."""

    tone: int
    skin: Colour
    hair: Colour
    iris: Colour
    shirt: Colour
    wall: Colour
    long_hair: bool
    coily: bool
    hairline: float
    volume: float
    part: float
    width: float
    jaw: float
    nose: float
    lips: float
    brow: float
    eye: float


@dataclass
class Scene:
    """One photo being drawn: where a place on the skin falls in it, and what is already painted."""

    person: Person
    seed: int
    image: Image.Image
    cheek: Callable[[float, float], Point | None]
    other_cheek: Callable[[float, float], Point | None]
    scale: float
    mask: Image.Image
    streams: dict[str, random.Random] = field(default_factory=dict)

    def stream(self, name: str) -> random.Random:
        """Give the finding `name` its own random numbers, so that one finding never moves another."""
        return _stream(self.seed, self.person.tone, name)


def draw(
    *,
    seed: int,
    tone: int,
    view: View,
    redness: float = 0,
    pustules: float = 0,
    dark_marks: float = 0,
    blisters: float = 0,
    dots: float = 0,
    swelling: float = 0,
) -> bytes:
    """Draw the person of `seed` and `tone` (Fitzpatrick 1 to 6) with findings of strength 0 to 1, as a JPEG."""
    if tone not in SKIN:
        raise ValueError(f"tone must be 1 to 6, not {tone}")
    if view not in ("front", "left", "right", "close_up"):
        raise ValueError(f"unknown view {view!r}")
    person = _person(seed, tone)
    if view == "close_up":
        scene = _close_up(person, seed, _clamp(swelling))
    else:
        scene = _portrait(person, seed, TURN[view], _clamp(swelling))
    _paint_redness(scene, _clamp(redness), _clamp(swelling))
    _paint_dark_marks(scene, _clamp(dark_marks))
    _paint_dots(scene, _clamp(dots))
    _paint_pustules(scene, _clamp(pustules))
    _paint_blisters(scene, _clamp(blisters))
    return _jpeg(_camera(scene.image, seed))


# --- numbers and colours


def _stream(seed: int, tone: int, name: str) -> random.Random:
    """Give repeatable random numbers for one purpose."""
    return random.Random(f"{seed}/{tone}/{name}")  # noqa: S311 - a drawing, not a secret


def _clamp(value: float, low: float = 0.0, high: float = 1.0) -> float:
    """Keep `value` between `low` and `high`."""
    return max(low, min(high, value))


def _mix(one: Colour, other: Colour, share: float) -> Colour:
    """Mix two colours, `share` of the second."""
    r, g, b = (round(a + (c - a) * share) for a, c in zip(one, other, strict=True))
    return r, g, b


def _times(colour: Colour, red: float, green: float, blue: float) -> Colour:
    """Scale the channels of a colour."""
    r, g, b = (round(_clamp(c * f, 0, 255)) for c, f in zip(colour, (red, green, blue), strict=True))
    return r, g, b


def _along(curve: Curve, at: float) -> float:
    """Read a curve given by its points, eased between them; flat outside."""
    if at <= curve[0][0]:
        return curve[0][1]
    for (x0, y0), (x1, y1) in pairwise(curve):
        if at <= x1:
            return y0 + (y1 - y0) * (at - x0) / (x1 - x0)
    return curve[-1][1]


def _smooth(values: list[float], reach: int) -> list[float]:
    """Average each value with its neighbours, to take the corners off a curve."""
    last = len(values) - 1
    return [
        sum(values[min(last, max(0, i + k))] for k in range(-reach, reach + 1)) / (2 * reach + 1)
        for i in range(len(values))
    ]


def _person(seed: int, tone: int) -> Person:
    """Decide who the seed stands for."""
    rng = _stream(seed, tone, "person")
    warmth = rng.uniform(-0.03, 0.03)
    light = rng.uniform(0.96, 1.04)
    return Person(
        tone=tone,
        skin=_times(SKIN[tone], light * (1 + warmth), light, light * (1 - warmth)),
        hair=rng.choice(HAIR[tone]),
        iris=rng.choice(IRIS[tone]),
        shirt=rng.choice(SHIRTS),
        wall=rng.choice(WALLS),
        long_hair=rng.random() < 0.6 and tone < 5,
        coily=tone >= 5,
        hairline=rng.uniform(272, 300),
        volume=rng.choice((16, 24, 58)) if tone >= 5 else rng.uniform(20, 30),
        part=rng.choice((-0.45, -0.3, 0.3, 0.45)),
        width=rng.uniform(0.95, 1.04),
        jaw=rng.uniform(0.94, 1.06),
        nose=rng.uniform(0.9, 1.1) * (1.0 + 0.06 * max(0, tone - 3)),
        lips=rng.uniform(0.85, 1.1) * (1.0 + 0.1 * max(0, tone - 3)),
        brow=rng.uniform(0.8, 1.2),
        eye=rng.uniform(0.94, 1.06),
    )


# --- the head in three dimensions


class Head:
    """The turned head: bumps on ellipses, one per row."""

    SAMPLES = 168

    def __init__(self, person: Person, turn: float, swelling: float) -> None:
        self.person = person
        self.turn = turn
        self.centre = WIDTH / 2 - 70 * math.sin(turn) * 0.6
        rows = [row * STEP + STEP / 2 for row in range(ROWS)]
        jaw = [person.jaw if y > 700 else 1.0 for y in rows]
        self.widths = _smooth(
            [_along(HALF_WIDTH, y) * person.width * j for y, j in zip(rows, _smooth(jaw, 20), strict=True)], 3
        )
        self.depths = _smooth([_along(DEPTH, y) for y in rows], 3)
        self.angles = [-math.pi + 2 * math.pi * i / self.SAMPLES for i in range(self.SAMPLES + 1)]
        self.backs = [_along(BACK, y) for y in rows]
        self.relief = _relief(self.angles, rows, person, swelling)

    def place(self, angle: float, y: float, lift: float = 0.0) -> tuple[float, float, float]:
        """Find where a place on the skin (angle from the nose, height) is in the photo, and how near."""
        row = int(_clamp(y / STEP, 0, ROWS - 1))
        sample = round(_clamp((angle + math.pi) / (2 * math.pi) * self.SAMPLES, 0, self.SAMPLES))
        bump = self.relief[row][sample] + lift
        x = (self.widths[row] + bump) * math.sin(angle)
        z = (self.depths[row] + bump) * math.cos(angle)
        if z < 0:
            z *= self.backs[row]
        return self._turned(x, z, y)

    def _turned(self, x: float, z: float, y: float) -> tuple[float, float, float]:
        """Turn a point with the head."""
        return (
            self.centre + x * math.cos(self.turn) + z * math.sin(self.turn),
            y,
            z * math.cos(self.turn) - x * math.sin(self.turn),
        )

    def flat(self, points: Curve) -> list[Point]:
        """Put a drawn outline, given as (angle, height), into the photo."""
        return [self.place(angle, y)[:2] for angle, y in points]

    def facing(self, angle: float) -> float:
        """Tell how much a place faces the camera: 1 straight, below 0 hidden."""
        return math.cos(angle + self.turn)


def _relief(angles: list[float], rows: list[float], person: Person, swelling: float) -> list[list[float]]:
    """Build what stands out from the ellipses: nose, brows, lips, chin, cheeks, and a swelling."""
    n, w = person.nose, person.lips
    bumps = [
        (0.0, 508, 0.095, 36, 12), (0.0, 560, 0.1, 42, 21), (0.0, 612, 0.11, 36, 26 * n),
        (0.0, 648, 0.125 * n, 25, 38),
        (0.0, 462, 0.22, 30, 8), (0.0, 722, 0.05, 16, -4),
        (0.0, 738, 0.24, 11, 12 * w), (0.0, 770, 0.21, 13, 15 * w), (0.0, 802, 0.22, 15, -9), (0.0, 856, 0.26, 28, 15),
        (0.0, 745, 0.42, 50, 9),
    ]  # fmt: skip
    for side in (-1, 1):
        bumps += [
            (side * 0.175 * n, 660, 0.07, 16, 19), (side * EYE_T, 516, 0.19, 30, -25),
            (side * EYE_T, 522, 0.13, 17, 15),
            (side * 0.2, 520, 0.07, 26, -9), (side * 0.45, 464, 0.25, 18, 11), (side * 0.72, 592, 0.26, 42, 13),
            (side * 0.62, 742, 0.22, 60, -7), (side * 1.05, 430, 0.25, 60, -8), (side * 0.4, 755, 0.08, 18, -5),
            (side * 0.5, 640, 0.2, 40, 5),
        ]  # fmt: skip
    bumps.append((1.0, 708, 0.42, 76, 58 * swelling))
    grid = [[0.0] * len(angles) for _ in rows]
    for angle, y, reach, height, amount in bumps:
        across = [
            (i, amount * math.exp(-(((a - angle) / reach) ** 2) / 2))
            for i, a in enumerate(angles)
            if abs(a - angle) < 3 * reach
        ]
        for j in range(max(0, int((y - 3 * height) / STEP)), min(len(rows), int((y + 3 * height) / STEP) + 1)):
            down = math.exp(-(((rows[j] - y) / height) ** 2) / 2)
            line = grid[j]
            for i, value in across:
                line[i] += value * down
    return grid


class Buffer:
    """Nearness per coarse pixel, and which layer is nearest."""

    def __init__(self) -> None:
        self.near = [[NOWHERE] * COLUMNS for _ in range(ROWS)]
        self.layer = [bytearray(COLUMNS) for _ in range(ROWS)]

    def span(self, row: int, points: list[tuple[float, float] | None], layer: int) -> None:
        """Fill one row from left to right between neighbouring points that face the camera."""
        near, marks = self.near[row], self.layer[row]
        before = points[0]
        for point in points[1:]:
            if before is not None and point is not None and point[0] > before[0]:
                x0, z0 = before
                x1, z1 = point
                slope = (z1 - z0) / (x1 - x0)
                for column in range(max(0, math.ceil(x0)), min(COLUMNS - 1, math.floor(x1)) + 1):
                    z = z0 + slope * (column - x0)
                    if z > near[column]:
                        near[column] = z
                        marks[column] = layer
            before = point


BODY, FACE, HAIRY = 1, 2, 3


def _hairline(person: Person) -> Curve:
    """Say how far down the hair comes, by angle from the nose."""
    low = 690 if not person.coily else 560
    return [
        (0, person.hairline + 4), (0.2, person.hairline), (0.45, person.hairline + 2), (0.65, person.hairline + 14),
        (0.82, person.hairline + 42), (0.95, person.hairline + 88), (1.06, 420), (1.14, 462), (1.24, 520),
        (1.32, 556), (1.42, 548), (1.58, 505), (1.75, 560), (1.95, low - 30), (2.3, low + 20), (3.2, low + 40),
    ]  # fmt: skip


def _fill_buffer(head: Head) -> Buffer:
    """Stack body, head and hair, nearest in front."""
    buffer = Buffer()
    person = head.person
    sines, cosines = [math.sin(a) for a in head.angles], [math.cos(a) for a in head.angles]
    turn_s, turn_c = math.sin(head.turn), math.cos(head.turn)
    ragged = _stream(round(person.hairline * 1000), person.tone, "hairline")
    rough = _smooth([ragged.uniform(-26, 26) for _ in head.angles], 2)
    hair_ends = [_along(_hairline(person), abs(a)) + wave for a, wave in zip(head.angles, rough, strict=True)]
    thick = person.volume
    quarter = head.SAMPLES // 4
    for row in range(ROWS):
        y = row * STEP + STEP / 2
        if y > 640:
            wide, deep = _along(BODY_WIDTH, y), _along(BODY_DEPTH, y)
            body_x = WIDTH / 2 - 75 * turn_s * _clamp((1150 - y) / 250)
            points: list[tuple[float, float] | None] = [
                ((body_x + wide * sines[i]) / STEP - 0.5, deep * cosines[i] - 40)
                for i in range(quarter, 3 * quarter + 1)
            ]
            buffer.span(row, points, BODY)
        wide, deep, relief = head.widths[row], head.depths[row], head.relief[row]
        if wide > 4:
            points, back = [], head.backs[row]
            for s, c, bump in zip(sines, cosines, relief, strict=True):
                x, z = (wide + bump) * s, (deep + bump) * (c if c > 0 else c * back)
                points.append(((head.centre + x * turn_c + z * turn_s) / STEP - 0.5, z * turn_c - x * turn_s))
            buffer.span(row, points, FACE)
        if y < 780:
            above = min(row + 6, ROWS - 1)
            wide, deep = head.widths[above], head.depths[above]
            if wide < 4:
                continue
            tuck = 0.3 + 0.7 * head.backs[row]
            points, near_face = [], 0.3 + 0.7 * _clamp((440 - y) / 170)
            for s, c, end in zip(sines, cosines, hair_ends, strict=True):
                if y > end:
                    points.append(None)
                    continue
                lift = thick * _clamp((end - y) / 130 + 0.08) * (near_face if c > 0.12 else 1.0)
                x, z = (wide + lift) * s, (deep + lift) * (c if c > 0 else c * tuck)
                points.append(((head.centre + x * turn_c + z * turn_s) / STEP - 0.5, z * turn_c - x * turn_s))
            buffer.span(row, points, HAIRY)
    return buffer


def _light(buffer: Buffer) -> tuple[Image.Image, Image.Image]:
    """Light the relief from the upper right, with a weak fill from the left; give the shading and the shine."""
    lx, ly, lz = 0.46, -0.46, 0.76
    hx, hy, hz = 0.25, -0.25, 0.935
    shade, shine = bytearray(), bytearray()
    near = buffer.near
    for row in range(ROWS):
        here, up, down = near[row], near[max(0, row - 1)], near[min(ROWS - 1, row + 1)]
        for column in range(COLUMNS):
            z = here[column]
            if z == NOWHERE:
                shade.append(90)
                shine.append(0)
                continue
            left, right = here[column - 1] if column else z, here[column + 1] if column < COLUMNS - 1 else z
            dx = _step(left, z, right)
            dy = _step(up[column], z, down[column])
            length = math.sqrt(dx * dx + dy * dy + 1)
            key = (-dx * lx - dy * ly + lz) / length
            fill = (dx * 0.75 + 0.62) / length
            value = 0.1 + 0.74 * max(0.0, (key + 0.22) / 1.22) + 0.17 * max(0.0, fill)
            gloss = max(0.0, (-dx * hx - dy * hy + hz) / length)
            shade.append(min(255, int(255 * value)))
            shine.append(int(255 * gloss**22))
    return _coarse(shade), _coarse(shine)


def _step(before: float, here: float, after: float) -> float:
    """Give the slope at a pixel, ignoring a neighbour that belongs to something far behind or in front."""
    a, b = here - before, after - here
    if abs(a) > 40:
        a = b
    if abs(b) > 40:
        b = a
    return _clamp((a + b) / (2 * STEP), -4, 4)


def _coarse(values: bytes | bytearray) -> Image.Image:
    """Make an image of a coarse grid of values."""
    return Image.frombytes("L", (COLUMNS, ROWS), bytes(values))


def _enlarge(image: Image.Image, blur: float) -> Image.Image:
    """Bring a coarse image to the size of the photo, softly."""
    return image.filter(ImageFilter.GaussianBlur(blur / STEP)).resize(SIZE, Image.Resampling.BICUBIC)


def _crevices(buffer: Buffer) -> Image.Image:
    """Darken what lies deeper than its surroundings: beside the nose, under the chin, in the eye sockets."""
    depth = _coarse(bytes(int(_clamp((z + 60) * 0.7, 0, 255)) for line in buffer.near for z in line))
    wide = ImageChops.subtract(depth.filter(ImageFilter.GaussianBlur(9)), depth)
    tight = ImageChops.subtract(depth.filter(ImageFilter.GaussianBlur(3)), depth)
    return ImageChops.add(wide.point(lambda v: min(130, v * 2)), tight.point(lambda v: min(70, v * 2)))


def _layer_mask(
    buffer: Buffer, layers: tuple[int, ...], blur: float, cut: float = 0.5, hard: float = 1.0
) -> Image.Image:
    """Give where one of the layers is nearest; a harder edge, or one moved inwards (`cut`), is made by contrast."""
    table = bytes(255 if value in layers else 0 for value in range(256))
    mask = _enlarge(_coarse(b"".join(bytes(line) for line in buffer.layer).translate(table)), blur)
    if hard == 1.0:
        return mask
    return mask.point([round(_clamp((v - 255 * cut) * hard + 127.5, 0, 255)) for v in range(256)])


# --- paint


def _noise(rng: random.Random, size: tuple[int, int], blur: float, strength: float) -> Image.Image:
    """Make grey noise around 128 that is the same for the same random numbers (effect_noise is not)."""
    noise = Image.frombytes("L", size, rng.randbytes(size[0] * size[1]))
    if blur:
        noise = noise.filter(ImageFilter.BoxBlur(blur))
    gain = strength * max(1.0, 3.2 * blur)
    return noise.point([round(_clamp(128 + (v - 127.5) * gain, 0, 255)) for v in range(256)])


def _clouds(rng: random.Random, cells: int, strength: float) -> Image.Image:
    """Make slow, blotchy grey noise."""
    small = _noise(rng, (cells, cells * 4 // 3), 0, strength)
    return small.resize(SIZE, Image.Resampling.BICUBIC)


def _add(image: Image.Image, noise: Image.Image) -> Image.Image:
    """Brighten and darken an image by grey noise around 128."""
    return ImageChops.add(image, noise if image.mode == "L" else Image.merge("RGB", [noise] * 3), 1, -128)


def _blank() -> tuple[Image.Image, ImageDraw.ImageDraw]:
    """Start an empty mask."""
    mask = Image.new("L", SIZE, 0)
    return mask, ImageDraw.Draw(mask)


def _tint(image: Image.Image, mask: Image.Image, factors: tuple[float, float, float]) -> Image.Image:
    """Multiply the colours under a mask, which keeps the shading of the skin; paints into `image`."""
    box = mask.getbbox()
    if box is None:
        return image
    tables = [round(_clamp(v * f, 0, 255)) for f in factors for v in range(256)]
    image.paste(image.crop(box).point(tables), box, mask.crop(box))
    return image


def _cover(image: Image.Image, mask: Image.Image, colour: Colour) -> Image.Image:
    """Lay a colour over an image where the mask says; paints into `image`."""
    box = mask.getbbox()
    if box is not None:
        image.paste(colour, box, mask.crop(box))
    return image


def _scaled(mask: Image.Image, share: float) -> Image.Image:
    """Weaken a mask."""
    return mask.point([round(_clamp(v * share, 0, 255)) for v in range(256)])


def _soft(mask: Image.Image, blur: float, share: float = 1.0) -> Image.Image:
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
    soft.paste(part if share == 1.0 else _scaled(part, share), box)
    return soft


def _dot(pen: ImageDraw.ImageDraw, at: Point, rx: float, ry: float, value: int = 255) -> None:
    """Draw a filled ellipse around a point."""
    pen.ellipse((at[0] - rx, at[1] - ry, at[0] + rx, at[1] + ry), fill=value)


def _skin_ramp(person: Person, shade: Image.Image) -> Image.Image:
    """Colour a shading as skin: warm in the shadows, paler in the light."""
    dark = person.tone >= 5
    shadow = _times(person.skin, 0.30, 0.22, 0.20) if not dark else _times(person.skin, 0.24, 0.2, 0.2)
    middle = _times(person.skin, 0.86, 0.80, 0.77)
    light = _mix(_times(person.skin, 1.1, 1.09, 1.08), (255, 246, 236), 0.14 if not dark else 0.08)
    return ImageOps.colorize(shade, shadow, light, middle, midpoint=140)


def _background(person: Person, seed: int) -> Image.Image:
    """Paint a wall out of focus, lighter where the light comes from."""
    rng = _stream(seed, person.tone, "wall")
    shade = Image.linear_gradient("L").rotate(90).resize(SIZE)
    glow, pen = _blank()
    _dot(pen, (600, 420), 520, 560)
    glow = glow.resize((90, 120)).filter(ImageFilter.GaussianBlur(18)).resize(SIZE, Image.Resampling.BICUBIC)
    shade = Image.blend(shade, glow, 0.6)
    wall = ImageOps.colorize(shade, _times(person.wall, 0.55, 0.57, 0.6), _times(person.wall, 1.04, 1.04, 1.03))
    return _add(wall, _clouds(rng, 6, 0.06))


def _portrait(person: Person, seed: int, turn: float, swelling: float) -> Scene:
    """Draw the person without findings, except that a swelling shapes the cheek."""
    head = Head(person, turn, swelling)
    buffer = _fill_buffer(head)
    shade, shine = _light(buffer)
    shade = ImageChops.subtract(shade, _crevices(buffer))
    shade = _enlarge(shade, 5)
    rng = _stream(seed, person.tone, "texture")
    shade = _add(shade, _clouds(rng, 14, 0.07))
    shade = _add(shade, _noise(rng, SIZE, 1.1, 0.042))
    image = _background(person, seed)
    if person.long_hair:
        image = _back_hair(image, head, rng)
    image = _ears(image, head, shade, before=True)
    skin = _skin(head, shade, _enlarge(shine, 6))
    image.paste(skin, mask=_layer_mask(buffer, (BODY, FACE), 7, 0.5, 2.6))
    image.paste(skin, mask=_layer_mask(buffer, (BODY, FACE, HAIRY), 16, 0.86, 4))
    image = _shirt(image, head, shade, _layer_mask(buffer, (BODY,), 7, 0.5, 2.6))
    image = _ears(image, head, shade, before=False)
    image = _features(image, head, rng)
    image = _hair(image, head, buffer, shade, rng)
    face = _layer_mask(buffer, (FACE,), 3)

    def cheek(u: float, v: float) -> Point | None:
        return _on_cheek(head, 1, u, v)

    def other(u: float, v: float) -> Point | None:
        return _on_cheek(head, -1, u, v)

    return Scene(person, seed, image, cheek, other, 1.0, face)


def _on_cheek(head: Head, side: int, u: float, v: float) -> Point | None:
    """Place cheek coordinates (u from the nose to the ear, v down, both -1 to 1) in the photo; None if hidden."""
    angle = side * (CHEEK_T + 0.42 * u)
    if head.facing(angle) < 0.28:
        return None
    return head.place(angle, CHEEK_Y + 100 * v)[:2]


def _skin(head: Head, shade: Image.Image, shine: Image.Image) -> Image.Image:
    """Colour the lit head as skin, with redder cheeks, nose and ears and a soft shine."""
    person = head.person
    skin = _skin_ramp(person, shade)
    warm, pen = _blank()
    for angle, y, rx, ry, value in (
        (0.72, 620, 80, 62, 200), (-0.72, 620, 80, 62, 200), (0, 650, 40, 30, 200), (0, 860, 60, 30, 130),
    ):  # fmt: skip
        if head.facing(angle) > 0:
            _dot(pen, head.place(angle, y)[:2], rx * (0.4 + 0.6 * head.facing(angle)), ry, value)
    fair = _clamp((6 - person.tone) / 5)
    skin = _tint(skin, _soft(warm, 34, 0.85), (1.02, 0.86 + 0.06 * (1 - fair), 0.85 + 0.05 * (1 - fair)))
    under, pen = _blank()
    for side in (-1, 1):
        if head.facing(side * EYE_T) > 0.2:
            _dot(pen, head.place(side * EYE_T, 540)[:2], 50 * head.facing(side * EYE_T), 24)
    skin = _tint(skin, _soft(under, 15, 0.55), (0.86, 0.8, 0.82))
    return ImageChops.screen(
        skin,
        Image.merge("RGB", [_scaled(shine, s) for s in ((0.17, 0.16, 0.15) if person.tone < 5 else (0.2, 0.19, 0.19))]),
    )


def _shirt(image: Image.Image, head: Head, shade: Image.Image, body: Image.Image) -> Image.Image:
    """Put a plain shirt on the shoulders and the shadow of the chin on the neck."""
    person = head.person
    shadow, pen = _blank()
    _dot(pen, (head.centre - 26, 880), 190, 92)
    shadow = ImageChops.multiply(_soft(shadow, 24, 0.85), body)
    image = _tint(image, shadow, (0.58, 0.48, 0.46))
    middle = WIDTH / 2 - 45 * math.sin(head.turn)
    cloth, pen = _blank()
    pen.rectangle((0, 1000, WIDTH, HEIGHT), fill=255)
    _dot(pen, (middle, 1010), 168, 108, 0)
    edge, pen = _blank()
    _dot(pen, (middle, 1014), 176, 116, 255)
    _dot(pen, (middle, 1004), 162, 104, 0)
    cloth = ImageChops.multiply(_soft(cloth, 2), body)
    colour = ImageOps.colorize(
        shade, _times(person.shirt, 0.25, 0.25, 0.28), _times(person.shirt, 1.2, 1.2, 1.2), person.shirt
    )
    image = Image.composite(colour, image, cloth)
    return _tint(image, ImageChops.multiply(_soft(edge, 4, 0.5), body), (0.72, 0.72, 0.72))


def _ears(image: Image.Image, head: Head, shade: Image.Image, *, before: bool) -> Image.Image:
    """Paint the ears: behind the face when it looks straight at us, on it when it is turned away."""
    turned = abs(head.turn) > 0.2
    if before == turned or (head.person.long_hair and not turned):
        return image
    for side in (-1, 1):
        facing = head.facing(side * 1.5)
        if turned and facing < 0.2:
            continue
        x, y, _ = head.place(side * 1.56, 575)
        wide = 17 + 26 * max(0.0, facing)
        lean = side * (10 if turned else 6)
        outline = [
            (
                x + side * wide * math.cos(a) + lean * -math.sin(a),
                y + 68 * math.sin(a) * (1.0 if math.sin(a) < 0 else 0.95),
            )
            for a in (2 * math.pi * i / 40 for i in range(40))
        ]
        mask, pen = _blank()
        pen.polygon(outline, fill=255)
        mask = _soft(mask, 2)
        relief = Image.new("L", SIZE, 150 if side > 0 else 105)
        inner, pen = _blank()
        _dot(pen, (x - side * 2, y + 4), wide * 0.55, 40, 255)
        relief.paste(62, mask=_soft(inner, 9, 0.8))
        if turned:
            ridge, pen = _blank()
            pen.arc(
                (x - wide * 0.8, y - 58, x + wide * 0.8, y + 50),
                150 if side < 0 else 190,
                350 if side < 0 else 30,
                255,
                8,
            )
            _dot(pen, (x - side * 2, y + 48), wide * 0.4, 12, 190)
            relief.paste(205, mask=_soft(ridge, 5, 0.7))
        relief = _add(relief, ImageChops.subtract(shade, shade.filter(ImageFilter.GaussianBlur(8)), 1, 128))
        ear = _tint(_skin_ramp(head.person, relief), Image.new("L", SIZE, 150), (1.0, 0.9, 0.89))
        image = Image.composite(ear, image, mask)
    return image


# --- face features


def _features(image: Image.Image, head: Head, rng: random.Random) -> Image.Image:
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
    mask, pen = _blank()
    pen.polygon(head.flat(upper + lower[::-1]), fill=255)
    lips = (0.93, 0.70, 0.71) if person.tone < 4 else (0.88, 0.68, 0.70)
    image = _tint(image, _soft(mask, 3.5, 0.9), lips)
    top, pen = _blank()
    pen.polygon(head.flat(upper + line[::-1]), fill=255)
    image = _tint(image, _soft(top, 4, 0.6), (0.78, 0.72, 0.73))
    between, pen = _blank()
    pen.line(head.flat(line), fill=255, width=6, joint="curve")
    image = _tint(image, _soft(between, 2.6), (0.42, 0.32, 0.33))
    corners, pen = _blank()
    for side in (-1, 1):
        _dot(pen, head.place(side * 0.345, MOUTH_Y + 3)[:2], 8, 6)
    image = _tint(image, _soft(corners, 5, 0.8), (0.55, 0.45, 0.45))
    gloss, pen = _blank()
    x, y, _ = head.place(0.06, MOUTH_Y + 14 * person.lips)
    _dot(pen, (x, y), 24, 4)
    return _cover(image, _soft(gloss, 5, 0.28), (255, 236, 230))


def _nostrils(image: Image.Image, head: Head) -> Image.Image:
    """Paint the nostrils and the shadow under the nose."""
    nose = head.person.nose
    under, pen = _blank()
    for side in (-1, 1):
        if head.facing(side * 0.3) > 0.55:
            _dot(pen, head.place(side * 0.12 * nose, 677)[:2], 20 * nose, 6)
    image = _tint(image, _soft(under, 8, 0.4), (0.62, 0.52, 0.5))
    wings, pen = _blank()
    for side in (-1, 1):
        if head.facing(side * 0.3) > 0.55:
            edge = [
                (side * 0.205 * nose, 640),
                (side * 0.235 * nose, 656),
                (side * 0.225 * nose, 672),
                (side * 0.17 * nose, 679),
            ]
            pen.line(head.flat(edge), fill=255, width=5, joint="curve")
    image = _tint(image, _soft(wings, 4, 0.8), (0.66, 0.56, 0.55))
    holes, pen = _blank()
    for side in (-1, 1):
        if head.facing(side * 0.3) > 0.55:
            _dot(pen, head.place(side * 0.108 * nose, 675)[:2], 11 * nose, 4.5)
    return _tint(image, _soft(holes, 3.2, 1.0), (0.3, 0.22, 0.22))


def _eye(image: Image.Image, head: Head, side: int) -> Image.Image:
    """Paint one open eye with its lids."""
    person = head.person
    half, open_ = 0.162 * person.eye, 16.5 * person.eye

    def lid(height: float, lift: float) -> list[Point]:
        points = []
        for i in range(21):
            s = -1 + i / 10
            arch = (1 - abs(s) ** 2.2) * height
            tilt = -3.5 * s
            points.append((side * (EYE_T + half * s), EYE_Y + 4 + arch + tilt + lift))
        return points

    upper, lower = lid(-open_, 0), lid(open_ * 0.62, 0)
    shape, pen = _blank()
    pen.polygon(head.flat(upper + lower[::-1]), fill=255)
    shape = _soft(shape, 1.3)
    white = _mix((206, 198, 194), person.skin, 0.18 if person.tone < 4 else 0.26)
    image = _cover(image, shape, _times(white, 0.94, 0.94, 0.94))
    x, y, _ = head.place(side * EYE_T - 0.06 * head.turn, EYE_Y + 0.5)
    squeeze = 0.5 + 0.5 * max(0.2, head.facing(side * EYE_T))
    radius = 16.5 * person.eye
    for colour, share, blur in (
        (_times(person.iris, 0.42, 0.42, 0.42), 1.0, 1.6), (person.iris, 0.78, 2.2), ((16, 13, 13), 0.42, 1.2),
    ):  # fmt: skip
        ball, pen = _blank()
        _dot(pen, (x, y), radius * share * squeeze, radius * share)
        image = _cover(image, ImageChops.multiply(_soft(ball, blur), shape), colour)
    shade, pen = _blank()
    pen.line(head.flat(lid(-open_, 4)), fill=255, width=9, joint="curve")
    image = _tint(image, ImageChops.multiply(_soft(shade, 3, 0.8), shape), (0.5, 0.46, 0.46))
    glint, pen = _blank()
    _dot(pen, (x + 5, y - 5), 3, 3)
    image = _cover(image, ImageChops.multiply(_soft(glint, 1.0, 0.9), shape), (250, 250, 250))
    lash, pen = _blank()
    pen.line(head.flat(lid(-open_, -1)), fill=255, width=5, joint="curve")
    image = _tint(image, _soft(lash, 1.7, 1.0), (0.28, 0.24, 0.24))
    crease, pen = _blank()
    pen.line(head.flat(lid(-open_ - 8, -6)), fill=255, width=4, joint="curve")
    image = _tint(image, _soft(crease, 2.6, 0.85), (0.66, 0.58, 0.56))
    rim, pen = _blank()
    pen.line(head.flat(lid(open_ * 0.62, 1)), fill=255, width=3, joint="curve")
    image = _tint(image, _soft(rim, 1.8, 0.7), (0.62, 0.5, 0.5))
    corner, pen = _blank()
    _dot(pen, head.place(side * (EYE_T - half), EYE_Y + 7)[:2], 4, 3)
    return _tint(image, _soft(corner, 2, 0.8), (0.8, 0.55, 0.55))


def _brow(image: Image.Image, head: Head, side: int, rng: random.Random) -> Image.Image:
    """Paint one brow out of many short hairs over a soft shadow."""
    person = head.person
    colour = _times(person.hair, 0.72, 0.7, 0.7)
    hairs, pen = _blank()
    base, soft_pen = _blank()
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
            _dot(soft_pen, start[:2], 9 * max(0.4, head.facing(angle)), thick, 150)
    image = _cover(image, _soft(base, 6, 0.5), _mix(colour, person.skin, 0.3))
    return _cover(image, _soft(hairs, 1.0, 0.9), colour)


# --- hair


def _back_hair(image: Image.Image, head: Head, rng: random.Random) -> Image.Image:
    """Hang long hair behind neck and shoulders."""
    person = head.person
    mask, pen = _blank()
    x = head.centre - 30 * math.sin(head.turn)
    outline = [(x - 235, 330), (x - 268, 560), (x - 262, 800), (x - 238, 1010), (x - 150, 1090)]
    outline += [(2 * x - a, b) for a, b in reversed(outline)]
    pen.polygon(outline, fill=255)
    mask = _soft(mask, 9)
    mass = Image.new("RGB", SIZE, _times(person.hair, 0.42, 0.42, 0.42))
    strands, pen = _blank()
    for _ in range(160):
        start = x + rng.uniform(-262, 262)
        sway = rng.uniform(-14, 14)
        pen.line(
            [(start, 300), (start + sway, 600), (start + sway * 0.4, 900), (start - sway, 1100)],
            fill=rng.randint(40, 150),
            width=3,
        )
    mass = _cover(mass, _soft(strands, 2.2, 0.8), _times(person.hair, 0.9, 0.9, 0.9))
    return Image.composite(mass, image, mask)


def _hair(image: Image.Image, head: Head, buffer: Buffer, shade: Image.Image, rng: random.Random) -> Image.Image:
    """Lay the hair on the head: a lit mass, strands or curls in it, a soft edge and a shadow on the forehead."""
    person = head.person
    mask = _layer_mask(buffer, (HAIRY,), 13 if person.coily else 11)
    if person.coily:
        fray = _noise(rng, SIZE, 2.4, 0.2)
    else:
        fray = _noise(rng, (WIDTH, HEIGHT // 16), 1, 0.17).resize(SIZE, Image.Resampling.BICUBIC)
    mask = _add(mask, fray).point([round(_clamp((v - 118) * 1.5 + 127, 0, 255)) for v in range(256)])
    mask = ImageChops.lighter(mask, _layer_mask(buffer, (HAIRY,), 14, 0.85, 5))
    mask = ImageChops.multiply(mask, _layer_mask(buffer, (HAIRY,), 14, 0.2, 5))
    shadow = ImageChops.offset(_layer_mask(buffer, (HAIRY,), 12), 0, 14)
    image = _tint(image, ImageChops.multiply(_scaled(shadow, 0.5), _layer_mask(buffer, (FACE,), 4)), (0.62, 0.54, 0.52))
    tone = ImageOps.colorize(
        shade,
        _times(person.hair, 0.2, 0.2, 0.22),
        _times(person.hair, 1.35, 1.35, 1.35),
        _times(person.hair, 0.72, 0.7, 0.7),
        midpoint=150,
    )
    if person.coily:
        curls = _noise(rng, SIZE, 3.0, 0.28)
        tone = _add(
            _add(tone, ImageChops.subtract(curls, ImageChops.offset(curls, 3, -3), 1.4, 128)),
            _noise(rng, SIZE, 1.2, 0.10),
        )
    else:
        tone = _strands(tone, head, rng)
    return Image.composite(tone, image, mask)


def _strands(tone: Image.Image, head: Head, rng: random.Random) -> Image.Image:
    """Comb light and dark strands from the crown down."""
    light, light_pen = _blank()
    dark, dark_pen = _blank()
    ends = _hairline(head.person)
    for i in range(620):
        angle = rng.uniform(-2.6, 2.6)
        if head.facing(angle) < -0.1:
            continue
        end = _along(ends, abs(angle)) + rng.uniform(-6, 10)
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
    tone = _cover(tone, _soft(dark, 1.2, 0.6), _times(colour, 0.3, 0.3, 0.3))
    return _tint(tone, _soft(light, 1.2, 0.8), (1.7, 1.65, 1.6))


# --- close-up


def _close_up(person: Person, seed: int, swelling: float) -> Scene:
    """Draw nothing but the skin of the finding cheek: pores, fine lines and fine hairs."""
    rng = _stream(seed, person.tone, "close_up")
    shade = _cheek_shade(swelling, 24 if person.tone >= 5 else 0)
    shade = _add(shade, _clouds(rng, 7, 0.09))
    shade = _add(shade, _clouds(rng, 26, 0.08))
    coarse = _noise(rng, (WIDTH // 2, HEIGHT // 2), 2.0, 0.2).resize(SIZE, Image.Resampling.BICUBIC)
    fine = _noise(rng, SIZE, 1.5, 0.17)
    for grain, gap in ((coarse, 5), (fine, 2)):
        shade = _add(shade, ImageChops.subtract(grain, ImageChops.offset(grain, gap, -gap), 3.2, 128))
    shade = ImageChops.subtract(shade, _pores(rng))
    image = _skin_ramp(person, shade)
    blush = _clouds(rng, 9, 0.8).filter(ImageFilter.GaussianBlur(24))
    image = _tint(image, _scaled(blush, 0.55), (1.01, 0.9, 0.89) if person.tone < 5 else (0.97, 0.9, 0.9))
    hairs, pen = _blank()
    for _ in range(150):
        x, y, length = rng.uniform(0, WIDTH), rng.uniform(0, HEIGHT), rng.uniform(18, 46)
        pen.line(
            [(x, y), (x + length * 0.4, y + length * 0.6), (x + length * 0.6, y + length)],
            fill=rng.randint(60, 170),
            width=2,
        )
    image = _cover(image, _soft(hairs, 1.3, 0.28), _mix(person.skin, (255, 240, 220), 0.5))

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
            values.append(int(_clamp(value, 30, 250)))
    return _enlarge(_coarse(values), 8)


def _pores(rng: random.Random) -> Image.Image:
    """Scatter pores, denser and larger towards the nose."""
    mask, pen = _blank()
    for _ in range(2600):
        x, y = WIDTH * rng.random() ** 1.08, rng.uniform(0, HEIGHT)
        size = rng.uniform(0.8, 2.3) * (1.25 - 0.5 * x / WIDTH)
        _dot(pen, (x, y), size * 1.1, size, rng.randint(50, 130))
    return _soft(mask, 1.5, 0.36)


# --- findings


def _red(tone: int) -> tuple[float, float, float]:
    """Say how inflammation colours a skin tone: red on fair skin, a darker purple-brown on dark skin."""
    return {
        1: (0.95, 0.65, 0.64), 2: (0.94, 0.63, 0.62), 3: (0.91, 0.59, 0.59),
        4: (0.83, 0.55, 0.57), 5: (0.72, 0.48, 0.56), 6: (0.62, 0.44, 0.56),
    }[tone]  # fmt: skip


def _blob(rng: random.Random, at: Point, rx: float, ry: float, rough: float = 0.25) -> list[Point]:
    """Outline an irregular patch."""
    waves = [(k, rng.uniform(-rough, rough) / k, rng.uniform(0, 6.3)) for k in (1, 2, 3, 5)]
    outline = []
    for i in range(36):
        a = 2 * math.pi * i / 36
        r = 1 + sum(amount * math.sin(k * a + phase) for k, amount, phase in waves)
        outline.append((at[0] + rx * r * math.cos(a), at[1] + ry * r * math.sin(a)))
    return outline


def _narrowing(place: Callable[[float, float], Point | None], u: float, v: float, scale: float) -> float:
    """Tell how much the turn of the head narrows what lies at a place on the cheek."""
    here, beside = place(u, v), place(u + 0.08, v)
    if here is None or beside is None:
        return 0.35
    return _clamp(abs(beside[0] - here[0]) / (8.0 * scale), 0.3, 1.0)


def _paint_redness(scene: Scene, redness: float, swelling: float) -> None:
    """Redden the cheeks in blotches, the finding cheek more; a swollen cheek is a little red by itself."""
    strength = max(redness, 0.22 * swelling)
    if not strength:
        return
    rng = scene.stream("redness")
    mask, pen = _blank()
    for place, share in ((scene.cheek, 1.0), (scene.other_cheek, 0.6)):
        for _ in range(11):
            u, v = rng.gauss(0, 0.42), rng.gauss(-0.05, 0.4)
            size, value = rng.uniform(34, 64), round(255 * share * rng.uniform(0.6, 1))
            at = place(u, v)
            if at:
                size *= scene.scale
                pen.polygon(_blob(rng, at, size * _narrowing(place, u, v, scene.scale), size * 0.85), fill=value)
    mask = _soft(mask, 19 * scene.scale)
    blotches = _clouds(rng, 30 if scene.scale == 1 else 16, 0.75).filter(ImageFilter.GaussianBlur(5 * scene.scale))
    grain = _noise(rng, SIZE, 2.2 * scene.scale, 0.16)
    mask = ImageChops.multiply(mask, _add(blotches.point(lambda v: min(255, 105 + v)), grain))
    mask = ImageChops.multiply(mask, scene.mask)
    scene.image = _tint(
        scene.image, _scaled(mask, 0.25 * min(1, strength * 3) + 0.75 * strength), _red(scene.person.tone)
    )


def _paint_dark_marks(scene: Scene, strength: float) -> None:
    """Leave flat brown patches on the finding cheek."""
    if not strength:
        return
    rng = scene.stream("dark_marks")
    mask, pen = _blank()
    for i in range(16):
        u, v, size, value = rng.gauss(0, 0.55), rng.gauss(0.08, 0.5), rng.uniform(6, 17), rng.randint(150, 255)
        shape = _stream(scene.seed, scene.person.tone, f"dark_mark {i}")
        at = scene.cheek(_clamp(u, -0.9, 0.9), _clamp(v, -1, 1))
        if at and i < 6 + 10 * strength:
            size *= scene.scale * 0.9
            pen.polygon(
                _blob(shape, at, size * _narrowing(scene.cheek, u, v, scene.scale), size * 0.85, 0.35), fill=value
            )
    mask = _soft(mask, 3.6 * scene.scale)
    mask = ImageChops.multiply(mask, _noise(rng, SIZE, 2 * scene.scale, 0.3).point(lambda v: min(255, v + 90)))
    brown = (0.70, 0.58, 0.50) if scene.person.tone < 4 else (0.55, 0.49, 0.48)
    scene.image = _tint(scene.image, _scaled(ImageChops.multiply(mask, scene.mask), 0.3 + 0.7 * strength), brown)


def _paint_dots(scene: Scene, strength: float) -> None:
    """Leave the faint grid of pinpoints that a treatment head leaves."""
    if not strength:
        return
    rng = scene.stream("dots")
    mask, pen = _blank()
    for i in range(-11, 12):
        for j in range(-10, 11):
            u, v = i / 12 + rng.gauss(0, 0.004), j / 12 + rng.gauss(0, 0.006)
            value = rng.randint(140, 255)
            at = scene.cheek(u, v)
            if at and u * u + v * v < 0.86:
                size = 1.35 * scene.scale
                _dot(pen, at, size * _narrowing(scene.cheek, u, v, scene.scale), size, value)
    halo = ImageChops.multiply(_soft(mask, 3 * scene.scale, 1.3), scene.mask)
    scene.image = _tint(scene.image, _scaled(halo, 0.4 * strength), _red(scene.person.tone))
    spots = ImageChops.multiply(_soft(mask, 0.5 * scene.scale, 1.3), scene.mask)
    deep = (0.62, 0.36, 0.34) if scene.person.tone < 4 else (0.45, 0.34, 0.36)
    scene.image = _tint(scene.image, _scaled(spots, (0.12 + 0.3 * strength) * (1.0 if scene.scale == 1 else 1.5)), deep)


def _bump(scene: Scene, spots: list[tuple[Point, float, float]], amount: float) -> None:
    """Raise round spots out of the skin: lit at the upper right, shaded at the lower left."""
    light, light_pen = _blank()
    dark, dark_pen = _blank()
    for (x, y), rx, ry in spots:
        _dot(dark_pen, (x - rx * 0.35, y + ry * 0.4), rx, ry)
    for (x, y), rx, ry in spots:
        _dot(light_pen, (x + rx * 0.25, y - ry * 0.28), rx * 0.7, ry * 0.7)
    scene.image = _tint(scene.image, _soft(dark, 2.0 * scene.scale, 0.75 * amount), (0.72, 0.62, 0.6))
    scene.image = _tint(scene.image, _soft(light, 1.8 * scene.scale, 0.8 * amount), (1.1, 1.07, 1.05))


def _paint_pustules(scene: Scene, strength: float) -> None:
    """Raise small yellowish heads with a red halo on the finding cheek."""
    if not strength:
        return
    rng = scene.stream("pustules")
    spots: list[tuple[Point, float, float]] = []
    for i in range(18):
        u, v, size = (
            _clamp(rng.gauss(0, 0.42), -0.9, 0.85),
            _clamp(rng.gauss(0.12, 0.42), -0.85, 1),
            rng.uniform(3.2, 6.8),
        )
        at = scene.cheek(u, v)
        if at and i < 3 + 15 * strength:
            size *= scene.scale * (0.72 + 0.28 * strength) * (1.0 if scene.scale == 1 else 0.8)
            spots.append((at, size * _narrowing(scene.cheek, u, v, scene.scale), size))
    halo, pen = _blank()
    for at, rx, ry in spots:
        pen.polygon(_blob(rng, at, rx * 2.5, ry * 2.5), fill=255)
    halo = ImageChops.multiply(_soft(halo, 4.5 * scene.scale, 0.95), scene.mask)
    scene.image = _tint(scene.image, halo, _red(scene.person.tone))
    _bump(scene, [(at, rx * 1.5, ry * 1.5) for at, rx, ry in spots], 0.6)
    heads, pen = _blank()
    for at, rx, ry in spots:
        pen.polygon(_blob(rng, at, rx * 0.72, ry * 0.72, 0.18), fill=255)
    pus = _mix((244, 226, 164), scene.person.skin, 0.15 + 0.08 * (scene.person.tone - 1))
    scene.image = _cover(scene.image, _soft(heads, 1.35 * scene.scale, 0.78), pus)
    _glints(scene, [(at, rx * 0.8, ry * 0.8) for at, rx, ry in spots], 0.15 * scene.scale)


def _glints(scene: Scene, spots: list[tuple[Point, float, float]], share: float) -> None:
    """Put a small wet highlight on each spot."""
    mask, pen = _blank()
    for (x, y), rx, ry in spots:
        _dot(pen, (x + rx * 0.3, y - ry * 0.35), max(1.0, rx * 0.26), max(1.0, ry * 0.2))
    scene.image = _cover(scene.image, _soft(mask, 0.55 * scene.scale, share), (255, 252, 246))


def _paint_blisters(scene: Scene, strength: float) -> None:
    """Group small shiny blisters on a red base beside the corner of the mouth."""
    if not strength:
        return
    rng = scene.stream("blisters")
    centre = (-0.6, 0.95) if scene.scale == 1 else (-0.3, 0.35)
    spots: list[tuple[Point, float, float]] = []
    taken: list[tuple[float, float, float]] = []
    for _ in range(400):
        dx, dy, size = rng.gauss(0, 15), rng.gauss(0, 15), rng.uniform(5.0, 9.5)
        if any(math.hypot(dx - x, dy - y) < 0.92 * (size + s) for x, y, s in taken):
            continue
        taken.append((dx, dy, size))
        u, v = centre[0] + dx / (105 if scene.scale == 1 else 130), centre[1] + dy / (100 if scene.scale == 1 else 160)
        at = scene.cheek(u, v)
        if at:
            grown = size * scene.scale * (0.7 + 0.3 * strength)
            spots.append((at, grown * _narrowing(scene.cheek, u, v, scene.scale), grown))
        if len(taken) >= 4 + 7 * strength:
            break
    base, pen = _blank()
    for at, rx, ry in spots:
        pen.polygon(_blob(rng, at, rx * 2, ry * 1.9), fill=255)
    base = ImageChops.multiply(_soft(base, 6 * scene.scale, 0.6 + 0.4 * strength), scene.mask)
    scene.image = _tint(scene.image, base, _red(scene.person.tone))
    _bump(scene, [(at, rx * 1.1, ry * 1.1) for at, rx, ry in spots], 1.0)
    domes, pen = _blank()
    for at, rx, ry in spots:
        _dot(pen, at, rx * 0.88, ry * 0.88)
    fluid = _mix(_times(scene.person.skin, 1.06, 0.98, 0.92), (240, 214, 190), 0.4 if scene.person.tone < 5 else 0.22)
    scene.image = _cover(scene.image, _soft(domes, 1.3 * scene.scale, 0.38), fluid)
    rims, pen = _blank()
    for (x, y), rx, ry in spots:
        pen.arc((x - rx, y - ry, x + rx, y + ry), 60, 215, 255, max(2, round(1.6 * scene.scale)))
    scene.image = _tint(scene.image, _soft(rims, 1.0 * scene.scale, 0.8), (0.7, 0.5, 0.5))
    _glints(scene, spots, 0.6 if scene.scale == 1 else 0.9)


# --- camera


def _camera(image: Image.Image, seed: int) -> Image.Image:
    """Add what a phone adds: darker corners and sensor grain."""
    rng = random.Random(f"{seed}/grain")  # noqa: S311 - a drawing, not a secret
    corners = Image.radial_gradient("L").resize((1300, 1640)).crop((200, 220, 1100, 1420))
    image = _tint(image, corners.point(lambda v: max(0, v - 60)), (0.72, 0.72, 0.73))
    return _add(image, _noise(rng, SIZE, 0.7, 0.035))


def _jpeg(image: Image.Image) -> bytes:
    """Encode below the size limit, at the best quality that fits."""
    for quality in (88, 82, 76, 68, 58, 45):
        out = io.BytesIO()
        image.save(out, "JPEG", quality=quality)
        if out.tell() < MAX_BYTES:
            break
    return out.getvalue()
