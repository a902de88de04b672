"""What lies on skin: flakes, blood, fluid, scabs."""

from collections.abc import Sequence

from symptoms.recovery.swatches.paint import (
    SHADOW,
    WHITE,
    WHOLE,
    Point,
    around,
    dots,
    fill,
    jagged,
    line,
    moved,
    places,
    smooth,
    stream,
    stroke,
)
from symptoms.recovery.swatches.skin import Skin, Tone

# Dry skin that comes off, the shade under its edge, the new skin beneath, raw skin, and its cracks.
FLAKE = {
    Tone.LIGHT: ("#fffaf3", "#9c6a50", "#eb9c8a", "#cf3f45", "#7d1219"),
    Tone.BROWN: ("#f0e2d3", "#442413", "#c07a66", "#b53a40", "#5c0c12"),
    Tone.BLACK: ("#d8c8ba", "#180b06", "#8f5547", "#a1323c", "#3d060c"),
}
# A scab, where it is thick, and its dry edge.
SCAB = {
    Tone.LIGHT: ("#8f4c27", "#4f210e", "#d29b6c"),
    Tone.BROWN: ("#55290f", "#2b1105", "#c08a5a"),
    Tone.BLACK: ("#2b1207", "#100501", "#b08467"),
}
BLOOD, DEEP_BLOOD, BLOOD_GLINT = "#c2121e", "#720610", "#ffa79e"
FLUID, STAIN = "#ffdf9e", "#e0b06a"  # on skin, and dried into a tissue
PAPER, FOLD = "#fbfaf7", "#c9c6bf"


def peeling(skin: Skin, level: int) -> str:
    """A few dry flakes, then many, then sheets over new skin, then raw and cracked skin between them."""
    dry, under, new, raw, crack = FLAKE[skin.tone]
    count, size = ((7, 2.2), (30, 2.4), (9, 9), (9, 7))[level - 1]
    at = places("peeling", 30, 4)[:count]
    drawn = fill(WHOLE, dry, 0.1 + 0.03 * level)
    if level > 2:
        bare = (around(place, 10.2, "bare", n) for n, place in enumerate(moved(at, 3, 3)))
        drawn += fill("".join(map(smooth, bare)), new if level == 3 else raw, 0.85, blur=1)
    if level == 4:
        cracks = "".join(_cracks(place, n) for n, place in enumerate(moved(at, 3, 4)))
        drawn += stroke(cracks, crack, 1.1) + stroke(cracks, "#ffb3a8", 0.4, 0.7)
    flakes = [around(place, size, "flake", n, rough=0.35, corners=11) for n, place in enumerate(at)]
    lifted = "".join(map(jagged, flakes))
    return (
        drawn
        + fill("".join(jagged(moved(flake, 0.8, 1)) for flake in flakes), under, 0.65, blur=1)
        + fill(lifted, dry, 0.62)
        + stroke(lifted, dry, 0.4, 0.9)
    )


def bleeding(skin: Skin, level: int) -> str:
    """Dots where the needles went; beads; trickles and a tissue that takes them up; blood that runs over all of it."""
    at, size = places("bleeding", 34, 5), (1.7, 2.4, 3, 3.2)[level - 1]
    running, length, width = ((0, 0, 0), (5, 5, 1.6), (9, 22, 2.8), (13, 34, 4))[level - 1]
    drawn = _pool() if level == 4 else ""
    ways = [(x + n % 3 - 1, y + length * (0.7 + 0.1 * (n * 3 % 5))) for n, (x, y) in enumerate(at[:running])]
    trickles = "".join(line(start, end, 1) for start, end in zip(at, ways, strict=False))
    beads = at[:22] if level == 1 else at
    if trickles:
        drawn += stroke(trickles, DEEP_BLOOD, width + 0.5, 0.8) + stroke(trickles, BLOOD, width)
    drawn += stroke(dots(beads), DEEP_BLOOD, size + 0.5, 0.8) + stroke(dots(beads), BLOOD, size)
    drawn += stroke(dots(moved(beads, -0.2 * size, -0.25 * size)), BLOOD_GLINT, 0.3 * size, 0.8)
    return drawn + (_tissue(level, BLOOD, 0.93) if level > 2 else "")


def oozing(skin: Skin, level: int) -> str:
    """A wet shine, then a tissue with a wet spot, then drops that run, then a cloth that is soaked."""
    at = places("oozing", 26, 6)
    count, size = ((7, 1.3), (14, 2.2), (18, 3), (22, 3.4))[level - 1]
    wet = "".join(smooth(around(place, 5 + 1.6 * level, "wet", n)) for n, place in enumerate(at[: 4 + 2 * level]))
    glints = "".join(line((x - 3, y + 2), (x + 3, y - 2), -2) for x, y in at[8 : 14 + 2 * level])
    drawn = fill(wet, WHITE, 0.08 + 0.05 * level, blur=2)
    drawn += stroke(glints, WHITE, 2, 0.35 + 0.06 * level, blur=1) + stroke(glints, WHITE, 0.7, 0.7)
    beads = at[:count]
    if level > 2:
        ends = [(x + n % 3 - 1, y + 10 + 3 * level) for n, (x, y) in enumerate(at[:8])]
        runs = "".join(line(start, end, 1) for start, end in zip(at, ends, strict=False))
        drawn += stroke(runs, skin.line, 2.6, 0.35) + stroke(runs, FLUID, 2, 0.4) + stroke(runs, WHITE, 0.5, 0.7)
        beads = [*ends, *beads[8:]]
    drawn += stroke(dots(moved(beads, 0.5, 0.7)), SHADOW, size + 0.4, 0.3) + stroke(dots(beads), FLUID, size, 0.75)
    drawn += stroke(dots(moved(beads, -0.2 * size, -0.2 * size)), WHITE, 0.45 * size)
    return drawn + (_tissue(level, STAIN, 0.6) if level > 1 else "")


def crusting(skin: Skin, level: int) -> str:
    """Tiny dry dots; dots close together and a few scabs; scabs over half; thick ones over nearly all."""
    scab, thick, edge = SCAB[skin.tone]
    grains, grain = places("grains", 90, 4)[: 26 if level == 1 else 90], 1.7
    count, size = ((0, 0), (3, 4), (9, 9.4), (13, 12))[level - 1]
    at = places("crusting", 13, 8)[:count]
    sizes = [size * (0.75 + 0.08 * (n * 5 % 7)) for n in range(count)]
    scabs = [around(place, sizes[n], "scab", n, rough=0.3, corners=10) for n, place in enumerate(at)]
    middles = (around(place, 0.55 * size, "thick", n, rough=0.4) for n, place in enumerate(moved(at, 0.8, 0.8)))
    whole = "".join(map(smooth, scabs))
    drawn = stroke(dots(moved(grains, -0.2, -0.3)), edge, grain + 0.7, 0.7) + stroke(dots(grains), scab, grain)
    if scabs:
        drawn += fill("".join(smooth(moved(each, 0.8, 1)) for each in scabs), SHADOW, 0.4, blur=1)
        drawn += fill(whole, scab) + stroke(whole, edge, 0.7, 0.75)
        drawn += fill("".join(map(smooth, middles)), thick, 0.9, blur=1)
    if level == 4:
        cracks = "".join(_cracks(place, n) for n, place in enumerate(at))
        drawn += stroke(cracks, thick, 1.2) + stroke(cracks, edge, 0.35, 0.8)
    return drawn


def _cracks(at: Point, number: int) -> str:
    rng = stream("crack", number)
    ends = [(at[0] + rng.uniform(-7, 7), at[1] + rng.uniform(-7, 7)) for _ in range(3)]
    return "".join(line(at, end, rng.uniform(-3, 3)) for end in ends)


def _pool() -> str:
    """Blood that covers all but one side, brighter where it is thin."""
    pool = [(3, 6), (20, -6), (66, -6), (66, 80), (14, 80), (9, 60), (15, 44), (6, 30), (11, 18)]
    thin = "".join(smooth(around(at, 10, "thin", n)) for n, at in enumerate([(24, 16), (44, 30), (26, 44)]))
    return fill(smooth(pool), DEEP_BLOOD, blur=1) + fill(thin, BLOOD, 0.95, blur=3)


def _tissue(level: int, wet: str, hides: float) -> str:
    """A tissue that was pressed on, in the end a cloth, and how far it is soaked."""
    paper: Sequence[Point] = {
        2: [(27, 53), (55, 46), (62, 70), (60, 78), (33, 78)],
        3: [(22, 50), (54, 43), (66, 66), (66, 80), (28, 80)],
        4: [(12, 46), (40, 36), (66, 38), (66, 80), (17, 80)],
    }[level]
    at, size = {2: ((45, 62), 5), 3: ((44, 61), 11), 4: ((43, 60), 22)}[level]
    (left, top), (right, high), *_ = paper
    folds = line((left + 3, top + 8), (right + 4, high + 9), 1) + line((right - 9, high + 2), (right - 3, 80), 1)
    return (
        fill(jagged(moved(paper, -1, -1.2)), SHADOW, 0.4, blur=2)
        + fill(jagged(paper), PAPER)
        + fill(smooth(around(at, size, "soaked", rough=0.2)), wet, hides, blur=1)
        + stroke(folds, FOLD, 0.7, 0.9)
    )
