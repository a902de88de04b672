"""A head is a stack of ellipses with bumps on it, turned by the view."""

import math

from symptoms.demo.drawing.person import Person
from symptoms.demo.drawing.shapes import ROWS, STEP, WIDTH, Curve, Point, clamp, height_along, smoothed

NOWHERE = -1e9
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


class Head:
    """The turned head: bumps on ellipses, one per row."""

    SAMPLES = 168

    def __init__(self, person: Person, turn: float, swelling: float) -> None:
        self.person = person
        self.turn = turn
        self.centre = WIDTH / 2 - 70 * math.sin(turn) * 0.6
        rows = [row * STEP + STEP / 2 for row in range(ROWS)]
        jaw = [person.jaw if y > 700 else 1.0 for y in rows]
        self.widths = smoothed(
            [height_along(HALF_WIDTH, y) * person.width * j for y, j in zip(rows, smoothed(jaw, 20), strict=True)], 3
        )
        self.depths = smoothed([height_along(DEPTH, y) for y in rows], 3)
        self.angles = [-math.pi + 2 * math.pi * i / self.SAMPLES for i in range(self.SAMPLES + 1)]
        self.backs = [height_along(BACK, y) for y in rows]
        self.relief = _relief(self.angles, rows, person, swelling)

    def place(self, angle: float, y: float, lift: float = 0.0) -> tuple[float, float, float]:
        """Find where a place on the skin (angle from the nose, height) is in the photo, and how near."""
        row = int(clamp(y / STEP, 0, ROWS - 1))
        sample = round(clamp((angle + math.pi) / (2 * math.pi) * self.SAMPLES, 0, self.SAMPLES))
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
