"""Expected against reported, day by day, in the units that patients report in."""

from collections.abc import Iterable, Mapping

from symptoms.recovery.course import Patient, Treatment
from symptoms.recovery.expected import BANDS, BASELINE_COUNTS, band, ceiling, who_applies
from symptoms.recovery.vocabulary import Exposure, Symptom

__all__ = ["BANDS", "band", "ceilings"]


def ceilings(
    patient: Patient,
    treatment: Treatment,
    *,
    days: Iterable[int],
    exposures_by_day: Mapping[int, frozenset[Exposure]] | None = None,
) -> dict[Symptom, list[int]]:
    """The most that is expected of each symptom on each of `days`, severity 0-4, the usual level added back.

    Source: evidence 1.3 and 2.1.
    """
    exposures = exposures_by_day or {}
    who = who_applies(patient, treatment)
    listed = list(days)
    return {
        symptom: [
            min(4, ceiling(patient, treatment, symptom, day, exposures.get(day, frozenset()), who) + usual)
            for day in listed
        ]
        for symptom in Symptom
        for usual in (patient.baseline.get(symptom, 0) if symptom in BASELINE_COUNTS else 0,)
    }
