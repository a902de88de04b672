"""Photos of people who do not exist, drawn from a seed, so that demo photos never show a real skin."""

import io
import random

from PIL import Image

from symptoms.demo.drawing.brush import add_grain, noise_of, tint
from symptoms.demo.drawing.close_up import close_up_of
from symptoms.demo.drawing.findings import paint_blisters, paint_dark_marks, paint_dots, paint_pustules, paint_redness
from symptoms.demo.drawing.person import SKIN, person_of
from symptoms.demo.drawing.portrait import portrait_of
from symptoms.demo.drawing.shapes import SIZE, View, clamp

MAX_BYTES = 200_000
TURN = {"front": 0.0, "left": -0.74, "right": 0.74}


def draw(
    *,
    seed: int,
    tone: int,
    view: View,
    redness: float = 0,
    pustules: float = 0,
    dark_marks: float = 0,
    blisters: float = 0,
    dots: float = 0,
    swelling: float = 0,
) -> bytes:
    """Draw the person of `seed` and `tone` (Fitzpatrick 1 to 6) with findings of strength 0 to 1, as a JPEG."""
    if tone not in SKIN:
        raise ValueError(f"tone must be 1 to 6, not {tone}")
    if view not in ("front", "left", "right", "close_up"):
        raise ValueError(f"unknown view {view!r}")
    person = person_of(seed, tone)
    if view == "close_up":
        scene = close_up_of(person, seed, clamp(swelling))
    else:
        scene = portrait_of(person, seed, TURN[view], clamp(swelling))
    paint_redness(scene, clamp(redness), clamp(swelling))
    paint_dark_marks(scene, clamp(dark_marks))
    paint_dots(scene, clamp(dots))
    paint_pustules(scene, clamp(pustules))
    paint_blisters(scene, clamp(blisters))
    return _jpeg(_camera(scene.image, seed))


def _camera(image: Image.Image, seed: int) -> Image.Image:
    """Add what a phone adds: darker corners and sensor grain."""
    rng = random.Random(f"{seed}/grain")  # noqa: S311 - a drawing, not a secret
    corners = Image.radial_gradient("L").resize((1300, 1640)).crop((200, 220, 1100, 1420))
    image = tint(image, corners.point(lambda v: max(0, v - 60)), (0.72, 0.72, 0.73))
    return add_grain(image, noise_of(rng, SIZE, 0.7, 0.035))


def _jpeg(image: Image.Image) -> bytes:
    """Encode below the size limit, at the best quality that fits."""
    for quality in (88, 82, 76, 68, 58, 45):
        out = io.BytesIO()
        image.save(out, "JPEG", quality=quality)
        if out.tell() < MAX_BYTES:
            break
    return out.getvalue()
