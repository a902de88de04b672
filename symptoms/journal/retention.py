"""For how long a clinic keeps a record that nobody uses any more, and when that is over.

What counts is what somebody did with the record: a log, a photo, a session, a message, joining, agreeing to something,
or saying that it is to stay. Who has something open, or waits to be read, is kept however long that takes.
"""

from calendar import monthrange
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Max, QuerySet
from django.utils.translation import gettext_noop

from accounts import audit
from accounts.edits import Reading, refuse_if_changed
from accounts.locks import lock_practice
from accounts.models import Consent, Invitation, Patient, Practice, User
from symptoms.models import Alert, Entry, Erasure, Note, Photo, Treatment


def retention_of(practice: Practice) -> dict[str, Any]:
    """What a manager may change of it, by name."""
    return {"retention_months": practice.retention_months}


@transaction.atomic
def change_retention(
    practice: Practice, months: int, *, by: User, now: datetime, reading: Reading | None = None
) -> bool:
    """Write down for how long `practice` keeps records; whether that is new.

    Who was told already that theirs goes is told otherwise, or not at all: the worker looks at each again.

    Raises:
        ChangedMeanwhile: something else stands there by now than `reading`, what `by` had before them.
    """
    stored = lock_practice(practice.pk)
    refuse_if_changed(reading, retention_of(stored), by=stored.changed_by, at=stored.changed_at)
    if stored.retention_months == months:
        return False
    stored.retention_months, stored.changed_by, stored.changed_at = months, by, now
    stored.save(update_fields=["retention_months", "changed_by", "changed_at"])
    audit.did(gettext_noop("changed the retention period"), by=by, practice=practice, now=now)
    return True


def is_over(patient: Patient, now: datetime) -> bool:
    """Whether the retention period of the patient's clinic is over for their record. Who is alone has none."""
    practice = patient.practice
    if practice is None or last_used(patient) > months_before(now, practice.retention_months):
        return False
    theirs = {"treatment__patient": patient}
    waits = Note.objects.filter(**theirs, kind=Note.Kind.FROM_PATIENT, read_at=None)
    return not (Alert.objects.open().filter(**theirs).exists() or waits.exists())


def last_used(patient: Patient) -> datetime:
    """When somebody last did something with the record."""
    theirs = {"treatment__patient": patient}
    moments = [
        patient.created_at,
        _newest(Entry.objects.filter(**theirs), "received_at"),
        _newest(Photo.objects.filter(**theirs), "received_at"),
        _newest(Note.objects.filter(**theirs), "written_at"),
        _newest(Treatment.objects.filter(patient=patient), "recorded_at"),
        _newest(Treatment.objects.filter(patient=patient), "performed_at"),  # perhaps still to come
        _newest(Consent.objects.filter(patient=patient), "given_at"),
        _newest(Invitation.objects.filter(patient=patient), "created_at"),
        _newest(kept_by_their_patient(patient.pk), "undone_at"),
    ]
    return max(moment for moment in moments if moment is not None)


def kept_by_their_patient(patient_id: UUID) -> QuerySet[Erasure]:
    """Erasings of a record that its patient undid."""
    return Erasure.objects.filter(patient_id=patient_id, undone_at__isnull=False)


def months_before(now: datetime, months: int) -> datetime:
    """The same moment of the month so many months ago, or that month's last day."""
    year, month = divmod(now.year * 12 + now.month - 1 - months, 12)
    return now.replace(year=year, month=month + 1, day=min(now.day, monthrange(year, month + 1)[1]))


def _newest(rows: QuerySet[Any], moment: str) -> datetime | None:
    newest: datetime | None = rows.aggregate(newest=Max(moment))["newest"]
    return newest
