"""Stored days under the protocol that is installed: what it says otherwise, and storing that.

What is kept of where a patient stands follows from the days as well (when the next log is due, whether a verdict is
still a word about today, whose turn it is), by rules that come with the same version: it is brought up to date too.
"""

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import OperationalError, transaction
from django.db.models import Exists, OuterRef

from accounts.database_errors import is_transient
from accounts.locks import Erased, lock_patient
from accounts.models import Patient
from symptoms.alerts.following import Change
from symptoms.alerts.patient_status import is_status_kept, refresh_status
from symptoms.journal.judging import judge_all, judged_and_stored
from symptoms.models import Treatment
from symptoms.recovery.comparing import Tally

PATIENTS_A_PAGE = 200
PAUSES = (0.1, 0.5, 2.0)  # seconds to wait for whoever is in the way


@dataclass
class Page:
    """What came of judging a page of patients. `last`: the id to go on after, None where nobody was left."""

    last: UUID | None = None
    patients: int = 0
    tally: Tally = field(default_factory=Tally)
    judged_otherwise: list[UUID] = field(default_factory=list)  # patients with a day that is judged otherwise
    out_of_place: list[UUID] = field(default_factory=list)  # others of whom something else is kept than follows


def judge_page(after: UUID | None, at_most: int, *, until: UUID | None = None, store: bool, now: datetime) -> Page:
    """Judge every day of the next patients in the order of their ids: at most so many after `after`, none after
    `until`. With `store`, what differs is stored, a patient at a time; else nothing is written.

    One unit of work: it may be done anywhere, while people log, twice, or by two at once, and killed at any moment.
    What was stored is not stored again.

    Raises:
        OperationalError: the database could not be used for longer than a few tries.
    """
    page = Page()
    for patient in _patients_after(after, at_most, until):
        page.last, page.patients = patient.pk, page.patients + 1
        if compare(patient, page.tally):
            page.judged_otherwise.append(patient.pk)
        elif not is_status_kept(patient):
            page.out_of_place.append(patient.pk)
    if store:
        store_page(page, now=now)
    return page


def store_page(page: Page, *, now: datetime) -> None:
    """Store what `judge_page` found to differ; each patient is judged anew, as they may have logged since.

    Raises:
        OperationalError: the database could not be used for longer than a few tries.
    """
    for patient_id in page.judged_otherwise:
        with suppress(Erased):
            reassess(patient_id, now=now)
    for patient_id in page.out_of_place:
        with suppress(Erased):
            keep_place(patient_id)


def _patients_after(after: UUID | None, at_most: int, until: UUID | None) -> list[Patient]:
    """Patients with a session: found one by one by their key, so that the last page costs what the first does."""
    patients = Patient.objects.filter(Exists(Treatment.objects.filter(patient=OuterRef("pk")))).order_by("pk")
    if after:
        patients = patients.filter(pk__gt=after)
    if until:
        patients = patients.filter(pk__lte=until)
    return list(patients[:at_most])


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
