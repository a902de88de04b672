"""What is said of the drawings of a symptom's levels: on whose skin, at which level, and that they are drawn."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy

from symptoms.recovery.swatches.skin import Tone
from symptoms.recovery.swatches.strip import DRAWN, name_of
from symptoms.recovery.vocabulary import Symptom
from symptoms.wording.phrases import SEVERITIES, STEPS, title

# Skin is called as it is in the question about its colour.
CAPTIONS = {
    Tone.LIGHT: gettext_lazy("{symptom} on light skin: a drawing, not a photo."),
    Tone.BROWN: gettext_lazy("{symptom} on olive or light brown skin: a drawing, not a photo."),
    Tone.BLACK: gettext_lazy("{symptom} on brown or black skin: a drawing, not a photo."),
}
PATCHES = {
    Tone.LIGHT: gettext_lazy("{symptom}, {level}, drawn on light skin"),
    Tone.BROWN: gettext_lazy("{symptom}, {level}, drawn on olive or light brown skin"),
    Tone.BLACK: gettext_lazy("{symptom}, {level}, drawn on brown or black skin"),
}


@dataclass(frozen=True, slots=True)
class Drawing:
    """A symptom on one tone of skin: its static file, what is said under it, and (level, word, alternative text) of
    each patch."""

    file: str
    caption: str
    patches: list[tuple[str, str, str]]


@dataclass(frozen=True, slots=True)
class Drawings:
    """The drawings of a symptom: those on skin like the patient's, and the others."""

    alike: list[Drawing]
    others: list[Drawing]


def drawings(symptom: Symptom, own: Tone | None) -> Drawings | None:
    """How the levels of a symptom look; None where they can only be felt. With no tone of one's own all come first."""
    if symptom not in DRAWN:
        return None
    return Drawings(
        alike=[_drawing(symptom, tone) for tone in Tone if own in (tone, None)],
        others=[_drawing(symptom, tone) for tone in Tone if own not in (tone, None)],
    )


def _drawing(symptom: Symptom, tone: Tone) -> Drawing:
    name = title(symptom)
    patches = [
        (value, str(word), str(PATCHES[tone]).format(symptom=name, level=step))
        for (value, word), step in zip(SEVERITIES, STEPS, strict=True)
    ]
    return Drawing(name_of(symptom, tone), str(CAPTIONS[tone]).format(symptom=name), patches)
