"""Care as the patient reads it: a picture for each topic, and the few lines for one day."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext, gettext_lazy

from symptoms.recovery.care import ABOUT, ALONE, Advice
from symptoms.wording.phrases import in_a_row
from symptoms.wording.treatment import CONDITIONS, MEDICATIONS

ICONS = {  # of the sprite, by topic
    "Touching": "hand",
    "Washing": "drop",
    "Moisturiser": "drop",
    "Sun": "sun",
    "Make-up": "brush",
    "Sport and sweat": "run",
    "Pool, sea, sauna, hot tub, steam": "wave",
    "Retinoid, acids, vitamin C, benzoyl peroxide, scrubs": "care",
    "Picking, scratching, shaving": "hand",
    "Alcohol, hot drinks, spicy food": "care",
    "Pain relief": "pill",
    "Itch and swelling": "bed",
    "Needling, peel, laser, waxing, filler, toxin": "device",
    "Your log": "pen",
    "Fever": "care",
    "Skin cancer": "care",
    "Dark marks": "sun",
}
# Why care differs for somebody, to the practitioner; by the words of `recovery.care.care_words`.
REASONS: dict[str, Any] = {
    **{str(word): name for word, name in CONDITIONS.items()},
    **{str(word): name for word, name in MEDICATIONS.items()},
    "slow": gettext_lazy("Needles over 1.5 mm, or RF"),
    "gentle": gettext_lazy("Needles over 1.5 mm, RF, skin type IV to VI or unknown, rosacea or a tan"),
    "at_risk": gettext_lazy("Diabetes or a weak immune system"),
    "bleed_risk": gettext_lazy("Blood thinner or bleeding disorder"),
    "home": gettext_lazy("Needled at home"),
    "rf_at_home": gettext_lazy("RF at home"),
    "open_concern": gettext_lazy("A concern is open"),
}
DAILY = ("Skin cancer", "Fever", "Sun", "Washing", "Picking, scratching, shaving")  # what one does or leaves every day


def in_full(advice: Iterable[Advice], *, has_clinic: bool) -> list[dict[str, str]]:
    """Each topic with its icon and its words; without a clinic a doctor takes its place."""
    return [
        {
            "topic": gettext(item.topic),
            "icon": ICONS.get(item.topic, "care"),
            "text": in_words(item.texts, has_clinic=has_clinic),
        }
        for item in advice
    ]


def in_words(texts: Iterable[str], *, has_clinic: bool) -> str:
    """The texts one after the other, each after what it is about where it does not say so itself."""
    return " ".join(_in_words(text, has_clinic) for text in texts)


def _in_words(text: str, has_clinic: bool) -> str:
    words = gettext(text if has_clinic else ALONE.get(text, text))
    if text not in ABOUT:
        return words
    return gettext("{reason}: {advice}").format(reason=gettext(ABOUT[text]), advice=words)


def in_short(advice: Iterable[Advice], *, has_clinic: bool) -> list[dict[str, str]]:
    """The lines for today's page."""
    return in_full((item for item in advice if item.topic in DAILY), has_clinic=has_clinic)


def reasons(because: Iterable[str]) -> str:
    """Why care is another for somebody: "Blood thinner, Pregnant"; empty where it is the same for all."""
    return in_a_row(REASONS.get(word, word) for word in because)
