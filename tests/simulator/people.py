"""Who is treated, and how: shares are guesses, stated here and nowhere else."""

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random

from symptoms.recovery.course import Patient, Treatment
from symptoms.recovery.vocabulary import Condition, Device, Medication, Setting, Symptom

# device, depths in mm, share
DEVICES = (
    (Device.PEN, (0.5, 1.0, 1.5, 2.0), 0.6),
    (Device.ROLLER, (0.25, 0.5, 1.0, 1.5), 0.2),
    (Device.RF, (1.5, 2.5, 3.5), 0.15),
    (Device.STAMP, (0.5, 1.0), 0.05),
)
AREAS = ((("face",), 0.75), (("face", "neck"), 0.1), (("around_eyes",), 0.05), (("abdomen",), 0.1))
# condition, its share, and the symptom whose usual level it brings (mild or medium)
CONDITIONS = (
    (Condition.ACTIVE_ACNE, 0.15, Symptom.BUMPS),
    (Condition.ROSACEA, 0.06, Symptom.REDNESS),
    (Condition.ECZEMA, 0.06, Symptom.ITCHING),
    (Condition.COLD_SORES, 0.2, None),
    (Condition.KELOID_HISTORY, 0.03, None),
    (Condition.DIABETES, 0.03, None),
    (Condition.METAL_ALLERGY, 0.05, None),
    (Condition.PREGNANT, 0.01, None),
    (Condition.PSORIASIS, 0.02, Symptom.PEELING),
    (Condition.AUTOIMMUNE, 0.01, None),
)
MARKS = ((Condition.MELASMA, 0.15), (Condition.PIH_HISTORY, 0.3))  # in types IV to VI; a third of it in the others
MEDICATIONS = (
    (Medication.NSAID, 0.08),
    (Medication.BLOOD_THINNER, 0.03),
    (Medication.TOPICAL_RETINOID, 0.1),
    (Medication.PHOTOSENSITISER, 0.03),
)
AT_HOME = 0.5  # of rollers and stamps up to 0.5 mm
INJECTED = 0.05  # filler or PRP on the same day
USUAL_LEVELS = (1, 1, 2)


@dataclass(frozen=True)
class Person:
    """Somebody who is treated; `usual` is what was there before, whether or not it was told."""

    patient: Patient
    treatment: Treatment
    usual: Mapping[Symptom, int]


def somebody(chance: Random, *, skin: int, usual_told: bool = True) -> Person:
    """Somebody of a skin type (1-6); `usual_told`: whether the usual levels were asked and answered."""
    device, depths, _ = chance.choices(DEVICES, [share for *_, share in DEVICES])[0]
    depth = chance.choice(depths)
    shallow = device in (Device.ROLLER, Device.STAMP) and depth <= 0.5
    treatment = Treatment(
        device,
        depth,
        setting=Setting.HOME if shallow and chance.random() < AT_HOME else Setting.CLINIC,
        areas=chance.choices([words for words, _ in AREAS], [share for _, share in AREAS])[0],
        same_day_injection=chance.random() < INJECTED,
    )
    conditions, usual = set(), {}
    for condition, share, symptom in CONDITIONS:
        if chance.random() < share:
            conditions.add(condition)
            if symptom:
                usual[symptom] = chance.choice(USUAL_LEVELS)
    for condition, share in MARKS:
        if chance.random() < (share if skin >= 4 else share / 3):
            conditions.add(condition)
            usual[Symptom.DARK_PATCHES] = chance.choice(USUAL_LEVELS)
    medications = frozenset(medication for medication, share in MEDICATIONS if chance.random() < share)
    baseline = usual if usual_told else {}
    return Person(Patient(chance.randint(20, 65), skin, frozenset(conditions), medications, baseline), treatment, usual)
