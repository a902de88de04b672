"""The messages of reminders: queued, asked whether they are still wanted, and sent by another way where one fails."""

from datetime import datetime, timedelta

from accounts.locks import lock_patient
from accounts.models import ContactMethod, Patient
from symptoms.alerts.advice_timers import is_timer_wanted
from symptoms.alerts.diary import Diary
from symptoms.alerts.reminder_ways import browsers_of, message_to, ways_of
from symptoms.models import AdviceTimer, DayLink, Delivery, Reminding
from symptoms.models.delivery import reason_of
from symptoms.models.reminder import quiet_ends

Kind, Why = ContactMethod.Kind, Delivery.Why
LOOKS_BACK = timedelta(hours=36)  # after an outage: of what fell due earlier nobody is told any more
MOMENT = timedelta(microseconds=1)


def queue_reminder(reminding: Reminding, patient: Patient, at: datetime, now: datetime) -> None:
    """Queue it by each way that they chose; what was due at `at` is so old when it is sent."""
    reason = reason_of(Delivery.REMIND, patient.pk, at=at)
    before = Delivery.objects.filter(reason=reason).count()  # that quiet hours held back, or that reached nobody
    messages = [message_to(patient, reason, way, at, now, step=before) for way in ways_of(patient, reminding)]
    Delivery.objects.bulk_create(messages)
    _link(reminding, patient, messages, now)


def _link(reminding: Reminding, patient: Patient, messages: list[Delivery], now: datetime) -> None:
    """Let the letter among the messages lead to the day's empty log, where they want that."""
    letters = [message for message in messages if message.channel == Kind.EMAIL and reminding.gives_link]
    DayLink.objects.bulk_create([DayLink.made(patient, letter, patient.today(now)) for letter in letters])


def may_still_be_reminded(delivery: Delivery, now: datetime) -> bool:
    """Whether the message is still wanted, right before it is sent: no log has come, and no newer message."""
    patient = delivery.recipient.as_patient
    if patient is None or not patient.agreed_to("care"):
        return False
    diary, kind = Diary.of(patient), delivery.reason.partition(":")[0]
    if kind == Delivery.TIMER:
        timer = AdviceTimer.objects.filter(pk=delivery.reason.split(":")[1]).select_related("entry").first()
        return timer is not None and is_timer_wanted(timer, diary, now)
    reminding = Reminding.objects.filter(patient=patient, is_on=True).first()
    if reminding is None or diary.has_logged_since(delivery.created_at) or _is_out_of_date(delivery, now):
        return False
    is_quiet = reminding.is_quiet(now, patient.zone, due_at=delivery.created_at)
    return reminding.not_on != patient.today(now) and not is_quiet


def _is_out_of_date(delivery: Delivery, now: datetime) -> bool:
    newer = Delivery.objects.filter(
        recipient=delivery.recipient_id, why=Why.REMINDER, created_at__gt=delivery.created_at,
        reason__startswith=f"{Delivery.REMIND}:",
    )  # fmt: skip
    return now - delivery.created_at > LOOKS_BACK or newer.exists()


def remind_otherwise(failed: Delivery, now: datetime) -> list[Delivery]:
    """Queue a message that did not arrive by another way, once; gives it. What quiet hours held back comes later."""
    if failed.recipient.as_patient is None:
        return []
    patient = lock_patient(failed.recipient.as_patient.pk)
    same = Delivery.objects.filter(reason=failed.reason, step=failed.step).exclude(pk=failed.pk)
    if same.deliverable().exists():
        return []
    reminding = Reminding.objects.filter(patient=patient).first()
    if not may_still_be_reminded(failed, now):
        if reminding is not None and failed.reason.startswith(f"{Delivery.REMIND}:"):
            _hold_back(reminding, patient, failed, now)
        return []
    tried = {failed.channel, *same.values_list("channel", flat=True)}
    ways = [str(Kind.EMAIL)] + [str(Kind.PUSH)] * browsers_of(patient).working().exists()
    others = [
        message_to(patient, failed.reason, way, failed.created_at, now, failed.step) for way in ways if way not in tried
    ]
    Delivery.objects.bulk_create(others)
    if reminding is not None and failed.reason.startswith(f"{Delivery.REMIND}:"):
        _link(reminding, patient, others, now)
    return others


def _hold_back(reminding: Reminding, patient: Patient, failed: Delivery, now: datetime) -> None:
    """Look at the moment of a reminder again when quiet hours end, if it is they that kept it."""
    zone, at = patient.zone, failed.created_at
    if reminding.is_on and reminding.is_quiet(now, zone, due_at=at) and not _is_out_of_date(failed, now):
        reminding.dealt_until, reminding.look_at, reminding.said_on = at - MOMENT, quiet_ends(now, zone), None
        reminding.save(update_fields=["dealt_until", "look_at", "said_on"])
