"""What was seen, told to the patient: "Pus and pain need to be checked today", and the facts behind it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from symptoms.recovery.conditions import Fact
from symptoms.recovery.explaining import facts_of, for_patient
from symptoms.recovery.questions import BY_WORD
from symptoms.recovery.sayings import Saying, saying
from symptoms.recovery.sources import cited
from symptoms.recovery.vocabulary import Concern, Sign, Symptom, Urgency

Flag = Mapping[str, Any]  # as `Assessment.as_json()["flags"]` holds it

MANY = {  # titles that take "are"
    Symptom.BUMPS, Symptom.CRUSTING, Symptom.DARK_PATCHES, Symptom.LIGHT_PATCHES, Symptom.INDENTATIONS,
    Sign.RED_STREAKS, Sign.BLISTERS, Sign.FIRM_LUMPS, Sign.HIVES, Sign.SWOLLEN_GLANDS, Sign.CHILLS,
    Sign.JOINT_PAIN_OR_SHIN_LUMPS, Sign.TRACK_MARKS,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Seen:
    """What to name first in a sentence, and whether it takes "are"."""

    words: str
    are_many: bool


@dataclass(frozen=True, slots=True)
class Reason:
    """Why one thing was said: `title` and `rule` are empty at `watch`, where no concern is named."""

    title: str
    urgency: Urgency
    facts: tuple[str, ...]
    earlier: tuple[str, ...]  # facts counted from an earlier treatment, told apart
    rule: str


def raising(flags: Iterable[Flag], least: Urgency = Urgency.CONTACT) -> list[Flag]:
    """The flags at `least` or above, the most urgent first, as they are stored."""
    return [flag for flag in flags if Urgency.of(flag["urgency"]) >= least]


def saying_of(flag: Flag) -> Saying:
    """The words of a flag's concern; only the criteria above `watch` choose between them."""
    return saying(Concern(flag["concern"]), [c["id"] for c in flag["criteria"] if Urgency.of(c["urgency"]) > 1])


def seen(flags: Iterable[Flag]) -> Seen:
    """The symptoms, signs and temperature on which the most urgent criteria of `flags` rest."""
    flags = list(flags)
    highest = max(Urgency.of(flag["urgency"]) for flag in flags)
    named: dict[str, str] = {}
    for fact in _facts(flags, highest):
        if fact.kind == "temperature":
            named[fact.word] = f"a temperature of {fact.value:.1f} °C"
        elif fact.kind in ("symptom", "sign") and (fact.kind == "sign" or fact.value):
            named[fact.word] = _small(BY_WORD[fact.word].title)
    if not named:
        title = saying_of(flags[0]).patient_title
        return Seen(title, are_many=False)
    *before, last = list(named.values())[:4]
    told = f"{', '.join(before)} and {last}" if before else last
    return Seen(told[:1].upper() + told[1:], are_many=bool(before) or next(iter(named)) in MANY)


def reasons(flags: Iterable[Flag], version: str, *, named: bool) -> tuple[Reason, ...]:
    """Why each flag was raised; without `named` (at `watch`) neither concern nor rule is told."""
    return tuple(_reason(flag, version, named=named) for flag in flags)


def _reason(flag: Flag, version: str, *, named: bool) -> Reason:
    least = Urgency.CONTACT if named else Urgency.WATCH
    held = [one for one in flag["criteria"] if Urgency.of(one["urgency"]) >= least]
    own = [one for one in held if not one["treatment_offset"]]
    earlier = [one for one in held if one["treatment_offset"]]
    return Reason(
        title=saying_of(flag).patient_title if named else "",
        urgency=Urgency.of(flag["urgency"]),
        facts=for_patient(_in_order(own)),
        earlier=for_patient(_in_order(earlier)),
        rule=_rule(flag, held, version) if named else "",
    )


def _rule(flag: Flag, held: list[Mapping[str, Any]], version: str) -> str:
    ids = ", ".join(one["id"] for one in held)
    titles = dict.fromkeys(title for one in held for title in _titles(one.get("source", "")))
    what = saying(Concern(flag["concern"])).title
    return f"{what}: {ids}, recovery protocol {version}. Sources: {'; '.join(titles)}."


def _titles(source: str) -> list[str]:
    try:
        return [title for _, title in cited(source)]
    except KeyError:  # of a protocol whose sources are listed no more
        return [source]


def _facts(flags: Iterable[Flag], urgency: Urgency) -> Iterator[Fact]:
    for flag in flags:
        for one in flag["criteria"]:
            if Urgency.of(one["urgency"]) == urgency:
                yield from facts_of(one["evidence"])


def _in_order(criteria: Iterable[Mapping[str, Any]]) -> list[Fact]:
    """What was said of a word on a day once, a word's days together and in order."""
    facts: dict[tuple, Fact] = {}
    first: dict[tuple, int] = {}
    for at, fact in enumerate(fact for one in criteria for fact in facts_of(one["evidence"])):
        facts.setdefault((fact.kind, fact.word, fact.day), fact)
        first.setdefault((fact.kind, fact.word), at)
    return sorted(facts.values(), key=lambda fact: (first[fact.kind, fact.word], fact.day or 0))


def _small(title: str) -> str:
    return title[:1].lower() + title[1:]
