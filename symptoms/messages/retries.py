"""What becomes of a row that waits to be sent: claimed by a lease, then sent, put off or given up."""

import random
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F, QuerySet
from django.utils import timezone

from accounts.models import AccountMail, Sending
from symptoms.messages.channels.interface import Fault
from symptoms.messages.channels.registry import channel_of
from symptoms.models import Delivery

LEASE = timedelta(seconds=60)  # longer than the longest try, so that a living worker is never overtaken
BACKOFF = [timedelta(seconds=s) for s in (5, 15, 60, 300, 900)]
OUTAGE = [timedelta(seconds=s) for s in (5, 15, 60, 240)]  # what waited goes out within 5 minutes of its end
PASS_ON_AFTER = len(BACKOFF)  # tries, in some 7 minutes: longer than most servers make a stranger wait (greylisting)
CRASHES = 5  # of a message that we cannot write or hand over
DOUBTED_FOR = timedelta(hours=1)  # a refusal: it may be about the server's quota or disk rather than the recipient
WORTH_A_DAY = timedelta(days=1)  # a recipient who says "later" for longer, or a link that is older, is given up


def due(kind: type[Sending], now: datetime) -> QuerySet[Any]:
    """What waits to be sent: the most urgent first, then the oldest."""
    waiting = kind.objects.due(now)
    if kind is Delivery:
        read_with = (
            "recipient",
            "practice",
            "entry__treatment__patient",
            "note__treatment__patient",
            "alert__treatment__patient",
        )
        return waiting.select_related(*read_with).order_by("-urgency", "created_at")
    return waiting.order_by("created_at")


def claim(sending: Sending, now: datetime) -> bool:
    """Take the lease on what is due; False when another worker took it first. The attempt's number fences the mark."""
    won = (
        type(sending)
        .objects.due(now)
        .filter(pk=sending.pk, attempts=sending.attempts)
        .update(not_before=now + LEASE, attempts=F("attempts") + 1)
    )
    if won:
        sending.attempts += 1
    return bool(won)


def mark_sent(sending: Sending) -> bool:
    """Mark as sent, if the lease is still ours; the words of a mail that lets somebody in are erased with it."""
    return leased(sending).update(sent_at=timezone.now(), refused_at=None, last_error="", **_erased(sending)) == 1


def mark_refused(sending: Sending) -> bool:
    """Mark since when it is refused; False where that was marked before."""
    return leased(sending).filter(refused_at=None).update(refused_at=timezone.now()) == 1


def is_refused(sending: Sending, fault: Fault) -> bool:
    """Whether to hope no longer that the recipient takes it: refused outright, or too often told "later"."""
    return fault is Fault.REFUSED or (fault is Fault.LATER and sending.attempts >= PASS_ON_AFTER)


def is_over(sending: Sending, fault: Fault, now: datetime) -> bool:
    """Whether another try is useless.

    A channel that takes nothing costs no delivery, however long that lasts, and it may say so by refusing everybody:
    a refusal is believed when it is repeated an hour later, and others were taken meanwhile. A mail about signing in
    is worth a day at most.
    """
    if fault is Fault.POINTLESS:
        return True
    if fault is Fault.OURS:
        return sending.attempts >= CRASHES
    if isinstance(sending, AccountMail) and now - sending.created_at > WORTH_A_DAY:
        return True
    if fault is Fault.CHANNEL or sending.refused_at is None:
        return False
    is_old = now - sending.refused_at > (DOUBTED_FOR if fault is Fault.REFUSED else WORTH_A_DAY)
    return is_old and took_since(channel_of(sending).name, sending.refused_at)


def took_since(channel: str, since: datetime) -> bool:
    """Whether a channel, by its name, took anything after `since`."""
    if Delivery.objects.filter(channel=channel, sent_at__gt=since).exists():
        return True
    return channel == Delivery.EMAIL and AccountMail.objects.filter(sent_at__gt=since).exists()


def give_up(sending: Sending, error: str) -> None:
    """Mark it as never to be sent; the words of a mail that lets somebody in are erased."""
    leased(sending).update(last_error=error[:200], failed_at=timezone.now(), **_erased(sending))


def put_off(sending: Sending, error: str, fault: Fault) -> None:
    """Put it in line again, later each time with some jitter."""
    pauses = OUTAGE if fault in (Fault.CHANNEL, Fault.REFUSED) else BACKOFF
    pause = pauses[min(sending.attempts, len(pauses)) - 1] * random.uniform(1, 1.2)  # noqa: S311
    leased(sending).update(last_error=error[:200], not_before=timezone.now() + pause)


def leased(sending: Sending) -> QuerySet[Any]:
    """The row as long as the lease is still ours; else none."""
    return type(sending).objects.filter(pk=sending.pk, attempts=sending.attempts, sent_at=None, failed_at=None)


def _erased(sending: Sending) -> dict[str, Any]:
    return {"body": ""} if isinstance(sending, AccountMail) else {}
