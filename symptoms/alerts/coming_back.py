"""What was left open with a plan comes back by itself: on its moment somebody is told to look again."""

from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.db.models import F, Q

from accounts.locks import lock_patient
from accounts.models import Practice
from symptoms.alerts.escalation import STEPS, begin_steps, tell_step
from symptoms.alerts.events import write_events
from symptoms.alerts.passing_over import passed_over, trying
from symptoms.alerts.patient_status import refresh_status
from symptoms.alerts.policy import Group
from symptoms.models import Alert, AlertEvent
from symptoms.models.alert import AlertQuerySet
from symptoms.recovery.vocabulary import Urgency

MORNING = time(9)
SOON = timedelta(hours=1)
# Who could not be reached is tried again so soon, for that urgency and above.
EMERGENCY_AGAIN, URGENT_AGAIN = timedelta(hours=1), timedelta(hours=4)


def moment_on(day: date, practice: Practice, now: datetime) -> datetime:
    """When somebody looks again on a day of the practice's calendar: at nine; once that is past, in an hour."""
    morning = datetime.combine(day, MORNING, practice.zone)
    is_today = day == now.astimezone(practice.zone).date()
    return now + SOON if is_today and morning <= now else morning


def tried_again_at(urgency: int, practice: Practice, now: datetime) -> datetime:
    """When somebody tries again to reach a patient, unless another moment is chosen: an emergency in an hour; what is
    urgent in four hours, or as the practice opens where that is sooner; anything else on the next working morning."""
    if urgency >= Urgency.EMERGENCY:
        return now + EMERGENCY_AGAIN
    if urgency >= Urgency.URGENT:
        opens = practice.hours.opens_next(now)
        return min(now + URGENT_AGAIN, opens) if opens else now + URGENT_AGAIN
    return practice.hours.next_working_morning(now)


def due_again(practice: Practice, now: datetime) -> AlertQuerySet:
    """What was left open until by now, and nobody has written anything down of since."""
    left_open = Alert.objects.open().filter(practice=practice, kept_open_at__gte=F("worsened_at"))
    return left_open.filter(Q(comes_back_at=None) | Q(comes_back_at__lte=now))


def return_next(now: datetime) -> bool:
    """Bring back what is due to come back of one patient; False when nothing is.

    Its steps begin again. Whoever has it is told, else who treated; an emergency goes to everybody.
    """
    due = Alert.objects.open().filter(comes_back_at__lte=now)
    others = due.exclude(treatment__patient__in=passed_over()).order_by("-urgency", "comes_back_at")
    first = others.values_list("treatment__patient", flat=True).first()
    if first is None:
        return False
    with trying(first), transaction.atomic():
        patient = lock_patient(first)
        of_patient = due.filter(treatment__patient=patient).with_holder()
        alerts = list(of_patient.select_related("treatment", "practice", "entry").order_by("-urgency", "worsened_at"))
        for alert in alerts:
            alert.treatment.patient, alert.comes_back_at = patient, None
            told_now = begin_steps([alert], alert.practice, now)
            if told_now and not any(_same_record(alert, other) for other in alerts[: alerts.index(alert)]):
                tell_step(alert, _told_of_it(alert), alerts, now)
        Alert.objects.bulk_update(alerts, [*STEPS, "comes_back_at"])
        write_events(alerts, AlertEvent.What.RETURNED, at=now)
        refresh_status(patient)
    return True


def _same_record(alert: Alert, other: Alert) -> bool:
    """Whether one message leads to both."""
    return alert.treatment_id == other.treatment_id and alert.practice_id == other.practice_id


def _told_of_it(alert: Alert) -> set[Group]:
    if alert.urgency >= Urgency.EMERGENCY:
        return {Group.EVERYBODY}
    return {Group.HOLDER} if alert.is_held else {Group.TREATED}
