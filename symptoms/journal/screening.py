"""Asking a patient before a treatment, and keeping what they answer."""

from datetime import datetime
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext_noop

from accounts import audit
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
    what = gettext_noop("answered before a treatment")
    audit.did(what, by=by, patient=patient, now=now)
    return screening


@transaction.atomic
def ask_screening(patient: Patient, *, by: User, now: datetime) -> Screening:
    """Ask the patient to answer before their next treatment: on their Today until they do. Earlier answers stay.

    Raises:
        PermissionDenied: the patient is not of the practice of `by`, or has not joined.
    """
    patient = lock_patient(patient.pk)
    practice = by.practice_as_practitioner
    if practice is None or patient.practice_id != practice.pk or patient.user_id is None:
        raise PermissionDenied
    asked = {"asked_at": patient.after_leaving(now), "asked_by": practice}
    screening, _ = Screening.objects.update_or_create(patient=patient, defaults=asked)
    what = gettext_noop("asked to answer before a treatment")
    audit.did(what, by=by, patient=patient, now=now)
    return screening


def screening_of(patient: Patient) -> Screening | None:
    """What the patient answered, for themselves; None while nothing is answered."""
    return Screening.objects.filter(patient=patient).exclude(changed_at=None).first()


def unanswered(patient_id: UUID) -> QuerySet[Screening]:
    """The questions that the practice which has the patient now sent, where they have not answered since."""
    asked = Screening.objects.filter(patient=patient_id, asked_by=F("patient__practice"))
    return asked.filter(Q(changed_at=None) | Q(changed_at__lt=F("asked_at")))
