"""What is ordinary on each day: the ceilings of evidence 1.3 and the changes to them of 2.1."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from symptoms.recovery.course import Patient, Treatment
from symptoms.recovery.vocabulary import Condition, Device, Exposure, Medication, Setting, Symptom

_TABLE = tomllib.loads((Path(__file__).parent / "ceilings.toml").read_text(encoding="utf-8"))
LISTED_DAYS: tuple[int, ...] = tuple(map(int, _TABLE["days"].split()))
CEILINGS: Mapping[str, Mapping[Symptom, tuple[int, ...]]] = {
    band: {Symptom(word): tuple(map(int, row.split())) for word, row in _TABLE[band].items()} for band in "ABCDR"
}
BANDS = {"A": "up to 0.5 mm", "B": "over 0.5 to 1.0 mm", "C": "over 1.0 to 1.5 mm", "D": "over 1.5 mm", "R": "RF"}

# The symptoms whose usual level is taken off before judging; a habit must not hide an infection (1.3, Baseline).
BASELINE_COUNTS = frozenset(
    {
        Symptom.REDNESS,
        Symptom.ITCHING,
        Symptom.PEELING,
        Symptom.BUMPS,
        Symptom.DARK_PATCHES,
        Symptom.LIGHT_PATCHES,
        Symptom.RAISED_SCAR,
        Symptom.INDENTATIONS,
    }
)
AT_RISK_CONDITIONS = frozenset({Condition.DIABETES, Condition.IMMUNOSUPPRESSED})
AT_RISK_MEDICATIONS = frozenset({Medication.ORAL_STEROID, Medication.IMMUNOSUPPRESSANT})
THINS_BLOOD = frozenset({Condition.BLEEDING_DISORDER, Medication.BLOOD_THINNER, Medication.NSAID})
SLOW_HEALING = frozenset({Symptom.PEELING, Symptom.CRUSTING, Symptom.BRUISING})
HIGHEST_RAISED = 3  # no change lifts a ceiling above this; a 4 in the table stays


@dataclass(frozen=True, slots=True)
class Modifier:
    """A row of evidence 2.1: who, which symptom, the days on which its ceiling is one higher, and at most what."""

    id: str
    who: frozenset[str]
    symptom: Symptom
    first: int
    last: int
    source: str
    at_most: int = HIGHEST_RAISED


def _words(*words: str) -> frozenset[str]:
    return frozenset(words)


# "eye_or_neck" stands for an area that holds one of the words; exposures count in the entry that names them.
MODIFIERS: tuple[Modifier, ...] = (
    Modifier("MOD-1", _words(Condition.ROSACEA), Symptom.REDNESS, 0, 10, "S16"),
    Modifier("MOD-2", _words(Exposure.HEAVY_EXERCISE, Exposure.SWIMMING_OR_SAUNA), Symptom.REDNESS, 0, 9999, "S7"),
    Modifier("MOD-3", _words(Condition.ECZEMA), Symptom.ITCHING, 0, 10, "K9"),
    Modifier("MOD-4", _words(Condition.ACTIVE_ACNE), Symptom.BUMPS, 0, 14, "S1, S16, S18"),
    Modifier("MOD-5", THINS_BLOOD, Symptom.BRUISING, 0, 10, "S5, S6, S10"),
    Modifier("MOD-6", THINS_BLOOD, Symptom.BLEEDING, 0, 0, "S5, S6", at_most=2),
    Modifier("MOD-7", _words("eye_or_neck"), Symptom.SWELLING, 0, 2, "[D]"),
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


def at_risk(patient: Patient) -> bool:
    """Diabetes or weakened defences."""
    return bool(patient.conditions & AT_RISK_CONDITIONS or patient.medications & AT_RISK_MEDICATIONS)


@cache
def table_ceiling(band: str, symptom: Symptom, day: int) -> int:
    """The table's cell, severity 0-4: 0 for symptoms that are never ordinary, and after the last day."""
    row = CEILINGS[band].get(symptom)
    if row is None or day > LISTED_DAYS[-1] or day < 0:
        return 0
    column = max(index for index, listed in enumerate(LISTED_DAYS) if listed <= day)
    return row[column]


def who_applies(patient: Patient, treatment: Treatment) -> frozenset[str]:
    """The words of this patient and treatment that a modifier may ask for."""
    areas = " ".join(treatment.areas).lower()
    words = {*patient.conditions, *patient.medications}
    return frozenset(words | {"eye_or_neck"} if "eye" in areas or "neck" in areas else words)


def ceiling(
    patient: Patient,
    treatment: Treatment,
    symptom: Symptom,
    day: int,
    exposures: frozenset[Exposure] = frozenset(),
    who: frozenset[str] | None = None,
) -> int:
    """The most that is ordinary above the patient's usual level, 0-4, on `day` with that entry's `exposures`.

    Source: evidence 1.3 and 2.1. `who` may be given by a caller that asks often (`who_applies`).
    """
    row = band(treatment)
    most = table_ceiling(row, symptom, day)
    if symptom in SLOW_HEALING and day >= 1 and at_risk(patient):  # MOD-8 (S39b)
        most = max(most, table_ceiling(row, symptom, day - 1))
    if symptom in BASELINE_COUNTS and patient.baseline.get(symptom, 0) >= 1:
        return most
    who = who_applies(patient, treatment) if who is None else who
    for modifier in _OF_SYMPTOM.get(symptom, ()):
        if modifier.first <= day <= modifier.last and (who & modifier.who or exposures & modifier.who):
            return max(most, min(most + 1, modifier.at_most))
    return most
