"""A recovery as plain values: who, what was done, and what was reported on which day."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from symptoms.recovery.vocabulary import Answer, Condition, Device, Exposure, Medication, Setting, Sign, Symptom

LAST_DAY = 400  # a treatment is followed for so long


@dataclass(frozen=True, slots=True)
class Patient:
    """Somebody on the day of a treatment. `fitzpatrick` 1-6 or None (unknown); `baseline` 0-4 by symptom."""

    age: int | None = None
    fitzpatrick: int | None = None
    conditions: frozenset[Condition] = frozenset()
    medications: frozenset[Medication] = frozenset()
    baseline: Mapping[Symptom, int] = field(default_factory=dict)

    def belongs_to(self, group: Collection[Condition | Medication]) -> bool:
        """Whether any condition or medicine of `group` (recovery/groups.py) applies."""
        return not (self.conditions.isdisjoint(group) and self.medications.isdisjoint(group))

    @property
    def has_dark_or_unknown_skin(self) -> bool:
        """Fitzpatrick type IV to VI, or nobody has said: skin that may mark more easily."""
        return self.fitzpatrick is None or self.fitzpatrick >= 4


@dataclass(frozen=True, slots=True)
class Treatment:
    """One session. `needle_depth_mm` in millimetres or None (unknown); `areas` are words of the vocabulary or free.

    `has_products`: serums, PRP or exosomes were put on or into the skin. `needles_new`: sealed, and opened in front of
    the patient; `needles_shared`: somebody else used them, or the same blood kit.
    """

    device: Device
    needle_depth_mm: float | None = None
    setting: Setting = Setting.CLINIC
    areas: tuple[str, ...] = ()
    same_day_injection: bool = False
    has_products: bool = False
    needles_new: Answer = Answer.UNKNOWN
    needles_shared: Answer = Answer.UNKNOWN

    def is_of(self, word: str) -> bool:
        """Whether an area holds `word`: "eye", "neck"."""
        return any(word in area.lower() for area in self.areas)

    @property
    def blood_exposure(self) -> bool:
        """Whether somebody else's blood may have been on the needles; one's own roller used again is none."""
        not_new = self.needles_new is Answer.NO and self.setting is Setting.CLINIC
        return self.needles_shared is Answer.YES or not_new


@dataclass(frozen=True, slots=True)
class Entry:
    """What was reported on one day. `answered` holds the symptoms that were answered, be it with none; `signs_answered`
    the signs, be it with "none of these"."""

    day: int
    symptoms: Mapping[Symptom, int] = field(default_factory=dict)
    answered: frozenset[Symptom] = frozenset(Symptom)
    signs: frozenset[Sign] = frozenset()
    temperature_c: float | None = None
    exposures: frozenset[Exposure] = frozenset()
    signs_answered: frozenset[Sign] = frozenset(Sign)


@dataclass(frozen=True, slots=True)
class Course:
    """A treatment and its entries, one a day, oldest first; `earlier`: (days before it, course) of older sessions."""

    patient: Patient
    treatment: Treatment
    entries: tuple[Entry, ...] = ()
    earlier: tuple[tuple[int, "Course"], ...] = ()


ALL_SYMPTOMS, ALL_SIGNS = frozenset(Symptom), frozenset(Sign)
# Until 2026.1 one sign held a faint and confusion. It is read as the faint: read as confusion, which is an emergency by
# itself, every faint of the past would turn into one.
OLD_SIGNS = {"fainting_or_confusion": Sign.FAINTED}


def entry_from_answers(day: int, answers: Mapping[str, Any]) -> Entry:
    """An entry from the document that case files and stored entries share; without `asked` everything was asked.

    `asked` holds symptoms and signs; what is named was answered as well.

    Signs of earlier protocols are read as what they are now.

    Raises:
        ValueError: a word that the vocabulary does not hold.
    """
    named = {Symptom(word): level for word, level in answers.get("symptoms", {}).items()}
    asked = answers.get("asked")
    symptoms_asked = (
        ALL_SYMPTOMS if asked is None else frozenset(Symptom(word) for word in asked if word not in ALL_SIGNS)
    )
    signs_asked = ALL_SIGNS if asked is None else frozenset(Sign(word) for word in asked if word in ALL_SIGNS)
    signs = frozenset(OLD_SIGNS.get(word) or Sign(word) for word in answers.get("signs", ()))
    return Entry(
        day=day,
        symptoms=named,
        answered=symptoms_asked.union(named),
        signs=signs,
        signs_answered=signs_asked | signs,
        temperature_c=answers.get("temperature_c"),
        exposures=frozenset(map(Exposure, answers.get("exposures", ()))),
    )


def as_seen_from(course: Course, days_before: int, newer: tuple[Entry, ...]) -> Course:
    """The course of an earlier session with what was logged since the newer one, on its own day numbers."""
    shifted = {entry.day + days_before: replace(entry, day=entry.day + days_before) for entry in newer}
    entries = {entry.day: entry for entry in course.entries} | shifted
    return replace(course, entries=tuple(entries[day] for day in sorted(entries)), earlier=())
