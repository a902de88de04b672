"""What is ordinary on each day: the ceilings of ceilings.toml and what changes them; docs/clinical.md shows both."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from symptoms.recovery.course import Patient, Treatment
from symptoms.recovery.groups import AT_RISK, BASELINE_COUNTS, SLOW_HEALING, THINS_BLOOD
from symptoms.recovery.vocabulary import Condition, Device, Exposure, Setting, Symptom

_TABLE = tomllib.loads((Path(__file__).parent / "ceilings.toml").read_text(encoding="utf-8"))
LISTED_DAYS: tuple[int, ...] = tuple(map(int, _TABLE["days"].split()))
CEILINGS: Mapping[str, Mapping[Symptom, tuple[int, ...]]] = {
    band: {Symptom(word): tuple(map(int, row.split())) for word, row in _TABLE[band].items()} for band in "ABCDR"
}
BANDS = {"A": "up to 0.5 mm", "B": "over 0.5 to 1.0 mm", "C": "over 1.0 to 1.5 mm", "D": "over 1.5 mm", "R": "RF"}

SCAR_DEPTH_MM = 3.0  # so deep only scars are needled
HIGHEST_RAISED = 3  # no change lifts a ceiling above this; a 4 in the table stays


@dataclass(frozen=True, slots=True)
class Modifier:
    """For whom the ceiling of a symptom is one higher, on which days, and at most what."""

    id: str
    who: frozenset[str]
    symptom: Symptom
    first: int
    last: int
    source: str
    at_most: int = HIGHEST_RAISED


def _words(*words: str) -> frozenset[str]:
    return frozenset(words)


# "eye_or_neck" stands for an area that holds one of the words, "deep_scar" for the revision of a scar (`is_deep_scar`);
# exposures count in the entry that names them.
MODIFIERS: tuple[Modifier, ...] = (
    Modifier("MOD-1", _words(Condition.ROSACEA), Symptom.REDNESS, 0, 10, "S16"),
    Modifier("MOD-2", _words(Exposure.HEAVY_EXERCISE, Exposure.SWIMMING_OR_SAUNA), Symptom.REDNESS, 0, 9999, "S7"),
    Modifier("MOD-3", _words(Condition.ECZEMA), Symptom.ITCHING, 0, 10, "K9"),
    Modifier("MOD-4", _words(Condition.ACTIVE_ACNE), Symptom.BUMPS, 0, 14, "S1, S16, S18"),
    Modifier("MOD-5", THINS_BLOOD, Symptom.BRUISING, 0, 10, "S5, S6, S10"),
    Modifier("MOD-6", THINS_BLOOD, Symptom.BLEEDING, 0, 0, "S5, S6", at_most=2),
    Modifier("MOD-7", _words("eye_or_neck"), Symptom.SWELLING, 0, 2, "[D]"),
    Modifier("MOD-9", _words("deep_scar"), Symptom.ITCHING, 7, 20, "S97"),
    Modifier("MOD-10", _words("deep_scar"), Symptom.REDNESS, 10, 20, "S97"),
    Modifier("MOD-11", _words("deep_scar"), Symptom.SWELLING, 10, 20, "S97"),
)
_OF_SYMPTOM = {symptom: tuple(modifier for modifier in MODIFIERS if modifier.symptom is symptom) for symptom in Symptom}


def band(treatment: Treatment) -> str:
    """The row of the tables a treatment belongs to: A, B, C, D or R. Depth unknown: clinic C, home A."""
    if treatment.device is Device.RF:
        return "R"
    depth = treatment.needle_depth_mm
    if depth is None:
        return "A" if treatment.setting is Setting.HOME else "C"
    return "A" if depth <= 0.5 else "B" if depth <= 1.0 else "C" if depth <= 1.5 else "D"


def is_deep_scar(patient: Patient, treatment: Treatment) -> bool:
    """Whether a scar was needled deep: it stays itchy, red and swollen for weeks (S97)."""
    depth = treatment.needle_depth_mm
    if band(treatment) != "D" or depth is None:
        return False
    return depth >= SCAR_DEPTH_MM or patient.baseline.get(Symptom.RAISED_SCAR, 0) >= 1


@cache
def table_ceiling(band: str, symptom: Symptom, day: int) -> int:
    """The table's cell, severity 0-4: 0 for symptoms that are never ordinary, and after the last day."""
    row = CEILINGS[band].get(symptom)
    if row is None or day > LISTED_DAYS[-1] or day < 0:
        return 0
    column = max(index for index, listed in enumerate(LISTED_DAYS) if listed <= day)
    return row[column]


class Ceilings:
    """What is ordinary for a patient after a treatment: what follows from the two is worked out once.

    `usual` is the level of each symptom before the treatment, 0 where it does not count.
    """

    def __init__(self, patient: Patient, treatment: Treatment):
        self.band = band(treatment)
        self.usual = {s: patient.baseline.get(s, 0) if s in BASELINE_COUNTS else 0 for s in Symptom}
        self._is_at_risk = patient.belongs_to(AT_RISK)
        self._who = who_applies(patient, treatment)

    def above_usual(self, symptom: Symptom, day: int, exposures: frozenset[Exposure] = frozenset()) -> int:
        """The most that is ordinary above the usual level, 0-4, on `day` with that entry's `exposures`."""
        most = table_ceiling(self.band, symptom, day)
        if self._is_at_risk and symptom in SLOW_HEALING and day >= 1:  # MOD-8 (S39b)
            most = max(most, table_ceiling(self.band, symptom, day - 1))
        if self.usual[symptom] >= 1:
            return most
        for modifier in _OF_SYMPTOM[symptom]:
            if modifier.first <= day <= modifier.last and (self._who & modifier.who or exposures & modifier.who):
                return max(most, min(most + 1, modifier.at_most))
        return most

    def most_expected(self, symptom: Symptom, day: int, exposures: frozenset[Exposure] = frozenset()) -> int:
        """The same in the units that patients report in: the usual level added back, 4 at most."""
        return min(4, self.above_usual(symptom, day, exposures) + self.usual[symptom])


def who_applies(patient: Patient, treatment: Treatment) -> frozenset[str]:
    """The words of this patient and treatment that a modifier may ask for."""
    words: set[str] = {*patient.conditions, *patient.medications}
    if treatment.is_of("eye") or treatment.is_of("neck"):
        words.add("eye_or_neck")
    if is_deep_scar(patient, treatment):
        words.add("deep_scar")
    return frozenset(words)


def ceiling(
    patient: Patient,
    treatment: Treatment,
    symptom: Symptom,
    day: int,
    exposures: frozenset[Exposure] = frozenset(),
) -> int:
    """The most that is ordinary above the patient's usual level, 0-4, on `day` with that entry's `exposures`."""
    return Ceilings(patient, treatment).above_usual(symptom, day, exposures)


def most_expected(
    patient: Patient,
    treatment: Treatment,
    *,
    days: Iterable[int],
    exposures_by_day: Mapping[int, frozenset[Exposure]] | None = None,
) -> dict[Symptom, list[int]]:
    """The most that is expected of each symptom on each of `days`, severity 0-4, in the units that patients report in:
    the usual level added back."""
    exposures, ceilings, listed = exposures_by_day or {}, Ceilings(patient, treatment), list(days)
    return {
        symptom: [ceilings.most_expected(symptom, day, exposures.get(day, frozenset())) for day in listed]
        for symptom in Symptom
    }
