"""Who is told that something needs review, and who is next when they cannot be."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from accounts.locks import lock_patient
from accounts.models import Membership, Practice
from symptoms.models import Alert, AlertEvent, Delivery, Entry, Treatment
from symptoms.models.delivery import reason_of
from symptoms.recovery.vocabulary import Urgency

Why = Delivery.Why


def tell(
    practice: Practice,
    treatment: Treatment,
    entry: Entry,
    urgency: int,
    *,
    now: datetime,
    open_alerts: Iterable[Alert] = (),
) -> list[Delivery]:
    """Queue one message about `entry` to each person at `practice` who is to be told; none where nobody is reachable.

    `open_alerts` are the patient's: whoever holds one of them is told. Gives the messages.
    """
    recipients = _recipients(practice, treatment, urgency, open_alerts)
    return _queue(recipients, practice, urgency, now, reason=reason_of("entry", entry.pk, urgency), entry=entry)


def tell_of_leaving(alert: Alert, event: AlertEvent, was_open: Iterable[Alert], *, now: datetime) -> list[Delivery]:
    """Queue one message to each person at the practice of `alert`, which the patient left, who is to be told.

    `event` is the leaving; `was_open` is what was open at the practice. Gives the messages.
    """
    practice, urgency = alert.practice, alert.urgency
    assert practice is not None  # it was left
    recipients = _recipients(practice, alert.treatment, urgency, was_open)
    return _queue(recipients, practice, urgency, now, reason=reason_of("left", event.pk, urgency), alert=alert)


def tell_of_question(alert: Alert, event: AlertEvent, *, now: datetime) -> list[Delivery]:
    """Queue one message to each person at the practice of `alert` who is to be told that a record is questioned."""
    practice, urgency = alert.practice, alert.urgency
    assert practice is not None
    recipients = _recipients(practice, alert.treatment, urgency, [alert])
    return _queue(recipients, practice, urgency, now, reason=reason_of("details", event.pk, urgency), alert=alert)


def _queue(
    recipients: list[tuple[UUID, Delivery.Why]], practice: Practice, urgency: int, now: datetime, **about: Any
) -> list[Delivery]:
    message = {"practice": practice, "urgency": urgency, "created_at": now, "not_before": now, **about}
    rows = [Delivery(recipient_id=user, why=why, **message) for user, why in recipients]
    return Delivery.objects.bulk_create(rows, ignore_conflicts=True)  # some are told of this already


def _recipients(
    practice: Practice,
    treatment: Treatment,
    urgency: int,
    open_alerts: Iterable[Alert],
    passed_over: Collection[UUID] = (),
) -> list[tuple[UUID, Delivery.Why]]:
    """(user id, why) of those to be told now, without those in `passed_over`.

    An emergency: every practitioner of the practice. Anything less: who holds one of `open_alerts` there and who
    treated, as far as they are practitioners there; without any of these, every practitioner. Without any practitioner,
    the practice's admins.
    """
    treated = treatment.practitioner_id
    holders = {alert.acknowledged_by_id for alert in open_alerts if alert.practice_id == practice.pk} - {None}
    is_emergency = urgency >= Urgency.EMERGENCY
    # An entry's journal has read that already (`read_journal`); nearly always nothing more need be asked.
    is_known = getattr(treatment, "practitioner_is_there", False) and treated not in passed_over
    if treated and is_known and not holders and not is_emergency:
        return [(treated, Why.TREATED)]
    members = Membership.objects.current().filter(practice=practice).exclude(user__in=passed_over)
    practitioners = [member.user_id for member in members if member.is_practitioner]
    involved = {user: Why.HOLDS if user in holders else Why.TREATED for user in {*holders, treated}}
    chosen = [user for user in practitioners if is_emergency or user in involved] or practitioners
    if chosen:
        return [(user, involved.get(user, Why.PRACTITIONER)) for user in chosen]
    return [(member.user_id, Why.ADMIN) for member in members if member.is_admin]


def may_still_be_told(delivery: Delivery) -> bool:
    """Whether the recipient still has the right that made them one: asked again right before sending."""
    if delivery.why == Why.PATIENT:
        return delivery.patient.user_id == delivery.recipient_id
    role = {"is_admin": True} if delivery.why == Why.ADMIN else {"is_practitioner": True}
    works_there = Membership.objects.current().filter(user=delivery.recipient_id, practice=delivery.practice_id, **role)
    return _is_on_the_desk(delivery) and works_there.exists()


def _is_on_the_desk(delivery: Delivery) -> bool:
    """Whether what the message is about is still the practice's to answer: of its patient, or left open with it."""
    patient = delivery.patient
    if patient.practice_id == delivery.practice_id:
        return True
    left_open = Alert.objects.open().filter(practice=delivery.practice_id)
    if delivery.alert_id is not None:
        return left_open.filter(pk=delivery.alert_id).exists()
    return left_open.filter(treatment__patient=patient).exclude(kind=Alert.Kind.LEFT).exists()


def tell_someone_else(failed: Delivery, *, now: datetime) -> list[Delivery]:
    """Queue messages to the next people after one could not be told; gives them.

    None while somebody else at the practice has been told of the same, or may be.
    """
    if failed.why == Why.PATIENT:
        return []
    # Of two whose messages fail at the same time, the second must see that the first failed.
    lock_patient(failed.patient.pk)
    if not _is_on_the_desk(failed):
        return []
    same = Delivery.objects.filter(reason=failed.reason, practice=failed.practice_id)
    if same.deliverable().exclude(pk=failed.pk).exists():
        return []
    about = failed.entry or failed.alert
    assert about is not None
    open_alerts = Alert.objects.open().filter(treatment__patient=failed.patient, practice=failed.practice_id)
    passed_over = same.values_list("recipient_id", flat=True)
    recipients = _recipients(failed.practice, about.treatment, failed.urgency, open_alerts, frozenset(passed_over))
    message = {"reason": failed.reason, "entry": failed.entry, "alert": failed.alert}
    return _queue(recipients, failed.practice, failed.urgency, now, **message)
