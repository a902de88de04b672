"""Where what is open about a patient puts them in the queue: whose turn it is, who has it, whether it is over."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from django.db.models import Subquery

from accounts.models import Membership, Patient
from symptoms.models import Alert, Note
from symptoms.recovery.vocabulary import Urgency

FOR_AN_ANSWER = datetime(9000, 1, 1, tzinfo=UTC)  # until when somebody waits for whom no day is chosen


@dataclass(frozen=True)
class Place:
    """The fields of PatientStatus by these names."""

    waits_until: datetime | None = None
    is_free: bool = False
    is_raised: bool = False
    is_over: bool = False


def place_of(patient: Patient, alerts: Sequence[Alert]) -> Place:
    """What follows from all that is open about a patient at one practice, the most urgent first; a statement more
    where somebody has all of it."""
    if not alerts:
        return Place()
    worst = [alert for alert in alerts if alert.urgency == alerts[0].urgency]
    return Place(
        waits_until=_waits_until(patient, alerts),
        is_free=any(alert.acknowledged_by_id is None for alert in worst),
        is_raised=any(alert.cleared_at is None for alert in worst),
        is_over=all(is_over(alert) for alert in alerts),
    )


def is_over(alert: Alert) -> bool:
    """Whether it never was more than to be spoken of, and the newest answers raise it no more. What answers that were
    changed no longer raise has to be looked at."""
    is_low = alert.urgency <= Urgency.CONTACT and alert.current_urgency == Urgency.ON_TRACK
    is_about_logs = alert.kind in (Alert.Kind.CONCERN, Alert.Kind.QUIET)
    return is_low and is_about_logs and alert.cleared_at is not None and alert.answers_changed_at is None


def _waits_until(patient: Patient, alerts: Sequence[Alert]) -> datetime | None:
    """Until when each of them waits: left open until a day to come; or held, no more than to be spoken of, no worse
    since it was taken, and the newest message since it last got worse is the practice's. None where one does not."""
    taken = [alert for alert in alerts if _is_taken(alert)]
    if any(_left_open_until(alert) is None and alert not in taken for alert in alerts):
        return None
    asked_at = _asked_at(patient, taken) if taken else {}
    moments = []
    for alert in alerts:
        at = asked_at.get(alert.acknowledged_by_id) if alert in taken else None
        until = FOR_AN_ANSWER if at is not None and at > alert.worsened_at else _left_open_until(alert)
        if until is None:
            return None
        moments.append(until)
    return min(moments)


def _left_open_until(alert: Alert) -> datetime | None:
    is_left_open = alert.kept_open_at is not None and alert.kept_open_at >= alert.worsened_at
    return alert.comes_back_at if is_left_open else None


def _is_taken(alert: Alert) -> bool:
    is_low = alert.urgency <= Urgency.CONTACT and alert.acknowledged_by_id is not None
    return is_low and alert.acknowledged_at is not None and not alert.is_worse_since_taken


def _asked_at(patient: Patient, taken: Sequence[Alert]) -> dict[UUID | None, datetime]:
    """By who has some of it and still works there: when the practice wrote to the patient, who has not answered."""
    practice = taken[0].practice_id
    messages = Note.objects.filter(treatment__patient=patient, practice=practice).exclude(kind=Note.Kind.INSIDE)
    newest = messages.order_by("-written_at", "-id")
    here = Membership.objects.practitioners().filter(practice=practice)
    holders = here.filter(user__in={alert.acknowledged_by_id for alert in taken})
    asked = holders.values_list("user", Subquery(newest.values("kind")[:1]), Subquery(newest.values("written_at")[:1]))
    return {user: at for user, kind, at in asked if kind == Note.Kind.TO_PATIENT}
