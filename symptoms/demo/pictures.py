"""The demo's photos: drawn, never real, and showing what was logged that day."""

from symptoms.demo.cast import Person, Story
from symptoms.demo.drawing.photo import draw
from symptoms.demo.drawing.shapes import View

DOTS_SHOW_FOR = 2  # days; the needles' marks have closed by then


def picture(person: Person, story: Story, day: int, view: View) -> bytes:
    """A JPEG of the person on that day, from one view."""
    levels, signs = story.on(day) or {}, story.signs.get(day, ())
    return draw(
        seed=person.seed,
        tone=person.fitzpatrick or 3,
        view=view,
        redness=levels.get("redness", 0) / 4,
        swelling=levels.get("swelling", 0) / 4,
        dark_marks=levels.get("dark_patches", 0) / 3,
        pustules=0.8 if "pus" in signs else levels.get("bumps", 0) / 8,
        blisters=0.9 if "blisters" in signs else 0,
        dots=0.7 if day < DOTS_SHOW_FOR else 0,
    )
