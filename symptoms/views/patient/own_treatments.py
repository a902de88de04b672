"""A patient's own treatments."""

from accounts.models import Patient
from symptoms.journal.loading import sessions_of
from symptoms.models import Treatment


def own_treatments(patient: Patient) -> list[Treatment]:
    """The patient's sessions, the newest first; one that was recorded twice counts once.

    Each says whether the consent to care stands (`agreed`).
    """
    treatments = list(sessions_of(patient.pk).filter(same_as=None).newest_first())
    for treatment in treatments:
        treatment.patient = patient
    return treatments
