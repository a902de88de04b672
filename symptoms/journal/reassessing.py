"""Stored days under the protocol that is installed: what it says otherwise, and storing that.

What is kept of where a patient stands follows from the days as well (when the next log is due, whether a verdict is
still a word about today, whose turn it is), by rules that come with the same version: it is brought up to date too.
"""

import time
from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from django.db import OperationalError, transaction

from accounts.database_errors import is_transient
from accounts.locks import lock_patient
from accounts.models import Patient
from symptoms.alerts.following import Change
from symptoms.alerts.patient_status import refresh_status
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


def reassess(patient_id: UUID, *, now: datetime) -> None:
    """Judge every day of a patient again, and store those that differ.

    Alerts come from the newest day of each session only. People go on logging meanwhile: the patient is locked for
    this alone.

    Raises:
        OperationalError: the database could not be used for longer than a few tries.
    """
    _tried(lambda: judge_all(lock_patient(patient_id), now=now, change=Change.PROTOCOL))


def keep_place(patient_id: UUID) -> None:
    """Work out again where a patient stands whose days are judged as they were; raises what `reassess` raises."""
    _tried(lambda: refresh_status(lock_patient(patient_id)))


def _tried(act: Callable[[], object]) -> None:
    """Do it in one transaction, and again after a pause where somebody is in the way."""
    for pause in PAUSES:
        try:
            return _at_once(act)
        except OperationalError as fault:
            if not is_transient(fault):
                raise
            time.sleep(pause)
    return _at_once(act)


@transaction.atomic
def _at_once(act: Callable[[], object]) -> None:
    act()
