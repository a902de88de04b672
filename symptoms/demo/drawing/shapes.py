"""The canvas, and small arithmetic with colours and curves."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Literal

View = Literal["front", "left", "right", "close_up"]
Colour = tuple[int, int, int]
Point = tuple[float, float]
Curve = Sequence[Point]
WIDTH, HEIGHT = 900, 1200
SIZE = (WIDTH, HEIGHT)
STEP = 4  # the relief is computed on every fourth pixel and enlarged: shading is smooth
COLUMNS, ROWS = WIDTH // STEP, HEIGHT // STEP


def clamp(value: float, low: float = 0.0, high: float = 1.0) -> float:
    """Keep `value` between `low` and `high`."""
    return max(low, min(high, value))


def mix(one: Colour, other: Colour, share: float) -> Colour:
    """Mix two colours, `share` of the second."""
    r, g, b = (round(a + (c - a) * share) for a, c in zip(one, other, strict=True))
    return r, g, b


def times(colour: Colour, red: float, green: float, blue: float) -> Colour:
    """Scale the channels of a colour."""
    r, g, b = (round(clamp(c * f, 0, 255)) for c, f in zip(colour, (red, green, blue), strict=True))
    return r, g, b


def height_along(curve: Curve, at: float) -> float:
    """Read a curve given by its points, eased between them; flat outside."""
    if at <= curve[0][0]:
        return curve[0][1]
    for (x0, y0), (x1, y1) in pairwise(curve):
        if at <= x1:
            return y0 + (y1 - y0) * (at - x0) / (x1 - x0)
    return curve[-1][1]


def smoothed(values: list[float], reach: int) -> list[float]:
    """Average each value with its neighbours, to take the corners off a curve."""
    last = len(values) - 1
    return [
        sum(values[min(last, max(0, i + k))] for k in range(-reach, reach + 1)) / (2 * reach + 1)
        for i in range(len(values))
    ]
