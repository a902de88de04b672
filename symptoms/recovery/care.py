"""How to care for the skin on a day, what is allowed again when, and when to get help: in general and for a person."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from symptoms.recovery.ceilings import band
from symptoms.recovery.course import Patient, Treatment
from symptoms.recovery.criteria import Days
from symptoms.recovery.groups import AT_RISK, BLEED_RISK
from symptoms.recovery.vocabulary import Condition, Device, Setting

_TABLE = tomllib.loads((Path(__file__).parent / "aftercare.toml").read_text(encoding="utf-8"))
HOME_DEPTH_MM = 0.5  # not deeper at home


@dataclass(frozen=True, slots=True)
class Phase:
    """A stretch of days with the same care."""

    key: str
    title: str
    days: Days


@dataclass(frozen=True, slots=True)
class Advice:
    """What to do about one topic in one phase; `because` names what makes it this person's (`care_words`)."""

    topic: str
    texts: tuple[str, ...]
    because: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Allowed:
    """Something that is allowed again: from `day` on, or (None) only after asking; `texts` say whom and why, `because`
    names what makes it this person's (`care_words`)."""

    title: str
    day: int | None
    texts: tuple[str, ...] = ()
    because: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Help:
    """One tier of "When to get help now"."""

    title: str
    when: str
    intro: str
    bullets: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PersonalText:
    """What some people read of a topic: in the place of its own words, or `beside` them."""

    who: frozenset[str]
    topics: frozenset[str]
    days: Days
    say: str
    beside: bool


PHASES: tuple[Phase, ...] = tuple(
    Phase(key, _TABLE["phase"][key]["title"], Days(_TABLE["phase"][key]["days"])) for key in _TABLE["phases"]
)
PERSONAL: tuple[PersonalText, ...] = tuple(
    PersonalText(
        frozenset(row["who"]),
        frozenset(row["topics"]),
        Days(row.get("days", "0+")),
        row["say"],
        row.get("beside", False),
    )
    for row in _TABLE["person"]
)
SEEK_HELP: Mapping[str, Help] = {
    tier: Help(row["title"], row["when"], row["intro"], tuple(row["bullets"])) for tier, row in _TABLE["help"].items()
}
ABOUT: Mapping[str, str] = {row["say"]: row["about"] for row in _TABLE["person"] if "about" in row}  # whom it is for
ALONE: Mapping[str, str] = {row["say"]: row["alone"] for row in _TABLE["alone"]}  # for somebody without a clinic
_TOPICS: Mapping[str, Mapping[str, Any]] = {row["title"]: row for row in _TABLE["topic"]}
# What only some people read of, before all the rest.
_OWN_TOPICS = dict.fromkeys(topic for text in PERSONAL for topic in sorted(text.topics) if topic not in _TOPICS)


def phase_of(day: int) -> Phase:
    """The phase of a day, 0 and later."""
    return next(phase for phase in PHASES if phase.days.hold("A", day))


def care_words(treatment: Treatment, patient: Patient, *, open_concern: bool = False) -> frozenset[str]:
    """The words on which care differs; `open_concern`: something of `contact` or above is not yet dealt with."""
    words: set[str] = {*patient.conditions, *patient.medications}
    slow = band(treatment) in "DR"
    marks = patient.has_dark_or_unknown_skin or not patient.conditions.isdisjoint(
        {Condition.ROSACEA, Condition.RECENT_TAN}
    )
    is_home = treatment.setting is Setting.HOME
    holds = {
        "slow": slow,
        "gentle": slow or marks,
        "at_risk": patient.belongs_to(AT_RISK),
        "bleed_risk": patient.belongs_to(BLEED_RISK),
        "home": is_home,
        "rf_at_home": is_home and treatment.device is Device.RF,
        "open_concern": open_concern,
    }
    return frozenset(words.union(word for word, is_so in holds.items() if is_so))


def care(day: int, treatment: Treatment, patient: Patient, *, open_concern: bool = False) -> tuple[Advice, ...]:
    """The advice for a day, 0 and later: what is this person's own first, then each topic of the phase."""
    words, phase = care_words(treatment, patient, open_concern=open_concern), phase_of(day)
    advice = []
    for topic in (*_OWN_TOPICS, *_TOPICS):
        personal_texts = _personal(topic, words, day)
        general = _cell(_TOPICS.get(topic, {}), phase.key, words)
        texts = [text.say for text in personal_texts]
        if general and all(text.beside for text in personal_texts):
            texts.append(general)
        if texts:
            advice.append(Advice(topic, tuple(texts), _because(personal_texts, words)))
    return tuple(advice)


def when_can_i(
    treatment: Treatment,
    patient: Patient,
    *,
    open_concern: bool = False,
    is_on_track: bool = False,
) -> tuple[Allowed, ...]:
    """What is allowed again and from which day on, soonest first, then what is to be asked; the strictest wins.

    `is_on_track`: the last log was; it is what a shallow session at home waits for.
    """
    words = care_words(treatment, patient, open_concern=open_concern)
    rows = [_allowed(row, words, treatment, is_on_track) for row in _TABLE["allowed"]]
    return tuple(sorted(rows, key=lambda row: (row.day is None, row.day or 0)))


def when_can_anybody() -> tuple[tuple[str, int, int], ...]:
    """What is allowed again, with the first day after a shallow treatment and after one in bands D or R, soonest first.

    For people of whom nothing is known that would change it.
    """
    rows = []
    for row in _TABLE["allowed"]:
        later = row.get("later", {})
        rows.append((row["title"], row["day"], max(row["day"], *(later.get(word, 0) for word in ("slow", "gentle")))))
    return tuple(sorted(rows, key=lambda row: row[1]))


def _allowed(row: Mapping[str, Any], words: frozenset[str], treatment: Treatment, is_on_track: bool) -> Allowed:
    must_ask_words = words.intersection(row.get("must_ask", ()))
    if must_ask_words:
        reasons = [text for text in PERSONAL if row["topic"] in text.topics and text.who & must_ask_words]
        return Allowed(row["title"], None, _say(reasons), _because(reasons, words))
    later = {word: day for word, day in row.get("later", {}).items() if word in words}
    day = max([row["day"], *later.values()])
    held_back = tuple(word for word, until in later.items() if until == day)
    depth = treatment.needle_depth_mm
    is_shallow = depth is not None and depth <= HOME_DEPTH_MM
    if "home_day" in row and "home" in words and is_on_track and is_shallow:
        day, held_back = row["home_day"], ("home",)
    beside = [text for text in _personal(row["topic"], words, day) if text.beside or "home" in text.who]
    because = tuple(dict.fromkeys((*held_back, *_because(beside, words))))
    return Allowed(row["title"], day, _say(beside), because)


def _personal(topic: str, words: frozenset[str], day: int) -> list[PersonalText]:
    return [text for text in PERSONAL if topic in text.topics and text.who & words and text.days.hold("A", day)]


def _say(texts: list[PersonalText]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text.say for text in texts))


def _because(texts: list[PersonalText], words: frozenset[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(word for text in texts for word in sorted(text.who & words)))


def _cell(topic: Mapping[str, Any], phase: str, words: frozenset[str]) -> str:
    for name in ("slow", "gentle"):
        if name in words and phase in topic.get(name, {}):
            return str(topic[name][phase])
    return str(topic.get(phase, ""))
