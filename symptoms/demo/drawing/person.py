"""Somebody who does not exist: everything about a face follows from the seed and the skin tone."""

import random
from dataclasses import dataclass

from symptoms.demo.drawing.shapes import Colour, times

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


def stream_of(seed: int, tone: int, name: str) -> random.Random:
    """Give repeatable random numbers for one purpose."""
    return random.Random(f"{seed}/{tone}/{name}")  # noqa: S311 - a drawing, not a secret


def person_of(seed: int, tone: int) -> Person:
    """Decide who the seed stands for."""
    rng = stream_of(seed, tone, "person")
    warmth = rng.uniform(-0.03, 0.03)
    light = rng.uniform(0.96, 1.04)
    return Person(
        tone=tone,
        skin=times(SKIN[tone], light * (1 + warmth), light, light * (1 - warmth)),
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
