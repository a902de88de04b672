"""A patient's own treatments."""

from accounts.models import Patient
from symptoms.models import Treatment


def own_treatments(patient: Patient) -> list[Treatment]:
    """The patient's sessions, the newest first; one that was recorded twice counts once."""
    treatments = list(patient.treatments.filter(same_as=None).newest_first())
    for treatment in treatments:
        treatment.patient = patient
    return treatments
