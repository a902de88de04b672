"""What a patient was advised to do again in some hours, and wants to be told of: once, unless they logged meanwhile."""

from datetime import datetime, timedelta

from django.db import transaction

from accounts.locks import lock_patient
from accounts.models import Patient
from symptoms.alerts.diary import Diary
from symptoms.alerts.passing_over import passed_over, trying
from symptoms.alerts.reminder_ways import message_to, ways_of
from symptoms.models import AdviceTimer, Delivery, Entry, Reminding
from symptoms.models.delivery import reason_of
from symptoms.models.reminder import may_come_until
from symptoms.recovery.texts import WARM
from symptoms.recovery.vocabulary import Urgency

AGAIN_AFTER = timedelta(hours=4)  # as the advice says, of a temperature that is higher than usual
TIMER_LASTS = timedelta(hours=4)  # from when it was due: later nobody is told any more


def is_offered(entry: Entry, urgency: int | None, now: datetime) -> bool:
    """Whether the advice on an entry says to measure again, and that time has not passed."""
    is_warm = float(entry.answers.get("temperature_c") or 0) >= WARM
    is_said = urgency is not None and Urgency.ON_TRACK < urgency < Urgency.EMERGENCY
    return is_warm and is_said and entry.is_current and now < due_at(entry)


def due_at(entry: Entry) -> datetime:
    """When it is time to measure again."""
    return entry.received_at + AGAIN_AFTER


@transaction.atomic
def start_timer(patient: Patient, entry: Entry) -> AdviceTimer:
    """Let the patient be told when it is time; the same again is one timer."""
    lock_patient(patient.pk)
    return AdviceTimer.objects.get_or_create(entry=entry, defaults={"due_at": due_at(entry)})[0]


def stop_timer(entry: Entry) -> None:
    """Tell nobody, if that has not happened yet."""
    AdviceTimer.objects.filter(entry=entry, told_at=None).delete()


def tell_next_timer(now: datetime) -> bool:
    """Queue the message of the timer that is due first; False when there is none."""
    due = AdviceTimer.objects.filter(told_at=None, due_at__lte=now).order_by("due_at")
    others = due.exclude(entry__treatment__patient__in=passed_over())
    patient_id = others.values_list("entry__treatment__patient", flat=True).first()
    if patient_id is None:
        return False
    with trying(patient_id), transaction.atomic():
        patient = lock_patient(patient_id)
        diary, reminding = Diary.of(patient), Reminding.objects.filter(patient=patient).first()
        for timer in due.filter(entry__treatment__patient=patient).select_related("entry"):
            if patient.user_id is not None and is_timer_wanted(timer, diary, now):
                reason, ways = reason_of(Delivery.TIMER, timer.pk), ways_of(patient, reminding)
                Delivery.objects.bulk_create(message_to(patient, reason, way, timer.due_at, now) for way in ways)
            timer.told_at = now
            timer.save(update_fields=["told_at"])
    return True


def is_timer_wanted(timer: AdviceTimer, diary: Diary, now: datetime) -> bool:
    """Whether what was asked for is still to be told: nothing was logged since, it is not long past nor now night."""
    logged_at = diary.status.logged_at if diary.status else None
    is_newer = logged_at is not None and logged_at > timer.entry.received_at
    may_come = now < may_come_until(now, diary.patient.zone, [timer.due_at])
    return timer.entry.is_current and not is_newer and may_come and now < timer.due_at + TIMER_LASTS
