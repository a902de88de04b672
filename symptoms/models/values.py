"""Stored rows as the plain values that `recovery` takes."""

from symptoms.models.treatment import Treatment
from symptoms.recovery import course as values
from symptoms.recovery.vocabulary import Answer, Condition, Device, Medication, Setting, Symptom


def patient_values(treatment: Treatment) -> values.Patient:
    """The patient as they were on the day of the treatment."""
    return values.Patient(
        age=None,
        fitzpatrick=treatment.fitzpatrick,
        conditions=frozenset(map(Condition, treatment.conditions)),
        medications=frozenset(map(Medication, treatment.medications)),
        baseline={Symptom(word): level for word, level in treatment.baseline.items()},
    )


def treatment_values(treatment: Treatment) -> values.Treatment:
    """What was done, in the core's words."""
    depth = treatment.needle_depth_mm
    free_words = [words for words in treatment.areas_other.split(",") if words.strip()]
    return values.Treatment(
        device=Device(treatment.device),
        needle_depth_mm=None if depth is None else float(depth),
        setting=Setting(treatment.setting),
        areas=(*treatment.areas, *free_words),
        same_day_injection=treatment.same_day_injection,
        has_products=bool(treatment.products),
        needles_new=Answer(treatment.needles_new),
        needles_shared=Answer(treatment.needles_shared),
    )
