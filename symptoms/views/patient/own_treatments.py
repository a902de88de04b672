"""A patient's own treatments."""

from django.db.models import Exists

from accounts.models import Patient
from symptoms.journal.loading import sessions_of
from symptoms.journal.screening import unanswered
from symptoms.models import Treatment


def own_treatments(patient: Patient) -> list[Treatment]:
    """The patient's sessions, the newest first; one that was recorded twice counts once.

    Each says whether the consent to care stands (`agreed`), and whether the practice's questions before a treatment
    wait for an answer (`asks_before`).
    """
    sessions = sessions_of(patient.pk).filter(same_as=None)
    asked = sessions.annotate(asks_before=Exists(unanswered(patient)))  # type: ignore[no-redef]  # on the model
    treatments = list(asked.newest_first())
    for treatment in treatments:
        treatment.patient = patient
    return treatments
