"""How to care for the skin on a day, what is allowed again when, and when to get help."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from symptoms.recovery.ceilings import band
from symptoms.recovery.course import Patient, Treatment
from symptoms.recovery.criteria import Days
from symptoms.recovery.vocabulary import Condition

_TABLE = tomllib.loads((Path(__file__).parent / "aftercare.toml").read_text(encoding="utf-8"))


@dataclass(frozen=True, slots=True)
class Phase:
    """A stretch of days with the same care."""

    key: str
    title: str
    days: Days


@dataclass(frozen=True, slots=True)
class Advice:
    """What to do about one topic in one phase."""

    topic: str
    text: str


@dataclass(frozen=True, slots=True)
class Help:
    """One tier of "When to get help now"."""

    title: str
    when: str
    intro: str
    bullets: tuple[str, ...]


PHASES: tuple[Phase, ...] = tuple(
    Phase(key, _TABLE["phase"][key]["title"], Days(_TABLE["phase"][key]["days"])) for key in _TABLE["phases"]
)
SEEK_HELP: Mapping[str, Help] = {
    tier: Help(row["title"], row["when"], row["intro"], tuple(row["bullets"])) for tier, row in _TABLE["help"].items()
}


def phase_of(day: int) -> Phase:
    """The phase of a day, 0 and later."""
    return next(phase for phase in PHASES if phase.days.hold("A", day))


def care(day: int, treatment: Treatment, patient: Patient) -> tuple[Advice, ...]:
    """The advice for a day's phase, with what is stricter for deep needles, radiofrequency, darker skin, rosacea and
    in pregnancy; day 0 and later."""
    phase, stricter = phase_of(day), _stricter(treatment, patient)
    rows = ((topic["title"], _cell(topic, phase.key, stricter)) for topic in _TABLE["topic"])
    return tuple(Advice(title, text) for title, text in rows if text)


def when_can_i(treatment: Treatment, patient: Patient) -> tuple[tuple[str, int], ...]:
    """(what, the first day on which it is allowed), soonest first."""
    stricter = _stricter(treatment, patient)
    days = (
        (row["title"], next((row[name] for name in stricter if name in row), row["day"])) for row in _TABLE["allowed"]
    )
    return tuple(sorted(days, key=lambda pair: pair[1]))


def _stricter(treatment: Treatment, patient: Patient) -> tuple[str, ...]:
    slow = band(treatment) in "DR"
    gentle = slow or patient.has_dark_or_unknown_skin or Condition.ROSACEA in patient.conditions
    expecting = bool(patient.conditions & {Condition.PREGNANT, Condition.BREASTFEEDING})
    return ("slow",) * slow + ("gentle",) * gentle + ("expecting",) * expecting


def _cell(topic: Mapping[str, Any], phase: str, stricter: tuple[str, ...]) -> str:
    for name in stricter:
        if phase in topic.get(name, {}):
            return str(topic[name][phase])
    return str(topic.get(phase, ""))
