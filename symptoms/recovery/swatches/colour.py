"""What changes the colour of skin and leaves it flat: redness, bruises, dark and light patches."""

from collections.abc import Iterable, Mapping

from symptoms.recovery.swatches.paint import WHITE, Point, around, dots, fill, line, places, smooth, stroke
from symptoms.recovery.swatches.skin import Skin, Tone

Paint = tuple[str, float]  # a colour, and how much of the skin it hides

# Of levels 1 to 4: light skin turns pink and red; darker skin turns darker, purple or grey.
FLUSH: Mapping[Tone, tuple[Paint, ...]] = {
    Tone.LIGHT: (("#ea8a7d", 0.5), ("#e0625a", 0.66), ("#d23a38", 0.8), ("#b3101f", 0.9)),
    Tone.BROWN: (("#8f4d3a", 0.6), ("#873d3c", 0.76), ("#752b3a", 0.88), ("#540f25", 0.95)),
    Tone.BLACK: (("#4d2728", 0.62), ("#492232", 0.76), ("#3b1b30", 0.86), ("#1f030f", 0.97)),
}
# The fading rim of a bruise, the bruise and its middle.
BRUISE = {
    Tone.LIGHT: ("#a9a04a", "#7d4a83", "#3f3163"),
    Tone.BROWN: ("#86702a", "#552b50", "#2a1a3d"),
    Tone.BLACK: ("#57451c", "#301630", "#150a1b"),
}
DARKER: Mapping[Tone, tuple[Paint, ...]] = {
    Tone.LIGHT: (("#c08a62", 0.75), ("#9a6440", 0.8), ("#8a5535", 0.86), ("#5c3420", 0.94)),
    Tone.BROWN: (("#7d4b2a", 0.8), ("#653a20", 0.8), ("#552e19", 0.86), ("#341a0d", 0.95)),
    Tone.BLACK: (("#412315", 0.85), ("#351b11", 0.8), ("#33170f", 0.88), ("#1b0c07", 0.95)),
}
LIGHTER: Mapping[Tone, tuple[Paint, ...]] = {
    Tone.LIGHT: (("#f9e2d0", 0.8), ("#fbe7d8", 0.85), ("#fdeee3", 0.9), ("#fffaf6", 0.97)),
    Tone.BROWN: (("#cc9e78", 0.8), ("#d9b08b", 0.8), ("#e2be9c", 0.86), ("#f7e6d6", 0.96)),
    Tone.BLACK: (("#8b6650", 0.8), ("#a17a60", 0.8), ("#b48d72", 0.86), ("#ecd3c0", 0.96)),
}


def redness(skin: Skin, level: int) -> str:
    """A flush that ends within the patch, with the needles' dots in it; shiny and tight at last."""
    colour, hides = FLUSH[skin.tone][level - 1]
    field = [(4 - level, 15), (22, 7), (44, 3), (70, -8), (70, 80), (40, 72), (20, 67), (7 - level, 58), (9, 38)]
    blots = (around(at, 5 + level, "flush", n) for n, at in enumerate(places("flush", 10, 10)))
    return (
        fill(smooth(field), colour, hides, blur=4)
        + fill("".join(map(smooth, blots)), colour, 0.2 + 0.1 * level, blur=2)
        + stroke(dots(places("needles", 46, 9)), colour, 1.3, 0.5 + 0.1 * level)
        + (_shine() if level == 4 else "")
    )


def bruising(skin: Skin, level: int) -> str:
    """Marks as small as a pea, then as large as a coin, then a large one, then nearly all of the skin."""
    at = [(20, 24), (42, 41), (17, 54), (45, 15), (31, 38)]
    sizes = ((3, 3.4, 2.6), (8, 9, 7), (11, 21, 9, 9), (18, 25, 19, 19, 26))[level - 1]
    marks = [around(place, 1.3 * size, "bruise", n) for n, (place, size) in enumerate(zip(at, sizes, strict=False))]
    drawn = ""
    for colour, hides, share in zip(BRUISE[skin.tone], (0.55, 0.72, 0.62), (1, 0.77, 0.46), strict=True):
        parts = [_shrunk(mark, place, share) for mark, place in zip(marks, at, strict=False)]
        drawn += fill("".join(map(smooth, parts)), colour, hides, blur=1 if level == 1 else 2)
    return drawn


def dark_patches(skin: Skin, level: int) -> str:
    """Small spots, a little darker; in the end nearly all of the skin, very dark."""
    return _patches("darker", DARKER[skin.tone][level - 1], level)


def light_patches(skin: Skin, level: int) -> str:
    """Small spots, a little paler; in the end nearly all of the skin, white."""
    return _patches("lighter", LIGHTER[skin.tone][level - 1], level)


def _patches(name: str, paint: Paint, level: int) -> str:
    """Patches that grow together: on less than half of the skin, on half or more, on most."""
    count, reach = ((6, 5.2), (7, 9.5), (9, 13), (12, 17))[level - 1]
    at = places(name, 12, 8)[:count]
    patches = (around(place, reach * (0.7 + 0.06 * (n * 5 % 9)), name, n, rough=0.32) for n, place in enumerate(at))
    return fill("".join(map(smooth, patches)), *paint, blur=2)


def _shrunk(points: Iterable[Point], to: Point, share: float) -> list[Point]:
    return [(to[0] + share * (x - to[0]), to[1] + share * (y - to[1])) for x, y in points]


def _shine() -> str:
    """Light on skin that is stretched."""
    streaks = line((15, 30), (31, 17), -2) + line((33, 50), (46, 39), -1)
    return stroke(streaks, WHITE, 7, 0.3, blur=3) + stroke(streaks, WHITE, 2.5, 0.3, blur=2)
