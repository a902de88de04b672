"""SVG written by hand: places, lines and shapes, the same each time they are drawn."""

import math
import random
from collections.abc import Iterable, Sequence
from functools import cache
from itertools import pairwise

Point = tuple[float, float]

WIDTH, HEIGHT = 60, 72  # of one patch of skin, in the drawing's own units
WHOLE = f"M0 0h{WIDTH}v{HEIGHT}H0z"
BLURS = (0.5, 1.1, 2, 4)  # how soft an edge is with blur 1 to 4
WHITE, SHADOW = "#fff", "#000"
TRIES = 12  # for each place, of which the one farthest from all others is taken


def stream(*names: object) -> random.Random:
    """Random numbers that are always the same for the same names."""
    return random.Random("/".join(map(str, names)))  # noqa: S311  # nothing secret: it is to come out the same again


@cache
def places(name: str, count: int, margin: float = 5) -> Sequence[Point]:
    """Places all over a patch; the first few of them are spread as evenly as all of them."""
    rng, taken = stream(name, "places"), list[Point]()
    for _ in range(count):
        tried = [(rng.uniform(margin, WIDTH - margin), rng.uniform(margin, HEIGHT - margin)) for _ in range(TRIES)]
        taken.append(max(tried, key=lambda at: min((math.dist(at, other) for other in taken), default=0)))
    return tuple(taken)


def around(at: Point, size: float, *names: object, rough: float = 0.25, corners: int = 9) -> list[Point]:
    """The corners of an irregular round shape; the same names give the same shape, whatever its size."""
    rng, shape = stream(*names), list[Point]()
    turn = rng.uniform(0, math.tau)
    for corner in range(corners):
        angle, reach = turn + math.tau * corner / corners, size * rng.uniform(1 - rough, 1 + rough)
        shape.append((at[0] + math.cos(angle) * reach, at[1] + math.sin(angle) * reach))
    return shape


def moved(points: Iterable[Point], right: float, down: float) -> list[Point]:
    """The same points, a little further to the right and down."""
    return [(x + right, y + down) for x, y in points]


def smooth(points: Sequence[Point], *, closed: bool = True) -> str:
    """A curve through points, as the `d` of a path."""
    way = [points[-1], *points, *points[:2]] if closed else [points[0], *points, points[-1]]
    d = f"M{_row(*way[1])}"
    for number, (before, start, end, after) in enumerate(zip(way, way[1:], way[2:], way[3:], strict=False)):
        dx, dy = end[0] - start[0], end[1] - start[1]
        d += "s" if number else f"c{_row((end[0] - before[0]) / 6, (end[1] - before[1]) / 6)} "
        d += _row(dx - (after[0] - start[0]) / 6, dy - (after[1] - start[1]) / 6, dx, dy)
    return f"{d}z" if closed else d


def jagged(points: Sequence[Point]) -> str:
    """A closed shape with straight edges, as the `d` of a path."""
    steps = "".join(f"l{_row(to[0] - at[0], to[1] - at[1])}" for at, to in pairwise(points))
    return f"M{_row(*points[0])}{steps}z"


def line(start: Point, end: Point, bend: float = 0) -> str:
    """A line from one point to another that bends a little, as the `d` of a path."""
    dx, dy = end[0] - start[0], end[1] - start[1]
    return f"M{_row(*start)}q{_row(dx / 2 - bend * dy / 9, dy / 2 + bend * dx / 9, dx, dy)}"


def dots(points: Iterable[Point]) -> str:
    """Round dots, as the `d` of a line that is as wide as they are."""
    return "".join(f"M{_row(x, y)}h0" for x, y in points)


def fill(d: str, colour: str, opacity: float = 1, *, blur: int = 0) -> str:
    """A filled shape; `blur` 1 to 4 softens its edge."""
    return f'<path fill="{colour}"{_seen("fill", opacity)}{_soft(blur)} d="{d}"/>'


def stroke(d: str, colour: str, width: float, opacity: float = 1, *, blur: int = 0) -> str:
    """A line with round ends; `blur` 1 to 4 softens it."""
    pen = f'stroke="{colour}" stroke-width="{_number(width)}" stroke-linecap="round" stroke-linejoin="round"'
    return f'<path fill="none" {pen}{_seen("stroke", opacity)}{_soft(blur)} d="{d}"/>'


def _seen(what: str, opacity: float) -> str:
    return "" if opacity == 1 else f' {what}-opacity="{opacity:.2f}"'


def _soft(blur: int) -> str:
    return f' filter="url(#b{blur})"' if blur else ""


def _row(*values: float) -> str:
    """Numbers one after the other, with a space only where one is needed."""
    first, *rest = map(_number, values)
    return first + "".join(value if value.startswith("-") else f" {value}" for value in rest)


def _number(value: float) -> str:
    """A number with one decimal at most, as short as SVG reads it."""
    short = f"{value:.1f}".removesuffix(".0").replace("-0.", "-.").removeprefix("0")
    return "0" if short in ("", "-0") else short
