"""What to ask before a treatment, what each answer changes, and what to look for in a person and a place."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from functools import cache
from pathlib import Path
from typing import Any

from symptoms.recovery.ceilings import MODIFIERS
from symptoms.recovery.groups import AT_RISK, BASELINE_COUNTS, BLEED_RISK, IMPLIED_BASELINE, PIH_HISTORY
from symptoms.recovery.protocol import PROTOCOL
from symptoms.recovery.skin_type import NOT_SURE
from symptoms.recovery.vocabulary import Condition, Medication, Symptom

_TABLE = tomllib.loads((Path(__file__).parent / "screening.toml").read_text(encoding="utf-8"))
YES, NO, UNSURE = "yes", "no", "unsure"
LIGHTEST, DARKEST = 1, 6  # skin types; 0 is "not sure"
MOST_SEVERE = 4


class Clearance(IntEnum):
    """Whether somebody may be treated, from the freest to the strictest."""

    CLEAR = 0
    ADAPT = 1  # with the change that is named
    DOCTOR = 2  # a doctor decides first
    STOP = 3  # not now

    @property
    def slug(self) -> str:
        """The word used in files: clear … stop."""
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that a question asks about; `records` the conditions and medicines that it fills in."""

    key: str
    text: str
    clearance: Clearance
    records: frozenset[str]


@dataclass(frozen=True, slots=True)
class Question:
    """A question with yes, no and not sure; on yes `you` says it back, and `say` is the advice.

    With `one`, only one of its parts can be so.
    """

    key: str
    ask: str
    you: str
    say: str
    clearance: Clearance
    records: frozenset[str]
    parts: tuple[Part, ...]
    one: bool
    source: str

    @property
    def words(self) -> frozenset[str]:
        """All conditions and medicines that it asks about."""
        return self.records.union(*(part.records for part in self.parts))


@dataclass(frozen=True, slots=True)
class Checklist:
    """Things to tick: (key, text) of each. The keys are unique over all lists when they stand behind the list's own."""

    key: str
    title: str
    items: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class NeedleFault:
    """What needles that are too long, shared or blunt do."""

    what: str
    text: str


def _part(row: Mapping[str, Any]) -> Part:
    return Part(row["key"], row["text"], Clearance[row["clearance"].upper()], frozenset(row.get("records", ())))


def _question(row: Mapping[str, Any]) -> Question:
    parts = tuple(map(_part, row.get("parts", ())))
    # A yes that does not say which counts as the strictest, and records what all of them would.
    clearance = max(part.clearance for part in parts) if parts else Clearance[row["clearance"].upper()]
    records = frozenset.intersection(*(part.records for part in parts)) if parts else frozenset(row.get("records", ()))
    texts = row["key"], row["ask"], row["you"], row["say"]
    return Question(*texts, clearance, records, parts, row.get("one", False), row["source"])


QUESTIONS: tuple[Question, ...] = tuple(map(_question, _TABLE["question"]))
CHECKLISTS: tuple[Checklist, ...] = tuple(
    Checklist(row["key"], row["title"], tuple((f"{row['key']}.{item['key']}", item["text"]) for item in row["items"]))
    for row in _TABLE["checklist"]
)
RESULTS: Mapping[Clearance, str] = {clearance: _TABLE["result"][clearance.slug] for clearance in Clearance}
SKIN_DOCTOR: str = _TABLE["skin_doctor"]
PREVENT_TITLE: str = _TABLE["prevent"]["title"]
PREVENT: tuple[str, ...] = tuple(_TABLE["prevent"]["items"])
HOME_TITLE: str = _TABLE["home"]["title"]
HOME: str = _TABLE["home"]["text"]
NEEDLES_TITLE: str = _TABLE["needles"]["title"]
NEEDLES: tuple[NeedleFault, ...] = tuple(NeedleFault(row["what"], row["text"]) for row in _TABLE["needles"]["items"])
_BY_KEY = {question.key: question for question in QUESTIONS}
_ITEMS = frozenset(key for checklist in CHECKLISTS for key, _ in checklist.items)
# Whose usual level an answer can imply, in the order of the questions.
IMPLIED_LEVELS: tuple[Symptom, ...] = tuple(
    dict.fromkeys(
        symptom
        for question in QUESTIONS
        for word in sorted(question.words & set(map(str, Condition)))
        for symptom in IMPLIED_BASELINE.get(Condition(word), ())
    )
)


@dataclass(frozen=True)
class Answers:
    """What somebody answered: by question yes, no or unsure, which parts, the skin, usual levels (0-4), what is ticked.

    What was not answered is left out; `skin_colour` and `skin_burning` are 1 to 6, 0 for not sure, None for not asked.
    """

    answers: Mapping[str, str] = field(default_factory=dict)
    parts: Mapping[str, frozenset[str]] = field(default_factory=dict)
    skin_colour: int | None = None
    skin_burning: int | None = None
    usual: Mapping[str, int] = field(default_factory=dict)
    ticked: frozenset[str] = frozenset()

    @classmethod
    def of(cls, document: Any) -> "Answers":
        """The answers of a stored document; what it holds that is not asked (any longer) is left out."""
        document = document if isinstance(document, dict) else {}
        answers, parts, usual = (_mapping(document.get(name)) for name in ("answers", "parts", "usual"))
        skin = [_number(document.get(name), NOT_SURE, DARKEST) for name in ("skin_colour", "skin_burning")]
        levels = {word: _number(usual.get(word), 0, MOST_SEVERE) for word in sorted(BASELINE_COUNTS)}
        return cls(
            {key: answer for key, answer in answers.items() if key in _BY_KEY and answer in (YES, NO, UNSURE)},
            {key: _known(parts[key], {part.key for part in _BY_KEY[key].parts}) for key in parts if key in _BY_KEY},
            skin[0],
            skin[1],
            {str(word): level for word, level in levels.items() if level is not None},
            _known(document.get("ticked"), _ITEMS),
        )

    def document(self) -> dict[str, Any]:
        """As plain JSON, which `of` reads."""
        skin = {"skin_colour": self.skin_colour, "skin_burning": self.skin_burning}
        return {
            "answers": dict(self.answers),
            "parts": {key: sorted(parts) for key, parts in self.parts.items() if parts},
            **{name: answer for name, answer in skin.items() if answer is not None},
            "usual": dict(self.usual),
            "ticked": sorted(self.ticked),
        }

    def __bool__(self) -> bool:
        """Whether anything was answered or ticked."""
        some = self.answers or self.usual or self.ticked
        return bool(some) or self.skin_colour is not None or self.skin_burning is not None

    def parts_of(self, question: Question) -> tuple[Part, ...]:
        """The parts of a yes that were named."""
        return tuple(part for part in question.parts if part.key in self.parts.get(question.key, ()))


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _known(words: Any, known: Iterable[str]) -> frozenset[str]:
    return (
        frozenset(known).intersection(word for word in words if isinstance(word, str))
        if isinstance(words, list)
        else frozenset()
    )


def _number(value: Any, least: int, most: int) -> int | None:
    return value if type(value) is int and least <= value <= most else None


@dataclass(frozen=True, slots=True)
class Finding:
    """What an answer of yes or not sure means: how strict, and the conditions and medicines that it fills in."""

    question: Question
    is_sure: bool
    parts: tuple[Part, ...]
    clearance: Clearance
    records: frozenset[str]


def findings(answers: Answers) -> tuple[Finding, ...]:
    """What the answers change, in the order of the questions; a no changes nothing."""
    return tuple(finding for question in QUESTIONS if (finding := _finding(question, answers)) is not None)


def _finding(question: Question, answers: Answers) -> Finding | None:
    answer = answers.answers.get(question.key)
    if answer == UNSURE:  # a doctor can tell; what no doctor need decide, the person who treats is told
        clearance = min(question.clearance, Clearance.DOCTOR)
        return Finding(question, is_sure=False, parts=(), clearance=clearance, records=frozenset())
    if answer != YES:
        return None
    parts = answers.parts_of(question)
    clearance = max((part.clearance for part in parts), default=question.clearance)
    records = question.records.union(*(part.records for part in parts))
    return Finding(question, is_sure=True, parts=parts, clearance=clearance, records=records)


def clearance_of(answers: Answers) -> Clearance | None:
    """The strictest of the answers; None while nothing stands against it and questions are open."""
    strictest = max((finding.clearance for finding in findings(answers)), default=Clearance.CLEAR)
    return None if strictest is Clearance.CLEAR and unanswered(answers) else strictest


def unanswered(answers: Answers) -> int:
    """How many of the questions have no answer yet."""
    return len(QUESTIONS) - len(answers.answers)


def needs_skin_doctor(answers: Answers) -> bool:
    """Whether a skin doctor is asked first: on anything strict, and for whoever is not sure."""
    return any(finding.clearance >= Clearance.DOCTOR or not finding.is_sure for finding in findings(answers))


def recorded_words(answers: Answers) -> tuple[frozenset[str], frozenset[str]]:
    """The conditions and medicines that the answers say are so, and those that they say are not so.

    A yes that does not say which, not sure and no answer say nothing of a word, unless it holds whichever it is.
    """
    present: set[str] = set()
    absent: set[str] = set()
    untold: set[str] = set()
    yes = {finding.question.key: finding for finding in findings(answers) if finding.is_sure}
    for question in QUESTIONS:
        if question.key in yes:
            present |= yes[question.key].records
            (absent if yes[question.key].parts or not question.parts else untold).update(question.words)
        else:
            (absent if answers.answers.get(question.key) == NO else untold).update(question.words)
    return frozenset(present), frozenset(absent - untold - present)


_GROUPS = {"at_risk": AT_RISK, "risk": AT_RISK, "bleed_risk": BLEED_RISK, "pih_risk": PIH_HISTORY}


@cache
def rules_of(word: Condition | Medication | str) -> tuple[str, ...]:
    """The ids of the rules that read a condition or medicine, those that change a ceiling first; none: care alone."""
    names = {str(word), *(name for name, group in _GROUPS.items() if word in {*map(str, group)})}
    modifiers = [modifier.id for modifier in MODIFIERS if names & modifier.who]
    modifiers += ["MOD-8"] if "at_risk" in names else []
    criteria = [
        criterion.id
        for criterion in PROTOCOL.criteria
        if names.intersection(re.findall("[a-z0-9_]+", f"{criterion.written_urgency} {criterion.predicate}"))
    ]
    return (*modifiers, *sorted(criteria, key=lambda id: (id.partition("-")[0], int(id.partition("-")[2]))))
