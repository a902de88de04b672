"""The words for each urgency and concern (docs/clinical.md); how they are put together is wording's business."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from symptoms.recovery.criteria import Days
from symptoms.recovery.vocabulary import Concern, Urgency

_TABLE = tomllib.loads((Path(__file__).parent / "patient_texts.toml").read_text(encoding="utf-8"))
ANY_DAY = Days("0+")


@dataclass(frozen=True, slots=True)
class Opening:
    """What is said first and what to do, for an urgency, with or without a practice. Places to fill stand in braces."""

    line: str
    line_for_many: str
    steps: tuple[str, ...]
    heading: str = ""
    compared: str = ""
    sooner: str = ""


@dataclass(frozen=True, slots=True)
class Grounds:
    """What a concern was raised by: the criteria above `watch` and the words they rest on, on a day, at an urgency."""

    criteria: frozenset[str]
    words: frozenset[str]  # symptoms above none, signs, temperature_c, conditions
    day: int
    urgency: Urgency


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence or two, and the grounds on which they are said."""

    say: str
    if_any: frozenset[str] = frozenset()
    unless: frozenset[str] = frozenset()
    days: Days = ANY_DAY
    least: Urgency = Urgency.ON_TRACK
    most: Urgency = Urgency.EMERGENCY

    def fits(self, grounds: Grounds) -> bool:
        if (self.if_any and not self.if_any & grounds.words) or self.unless & grounds.words:
            return False
        return self.days.hold("A", grounds.day) and self.least <= grounds.urgency <= self.most


@dataclass(frozen=True, slots=True)
class ConcernTexts:
    """A concern's words: `title`, `think` and `record` for practitioners, lines for the patient."""

    title: str
    think: str
    record: str
    patient_titles: tuple[Sentence, ...]
    meanings: tuple[Sentence, ...]
    cares: tuple[Sentence, ...]


@dataclass(frozen=True, slots=True)
class PatientText:
    """What a patient reads of a concern: what it is called, what it can mean, how to care for it."""

    title: str
    means: str
    care: tuple[str, ...]


@cache
def opening(urgency: Urgency | None, *, practice: bool, day: int = 0) -> Opening:
    """The opening for an urgency (None: not judged) on a day: later on one logs less often."""
    row = _TABLE["opening"]["unjudged" if urgency is None else urgency.slug]
    who = "practice" if practice else "alone"
    steps = _sentences(row.get(f"steps_{who}", row.get("steps", ())))
    return Opening(
        line=row[who],
        line_for_many=row.get(f"many_{who}", row[who]),
        steps=tuple(line.say for line in steps if line.days.hold("A", day)),
        heading=row.get("heading", ""),
        compared=row.get("compared", ""),
        sooner=row.get(f"sooner_{who}", row.get("sooner", "")),
    )


def texts_of(concern: Concern) -> ConcernTexts:
    """All words of a concern."""
    return CONCERN_TEXTS[concern]


@lru_cache(maxsize=4096)
def patient_text(concern: Concern, grounds: Grounds) -> PatientText:
    """What to say to the patient of a concern raised on `grounds`; other words where only some criteria hold."""
    words = next(
        (other for concerns, criteria, other in _INSTEAD if concern in concerns and _only(grounds.criteria, criteria)),
        CONCERN_TEXTS[concern],
    )
    return PatientText(
        title=next(line.say for line in words.patient_titles if line.fits(grounds)),
        means=" ".join(line.say for line in words.meanings if line.fits(grounds)),
        care=tuple(line.say for line in words.cares if line.fits(grounds)),
    )


def _only(held: frozenset[str], criteria: frozenset[str]) -> bool:
    return bool(held) and held <= criteria


def _concern_texts(row: Mapping[str, Any]) -> ConcernTexts:
    return ConcernTexts(
        title=row["title"],
        think=row["think"],
        record=row["record"],
        patient_titles=_sentences(row["patient_title"]),
        meanings=_sentences(row["means"]),
        cares=_sentences(row["care"]),
    )


def _sentences(given: str | Iterable[str | Mapping[str, Any]]) -> tuple[Sentence, ...]:
    return tuple(map(_sentence, [given] if isinstance(given, str) else given))


def _sentence(given: str | Mapping[str, Any]) -> Sentence:
    if isinstance(given, str):
        return Sentence(given)
    at = given.get("at")
    return Sentence(
        say=given["say"],
        if_any=frozenset(given.get("if_any", ())),
        unless=frozenset(given.get("unless", ())),
        days=Days(given.get("days", ANY_DAY.text)),
        least=Urgency.of(at) if at else Urgency.ON_TRACK,
        most=Urgency.of(at) if at else _just_below(given.get("below")),
    )


def _just_below(slug: str | None) -> Urgency:
    return Urgency(Urgency.of(slug) - 1) if slug else Urgency.EMERGENCY


CONCERN_TEXTS: Mapping[Concern, ConcernTexts] = {
    concern: _concern_texts(_TABLE["concern"][concern]) for concern in Concern
}
_INSTEAD = tuple(
    (
        frozenset(row["concerns"]),
        frozenset(row["criteria"]),
        _concern_texts({**_TABLE["concern"][row["concerns"][0]], **row}),
    )
    for row in _TABLE["instead"]
)
