"""The morning's list: to each practitioner who is there, by each channel that tells them of what can wait. It is the
proof that alerts arrive as well: a channel is proven where a list was taken by it and opened within three days."""

from collections import defaultdict
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Max, Q, QuerySet

from accounts.contact_methods import email_of
from accounts.models import ContactMethod, Practice, User
from symptoms.alerts.policy import MorningList, policy_of
from symptoms.alerts.telling import Colleague, colleagues_of
from symptoms.models import Alert, Delivery
from symptoms.models.delivery import reason_of

MORNING_LASTS = timedelta(hours=1)  # after an outage: what opens later is told by its own steps
WITHOUT_HOURS = time(8)  # of a practice that has not said when it opens
OPENED_WITHIN = timedelta(days=3)  # from when a list was taken; longer, and its channel is not proven
PROVES = Q(opened_at__isnull=False) | Q(arrived_at__isnull=False)  # of e-mail and of push
LOOKED_BACK = timedelta(days=14)  # what was sent earlier says nothing of a channel any more


def send_morning_lists(now: datetime) -> int:
    """Queue this morning's list at each practice whose hour has come; gives how many messages were queued.

    None on a day on which the practice does not open; where nothing is open, only if the practice wants it then too.
    """
    due = {practice: at for practice in Practice.objects.filter(closed_at=None) if (at := _due(practice, now))}
    reasons = {reason_of("list", practice.pk, at=at): practice for practice, at in due.items() if at <= now}
    sent = set(Delivery.objects.filter(reason__in=reasons).values_list("reason", flat=True))
    return sum(_send(practice, reason, due[practice]) for reason, practice in reasons.items() if reason not in sent)


def _due(practice: Practice, now: datetime) -> datetime | None:
    """When the list of today is due, while it may still be sent."""
    policy, today = policy_of(practice), now.astimezone(practice.zone).date()
    if policy.morning_list == MorningList.NEVER:
        return None
    due = opens = _opening(practice, datetime.combine(today, time(0), practice.zone))
    if opens is None or opens.date() != today:  # it does not open on this day
        return None
    if policy.morning_list_at is not None:
        due = datetime.combine(today, policy.morning_list_at, practice.zone)
    return due if due is not None and now < due + MORNING_LASTS else None


def _opening(practice: Practice, midnight: datetime) -> datetime | None:
    """When the practice opens next from that midnight on, by its clock."""
    if not practice.hours.are_known:
        return datetime.combine(midnight.date(), WITHOUT_HOURS, practice.zone)
    opens = practice.hours.opens_next(midnight - timedelta(microseconds=1))
    return opens.astimezone(practice.zone) if opens else None


def _send(practice: Practice, reason: str, due: datetime) -> int:
    is_quiet = not Alert.objects.open().filter(practice=practice).exists()
    if is_quiet and policy_of(practice).morning_list == MorningList.WHILE_OPEN:
        return 0
    rows = [
        Delivery(
            recipient_id=person.user, practice=practice, why=Delivery.Why.MORNING_LIST, reason=reason, channel=way,
            created_at=due, not_before=due,
        )
        for person in colleagues_of(practice, due)
        if not person.is_away
        for way in _ways(person)
    ]  # fmt: skip
    return len(Delivery.objects.bulk_create(rows, ignore_conflicts=True))


def _ways(person: Colleague) -> list[str]:
    """An admin who opens no record has no list to read, and gets it where it proves more than their e-mail."""
    return [way for way in person.ways_for(0) if person.is_practitioner or way != Delivery.EMAIL]


def morning_lists_of(practice: Practice, now: datetime) -> QuerySet[Delivery]:
    """The lists of the last two weeks that a channel has taken."""
    sent = Delivery.objects.filter(practice=practice, why=Delivery.Why.MORNING_LIST, created_at__gt=now - LOOKED_BACK)
    return sent.filter(sent_at__lte=now)


def unopened_by(reader: User, practice: Practice, now: datetime) -> QuerySet[Delivery]:
    """The lists sent to the reader by e-mail, of three days, that they have not opened yet."""
    fresh = morning_lists_of(practice, now).filter(sent_at__gt=now - OPENED_WITHIN, opened_at=None)
    return fresh.filter(recipient=reader, channel=Delivery.EMAIL)


@transaction.atomic
def note_opened(reader: User, practice: Practice, now: datetime) -> None:
    """Note that `reader` has opened the queue after a list was sent to them by e-mail, which leads there, and once is
    enough: a list that is noted stays as it is.

    Of a push message its browser says that it was shown (`messages.channel_tests.note_arrival`).
    """
    if unopened_by(reader, practice, now).update(opened_at=now):
        ContactMethod.objects.filter(pk=email_of(reader).pk).update(proven_at=now)


def unproven(practice: Practice, now: datetime) -> dict[UUID, list[str]]:
    """By user, the channels that work by all that is known, and by which no list was opened within three days.

    Nobody who is away, and nothing that was proven since: three statements, whatever was sent.
    """
    lists = morning_lists_of(practice, now).filter(sent_at__lte=now - OPENED_WITHIN).exclude(PROVES)
    taken = _newest(lists.values_list("recipient", "channel").annotate(Max("sent_at")))
    if not taken:
        return {}
    methods = ContactMethod.objects.filter(user__in={user for user, _way in taken}, proven_at__isnull=False)
    proven = _newest(methods.values_list("user", "kind").annotate(Max("proven_at")))
    late: dict[UUID, list[str]] = defaultdict(list)
    for person in colleagues_of(practice, now):
        for way in () if person.is_away else person.ways_for(0):
            at, proof = taken.get((person.user, way)), proven.get((person.user, way))
            if at is not None and (proof is None or proof < at):
                late[person.user].append(way)
    return dict(late)


def _newest(rows: "QuerySet[Any, tuple[UUID, str, datetime]]") -> dict[tuple[UUID, str], datetime]:
    """Times by user and channel."""
    return {(user, way): at for user, way, at in rows.order_by()}
