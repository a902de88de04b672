"""What was seen, told to the patient: "Pus and pain need to be checked today", and the facts behind it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from symptoms.recovery.course import Entry
from symptoms.recovery.day import Fact
from symptoms.recovery.questions import BY_WORD
from symptoms.recovery.sources import cited
from symptoms.recovery.texts import Grounds, words_of
from symptoms.recovery.vocabulary import Sign, Symptom, Urgency
from symptoms.wording.evidence import Flag
from symptoms.wording.explaining import facts_of, for_patient
from symptoms.wording.phrases import degrees, in_a_row, listed, small, title

Held = Mapping[str, Any]  # one of its criteria

MANY = {  # titles that take "are"
    Symptom.BUMPS, Symptom.CRUSTING, Symptom.DARK_PATCHES, Symptom.LIGHT_PATCHES, Symptom.INDENTATIONS,
    Sign.RED_STREAKS, Sign.BLISTERS, Sign.FIRM_LUMPS, Sign.HIVES, Sign.SWOLLEN_GLANDS, Sign.CHILLS,
    Sign.JOINT_PAIN_OR_SHIN_LUMPS, Sign.TRACK_MARKS,
}  # fmt: skip
AT_LEAST = {least: frozenset(urgency.slug for urgency in Urgency if urgency >= least) for least in Urgency}
IN_ORDER = {"sign": 0, "temperature": 1, "symptom": 2, "exposure": 3}  # then what the patient and treatment bring


# The lines of the opening at `watch`, in their order; what only went up in two days is no step above the expected.
WATCHED_KINDS = (
    "temperature", "feeling_ill", "new_sign", "old_sign", "rise", "spots_and_itch", "clearly_more", "little_more",
)  # fmt: skip
MOST_NAMED = 6  # in a sentence
ROSE = frozenset({"INF-31", "INF-39"})


@dataclass(frozen=True, slots=True)
class Reported:
    """An entry, what the one before it ticked, the words of patient and treatment (`texts.who_of`), and the next day on
    which a log is asked for, seen from day `seen_on`, on which the entry came, where that is later than its own;
    `session`: of which treatment the entry is, where that is known."""

    entry: Entry
    last_signs: frozenset[str] = frozenset()
    who: frozenset[str] = frozenset()
    next_day: int | None = None
    seen_on: int = 0
    session: UUID | None = None


@dataclass(frozen=True, slots=True)
class Why:
    """Why all of it was said: each fact once, whatever it counts towards.

    `earlier`: (days before this treatment, facts) counted from a session before.
    """

    facts: tuple[str, ...] = ()
    earlier: tuple[tuple[int, tuple[str, ...]], ...] = ()

    def __bool__(self) -> bool:
        return bool(self.facts or self.earlier)


def raising(flags: Iterable[Flag], least: Urgency = Urgency.CONTACT) -> list[Flag]:
    """The flags at `least` or above, the most urgent first, as they are stored."""
    return [flag for flag in flags if flag["urgency"] in AT_LEAST[least]]


def grounds_of(flags: Sequence[Flag], reported: Reported) -> dict[str, Grounds]:
    """The grounds of each of the `flags` of the entry that was `reported`, by its concern."""
    words = words_of(reported.entry, is_calm=not _symptoms_above(flags, reported.entry.day))
    return {
        flag["concern"]: Grounds(
            words=words,
            who=reported.who,
            day=reported.entry.day,
            criteria=frozenset(criterion["id"] for criterion in flag["criteria"]),
            raising=frozenset(criterion["id"] for criterion in _held(flag, Urgency.CONTACT)),
            urgency=Urgency.of(flag["urgency"]),
        )
        for flag in flags
    }


def reported_in(flags: Iterable[Flag]) -> Reported:
    """The newest entry as far as its flags speak of it: whatever is not as expected is a fact of one of them."""
    facts = [
        fact
        for flag in flags
        for criterion in flag["criteria"]
        for fact in criterion["evidence"]
        if fact["day"] is not None and not criterion["treatment_offset"]
    ]
    day = max((fact["day"] for fact in facts), default=0)
    of_day: dict[str, dict[str, Any]] = {"sign": {}, "symptom": {}, "temperature": {}}
    for fact in facts:
        if fact["day"] == day and fact["kind"] in of_day:
            of_day[fact["kind"]][fact["word"]] = fact["value"]
    symptoms = {Symptom(word): level or 0 for word, level in of_day["symptom"].items() if word in set(Symptom)}
    signs = frozenset(Sign(word) for word in of_day["sign"] if word in set(Sign))
    temperature = of_day["temperature"].get("temperature_c")
    return Reported(Entry(day, symptoms, answered=frozenset(symptoms), signs=signs, temperature_c=temperature))


def subject_of(flags: Sequence[Flag], unit: str = "c") -> str:
    """What the most urgent criteria rest on, signs first, in a sentence: "pus, a temperature of 38.2 °C and pain"."""
    highest = max((Urgency.of(flag["urgency"]) for flag in flags), default=Urgency.ON_TRACK)
    facts = sorted(_facts(flags, highest), key=lambda fact: IN_ORDER.get(fact["kind"], len(IN_ORDER)))
    by_word = {fact["word"]: fact for fact in facts if _has_a_name(fact)}
    return listed(_named(fact, unit) for fact in list(by_word.values())[:MOST_NAMED]) or _("what you told us earlier")


def _has_a_name(fact: Mapping[str, Any]) -> bool:
    if fact["kind"] == "symptom":
        return bool(fact["value"])
    return fact["kind"] in ("sign", "temperature") or (fact["kind"], fact["word"]) == ("treatment", "blood_exposure")


def _named(fact: Mapping[str, Any], unit: str) -> str:
    if fact["kind"] == "temperature":
        return _("a temperature of {temperature}").format(temperature=degrees(fact["value"] or 0, unit))
    return _("needles that may not have been new") if fact["kind"] == "treatment" else seen_word(fact["word"])


def seen_word(word: str) -> str:
    """A symptom or a sign within a sentence: a sign is its question without the explanation."""
    if word not in BY_WORD:  # of a protocol that is gone
        return small(title(word))
    return small(_(BY_WORD[word].noun))


@dataclass(frozen=True, slots=True)
class Watched:
    """Things of one kind that are only to be watched; `kind` is a line of the opening."""

    kind: str
    words: tuple[str, ...]

    @property
    def are_many(self) -> bool:
        """Whether they take "are"."""
        return len(self.words) > 1 or self.words[0] in MANY


def watched(flags: Iterable[Flag], reported: Reported) -> list[Watched]:
    """What is only to be watched, by kind, in the order in which it is said."""
    kinds: dict[str, dict[str, None]] = {kind: {} for kind in WATCHED_KINDS}
    day, flags = reported.entry.day, list(flags)
    above = _symptoms_above(flags, day)
    for symptom, excess in above.items():
        is_clear = excess >= 2 or reported.entry.symptoms.get(Symptom(symptom), 0) >= 3
        kinds["clearly_more" if is_clear else "little_more"][symptom] = None
    for criterion in (criterion for flag in flags for criterion in flag["criteria"]):
        for fact in criterion["evidence"]:
            kind, word = fact["kind"], fact["word"]
            if kind == "temperature":
                kinds["temperature"][word] = None
            elif kind == "sign":
                is_old = word in reported.last_signs
                kinds["feeling_ill" if word == Sign.FEELING_ILL else "old_sign" if is_old else "new_sign"][word] = None
            elif kind == "symptom" and _is_today(fact, criterion, day) and word not in above:
                if criterion["id"] in ROSE and Sign.ONE_SIDED not in reported.entry.signs:
                    kinds["rise"][word] = None
                elif criterion["id"] == "GRAN-6" and not above:
                    kinds["spots_and_itch"][word] = None
    if not any(kinds.values()):  # only what an earlier session expects less of: named, and nothing claimed of today's
        named = {
            fact["word"]: None
            for flag in flags
            for fact in _facts([flag], Urgency.WATCH)
            if fact["kind"] in ("symptom", "sign")
        }
        kinds["little_more"] = named
    return [Watched(kind, tuple(words)) for kind, words in kinds.items() if words]


def _is_today(fact: Mapping[str, Any], criterion: Mapping[str, Any], day: int) -> bool:
    """Whether a fact is of the day itself: a rule of an earlier session counts days from that session."""
    return bool(fact["day"] == day + criterion["treatment_offset"])


def _symptoms_above(flags: Iterable[Flag], day: int) -> dict[str, int]:
    """The symptoms above what is expected on the day, by how many steps: each of them raises something."""
    above: dict[str, int] = {}
    for flag in flags:
        for criterion in flag["criteria"]:
            for fact in criterion["evidence"]:
                if fact["kind"] == "symptom" and _is_today(fact, criterion, day):
                    excess = (fact["value"] or 0) - (fact["limit"] or 0)
                    if excess > 0:
                        above[fact["word"]] = excess
    return above


def why(flags: Sequence[Flag], *, least: Urgency, unit: str = "c") -> Why:
    """Why `flags` were raised: what the criteria of `least` or above rest on."""
    held = [criterion for flag in flags for criterion in _held(flag, least)]
    by_session = sorted(held, key=itemgetter("treatment_offset"))
    sentences = {
        offset: for_patient(_in_order(criteria), unit)
        for offset, criteria in groupby(by_session, key=itemgetter("treatment_offset"))
    }
    return Why(
        facts=sentences.get(0, ()),
        earlier=tuple((offset, facts) for offset, facts in sentences.items() if offset),
    )


def _held(flag: Flag, least: Urgency) -> list[Held]:
    wanted = AT_LEAST[least]
    return [criterion for criterion in flag["criteria"] if criterion["urgency"] in wanted]


def rules_of(flags: Iterable[Flag]) -> tuple[str, str]:
    """The ids of the criteria that raised `flags`, and what they rest on."""
    held = [criterion for flag in flags for criterion in _held(flag, Urgency.CONTACT)]
    ids = dict.fromkeys(criterion["id"] for criterion in held)
    sources = dict.fromkeys(source for criterion in held for source in _sources(criterion.get("source", "")))
    return in_a_row(ids), _("; ").join(sources)


def _sources(source: str) -> list[str]:
    try:
        return [_(name) for _id, name in cited(source)]
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
