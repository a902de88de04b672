"""Drawn photos: the same each time, small enough for the demo, and showing what they are asked to, in every tone."""

from functools import cache

import pytest
from PIL import ImageChops, ImageStat

from symptoms.demo.drawing.photo import draw
from symptoms.photos.intake import take_in
from tests import images

FINDINGS = ("redness", "pustules", "dark_marks", "blisters", "dots", "swelling")


@cache
def drawn(**asked):
    """The drawing, opened; drawing takes half a second, so each is made once."""
    return images.shown(draw(**{"seed": 3, "tone": 3, "view": "front", **asked}))


def test_the_same_request_is_the_same_photo_and_another_person_another():
    assert draw(seed=3, tone=3, view="close_up") == draw(seed=3, tone=3, view="close_up")
    assert ImageChops.difference(drawn(), drawn(seed=4)).getbbox()


@pytest.mark.parametrize("view", ["front", "right", "close_up"])
def test_every_view_is_a_photo_that_we_would_keep(view):
    data = draw(seed=3, tone=5, view=view, **dict.fromkeys(FINDINGS, 1.0))
    picture = take_in(data)
    assert (picture.width, picture.height) == (900, 1200)
    assert len(data) < 200_000


@pytest.mark.parametrize("finding", FINDINGS)
def test_every_finding_is_seen(finding):
    apart = ImageChops.difference(drawn(view="left"), drawn(view="left", **{finding: 1.0})).convert("L")
    seen = apart.point([0] * 24 + [255] * 232)
    assert ImageStat.Stat(seen).mean[0] > 0.02


@pytest.mark.parametrize("tone", range(1, 7))
def test_redness_is_redder_in_every_tone(tone):
    def red_to_green(redness):
        red, green, _ = ImageStat.Stat(drawn(tone=tone, view="close_up", redness=redness)).mean
        return red / green

    assert red_to_green(0.8) > red_to_green(0)


def test_what_it_does_not_know_is_refused():
    with pytest.raises(ValueError, match="view"):
        draw(seed=1, tone=1, view="back")
    with pytest.raises(ValueError, match="tone"):
        draw(seed=1, tone=7, view="front")
