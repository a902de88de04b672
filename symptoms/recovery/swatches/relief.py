"""What stands above skin or lies below it: swelling, spots, raised scars, dents. Light falls from above and left."""

from collections.abc import Iterable

from symptoms.recovery.swatches.paint import (
    SHADOW,
    WHITE,
    Point,
    around,
    dots,
    fill,
    line,
    moved,
    places,
    smooth,
    stroke,
)
from symptoms.recovery.swatches.skin import Skin, Tone

BEHIND = "#dfe5e4"  # skin that is seen along its surface
# How far across a rise or a hollow, and what share of its height is reached there.
RISE = ((-6, 0), (2, 0), (6, 0.12), (11, 0.55), (19, 0.9), (29, 1), (40, 0.9), (48, 0.55), (53, 0.12), (58, 0), (66, 0))
HOLLOW = ((-6, 0), (2, 0), (9, 0.14), (18, 0.7), (30, 1), (42, 0.7), (51, 0.14), (58, 0), (66, 0))
# A spot, sore skin around it, and its white tip.
SPOT = {
    Tone.LIGHT: ("#d9685f", "#d8423f", "#fdf3cf"),
    Tone.BROWN: ("#80382d", "#7a2a2c", "#f0e0b0"),
    Tone.BLACK: ("#3d1813", "#4a1028", "#dccb9a"),
}
# A scar of levels 1 to 4.
SCAR = {
    Tone.LIGHT: ("#e6ac92", "#dd9184", "#d0716b", "#bf5657"),
    Tone.BROWN: ("#98623f", "#84492f", "#753a2c", "#672d2a"),
    Tone.BLACK: ("#4a2a19", "#3c1c13", "#391915", "#381619"),
}
KELOID: list[Point] = [
    (11, 66), (9, 56), (3, 47), (12, 44), (17, 36), (20, 28), (14, 17), (24, 20), (33, 19), (38, 8), (48, 6),
    (51, 15), (45, 27), (46, 35), (57, 41), (46, 46), (39, 47), (32, 57), (22, 62),
]  # fmt: skip


def swelling(skin: Skin, level: int) -> str:
    """Skin seen along its surface, higher than the broken line where it was; in the end tight and shiny."""
    usual, rise = 36, (0, 2.2, 8, 17, 26)[level]
    lift = rise / 26
    dim = [(44, usual - 0.3 * rise), (60, usual + 1), (58, usual + 16), (42, usual + 14), (30, usual + 17)]
    bright = around((22, usual + 3 - 0.6 * rise), 5 + 0.35 * rise, "bright", rough=0.1)
    tight = around((29, usual + 9 - rise / 2), 12 + rise / 2, "tight", rough=0.05)
    streak = line((16, 25), (27, 12), -3)
    drawn = fill(smooth(tight), skin.ground, 0.85, blur=3) if level == 4 else ""
    if level:
        drawn += fill(smooth(dim), skin.line, 0.25 + 0.6 * lift, blur=4)
        drawn += fill(smooth(bright), skin.glow, 0.3 + 0.5 * lift, blur=4)
    if level == 4:
        drawn += stroke(streak, WHITE, 4, 0.5, blur=2) + stroke(streak, WHITE, 1.4, 0.8, blur=1)
    return drawn + _edge(skin, usual, ((x, usual - rise * share) for x, share in RISE), is_marked=level > 1)


def bumps(skin: Skin, level: int) -> str:
    """A few spots, some with a white tip; ten or more; over most of the skin; all over, with sore skin around them."""
    spot, sore, tip = SPOT[skin.tone]
    count, size = ((4, 2.3), (12, 2.3), (30, 2.4), (42, 2.8))[level - 1]
    at = places("bumps", 42, 6)[:count]
    halo, sores = (5, 0.32) if level == 4 else (3, 0.18)
    return (
        stroke(dots(at), sore, size * halo, sores, blur=2)
        + stroke(dots(moved(at, 0.5, 0.7)), SHADOW, size * 1.9, 0.35, blur=1)
        + stroke(dots(at), spot, size * 1.8)
        + stroke(dots(moved(at, -0.5, -0.6)), skin.glow, size * 0.8, 0.6, blur=1)
        + stroke(dots(at[:: 3 if level == 4 else 4]), tip, size * 0.8)
    )


def raised_scar(skin: Skin, level: int) -> str:
    """A line that can hardly be seen; a thin one; one that stands up; one that has grown past where it was."""
    colour = SCAR[skin.tone][level - 1]
    way: list[Point] = [(14, 61), (20, 48), (30, 38), (36, 27), (45, 13)]
    if level == 4:
        ridge = [(29 + 0.66 * (x - 31), 36 + 0.66 * (y - 38)) for x, y in KELOID]
        return (
            fill(smooth(moved(KELOID, 1.6, 2)), SHADOW, 0.5, blur=2)
            + fill(smooth(KELOID), colour, blur=1)
            + fill(smooth(ridge), skin.glow, 0.34, blur=3)
            + stroke(smooth(moved(way, -2.4, -2.4), closed=False), WHITE, 1.6, 0.5, blur=2)
        )
    width, lift, blur = ((2, 0.45, 1), (3.2, 0.8, 1), (7.5, 1, 2))[level - 1]
    below, above, top = 0.1 * width + 0.4, 0.12 * width, 0.2 * width
    drawn = stroke(smooth(moved(way, below, below), closed=False), SHADOW, width, 0.5 * lift, blur=blur)
    drawn += stroke(smooth(way, closed=False), colour, width, 0.55 + 0.45 * lift, blur=1)
    lit = smooth(moved(way, -above, -above), closed=False)
    drawn += stroke(lit, skin.glow, 0.45 * width, 0.5 * lift, blur=blur)
    glint = smooth(moved(way, -top, -top), closed=False)
    return drawn + (stroke(glint, WHITE, 0.1 * width, 0.55, blur=1) if level == 3 else "")


def indentations(skin: Skin, level: int) -> str:
    """Shallow dents, clear ones, deep ones; in the end the surface itself has sunk below the broken line."""
    usual, sink = 18, (0, 0.8, 2, 4, 14)[level]
    size, deep = ((0, 0), (4.5, 0.45), (5.2, 0.75), (6.2, 1), (6.2, 1))[level]
    at = [(14, 37), (36, 34), (25, 51), (47, 48), (11, 60), (38, 63)]
    drawn = ""
    if level == 4:
        valley = [(4, 24), (30, 30), (56, 24), (46, 50), (30, 58), (12, 50)]
        drawn += fill(smooth(valley), skin.line, 0.7, blur=4)
        drawn += fill(smooth([(14, 56), (46, 54), (58, 62), (30, 70)]), skin.glow, 0.5, blur=4)
    if level:
        drawn += "".join(_dent(skin, n, place, size * (0.8 + 0.1 * (n % 4)), deep) for n, place in enumerate(at))
    return drawn + _edge(skin, usual, ((x, usual + sink * share) for x, share in HOLLOW), is_marked=level > 2)


def _dent(skin: Skin, number: int, at: Point, size: float, deep: float) -> str:
    """A hollow: dark towards the light, bright at its far edge."""
    edge = around(at, size, "dent", number, rough=0.15)
    floor = moved(around(at, 0.8 * size, "dent", number, rough=0.15), 0.18 * size, 0.22 * size)
    return (
        fill(smooth(moved(edge, 0.16 * size, 0.2 * size)), skin.glow, 0.9 * deep, blur=1)
        + fill(smooth(edge), skin.line, 0.95 * deep, blur=1)
        + fill(smooth(floor), skin.ground, 0.55 if deep == 1 else 0.75, blur=2)
    )


def _edge(skin: Skin, usual: float, surface: Iterable[Point], *, is_marked: bool) -> str:
    """Where skin ends that is seen along its surface; `is_marked`: a broken line says where that usually is."""
    edge = smooth(list(surface), closed=False)
    marked = f'<path stroke="{skin.line}" stroke-dasharray="2.4 2" d="M3 {usual}H57"/>' if is_marked else ""
    return (
        fill(f"{edge}V-9H-9z", BEHIND) + stroke(edge, skin.line, 1.2, 0.7) + stroke(edge, skin.glow, 0.5, 0.6) + marked
    )
