"""The relief of a head, lit once."""

import math

from PIL import Image, ImageChops, ImageFilter

from symptoms.demo.drawing.brush import coarse, enlarged
from symptoms.demo.drawing.head import BODY_DEPTH, BODY_WIDTH, NOWHERE, Head
from symptoms.demo.drawing.person import Person, stream_of
from symptoms.demo.drawing.shapes import COLUMNS, ROWS, STEP, WIDTH, Curve, clamp, height_along, smoothed


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


def hairline(person: Person) -> Curve:
    """Say how far down the hair comes, by angle from the nose."""
    low = 690 if not person.coily else 560
    return [
        (0, person.hairline + 4), (0.2, person.hairline), (0.45, person.hairline + 2), (0.65, person.hairline + 14),
        (0.82, person.hairline + 42), (0.95, person.hairline + 88), (1.06, 420), (1.14, 462), (1.24, 520),
        (1.32, 556), (1.42, 548), (1.58, 505), (1.75, 560), (1.95, low - 30), (2.3, low + 20), (3.2, low + 40),
    ]  # fmt: skip


def fill_buffer(head: Head) -> Buffer:
    """Stack body, head and hair, nearest in front."""
    buffer = Buffer()
    sines, cosines = [math.sin(a) for a in head.angles], [math.cos(a) for a in head.angles]
    turn_s, turn_c = math.sin(head.turn), math.cos(head.turn)
    hair_ends = _hair_ends(head)
    quarter = head.SAMPLES // 4
    for row in range(ROWS):
        y = row * STEP + STEP / 2
        if y > 640:
            wide, deep = height_along(BODY_WIDTH, y), height_along(BODY_DEPTH, y)
            body_x = WIDTH / 2 - 75 * turn_s * clamp((1150 - y) / 250)
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
            buffer.span(row, _hair(head, row, hair_ends), HAIRY)
    return buffer


def _hair_ends(head: Head) -> list[float]:
    """How far down the hair comes at each angle, a little ragged."""
    person = head.person
    ragged = stream_of(round(person.hairline * 1000), person.tone, "hairline")
    rough = smoothed([ragged.uniform(-26, 26) for _ in head.angles], 2)
    return [height_along(hairline(person), abs(a)) + wave for a, wave in zip(head.angles, rough, strict=True)]


def _hair(head: Head, row: int, ends: list[float]) -> list[tuple[float, float] | None]:
    """The points of the hair in a row, None where it has ended; none at all above the head."""
    y = row * STEP + STEP / 2
    above = min(row + 6, ROWS - 1)
    wide, deep = head.widths[above], head.depths[above]
    if wide < 4:
        return [None]
    turn_s, turn_c = math.sin(head.turn), math.cos(head.turn)
    tuck, near_face = 0.3 + 0.7 * head.backs[row], 0.3 + 0.7 * clamp((440 - y) / 170)
    points: list[tuple[float, float] | None] = []
    for angle, end in zip(head.angles, ends, strict=True):
        if y > end:
            points.append(None)
            continue
        s, c = math.sin(angle), math.cos(angle)
        lift = head.person.volume * clamp((end - y) / 130 + 0.08) * (near_face if c > 0.12 else 1.0)
        x, z = (wide + lift) * s, (deep + lift) * (c if c > 0 else c * tuck)
        points.append(((head.centre + x * turn_c + z * turn_s) / STEP - 0.5, z * turn_c - x * turn_s))
    return points


def lit(buffer: Buffer) -> tuple[Image.Image, Image.Image]:
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
    return coarse(shade), coarse(shine)


def _step(before: float, here: float, after: float) -> float:
    """Give the slope at a pixel, ignoring a neighbour that belongs to something far behind or in front."""
    a, b = here - before, after - here
    if abs(a) > 40:
        a = b
    if abs(b) > 40:
        b = a
    return clamp((a + b) / (2 * STEP), -4, 4)


def crevices(buffer: Buffer) -> Image.Image:
    """Darken what lies deeper than its surroundings: beside the nose, under the chin, in the eye sockets."""
    depth = coarse(bytes(int(clamp((z + 60) * 0.7, 0, 255)) for line in buffer.near for z in line))
    wide = ImageChops.subtract(depth.filter(ImageFilter.GaussianBlur(9)), depth)
    tight = ImageChops.subtract(depth.filter(ImageFilter.GaussianBlur(3)), depth)
    return ImageChops.add(wide.point(lambda v: min(130, v * 2)), tight.point(lambda v: min(70, v * 2)))


def layer_mask(
    buffer: Buffer, layers: tuple[int, ...], blur: float, cut: float = 0.5, hard: float = 1.0
) -> Image.Image:
    """Give where one of the layers is nearest; a harder edge, or one moved inwards (`cut`), is made by contrast."""
    table = bytes(255 if value in layers else 0 for value in range(256))
    mask = enlarged(coarse(b"".join(bytes(line) for line in buffer.layer).translate(table)), blur)
    if hard == 1.0:
        return mask
    return mask.point([round(clamp((v - 255 * cut) * hard + 127.5, 0, 255)) for v in range(256)])
