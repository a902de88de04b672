"""The drawings of the levels: of what can be seen, on three tones of skin, the same each time."""

import pytest

from symptoms.recovery.swatches.skin import Tone, tone_of
from symptoms.recovery.swatches.strip import DRAWN, NAMES, strip
from symptoms.recovery.vocabulary import Symptom

FELT = {Symptom.PAIN, Symptom.WARMTH, Symptom.ITCHING}
LARGEST = 40_000  # characters; a quarter of it or less goes over the wire


def test_every_symptom_is_drawn_unless_it_can_only_be_felt():
    assert set(DRAWN) == set(Symptom) - FELT
    assert len(NAMES) == len(DRAWN) * len(Tone)
    with pytest.raises(KeyError):
        strip(Symptom.PAIN, Tone.LIGHT)


@pytest.mark.parametrize("name", NAMES)
def test_a_drawing_is_small_and_needs_neither_script_nor_style(name):
    svg = strip(*NAMES[name])
    assert len(svg) <= LARGEST
    assert not [word for word in ("<script", "<style", "style=", "class=", " on", "http:") if word in _own(svg)]


def _own(svg: str) -> str:
    return svg.replace('xmlns="http://www.w3.org/2000/svg"', "")


@pytest.mark.parametrize(
    ("fitzpatrick", "tone"),
    [
        (1, Tone.LIGHT), (2, Tone.LIGHT), (3, Tone.BROWN), (4, Tone.BROWN), (5, Tone.BLACK), (6, Tone.BLACK),
        (None, None),
    ],
)  # fmt: skip
def test_a_skin_type_has_the_tone_that_is_nearest(fitzpatrick, tone):
    assert tone_of(fitzpatrick) == tone
