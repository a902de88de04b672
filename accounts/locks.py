"""Locks that verbs take before they read what they decide on: the practice's row first, then the patient's.

PostgreSQL then lets one writer at a time through for each patient. SQLite has a single writer anyway and ignores them.
They leave keys alone (`no_key`): a row that points at a locked one is checked when it commits, and two who wait for
each other's rows then would never end.
"""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404

from accounts.compiled_queries import CompiledQuery
from accounts.models import Patient, Practice, User

# `of` leaves the practice's row alone: it is read along, not decided on.
_LOCKED = Patient.objects.select_for_update(of=("self",), no_key=True).select_related("practice")


def locked_patient_of(user_id: UUID) -> QuerySet[Patient]:
    """The patient who is that user, locked."""
    return _LOCKED.filter(user=user_id)


_read_locked = CompiledQuery(locked_patient_of)  # by each entry


def lock_practice(practice_id: UUID) -> Practice:
    """The practice as it is stored now; nobody else changes its people until the transaction ends.

    Raises:
        Practice.DoesNotExist: there is none.
    """
    return Practice.objects.select_for_update(no_key=True).get(pk=practice_id)


class Erased(Patient.DoesNotExist, Http404):
    """There is no such patient: erased, perhaps in the moment in which somebody wrote to them. A page or a program
    that does not expect it answers as for what was never there."""


def lock_patient(patient_id: UUID) -> Patient:
    """The patient as they are stored now; nobody else writes to their record until the transaction ends.

    Raises:
        Erased: there is none.
    """
    try:
        return _LOCKED.get(pk=patient_id)
    except Patient.DoesNotExist as nobody:
        raise Erased from nobody


def lock_patients(ids: Iterable[UUID]) -> dict[UUID, Patient]:
    """Several at once, by id, in an order that is always the same: two who lock the same ones never wait in a ring."""
    return {patient.pk: patient for patient in _LOCKED.filter(pk__in=set(ids)).order_by("pk")}


def lock_user(user_id: UUID) -> User:
    """Somebody who may become a patient right now; nobody else makes them one until the transaction ends.

    Raises:
        User.DoesNotExist: there is none.
    """
    return User.objects.select_for_update(no_key=True).get(pk=user_id)


def lock_patient_of(user: User) -> Patient | None:
    """The same for the patient who is `user`; None for anybody else."""
    return next(iter(_read_locked(user.pk)), None)
