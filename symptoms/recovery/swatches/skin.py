"""Skin that nothing has happened to, in three tones: its colour, its fine lines, its pores, and light on it."""

from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from symptoms.recovery.swatches.paint import HEIGHT, WHOLE, WIDTH, Point, dots, line, stream

GAP = 8  # between the corners of the net of fine lines


class Tone(StrEnum):
    """How much colour skin has, for a drawing."""

    LIGHT = "light"
    BROWN = "brown"
    BLACK = "black"


@dataclass(frozen=True, slots=True)
class Skin:
    """The colours of healthy skin: as it is, in its fine lines and shadows, and where light falls on it."""

    tone: Tone
    ground: str
    line: str
    glow: str


SKINS = {
    Tone.LIGHT: Skin(Tone.LIGHT, "#ecc3a7", "#b57e60", "#fff0e2"),
    Tone.BROWN: Skin(Tone.BROWN, "#aa7650", "#6b4127", "#e2b48f"),
    Tone.BLACK: Skin(Tone.BLACK, "#633f2d", "#2f190f", "#a67a5d"),
}
TEXTURE = '<use href="#light" opacity=".5"/><use href="#net" opacity=".4"/>'  # goes on over what is only a colour


def tone_of(fitzpatrick: int | None) -> Tone | None:
    """The tone that is nearest to a skin type of 1 to 6; None for an unknown one."""
    return None if fitzpatrick is None else list(Tone)[(fitzpatrick - 1) // 2]


def definitions(skin: Skin) -> str:
    """Healthy skin by the name `skin`, of which `light` and `net`, its fine lines, are parts."""
    rng = stream("pores")
    pores = dots((rng.uniform(0, WIDTH), rng.uniform(0, HEIGHT)) for _ in range(34))
    return (
        f'<radialGradient id="falls" cx=".25" cy=".15" r="1.1"><stop stop-color="{skin.glow}" stop-opacity=".4"/>'
        f'<stop offset=".55" stop-color="{skin.glow}" stop-opacity=".05"/>'
        f'<stop offset="1" stop-color="{skin.line}" stop-opacity=".4"/></radialGradient>'
        f'<path id="light" fill="url(#falls)" d="{WHOLE}"/><path id="lines" d="{_net()}"/>'
        f'<g id="net" fill="none"><use href="#lines" stroke="{skin.line}" stroke-opacity=".2" stroke-width=".6"/></g>'
        f'<g id="skin" fill="none" stroke-linecap="round"><path fill="{skin.ground}" d="{WHOLE}"/>'
        f'<use href="#light"/><use href="#net"/>'
        f'<use href="#lines" x=".6" y=".6" stroke="{skin.glow}" stroke-opacity=".22" stroke-width=".5"/>'
        f'<path stroke="{skin.line}" stroke-opacity=".5" stroke-width=".9" d="{pores}"/></g>'
    )


@cache
def _net() -> str:
    """Fine lines between corners that stand in rows, each moved a little."""
    rng, net = stream("net"), ""
    corners: dict[tuple[int, int], Point] = {
        (row, column): ((column + row % 2 / 2) * GAP + rng.uniform(-2.4, 2.4), row * GAP + rng.uniform(-2.4, 2.4))
        for row in range(-1, HEIGHT // GAP + 2)
        for column in range(-1, WIDTH // GAP + 2)
    }
    for (row, column), at in corners.items():
        lean = row % 2
        for other in ((row, column + 1), (row + 1, column + lean), (row + 1, column + lean - 1)):
            if other in corners and rng.random() < 0.72:
                net += line(at, corners[other], rng.uniform(-1, 1))
    return net
