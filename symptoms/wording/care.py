"""Care as the patient reads it: a picture for each topic, and the few lines for one day."""

from collections.abc import Iterable

from symptoms.recovery.care import Advice
from symptoms.wording.patient import for_alone

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
}
DAILY = ("Sun", "Washing", "Picking, scratching, shaving")  # what one does or leaves every day


def in_full(advice: Iterable[Advice], *, has_clinic: bool) -> list[dict[str, str]]:
    """Each topic with its icon and its words; without a clinic a doctor takes its place."""
    words = ((item.topic, item.text if has_clinic else for_alone(item.text)) for item in advice)
    return [{"topic": topic, "icon": ICONS.get(topic, "care"), "text": text} for topic, text in words]


def in_short(advice: Iterable[Advice], *, has_clinic: bool) -> list[dict[str, str]]:
    """The lines for today's page."""
    return in_full((item for item in advice if item.topic in DAILY), has_clinic=has_clinic)
