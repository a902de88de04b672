"""Stored days under the protocol that is installed: what it says otherwise, and storing that.

What is kept of where a patient stands follows from the days as well (when the next log is due, whether a verdict is
still a word about today, whose turn it is), by rules that come with the same version: it is brought up to date too.
"""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from accounts.database_errors import is_transient
from accounts.locks import Erased, lock_patient
from accounts.models import Patient
from symptoms.alerts.following import Change
from symptoms.alerts.patient_status import Stand, newest_treatment, not_kept, refresh_status
from symptoms.journal.judging import judge_all, judged_days
from symptoms.journal.loading import Journal, Recorded, read_page
from symptoms.models import Treatment
from symptoms.recovery.comparing import Tally

PATIENTS_A_PAGE = 200
PAGES_A_LOOK = 50  # whose bounds are read at once
NO_FLAGS = "[]"  # of most days
PAUSES = (0.1, 0.5, 2.0)  # seconds to wait for whoever is in the way


@dataclass
class Page:
    """What came of judging a page of patients. `last`: the id to go on after, None where nobody was left."""

    last: UUID | None = None
    patients: int = 0
    tally: Tally = field(default_factory=Tally)
    judged_otherwise: list[UUID] = field(default_factory=list)  # patients with a day that is judged otherwise
    out_of_place: list[UUID] = field(default_factory=list)  # others of whom something else is kept than follows

    def add(self, page: "Page") -> None:
        """Take in the page that follows."""
        self.last = page.last or self.last
        self.patients += page.patients
        self.tally.add_all(page.tally)
        self.judged_otherwise += page.judged_otherwise
        self.out_of_place += page.out_of_place


def judge_between(after: UUID | None, until: UUID | None, *, store: bool, now: datetime) -> Page:
    """`judge_page` for all patients after `after` and not after `until`, however many they have become; raises what it
    raises."""
    all_of_them = Page()
    while True:
        page = judge_page(after, PATIENTS_A_PAGE, until=until, store=store, now=now)
        all_of_them.add(page)
        if page.patients < PATIENTS_A_PAGE or page.last == until:
            return all_of_them
        after = page.last


def bounds() -> Iterator[UUID]:
    """The id of every PATIENTS_A_PAGE-th patient with a session, in their order."""
    after = None
    while ids := list(_treated(after, None).values_list("pk", flat=True)[: PATIENTS_A_PAGE * PAGES_A_LOOK]):
        yield from ids[PATIENTS_A_PAGE - 1 :: PATIENTS_A_PAGE]
        after = ids[-1]


def judge_page(after: UUID | None, at_most: int, *, until: UUID | None = None, store: bool, now: datetime) -> Page:
    """Judge every day of the next patients in the order of their ids: at most so many after `after`, none after
    `until`. With `store`, what differs is stored, a patient at a time; else nothing is written.

    One unit of work: it may be done anywhere, while people log, twice, or by two at once, and killed at any moment.
    What was stored is not stored again.

    Raises:
        DatabaseError: the database could not be used for longer than a few tries.
    """
    page = Page()
    records = read_page(_treated(after, until).select_related("practice")[:at_most])
    for record in records:
        if compare(record, page.tally):
            page.judged_otherwise.append(record.journal.patient.pk)
    if records:
        page.last, page.patients = records[-1].journal.patient.pk, len(records)
        out_of_place = not_kept([_stand(record.journal) for record in records])
        page.out_of_place = sorted(out_of_place.difference(page.judged_otherwise))
    if store:
        store_page(page, now=now)
    return page


def store_page(page: Page, *, now: datetime) -> None:
    """Store what `judge_page` found to differ; each patient is judged anew, as they may have logged since.

    Raises:
        DatabaseError: the database could not be used for longer than a few tries.
    """
    for patient_id in page.judged_otherwise:
        with suppress(Erased):
            reassess(patient_id, now=now)
    for patient_id in page.out_of_place:
        with suppress(Erased):
            keep_place(patient_id)


def _treated(after: UUID | None, until: UUID | None) -> QuerySet[Patient]:
    """Patients with a session: found one by one by their key, so that the last page costs what the first does."""
    patients = Patient.objects.filter(Exists(Treatment.objects.filter(patient=OuterRef("pk")))).order_by("pk")
    if after:
        patients = patients.filter(pk__gt=after)
    if until:
        patients = patients.filter(pk__lte=until)
    return patients


def _stand(journal: Journal) -> Stand:
    treatment = newest_treatment(journal.treatments)
    is_logged = treatment is not None and journal.days(treatment)
    return Stand(journal.patient, treatment, journal.newest(treatment).id if treatment and is_logged else None)


def compare(record: Recorded, tally: Tally) -> bool:
    """Count what the installed protocol says of each of a patient's days beside what is stored.

    Return True if anything differs.
    """
    differs = False
    for treatment, logged, judged in judged_days(record.journal):
        stored = record.flags.get(logged.id)
        if stored is not None:
            before, after = json.loads(stored) if stored != NO_FLAGS else [], judged.as_json()["flags"]
            differs |= bool(tally.add(before, after, fitzpatrick=treatment.fitzpatrick))
    return differs


def reassess(patient_id: UUID, *, now: datetime) -> None:
    """Judge every day of a patient again, and store those that differ.

    Alerts come from the newest day of each session only. People go on logging meanwhile: the patient is locked for
    this alone.

    Raises:
        DatabaseError: the database could not be used for longer than a few tries.
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
        except Exception as fault:
            if not is_transient(fault):
                raise
            time.sleep(pause)
    return _at_once(act)


@transaction.atomic
def _at_once(act: Callable[[], object]) -> None:
    act()
