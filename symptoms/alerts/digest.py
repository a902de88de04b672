"""The morning's list: one e-mail to each practitioner who is there, at the hour that the practice set."""

from datetime import datetime, timedelta

from accounts.models import Practice
from symptoms.alerts.policy import policy_of
from symptoms.alerts.telling import colleagues_of
from symptoms.models import Alert, Delivery
from symptoms.models.delivery import reason_of

MORNING_LASTS = timedelta(hours=1)  # after an outage: what opens later is told by its own steps


def send_digests(now: datetime) -> int:
    """Queue this morning's list at each practice whose hour has come; gives how many messages were queued.

    None where nothing is open, and on a day on which the practice does not open.
    """
    practices = Practice.objects.filter(closed_at=None, telling__has_key="digest_at")
    return sum(_send(practice, due) for practice in practices if (due := _due(practice, now)) and due <= now)


def _due(practice: Practice, now: datetime) -> datetime | None:
    """When the list of today is due, while it may still be sent."""
    clock = policy_of(practice).digest_at
    if clock is None:
        return None
    due = datetime.combine(now.astimezone(practice.zone).date(), clock, practice.zone)
    return due if now < due + MORNING_LASTS and _works_on_the_day_of(practice, due) else None


def _works_on_the_day_of(practice: Practice, due: datetime) -> bool:
    if not practice.hours.are_known:
        return True
    opens = practice.hours.opens_next(due.replace(hour=0, minute=0) - timedelta(microseconds=1))
    return opens is not None and opens.astimezone(practice.zone).date() == due.date()


def _send(practice: Practice, due: datetime) -> int:
    reason = reason_of("digest", practice.pk, at=due)
    if Delivery.objects.filter(reason=reason).exists() or not Alert.objects.open().filter(practice=practice).exists():
        return 0
    rows = [
        Delivery(
            recipient_id=person.user, practice=practice, why=Delivery.Why.DIGEST, reason=reason,
            channel=Delivery.EMAIL, created_at=due, not_before=due,
        )
        for person in colleagues_of(practice, due)
        if person.is_practitioner and not person.is_away and Delivery.EMAIL in person.ways
    ]  # fmt: skip
    return len(Delivery.objects.bulk_create(rows, ignore_conflicts=True))
