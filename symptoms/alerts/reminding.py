"""Looks at each patient who wants to be reminded when one of their hours comes, on their clock; what fell due while no
worker ran is told once, late, and not in quiet hours."""

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import Value
from django.db.models.functions import Coalesce, NullIf

from accounts.locks import lock_patient
from accounts.models import Patient
from symptoms.alerts.diary import ONE_DAY, Diary, is_due
from symptoms.alerts.passing_over import passed_over, trying
from symptoms.alerts.reminder_sending import LOOKS_BACK, MOMENT, queue_reminder
from symptoms.models import Reminding

AT_ONCE = 100


def remind_next(now: datetime) -> bool:
    """Look at the patient whose hour came first, and queue what is due; False when it is nobody's hour."""
    due = Reminding.objects.filter(look_at__lte=now).order_by("look_at")
    patient_id = due.exclude(patient__in=passed_over()).values_list("patient", flat=True).first()
    if patient_id is None:
        return False
    with trying(patient_id), transaction.atomic():
        patient = lock_patient(patient_id)
        reminding = due.filter(patient=patient).first()
        if reminding is not None:
            _look(reminding, patient, now)
            reminding.save(update_fields=["look_at", "dealt_until", "said_on", "later_at"])
    return True


def _look(reminding: Reminding, patient: Patient, now: datetime) -> None:
    """Deal with every moment that has passed since the last look: one reminder for all of them."""
    zone, diary = patient.zone, Diary.of(patient)
    fallen_due = [at for at, is_own in _passed(reminding, zone, now) if is_due(reminding, diary, at, is_own=is_own)]
    if fallen_due and reminding.is_quiet(now, zone):
        reminding.look_at = reminding.quiet_ends(now, zone)
        return
    if fallen_due:
        queue_reminder(reminding, patient, fallen_due[-1], now)
        reminding.said_on = patient.today(now)
    if reminding.later_at is not None and reminding.later_at <= now:
        reminding.later_at = None
    reminding.dealt_until = now
    reminding.look_at = reminding.next_moment(now, zone)


def _passed(reminding: Reminding, zone: ZoneInfo, now: datetime) -> Iterator[tuple[datetime, bool]]:
    """The moments since the last look."""
    after = max(reminding.dealt_until or now - LOOKS_BACK, now - LOOKS_BACK)
    first, last = after.astimezone(zone).date(), now.astimezone(zone).date()
    for number in range((last - first).days + 1):
        for at, is_own in reminding.moments(first + number * ONE_DAY, zone):
            if after < at <= now:
                yield at, is_own


def follow_travellers(now: datetime) -> None:
    """Work out anew when to look at whoever's clock has changed, or their clinic's where they have said none."""
    theirs = Coalesce(
        NullIf("patient__time_zone", Value("")), "patient__practice__time_zone", Value(settings.TIME_ZONE)
    )
    moved = Reminding.objects.filter(look_at__isnull=False).exclude(zone=theirs)
    for patient_id in list(moved.values_list("patient", flat=True)[:AT_ONCE]):
        with trying(patient_id), transaction.atomic():
            patient = lock_patient(patient_id)
            reminding = Reminding.objects.get(patient=patient)
            _arrive(reminding, patient, now)
            reminding.save(update_fields=["zone", "look_at", "dealt_until", "later_at"])


def _arrive(reminding: Reminding, patient: Patient, now: datetime) -> None:
    """Go by another clock from now on: whose hour has passed there already is reminded at once."""
    zone, today = patient.zone, patient.today(now)
    has_passed = any(at <= now for at, is_own in reminding.moments(today, zone) if is_own)
    if has_passed and reminding.said_on != today and reminding.not_on != today:
        reminding.later_at, reminding.dealt_until = now, now - MOMENT
    # What fell due yesterday by that clock, while no worker ran, is not lost.
    reminding.zone, reminding.look_at = zone.key, now
