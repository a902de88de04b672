"""Nobody is forgotten: what is open and in nobody's hands is told on, step by step, until somebody has taken it.

An alert carries from when its steps count (`steps_from`), how many are done, and when the next is due. They begin
where it opens, gets worse or comes back; whoever takes it ends them. The worker does what is due.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from accounts.locks import lock_patient, lock_patients
from accounts.models import AuditRecord, Membership, Practice
from symptoms.alerts.events import write_events
from symptoms.alerts.passing_over import passed_over, trying
from symptoms.alerts.patient_status import refresh_status
from symptoms.alerts.policy import Group, Policy, policy_of
from symptoms.alerts.read_receipts import RECORD
from symptoms.alerts.telling import tell_groups
from symptoms.models import Alert, AlertEvent, Delivery
from symptoms.models.delivery import reason_of
from symptoms.recovery.vocabulary import Urgency

What = AlertEvent.What
CLOCK_SET_BACK = timedelta(minutes=2)  # what begins further ahead than this was begun by a clock that ran ahead
STEPS = ["steps_from", "steps_done", "next_step_at"]


def begin_steps(alerts: Iterable[Alert], practice: Practice | None, now: datetime) -> list[Alert]:
    """Let the steps of these alerts begin now; nothing is saved.

    Gives those of which the caller tells the first step at once; what quiet hours hold back, the worker tells.
    """
    told_now = []
    for alert in alerts:
        alert.steps_from, alert.steps_done, alert.next_step_at = now, 0, None
        if practice is None:
            continue
        policy = policy_of(practice)
        first = policy.due_at(alert.urgency, 0, now, practice)
        if first is not None and first > now:
            alert.next_step_at = first
        else:
            alert.steps_done, alert.next_step_at = 1, policy.due_at(alert.urgency, 1, now, practice)
            told_now.append(alert)
    return told_now


def escalate_next(now: datetime) -> bool:
    """Take the step that is due of what is open about one patient; False when nothing is.

    After an outage the step of now is taken, with the people of the steps that were missed: one message each.
    """
    others = _due(now).exclude(treatment__patient__in=passed_over())
    due = others.values_list("treatment__patient", flat=True).order_by("-urgency", "next_step_at").first()
    if due is None:
        return False
    with trying(due), transaction.atomic():
        patient = lock_patient(due)
        alerts = list(_due(now).filter(treatment__patient=patient).select_related("treatment", "practice", "entry"))
        for alert in alerts:
            alert.treatment.patient = patient
        for treatment in {alert.treatment_id for alert in alerts}:
            _escalate([alert for alert in alerts if alert.treatment_id == treatment], now)
    return True


def resume_dropped(now: datetime) -> int:
    """Let the steps begin again of what somebody took who works there no more; gives how many alerts that were.

    Whoever waited for an answer to them waits for the practice again.
    """
    holder = Membership.objects.practitioners().filter(user=OuterRef("acknowledged_by"), practice=OuterRef("practice"))
    dropped = Alert.objects.open().filter(~Exists(holder), next_step_at=None, acknowledged_at__isnull=False)
    waiting = dropped.exclude(practice=None).filter(acknowledged_at__gte=F("steps_from"))
    ids = set(waiting.values_list("treatment__patient", flat=True))
    if not ids:
        return 0
    with transaction.atomic():
        patients = lock_patients(ids)
        # Asked again: what somebody else took at the same moment is not told on.
        count = waiting.filter(treatment__patient__in=patients).update(steps_from=now, steps_done=0, next_step_at=now)
        for patient in patients.values():
            refresh_status(patient)
    return count


def _due(now: datetime) -> QuerySet[Alert]:
    """What has a step that is due; what a clock that ran ahead has begun is due as well."""
    is_due = Q(next_step_at__lte=now) | Q(steps_from__gt=now + CLOCK_SET_BACK)
    return Alert.objects.open().filter(is_due, next_step_at__isnull=False).exclude(practice=None)


def _escalate(alerts: list[Alert], now: datetime) -> None:
    """Tell on what of these alerts of one treatment is in nobody's hands: one message a person, for the worst."""
    waiting = [alert for alert in alerts if not _is_attended(alert)]
    groups: set[Group] = set()
    for alert in alerts:
        assert alert.practice is not None
        if alert not in waiting:
            alert.next_step_at = None
            continue
        if alert.steps_from is None or alert.steps_from > now:
            alert.steps_from = now
        groups |= _advance(alert, policy_of(alert.practice), alert.practice, now)
    Alert.objects.bulk_update(alerts, STEPS)
    if waiting:
        worst = max(waiting, key=lambda alert: (alert.urgency, -alert.worsened_at.timestamp()))
        tell_step(worst, groups, waiting, now)
        write_events(waiting, What.ESCALATED, at=now, detail=", ".join(sorted(groups)))


def _advance(alert: Alert, policy: Policy, practice: Practice, now: datetime) -> set[Group]:
    """Move to the step of now; gives the groups of all steps since the last one that was taken."""
    steps, since = policy.steps[Urgency(alert.urgency)], alert.steps_from or now
    groups: set[Group] = set()
    while alert.steps_done < len(steps):
        due = policy.due_at(alert.urgency, alert.steps_done, since, practice)
        if groups and due is not None and due > now:
            break  # the first is due: the query said so, whatever the steps have become since
        groups |= steps[alert.steps_done].groups
        alert.steps_done += 1
    alert.next_step_at = policy.due_at(alert.urgency, alert.steps_done, since, practice)
    return groups


def tell_step(alert: Alert, groups: set[Group], waiting: list[Alert], now: datetime) -> list[Delivery]:
    """Queue the messages of the step at which the alert is, to `groups` and whoever holds one of `waiting`."""
    assert alert.practice is not None and alert.steps_from is not None
    reason = reason_of("alert", alert.pk, alert.urgency, at=alert.steps_from)
    about = {"entry": alert.entry} if alert.kind not in Alert.FOR_ONE_PRACTICE and alert.entry else {"alert": alert}
    return tell_groups(
        alert.practice, alert.treatment, alert.urgency, groups, now=now, open_alerts=waiting,
        reason=reason, step=alert.steps_done, **about,
    )  # fmt: skip


def _is_attended(alert: Alert) -> bool:
    """Whether somebody who works there has it, and has taken it or opened the record since its steps began."""
    if alert.acknowledged_by_id is None or alert.acknowledged_at is None:
        return False
    works_there = Membership.objects.practitioners().filter(user=alert.acknowledged_by_id, practice=alert.practice_id)
    if not works_there.exists():
        return False
    if alert.steps_from is None or alert.acknowledged_at >= alert.steps_from:
        return True
    return _has_read(alert.acknowledged_by_id, alert)


def _has_read(user: UUID, alert: Alert) -> bool:
    opened = AuditRecord.objects.readings().filter(user=user, patient=alert.treatment.patient_id, what=RECORD)
    return opened.filter(at__gte=alert.steps_from).exists()
