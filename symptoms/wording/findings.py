"""What was seen, told to the patient: "Pus and pain need to be checked today", and the facts behind it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from symptoms.recovery.explaining import facts_of, for_patient
from symptoms.recovery.patient_texts import Case, Said, said_of, saying
from symptoms.recovery.phrases import degrees
from symptoms.recovery.predicates import Fact
from symptoms.recovery.questions import BY_WORD
from symptoms.recovery.sources import cited
from symptoms.recovery.vocabulary import Concern, Sign, Symptom, Urgency

Flag = Mapping[str, Any]  # as `Assessment.as_json()["flags"]` holds it
Held = Mapping[str, Any]  # one of its criteria

MANY = {  # titles that take "are"
    Symptom.BUMPS, Symptom.CRUSTING, Symptom.DARK_PATCHES, Symptom.LIGHT_PATCHES, Symptom.INDENTATIONS,
    Sign.RED_STREAKS, Sign.BLISTERS, Sign.FIRM_LUMPS, Sign.HIVES, Sign.SWOLLEN_GLANDS, Sign.CHILLS,
    Sign.JOINT_PAIN_OR_SHIN_LUMPS, Sign.TRACK_MARKS,
}  # fmt: skip
AT_LEAST = {least: frozenset(urgency.slug for urgency in Urgency if urgency >= least) for least in Urgency}
IN_ORDER = {"sign": 0, "temperature": 1, "symptom": 2, "exposure": 3}  # then what the patient and treatment bring


@dataclass(frozen=True, slots=True)
class Seen:
    """What to name first in a sentence, and whether it takes "are"."""

    words: str
    are_many: bool


@dataclass(frozen=True, slots=True)
class Why:
    """Why all of it was said: each fact once, whatever it counts towards. At `watch` no concern and no rule is named.

    `earlier`: (days before this treatment, facts) counted from a session before; `concerns`: (title, urgency).
    """

    facts: tuple[str, ...] = ()
    earlier: tuple[tuple[int, tuple[str, ...]], ...] = ()
    concerns: tuple[tuple[str, Urgency], ...] = ()
    rules: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.facts or self.earlier)


def raising(flags: Iterable[Flag], least: Urgency = Urgency.CONTACT) -> list[Flag]:
    """The flags at `least` or above, the most urgent first, as they are stored."""
    return [flag for flag in flags if flag["urgency"] in AT_LEAST[least]]


def said_about_flag(flag: Flag) -> Said:
    """The words of a flag's concern that fit what was reported; only the criteria above `watch` choose between them."""
    held = _held(flag, Urgency.CONTACT)
    facts = [fact for one in held for fact in one["evidence"]]
    case = Case(
        criteria=frozenset(one["id"] for one in held),
        words=frozenset(fact["word"] for fact in facts if fact["kind"] != "symptom" or fact["value"]),
        day=max((fact["day"] for fact in facts if fact["day"] is not None), default=0),
        urgency=Urgency.of(flag["urgency"]),
    )
    return said_of(Concern(flag["concern"]), case)


def seen(flags: Iterable[Flag], unit: str = "c") -> Seen:
    """The symptoms, signs and temperature on which the most urgent criteria of `flags` rest."""
    flags = list(flags)
    highest = max(Urgency.of(flag["urgency"]) for flag in flags)
    named: dict[str, str] = {}
    for fact in _facts(flags, highest):
        kind, word, value = fact["kind"], fact["word"], fact["value"]
        if kind == "temperature":
            named[word] = f"a temperature of {degrees(value or 0, unit)}"
        elif kind == "sign" or (kind == "symptom" and value):
            named[word] = _small(BY_WORD[word].title)
    if not named:
        return Seen(said_about_flag(flags[0]).title, are_many=False)
    *before, last = list(named.values())[:4]
    # "spreading redness or heat, and pain": without the comma the "or" would reach too far
    comma = "," if any(" or " in word for word in (*before, last)) else ""
    told = f"{', '.join(before)}{comma} and {last}" if before else last
    return Seen(told[:1].upper() + told[1:], are_many=bool(before) or next(iter(named)) in MANY)


def why(flags: Sequence[Flag], version: str, *, named: bool, unit: str = "c") -> Why:
    """Why `flags` were raised; without `named` (at `watch`) neither concern nor rule is told."""
    least = Urgency.CONTACT if named else Urgency.WATCH
    held = [one for flag in flags for one in _held(flag, least)]
    by_session = sorted(held, key=lambda one: one["treatment_offset"])
    told = {
        offset: for_patient(_in_order(criteria), unit)
        for offset, criteria in groupby(by_session, key=lambda one: one["treatment_offset"])
    }
    return Why(
        facts=told.get(0, ()),
        earlier=tuple((offset, facts) for offset, facts in told.items() if offset),
        concerns=_concerns(flags) if named else (),
        rules=tuple(_rule(flag, version) for flag in flags) if named else (),
    )


def _concerns(flags: Sequence[Flag]) -> tuple[tuple[str, Urgency], ...]:
    """Each title once, at its highest urgency: a fever may stand under two concerns."""
    highest: dict[str, Urgency] = {}
    for flag in flags:
        title, urgency = said_about_flag(flag).title, Urgency.of(flag["urgency"])
        highest[title] = max(urgency, highest.get(title, urgency))
    return tuple(highest.items())


def _held(flag: Flag, least: Urgency) -> list[Held]:
    wanted = AT_LEAST[least]
    return [one for one in flag["criteria"] if one["urgency"] in wanted]


def _rule(flag: Flag, version: str) -> str:
    held = _held(flag, Urgency.CONTACT)
    ids = ", ".join(one["id"] for one in held)
    titles = dict.fromkeys(title for one in held for title in _titles(one.get("source", "")))
    what = saying(Concern(flag["concern"])).title
    return f"{what}: {ids}, recovery protocol {version}. Sources: {'; '.join(titles)}."


def _titles(source: str) -> list[str]:
    try:
        return [title for _, title in cited(source)]
    except KeyError:  # of a protocol whose sources are listed no more
        return [source]


def _facts(flags: Iterable[Flag], urgency: Urgency) -> Iterator[Mapping[str, Any]]:
    for flag in flags:
        for one in flag["criteria"]:
            if one["urgency"] == urgency.slug:
                yield from one["evidence"]


def _in_order(criteria: Iterable[Held]) -> list[Fact]:
    """What was said of a word on a day once, a word's days together and in order; signs first."""
    facts: dict[tuple, Fact] = {}
    first: dict[tuple, int] = {}
    for at, fact in enumerate(fact for one in criteria for fact in facts_of(one["evidence"])):
        facts.setdefault((fact.kind, fact.word, fact.day), fact)
        first.setdefault((fact.kind, fact.word), at)
    return sorted(
        facts.values(),
        key=lambda fact: (IN_ORDER.get(fact.kind, len(IN_ORDER)), first[fact.kind, fact.word], fact.day or 0),
    )


def _small(title: str) -> str:
    return title[:1].lower() + title[1:]
