"""How each word is asked, and which words are asked on a day."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from symptoms.recovery.ceilings import band
from symptoms.recovery.course import Entry, Patient, Treatment
from symptoms.recovery.criteria import Days
from symptoms.recovery.groups import BLEED_RISK
from symptoms.recovery.vocabulary import Device, Exposure, Sign, Symptom

_TABLE = tomllib.loads((Path(__file__).parent / "questions.toml").read_text(encoding="utf-8"))
SAY_FIRST: str = _TABLE["say_first"]
REQUIRED = (Symptom.REDNESS, Symptom.SWELLING, Symptom.PAIN, Symptom.WARMTH)


@dataclass(frozen=True, slots=True)
class When:
    """One circumstance in which a question is asked: the days, for whom, and after which answers (any one)."""

    days: Days
    who: str = ""
    if_any: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Question:
    """How a word is asked. `kind`: symptom, sign, exposure or temperature; `steps`: what 0 to 4 mean, for a symptom."""

    word: str
    kind: str
    title: str
    text: str
    help: str
    steps: tuple[str, ...]
    box: bool
    asked: tuple[When, ...]

    @property
    def noun(self) -> str:
        """What is named, for a sentence: a sign by its question without the explanation."""
        return self.text.partition(":")[0] if self.kind == "sign" else self.title


@dataclass(frozen=True, slots=True)
class Asked:
    """What a day's log asks openly; all else stands under "Something else". `box` signs head every page."""

    symptoms: tuple[Symptom, ...]
    signs: tuple[Sign, ...]
    exposures: tuple[Exposure, ...]
    temperature: bool
    box: tuple[Sign, ...]
    required: tuple[Symptom, ...] = REQUIRED


def _question(row: dict[str, Any]) -> Question:
    return Question(
        word=row["word"],
        kind=row["kind"],
        title=row["title"],
        text=row["text"],
        help=row["help"],
        steps=(_TABLE["none"], *row["steps"]) if row["kind"] == "symptom" else (),
        box=row.get("box", False),
        asked=tuple(
            When(Days(when.get("days", "0+")), when.get("who", ""), tuple(when.get("if_any", ())))
            for when in row["asked"]
        ),
    )


QUESTIONS: tuple[Question, ...] = tuple(map(_question, _TABLE["question"]))
BY_WORD: dict[str, Question] = {question.word: question for question in QUESTIONS}


BOX = frozenset(Sign(question.word) for question in QUESTIONS if question.box)


def are_answered(signs: frozenset[Sign]) -> bool:
    """Whether both groups of a day's signs are among those that were answered: all of the red box, some of the others.

    Every day asks some of the others, of everybody.
    """
    return signs >= BOX and not signs <= BOX


def question(word: str) -> Question:
    """How a symptom, sign, exposure or `temperature_c` is asked. Raises KeyError for another word."""
    return BY_WORD[word]


def asked_today(
    patient: Patient, treatment: Treatment, *, day: int, previous_entry: Entry | None, so_far: Entry | None = None
) -> Asked:
    """What to ask on `day` (0, 1, …).

    An "if" looks at what was answered today (`so_far`), or, before anything was, at the `previous_entry`. A symptom
    that was above none there is asked again until it is gone.
    """
    who = _who(patient, treatment)
    answers = so_far if so_far is not None else previous_entry
    open_words = {
        q.word for q in QUESTIONS if any(_holds(when, who, band(treatment), day, answers) for when in q.asked)
    }
    if previous_entry is not None:
        open_words |= {symptom for symptom, level in previous_entry.symptoms.items() if level > 0}
    return Asked(
        symptoms=tuple(s for s in map(Symptom, _words("symptom")) if s in open_words),
        signs=tuple(s for s in map(Sign, _words("sign")) if s in open_words and not BY_WORD[s].box),
        exposures=tuple(e for e in map(Exposure, _words("exposure")) if e in open_words),
        temperature="temperature_c" in open_words,
        box=tuple(Sign(q.word) for q in QUESTIONS if q.box),
    )


@cache
def _words(kind: str) -> tuple[str, ...]:
    return tuple(q.word for q in QUESTIONS if q.kind == kind)


def _who(patient: Patient, treatment: Treatment) -> frozenset[str]:
    """The names that `who` may ask for."""
    names: set[str] = {*patient.conditions}
    if patient.belongs_to(BLEED_RISK):
        names.add("bleed_risk")
    if band(treatment) in "DR":
        names.add("deep_or_rf")
    if treatment.device is Device.RF:
        names |= {"rf", "rf_or_injection"}
    if treatment.same_day_injection:
        names |= {"same_day_injection", "rf_or_injection"}
    if treatment.blood_exposure:
        names.add("blood_exposure")
    if treatment.is_of("eye"):
        names.add("eye_area")
    return frozenset(names)


def _holds(when: When, who: frozenset[str], band: str, day: int, answers: Entry | None) -> bool:
    if not when.days.hold(band, day) or (when.who and when.who not in who):
        return False
    return not when.if_any or (answers is not None and any(_answered(clue, answers) for clue in when.if_any))


def _answered(clue: str, entry: Entry) -> bool:
    """Whether the entry says `clue`: "pain 2+", "T 37.5+", a symptom above none, or a sign."""
    word, _, least = clue.partition(" ")
    if word == "T":
        return (entry.temperature_c or 0.0) >= float(least.rstrip("+"))
    if word in _words("symptom"):
        return entry.symptoms.get(Symptom(word), 0) >= int(least.rstrip("+") or 1)
    return word in entry.signs
