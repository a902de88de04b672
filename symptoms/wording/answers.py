"""What a patient answered on a day, in lines for practitioners."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from symptoms.recovery.course import ALL_SIGNS
from symptoms.recovery.questions import QUESTIONS
from symptoms.wording.phrases import degrees, graded, in_a_row, title

IN_ORDER = {question.word: place for place, question in enumerate(QUESTIONS)}


def answers_in_words(answers: Mapping[str, Any]) -> list[tuple[str, str]]:
    """(what, words) of a stored entry's answers: symptoms strongest first, then signs, temperature, exposures."""
    levels = answers.get("symptoms", {})
    answered = {*levels, *(word for word in answers.get("asked", ()) if word not in ALL_SIGNS)}
    felt = sorted((word for word in levels if levels[word]), key=lambda word: (-levels[word], _place(word)))
    none = sorted((word for word in answered if not levels.get(word)), key=_place)
    celsius = answers.get("temperature_c")
    lines = [
        (_("Symptoms"), in_a_row(graded(word, levels[word]) for word in felt)),
        (_("None"), _named(none)),
        (_("Signs"), _named(answers.get("signs", ())) or _no_signs(answers.get("asked", ()))),
        (_("Temperature"), "" if celsius is None else degrees(celsius)),
        (_("Since the last log"), _named(answers.get("exposures", ()))),
    ]
    return [(what, words) for what, words in lines if words]


def _no_signs(asked: Iterable[str]) -> str:
    """What was answered with "None of these"; empty where no sign was asked."""
    return "" if ALL_SIGNS.isdisjoint(asked) else _("none of those asked")


def _named(words: Iterable[str]) -> str:
    return in_a_row(map(title, sorted(words, key=_place)))


def _place(word: str) -> int:
    return IN_ORDER.get(word, len(IN_ORDER))
