"""Stored days under the protocol that is installed: what it says otherwise, and storing that."""

import time
from datetime import datetime
from uuid import UUID

from django.db import OperationalError, transaction

from accounts.database_errors import is_transient
from accounts.locks import lock_patient
from accounts.models import Patient
from symptoms.alerts.following import Change
from symptoms.journal.judging import judge_all, judged_and_stored
from symptoms.models import Treatment
from symptoms.recovery.comparing import Tally

PATIENTS_A_PAGE = 200
PAUSES = (0.1, 0.5, 2.0)  # seconds to wait for whoever is in the way


def patients_between(after: UUID | None, until: UUID | None) -> list[Patient]:
    """The next page of patients with a session, in the order of their ids: after `after`, none after `until`; empty at
    the end."""
    treated = Treatment.objects.values("patient")
    patients = Patient.objects.filter(pk__in=treated).order_by("pk")
    if after:
        patients = patients.filter(pk__gt=after)
    if until:
        patients = patients.filter(pk__lte=until)
    return list(patients[:PATIENTS_A_PAGE])


def compare(patient: Patient, tally: Tally) -> bool:
    """Count what the installed protocol says of each of the patient's days beside what is stored; writes nothing.

    Return True if anything differs.
    """
    changes = [
        tally.add(stored.flags, judged.as_json()["flags"], fitzpatrick=treatment.fitzpatrick)
        for treatment, stored, judged in judged_and_stored(patient)
    ]
    return any(changes)


def reassess(patient_id: UUID, *, now: datetime) -> int:
    """Judge every day of a patient again and store those that differ; gives how many.

    Alerts come from the newest day of each session only. People go on logging meanwhile: the patient is locked for
    this alone.

    Raises:
        OperationalError: the database could not be used for longer than a few tries.
    """
    for pause in PAUSES:
        try:
            return _reassess(patient_id, now)
        except OperationalError as fault:
            if not is_transient(fault):
                raise
            time.sleep(pause)
    return _reassess(patient_id, now)


@transaction.atomic
def _reassess(patient_id: UUID, now: datetime) -> int:
    return judge_all(lock_patient(patient_id), now=now, change=Change.PROTOCOL)
