"""How words, levels, measures and lists read within a sentence, in the reader's language.

A number and its unit stay on one line: the space between them is one at which no line breaks.
"""

from collections.abc import Iterable
from decimal import Decimal

from django.utils.formats import number_format
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from symptoms.recovery import phrases

SEVERITIES = [  # the steps of a symptom's scale, as forms send and show them
    ("0", gettext_lazy("None")),
    ("1", gettext_lazy("Mild")),
    ("2", gettext_lazy("Medium")),
    ("3", gettext_lazy("Severe")),
    ("4", gettext_lazy("Very severe")),
]
STEPS = (  # the same within a sentence
    gettext_lazy("none"),
    gettext_lazy("mild"),
    gettext_lazy("medium"),
    gettext_lazy("severe"),
    gettext_lazy("very severe"),
)
DEGREE_SIGNS = {"c": gettext_lazy("°C"), "f": gettext_lazy("°F")}


def title(word: str) -> str:
    """What a symptom, sign or exposure is called; a word that no question asks any longer reads as it is stored."""
    return _(phrases.title(word))


def step(level: float | None) -> str:
    """A severity from 0 (or None) to 4 within a sentence: none, mild, medium, severe, very severe."""
    return str(STEPS[int(level or 0)])


def graded(word: str, level: int) -> str:
    """A symptom with its level: "Redness mild"."""
    return _("{symptom} {level}").format(symptom=title(word), level=step(level))


def number(value: Decimal) -> str:
    """A number without its last zeros: "1.5"."""
    return number_format(Decimal(value).normalize())


def degrees(celsius: float, unit: str = "c") -> str:
    """A temperature as people of `unit` ("c" or "f") read it: "38.1 °C", "100.6 °F"."""
    return of_unit(number_format(Decimal(phrases.thermometer(celsius, unit))), unit)


def of_unit(number: str, unit: str) -> str:
    """A number of degrees with the sign of its `unit` ("c" or "f")."""
    return _("{number} {unit}").format(number=number, unit=DEGREE_SIGNS[unit])


def millimetres(depth: Decimal) -> str:
    """A depth: "1.5 mm"."""
    return _("{number} mm").format(number=number(depth))


def listed(words: Iterable[str], last_word: str = "") -> str:
    """a; a and b; a, b and c, or with another word before the last. Empty for no words."""
    return str(get_text_list(list(words), last_word or _("and")))


def in_a_row(words: Iterable[object]) -> str:
    """a; a, b; a, b, c. Empty for no words."""
    return _(", ").join(map(str, words))


def small(text: str) -> str:
    """The text with a small letter at its beginning, the rest as it is."""
    return text[:1].lower() + text[1:]
