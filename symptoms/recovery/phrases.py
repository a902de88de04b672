"""What words are called, which unit a country's thermometers have, and lists: in English, with no reader in mind."""

from collections.abc import Iterable

from symptoms.recovery.questions import BY_WORD

FAHRENHEIT = frozenset({"US"})  # countries


def title(word: str) -> str:
    """What a symptom, sign or exposure is called; a word that no question asks any longer reads as it is stored."""
    return BY_WORD[word].title if word in BY_WORD else word.replace("_", " ").capitalize()


def thermometer(celsius: float, unit: str) -> str:
    """The number that a thermometer of `unit` ("c" or "f") shows: "38.1", "100.6"."""
    return f"{celsius if unit == 'c' else celsius * 9 / 5 + 32:.1f}"


def unit_of(country: str) -> str:
    """The unit of temperature of a country: "c" or "f"."""
    return "f" if country in FAHRENHEIT else "c"


def listed(words: Iterable[str], last_joined_by: str = " and ") -> str:
    """a; a and b; a, b and c. Empty for no words."""
    *before, last = tuple(words) or ("",)
    return f"{', '.join(before)}{last_joined_by}{last}" if before else last
