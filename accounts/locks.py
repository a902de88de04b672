"""Locks that verbs take before they read what they decide on: the practice's row first, then the patient's.

PostgreSQL then lets one writer at a time through for each patient. SQLite has a single writer anyway and ignores them.
"""

from uuid import UUID

from accounts.models import Patient, Practice, User


def lock_practice(practice_id: UUID) -> Practice:
    """The practice as it is stored now; nobody else changes its people until the transaction ends.

    Raises:
        Practice.DoesNotExist: there is none.
    """
    return Practice.objects.select_for_update().get(pk=practice_id)


def lock_patient(patient_id: UUID) -> Patient:
    """The patient as they are stored now; nobody else writes to their record until the transaction ends.

    Raises:
        Patient.DoesNotExist: there is none.
    """
    return _locked().get(pk=patient_id)


def lock_patient_of(user: User) -> Patient | None:
    """The same for the patient who is `user`; None for anybody else."""
    return _locked().filter(user=user).first()


def _locked():
    # `of` leaves the practice's row alone: it is read, not decided on.
    return Patient.objects.select_for_update(of=("self",)).select_related("practice")
