"""Who is told that their record goes because nobody has used it for as long as their clinic keeps it.

Two letters, and a line on their page and on the clinic's: two months before, and two weeks before. Whoever uses the
record again, or says that it is to stay, keeps it for as long again. Where a letter does not arrive, the clinic reads
that for two months before the record goes. The worker goes through all records, some at a time.
"""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts import audit
from accounts.database_errors import violated_constraint
from accounts.locks import lock_patient
from accounts.models import LEAST_MONTHS, Patient
from symptoms.journal.erasing import let_stay, tell, waiting_for
from symptoms.journal.retention import is_over, months_before
from symptoms.models import Erasure

TOLD_BEFORE = timedelta(days=60)  # that a record goes: time to be away, to come back and to take everything along
TOLD_AGAIN_BEFORE = timedelta(days=14)
LOOKED_AT = 100  # records at a time: each of those that may be due costs a dozen short look-ups


class Rounds:
    """Goes through all records that may be due and all that are announced, some of each at a time, and begins again."""

    def __init__(self) -> None:
        self._record: UUID | None = None
        self._announced: UUID | None = None

    def some(self, now: datetime) -> None:
        """Look at the next records."""
        self._announced = self._looked_again(now)
        self._record = self._announce(now)

    def _announce(self, now: datetime) -> UUID | None:
        """Announce what is over among the next records; gives the last of them, None once all were looked at."""
        earliest = months_before(now, LEAST_MONTHS)
        records = Patient.objects.filter(practice__isnull=False, created_at__lte=earliest).order_by("pk")
        records = records.exclude(status__logged_at__gt=earliest).select_related("practice", "status")
        batch = list((records.filter(pk__gt=self._record) if self._record else records)[:LOOKED_AT])
        for patient in batch:
            if not _logged_lately(patient, now) and is_over(patient, now):
                announce(patient, now)
        return batch[-1].pk if len(batch) == LOOKED_AT else None

    def _looked_again(self, now: datetime) -> UUID | None:
        """Take back what is not due any more among the next that are announced, and write the second letters."""
        waiting = Erasure.objects.filter(practice_id__isnull=False, undone_at=None, done_at=None).order_by("pk")
        batch = list((waiting.filter(pk__gt=self._announced) if self._announced else waiting)[:LOOKED_AT])
        for erasure in batch:
            look_again(erasure, now)
        return batch[-1].pk if len(batch) == LOOKED_AT else None


def _logged_lately(patient: Patient, now: datetime) -> bool:
    """Whether it is known without a statement that the period is not over: of most records where it is long."""
    status = getattr(patient, "status", None)
    begins = months_before(now, patient.practice.retention_months) if patient.practice else now
    return status is not None and status.logged_at is not None and status.logged_at > begins


def announce(patient: Patient, now: datetime) -> None:
    """Tell a patient that their record goes, unless something was asked for already, or they have used it meanwhile."""
    try:
        with transaction.atomic():
            patient = lock_patient(patient.pk)
            if patient.practice is None or waiting_for(patient.pk).exists() or not is_over(patient, now):
                return
            erasure = Erasure.objects.create(
                patient_id=patient.pk, user_id=patient.user_id, practice_id=patient.practice_id, asked_at=now,
                due_at=now + TOLD_BEFORE,
            )  # fmt: skip
            what = gettext_noop("announced that a record will be erased")
            audit.did(what, by=None, patient=patient, thing=erasure.pk, now=now)
            _write(erasure, patient, now)
    except Patient.DoesNotExist:
        return  # erased meanwhile
    except IntegrityError as clash:
        if violated_constraint(clash) != "one_erasure_at_a_time":
            raise


@transaction.atomic
def look_again(erasure: Erasure, now: datetime) -> None:
    """Take back what is not due any more; else look whether the letter arrived, and write the second in its time."""
    try:
        patient = lock_patient(erasure.patient_id)
    except Patient.DoesNotExist:
        return  # erased meanwhile
    stored = waiting_for(patient.pk).select_related("letter").filter(pk=erasure.pk).first()
    if stored is None or let_stay(stored, patient, now):
        return
    _look_at_letter(stored, now)
    if stored.told_again_at is None and now >= stored.due_at - TOLD_AGAIN_BEFORE:
        stored.told_again_at = now
        stored.save(update_fields=["told_again_at"])
        _write(stored, patient, now)


def _look_at_letter(erasure: Erasure, now: datetime) -> None:
    """Keep whether the letter could not be delivered.

    When that is found the record stays for as long as one is told before, so that the clinic, which reads it, can reach
    its patient otherwise, and one more letter is tried. That one may fail as well: nothing stays for a dead address.
    """
    failed, arrived = (erasure.letter.failed_at, erasure.letter.sent_at) if erasure.letter else (None, None)
    if failed and erasure.undelivered_at is None:
        erasure.undelivered_at, erasure.told_again_at = now, None
        erasure.due_at = max(erasure.due_at, now + TOLD_BEFORE)
    elif arrived and erasure.undelivered_at:
        erasure.undelivered_at = None
    else:
        return
    erasure.save(update_fields=["undelivered_at", "told_again_at", "due_at"])


def _write(erasure: Erasure, patient: Patient, now: datetime) -> None:
    """The letter: to the account's address, else to where the clinic invited them; where it knows none, the clinic
    reads that nobody was told."""
    person = patient.user or (patient if patient.email else None)
    if patient.practice is None:
        return
    if person is None:
        erasure.undelivered_at = erasure.undelivered_at or now
        erasure.save(update_fields=["undelivered_at"])
        return
    facts = {"erasure": erasure, "months": patient.practice.retention_months, "has_account": patient.user is not None}
    subject = _("Your Mendline record will be erased")
    erasure.letter = tell(person, now, "accounts/email/retention_over.txt", subject, **facts)
    erasure.save(update_fields=["letter"])
