"""The words of a verdict and of an alert, each with the grounds on which it is said; wording puts them together."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from symptoms.recovery.course import Entry, Patient, Treatment
from symptoms.recovery.criteria import Days
from symptoms.recovery.groups import UNWELL
from symptoms.recovery.vocabulary import Concern, Sign, Urgency

ANY_DAY = Days("0+")
SENTENCE = re.compile(r"(?<=[.?!]) ")
BARE_CALL = re.compile(r"Call \{number\}( now| at once)?\.")  # that says no more than to call
LOCAL_NUMBER = "your local emergency number"
WARM = 37.5  # degrees Celsius: higher than usual, not yet a fever


@dataclass(frozen=True, slots=True)
class Grounds:
    """What a concern was raised on.

    `words`: what the entry names (`words_of`); `who`: words of the patient and the treatment (`who_of`); `criteria`
    that held, `raising` those of them above `watch`.
    """

    words: frozenset[str]
    who: frozenset[str]
    day: int
    criteria: frozenset[str] = frozenset()
    raising: frozenset[str] = frozenset()
    urgency: Urgency = Urgency.ON_TRACK


@dataclass(frozen=True, slots=True)
class Line:
    """A sentence or two, and the grounds on which they are said; without any they always are.

    `alone` is what somebody without a clinic reads, `many` the form for several things.
    """

    say: str
    alone: str = ""
    many: str = ""
    many_alone: str = ""
    concern: str = ""
    any: tuple[frozenset[str], ...] = ()
    none: frozenset[str] = frozenset()
    who: frozenset[str] = frozenset()
    crit: frozenset[str] = frozenset()
    no_crit: frozenset[str] = frozenset()
    only: frozenset[str] = frozenset()
    days: Days = ANY_DAY
    least: Urgency = Urgency.ON_TRACK
    most: Urgency = Urgency.EMERGENCY

    def fits(self, grounds: Grounds, concern: str = "") -> bool:
        """Whether it is said on these grounds, of `concern` where several share a heading."""
        return (
            self.concern in ("", concern)
            and self.least <= grounds.urgency <= self.most
            and self.days.hold("A", grounds.day)
            and not any(map(grounds.words.isdisjoint, self.any))
            and self.none.isdisjoint(grounds.words)
            and (not self.who or not self.who.isdisjoint(grounds.who))
            and (not self.crit or not self.crit.isdisjoint(grounds.criteria))
            and self.no_crit.isdisjoint(grounds.criteria)
            and (not self.only or grounds.raising <= self.only)
        )

    def text(self, *, practice: bool, many: bool = False) -> str:
        """The form for somebody with a `practice` or without, of one thing or of several."""
        say, alone = (self.many or self.say, self.many_alone or self.alone) if many else (self.say, self.alone)
        return say if practice else alone or say


@dataclass(frozen=True, slots=True)
class FirstAid:
    """What cannot wait for the call; with `after_call` it is said right after whom to call. `press_minutes`: for how
    long it says to press, where it does."""

    id: str
    concerns: frozenset[str]
    line: Line
    after_call: bool
    press_minutes: int = 0


@dataclass(frozen=True, slots=True)
class ConcernTexts:
    """What patients read of a concern: the titles, of which the first that fits is taken, and the lines."""

    titles: tuple[Line, ...]
    means: tuple[Line, ...]
    care: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class PractitionerTexts:
    """What practitioners read of a concern: `first` is the dangerous thing; `title` names what was reported."""

    titles: tuple[Line, ...]
    first: str
    think: str
    record: str

    @property
    def title(self) -> str:
        """The title that fits whatever was reported."""
        return self.titles[-1].say


def words_of(entry: Entry, *, is_calm: bool) -> frozenset[str]:
    """What an entry names: symptoms above none with each step reached ("pain", "pain 2+"), signs, `warm`, `measured`;
    and `calm` or `skin`, by whether a symptom is above its ceiling (`is_calm`: none is)."""
    words: set[str] = {*entry.signs}
    for symptom, level in entry.symptoms.items():
        words |= {symptom, *(f"{symptom} {step}+" for step in range(1, level + 1))} if level else set()
    if entry.temperature_c is not None:
        words |= {"measured", "warm"} if entry.temperature_c >= WARM else {"measured"}
    return frozenset(words | {"calm" if is_calm and entry.signs <= UNWELL else "skin"})


def who_of(patient: Patient, treatment: Treatment) -> frozenset[str]:
    """The words of a patient and a treatment on which something more is said."""
    words: set[str] = {*patient.conditions, *patient.medications}
    if treatment.same_day_injection:
        words.add("same_day_injection")
    if treatment.is_of("neck"):
        words.add("neck_area")
    return frozenset(words)


# What each sign of the red box raises, whose first aid is shown as soon as it is ticked.
BOX_CONCERNS: Mapping[Sign, frozenset[str]] = {
    Sign.TROUBLE_BREATHING: frozenset({Concern.ALLERGIC_REACTION}),
    Sign.FACE_OR_TONGUE_SWELLING: frozenset({Concern.ALLERGIC_REACTION}),
    Sign.BLUE_LIPS: frozenset({Concern.ALLERGIC_REACTION, Concern.INFECTION}),
    Sign.CONFUSED_OR_DROWSY: frozenset({Concern.ALLERGIC_REACTION, Concern.INFECTION}),
    Sign.DROOPING_OR_WEAK: frozenset({Concern.NERVE_INJURY}),
    Sign.VISION_CHANGE: frozenset({Concern.EYE_INVOLVEMENT}),
}


def box_first_aid(who: frozenset[str], day: int) -> list[tuple[FirstAid, tuple[Sign, ...]]]:
    """First aid for the ticks of the red box on a day, each with the signs for which it is said; `who` of `who_of`."""
    rows = []
    for aid in FIRST_AID:
        signs = tuple(
            sign
            for sign, concerns in BOX_CONCERNS.items()
            if concerns & aid.concerns
            and aid.line.fits(Grounds(frozenset({sign}), who, day, urgency=Urgency.EMERGENCY))
        )
        if signs:
            rows.append((aid, signs))
    return rows


def without_number(text: str) -> str:
    """A text for somebody whose country is not known: a call gives way to a sentence that needs no {number}.

    A sentence that says when to call keeps its condition: "If it still bleeds after that, call your local ...".
    """
    parts = (COMMON["no_country"] if BARE_CALL.fullmatch(part) else part for part in SENTENCE.split(text))
    return " ".join(dict.fromkeys(parts)).replace("{number}", LOCAL_NUMBER)


def as_heading(text: str) -> tuple[str, str]:
    """The first sentence of a text, as a heading without a full stop, and what comes after it."""
    first, rest = SENTENCE.split(text, maxsplit=1)
    return first.removesuffix("."), rest


def fitting(lines: Iterable[Line], grounds: Grounds, concern: str = "") -> list[Line]:
    """The lines that are said on these grounds, in their order."""
    return [line for line in lines if line.fits(grounds, concern)]


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((Path(__file__).parent / name).read_text(encoding="utf-8"))


def _lines(value: Any) -> tuple[Line, ...]:
    return tuple(map(_line, value if isinstance(value, list) else [value]))


def _line(value: str | Mapping[str, Any]) -> Line:
    if isinstance(value, str):
        return Line(value)
    words: dict[str, Any] = {key: frozenset(value.get(key, ())) for key in ("none", "who", "crit", "no_crit", "only")}
    given = value.get("any", [])
    groups = given if given and isinstance(given[0], list) else [given] if given else []
    at, below = value.get("at"), value.get("below")
    return Line(
        **{key: value[key] for key in ("say", "alone", "many", "many_alone", "concern") if key in value},
        any=tuple(map(frozenset, groups)),
        **words,
        days=Days(value.get("days", ANY_DAY.text)),
        least=Urgency.of(at) if at else Urgency.ON_TRACK,
        most=Urgency.of(at) if at else Urgency(Urgency.of(below) - 1) if below else Urgency.EMERGENCY,
    )


_PATIENT, _PRACTITIONER = _read("patient_texts.toml"), _read("practitioner_texts.toml")
# By urgency ("unjudged" as well), then by part: what is said first and what to do.
OPENINGS: Mapping[str, Mapping[str, tuple[Line, ...]]] = {
    urgency: {part: _lines(value) for part, value in parts.items()} for urgency, parts in _PATIENT["opening"].items()
}
COMMON: Mapping[str, str] = _PATIENT["common"]
FIRST_AID: tuple[FirstAid, ...] = tuple(
    FirstAid(
        row["id"],
        frozenset(row["concerns"]),
        _line(row),
        row.get("after_call", False),
        row.get("press_minutes", 0),
    )
    for row in _PATIENT["first_aid"]
)
_HEADINGS = {"late_infection": "infection"}  # they look alike, and are one heading
CONCERN_TEXTS: Mapping[str, ConcernTexts] = {
    heading: ConcernTexts(_lines(row["title"]), _lines(row["means"]), _lines(row.get("care", [])))
    for heading, row in _PATIENT["texts"].items()
}
PRACTITIONER_TEXTS: Mapping[str, PractitionerTexts] = {
    concern: PractitionerTexts(_lines(row["title"]), row.get("first", ""), row["think"], row["record"])
    for concern, row in _PRACTITIONER.items()
}


def heading_of(concern: str) -> str:
    """The heading under which patients read a concern: the two kinds of infection share one."""
    return _HEADINGS.get(concern, concern)
