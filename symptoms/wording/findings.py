"""What was seen, told to the patient: "Pus and pain need to be checked today", and the facts behind it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Any

from django.utils.text import capfirst

from symptoms.recovery.explaining import facts_of, for_patient
from symptoms.recovery.patient_texts import Grounds, PatientText, patient_text, texts_of
from symptoms.recovery.phrases import degrees, listed, small, title
from symptoms.recovery.predicates import Fact
from symptoms.recovery.sources import cited
from symptoms.recovery.vocabulary import Concern, Sign, Symptom, Urgency
from symptoms.wording.evidence import Flag

Held = Mapping[str, Any]  # one of its criteria

MANY = {  # titles that take "are"
    Symptom.BUMPS, Symptom.CRUSTING, Symptom.DARK_PATCHES, Symptom.LIGHT_PATCHES, Symptom.INDENTATIONS,
    Sign.RED_STREAKS, Sign.BLISTERS, Sign.FIRM_LUMPS, Sign.HIVES, Sign.SWOLLEN_GLANDS, Sign.CHILLS,
    Sign.JOINT_PAIN_OR_SHIN_LUMPS, Sign.TRACK_MARKS,
}  # fmt: skip
AT_LEAST = {least: frozenset(urgency.slug for urgency in Urgency if urgency >= least) for least in Urgency}
IN_ORDER = {"sign": 0, "temperature": 1, "symptom": 2, "exposure": 3}  # then what the patient and treatment bring


@dataclass(frozen=True, slots=True)
class Subject:
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


def patient_text_of(flag: Flag) -> PatientText:
    """The words of a flag's concern that fit what was reported; only the criteria above `watch` choose between them."""
    held = _held(flag, Urgency.CONTACT)
    facts = [fact for criterion in held for fact in criterion["evidence"]]
    grounds = Grounds(
        criteria=frozenset(criterion["id"] for criterion in held),
        words=frozenset(fact["word"] for fact in facts if fact["kind"] != "symptom" or fact["value"]),
        day=max((fact["day"] for fact in facts if fact["day"] is not None), default=0),
        urgency=Urgency.of(flag["urgency"]),
    )
    return patient_text(Concern(flag["concern"]), grounds)


def subject_of(flags: Iterable[Flag], unit: str = "c") -> Subject:
    """The symptoms, signs and temperature on which the most urgent criteria of `flags` rest."""
    flags = list(flags)
    highest = max(Urgency.of(flag["urgency"]) for flag in flags)
    named: dict[str, str] = {}
    for fact in _facts(flags, highest):
        kind, word, value = fact["kind"], fact["word"], fact["value"]
        if kind == "temperature":
            named[word] = f"a temperature of {degrees(value or 0, unit)}"
        elif kind == "sign" or (kind == "symptom" and value):
            named[word] = small(title(word))
    if not named:
        return Subject(patient_text_of(flags[0]).title, are_many=False)
    words = list(named.values())[:4]
    # "spreading redness or heat, and pain": without the comma the "or" would reach too far
    sentence = listed(words, ", and " if any(" or " in word for word in words) else " and ")
    return Subject(capfirst(sentence), are_many=len(words) > 1 or next(iter(named)) in MANY)


def why(flags: Sequence[Flag], version: str, *, named: bool, unit: str = "c") -> Why:
    """Why `flags` were raised; without `named` (at `watch`) neither concern nor rule is told."""
    least = Urgency.CONTACT if named else Urgency.WATCH
    held = [criterion for flag in flags for criterion in _held(flag, least)]
    by_session = sorted(held, key=itemgetter("treatment_offset"))
    sentences = {
        offset: for_patient(_in_order(criteria), unit)
        for offset, criteria in groupby(by_session, key=itemgetter("treatment_offset"))
    }
    return Why(
        facts=sentences.get(0, ()),
        earlier=tuple((offset, facts) for offset, facts in sentences.items() if offset),
        concerns=_concerns(flags) if named else (),
        rules=tuple(_rule(flag, version) for flag in flags) if named else (),
    )


def _concerns(flags: Sequence[Flag]) -> tuple[tuple[str, Urgency], ...]:
    """Each title once, at its highest urgency: a fever may stand under two concerns."""
    highest: dict[str, Urgency] = {}
    for flag in flags:
        name, urgency = patient_text_of(flag).title, Urgency.of(flag["urgency"])
        highest[name] = max(urgency, highest.get(name, urgency))
    return tuple(highest.items())


def _held(flag: Flag, least: Urgency) -> list[Held]:
    wanted = AT_LEAST[least]
    return [criterion for criterion in flag["criteria"] if criterion["urgency"] in wanted]


def _rule(flag: Flag, version: str) -> str:
    held = _held(flag, Urgency.CONTACT)
    ids = ", ".join(criterion["id"] for criterion in held)
    sources = dict.fromkeys(source for criterion in held for source in _sources(criterion.get("source", "")))
    concern = texts_of(Concern(flag["concern"])).title
    return f"{concern}: {ids}, recovery protocol {version}. Sources: {'; '.join(sources)}."


def _sources(source: str) -> list[str]:
    try:
        return [name for _, name in cited(source)]
    except KeyError:  # of a protocol whose sources are listed no more
        return [source]


def _facts(flags: Iterable[Flag], urgency: Urgency) -> Iterator[Mapping[str, Any]]:
    for flag in flags:
        for criterion in flag["criteria"]:
            if criterion["urgency"] == urgency.slug:
                yield from criterion["evidence"]


def _in_order(criteria: Iterable[Held]) -> list[Fact]:
    """What was said of a word on a day once, a word's days together and in order; signs first."""
    facts: dict[tuple[Any, ...], Fact] = {}
    first: dict[tuple[Any, ...], int] = {}
    for at, fact in enumerate(fact for criterion in criteria for fact in facts_of(criterion["evidence"])):
        facts.setdefault((fact.kind, fact.word, fact.day), fact)
        first.setdefault((fact.kind, fact.word), at)
    return sorted(
        facts.values(),
        key=lambda fact: (IN_ORDER.get(fact.kind, len(IN_ORDER)), first[fact.kind, fact.word], fact.day or 0),
    )
