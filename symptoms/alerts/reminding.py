"""Looks at each patient who wants to be reminded when one of their hours comes, on their clock; what fell due while no
worker ran is told once, late, and not in quiet hours."""

from collections.abc import Iterator
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import Value
from django.db.models.functions import Coalesce, NullIf

from accounts.locks import lock_patient
from accounts.models import Patient
from symptoms.alerts.diary import Diary, is_due
from symptoms.alerts.passing_over import passed_over, trying
from symptoms.alerts.reminder_sending import LOOKS_BACK, queue_reminder
from symptoms.models import Reminding
from symptoms.models.reminder import quiet_ends

AT_ONCE = 100


def remind_next(now: datetime) -> bool:
    """Look at the patient whose hour came first, and queue what is due; False when it is nobody's hour."""
    due = Reminding.objects.filter(look_at__lte=now).order_by("look_at")
    patient_id = due.exclude(patient__in=passed_over()).values_list("patient", flat=True).first()
    if patient_id is None:
        return False
    _look_at(patient_id, now)
    return True


def follow_travellers(now: datetime) -> None:
    """Look at whoever's clock has changed, or their clinic's where they have said none.

    Who arrives at night with something to be told is looked at each time until it is over.
    """
    theirs = Coalesce(
        NullIf("patient__time_zone", Value("")), "patient__practice__time_zone", Value(settings.TIME_ZONE)
    )
    moved = Reminding.objects.filter(look_at__isnull=False).exclude(zone=theirs).exclude(patient__in=passed_over())
    for patient_id in list(moved.values_list("patient", flat=True)[:AT_ONCE]):
        _look_at(patient_id, now)


def _look_at(patient_id: UUID, now: datetime) -> None:
    with trying(patient_id), transaction.atomic():
        patient = lock_patient(patient_id)
        reminding = Reminding.objects.filter(patient=patient).first()
        if reminding is None or reminding.look_at is None:
            return
        # Another worker may have looked while we waited.
        if reminding.look_at <= now or reminding.zone != patient.zone.key:
            _look(reminding, patient, now)
            reminding.save(update_fields=["zone", "look_at", "dealt_until", "said_on", "later_at"])


def _look(reminding: Reminding, patient: Patient, now: datetime) -> None:
    """Deal with every moment that has passed since the last look: one reminder for all of them."""
    zone, diary = patient.zone, Diary.of(patient)
    passed = list(_passed(reminding, patient, now))
    fallen_due = [at for at, on, is_own in passed if is_due(reminding, diary, at, on, is_own=is_own)]
    if fallen_due and reminding.is_quiet(now, zone):
        reminding.look_at = quiet_ends(now, zone)
        return
    if fallen_due:
        queue_reminder(reminding, patient, max(fallen_due), now)
        reminding.said_on = patient.today(now)
    if reminding.later_at is not None and reminding.later_at <= now:
        reminding.later_at = None
    reminding.zone, reminding.dealt_until = zone.key, now
    reminding.look_at = reminding.next_moment(now, zone)


def _passed(reminding: Reminding, patient: Patient, now: datetime) -> Iterator[tuple[datetime, date, bool]]:
    """The moments since the last look, each with its date and whether that is the date's own hour.

    Each counts by the clock that they were at: until they moved to another, by the one that they left, since the log
    that was asked for then is wanted all the same. Whose hour had passed already where they arrived, it comes then.
    """
    zone, after = patient.zone, max(reminding.dealt_until or now - LOOKS_BACK, now - LOOKS_BACK)
    if reminding.zone != zone.key:
        arrived = min(patient.zone_confirmed_at or now, now)
        yield from reminding.moments_between(after, arrived, ZoneInfo(reminding.zone))
        on, after = patient.today(arrived), max(after, arrived)
        if any(at <= arrived for at, is_own in reminding.moments(on, zone) if is_own):
            yield arrived, on, True
    yield from reminding.moments_between(after, now, zone)
