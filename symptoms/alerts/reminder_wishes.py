"""What a patient says about reminders: whether, when and how; later today, not today, no more."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_noop

from accounts import audit
from accounts.locks import lock_patient
from accounts.models import ContactMethod, Patient
from symptoms.alerts.diary import ONE_DAY, Diary, is_due
from symptoms.models import Delivery, Reminding

LATER = timedelta(hours=2)
LOOKS_AHEAD = 100  # days: longer than any pause between two logs


@dataclass(frozen=True, slots=True)
class Planned:
    """The next reminder, if nothing is logged before: when, and of which day of the session."""

    at: datetime
    day: int


@transaction.atomic
def choose(patient: Patient, *, is_on: bool, at: time, now: datetime, **chosen: Any) -> Reminding:
    """Keep what a patient chose; `chosen`: other fields of `Reminding`. Begins at their next hour after `now`."""
    patient = lock_patient(patient.pk)
    reminding = Reminding.objects.filter(patient=patient).first() or Reminding(patient=patient)
    for name, value in {"is_on": is_on, "at": at, **chosen}.items():
        setattr(reminding, name, value)
    if not is_on:
        reminding.later_at = None
    _begin(reminding, patient, now)
    # At no practice: what a patient chose there is read by nobody else.
    audit.note(audit.Kind.DID, gettext_noop("chose how to be reminded"), user=patient.user_id, patient=patient, now=now)
    return reminding


@transaction.atomic
def remind_later(patient: Patient, now: datetime) -> datetime | None:
    """Remind of today's log in two hours instead; gives when. None where no log is due today, or that is tomorrow."""
    patient = lock_patient(patient.pk)
    reminding, at = Reminding.objects.filter(patient=patient, is_on=True).first(), now + LATER
    today = patient.today(now)
    if reminding is None or patient.today(at) != today or not Diary.of(patient).wants_log(today):
        return None
    reminding.later_at, reminding.not_on = at.replace(second=0, microsecond=0), None
    _begin(reminding, patient, now)
    return reminding.later_at


def who_is_reminded(message: UUID, browser: UUID, now: datetime) -> Patient | None:
    """Whose reminder of today a browser shows; None where it is none.

    Only that browser knows both ids, so that it may put the reminder off, and do nothing else, without a session.
    """
    shown = Delivery.objects.filter(pk=message, why=Delivery.Why.REMINDER, channel=ContactMethod.Kind.PUSH)
    its_own = ContactMethod.objects.filter(pk=browser, kind=ContactMethod.Kind.PUSH, user=OuterRef("recipient"))
    delivery = shown.filter(Exists(its_own)).select_related("recipient").first()
    patient = delivery.recipient.as_patient if delivery else None
    if delivery is None or patient is None or not delivery.reason.startswith(f"{Delivery.REMIND}:"):
        return None
    return patient if patient.today(delivery.created_at) == patient.today(now) else None


def may_be_later(patient: Patient, now: datetime) -> bool:
    """Whether there is anything to remind of in two hours, today."""
    wants = Reminding.objects.filter(patient=patient, is_on=True).exists()
    return wants and patient.today(now + LATER) == patient.today(now)


@transaction.atomic
def not_today(patient: Patient, now: datetime) -> None:
    """No reminder today, whatever was chosen."""
    patient = lock_patient(patient.pk)
    reminding = Reminding.objects.filter(patient=patient, is_on=True).first()
    if reminding is not None:
        reminding.later_at, reminding.not_on = None, patient.today(now)
        _begin(reminding, patient, now)


@transaction.atomic
def stop(patient: Patient) -> None:
    """No reminders any more, until they are turned on again; links in reminders that were sent lead nowhere."""
    Reminding.objects.filter(patient=lock_patient(patient.pk)).update(is_on=False, look_at=None, later_at=None)
    audit.note(audit.Kind.DID, gettext_noop("stopped reminders by the link of a letter"), user=None, patient=patient)


def planned(reminding: Reminding, patient: Patient, now: datetime) -> Planned | None:
    """The next reminder, as far as it can be told now; None where none comes in the next weeks."""
    diary, today = Diary.of(patient), patient.today(now)
    if not reminding.is_on or diary.status is None:
        return None
    for number in range(LOOKS_AHEAD):
        on = today + number * ONE_DAY
        for at, is_own in reminding.moments(on, patient.zone):
            if at > now and is_due(reminding, diary, at, on, is_own=is_own):
                return Planned(at, diary.day_on(on))
    return None


def _begin(reminding: Reminding, patient: Patient, now: datetime) -> None:
    reminding.zone, reminding.dealt_until = patient.zone.key, now
    reminding.look_at = reminding.next_moment(now, patient.zone) if reminding.is_on else None
    reminding.save()
