"""Keeping what a patient answers before a treatment."""

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction

from accounts.locks import lock_patient
from accounts.models import Patient, User
from symptoms.journal.entries import LoggingStopped
from symptoms.models import Screening
from symptoms.recovery.screening import Answers


@transaction.atomic
def keep_screening(patient: Patient, answers: Answers, *, by: User, now: datetime) -> Screening:
    """Keep the answers in the place of those before; few of them are as welcome as all.

    Raises:
        PermissionDenied: `by` is not the patient.
        LoggingStopped: the patient has not agreed that what they write is kept.
    """
    patient = lock_patient(patient.pk)
    if patient.user_id != by.pk:
        raise PermissionDenied
    if not patient.agreed_to("care"):
        raise LoggingStopped
    changes = {"document": answers.document(), "changed_at": patient.after_leaving(now)}
    screening, _ = Screening.objects.update_or_create(patient=patient, defaults=changes)
    return screening


def screening_of(patient: Patient) -> Screening | None:
    """What the patient answered, for themselves."""
    return Screening.objects.filter(patient=patient).first()
