"""One photo being drawn: where a place on the skin falls in it, and what is painted already."""

import random
from collections.abc import Callable
from dataclasses import dataclass

from PIL import Image, ImageFilter, ImageOps

from symptoms.demo.drawing.brush import add_grain, blank, clouds, spot
from symptoms.demo.drawing.head import CHEEK_T, CHEEK_Y, Head
from symptoms.demo.drawing.person import Person, stream_of
from symptoms.demo.drawing.shapes import SIZE, Point, mix, times


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

    def stream(self, name: str) -> random.Random:
        """Give the finding `name` its own random numbers, so that one finding never moves another."""
        return stream_of(self.seed, self.person.tone, name)


def skin_ramp(person: Person, shade: Image.Image) -> Image.Image:
    """Colour a shading as skin: warm in the shadows, paler in the light."""
    dark = person.tone >= 5
    shadow = times(person.skin, 0.30, 0.22, 0.20) if not dark else times(person.skin, 0.24, 0.2, 0.2)
    middle = times(person.skin, 0.86, 0.80, 0.77)
    light = mix(times(person.skin, 1.1, 1.09, 1.08), (255, 246, 236), 0.14 if not dark else 0.08)
    return ImageOps.colorize(shade, shadow, light, middle, midpoint=140)


def background_of(person: Person, seed: int) -> Image.Image:
    """Paint a wall out of focus, lighter where the light comes from."""
    rng = stream_of(seed, person.tone, "wall")
    shade = Image.linear_gradient("L").rotate(90).resize(SIZE)
    glow, pen = blank()
    spot(pen, (600, 420), 520, 560)
    glow = glow.resize((90, 120)).filter(ImageFilter.GaussianBlur(18)).resize(SIZE, Image.Resampling.BICUBIC)
    shade = Image.blend(shade, glow, 0.6)
    wall = ImageOps.colorize(shade, times(person.wall, 0.55, 0.57, 0.6), times(person.wall, 1.04, 1.04, 1.03))
    return add_grain(wall, clouds(rng, 6, 0.06))


def on_cheek(head: Head, side: int, u: float, v: float) -> Point | None:
    """Place cheek coordinates (u from the nose to the ear, v down, both -1 to 1) in the photo; None if hidden."""
    angle = side * (CHEEK_T + 0.42 * u)
    if head.facing(angle) < 0.28:
        return None
    return head.place(angle, CHEEK_Y + 100 * v)[:2]
