"""Hands what is due to its channel: claimed by a lease, sent, then marked; killed in between, it is sent again."""

import random
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as OutOfTime
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F
from django.utils import timezone

from accounts.models import AccountMail, Sending
from symptoms.messages import email
from symptoms.models import Delivery

LEASE = timedelta(seconds=60)  # longer than the longest try, so that a living worker is never overtaken
LONGEST_TRY = 30.0  # seconds in all, not per byte
BACKOFF = [timedelta(seconds=s) for s in (5, 15, 60, 300, 900)]
TRIES = 12  # about an hour and a half of trying before somebody else is told

MayTell = Callable[[Delivery], bool]


@dataclass(frozen=True)
class Outcome:
    """What became of one sending; `error` is empty when it was sent."""

    sending: Sending
    error: str = ""
    gave_up: bool = False


def due(now: datetime) -> Iterable[Sending]:
    """What waits to be sent: the most urgent first, then the oldest; mail about signing in is never held up by alerts."""
    first = Delivery.objects.due(now).order_by("-urgency", "created_at").first()
    mail = AccountMail.objects.due(now).order_by("created_at").first()
    return [sending for sending in (first, mail) if sending is not None]


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


def send(sending: Sending, may_tell: MayTell) -> Outcome:
    """Try once to hand a claimed sending to the mail server, and mark what came of it."""
    if isinstance(sending, Delivery) and not may_tell(sending):
        return _failed(sending, "no longer entitled to be told", for_good=True)
    message = email.written(sending)
    pool = ThreadPoolExecutor(max_workers=1)
    try:
        # In a thread of its own, since a server that answers a byte a second would outlive every socket time-out.
        pool.submit(email.hand_over, message).result(timeout=LONGEST_TRY)
    except OutOfTime:
        return _failed(sending, f"the mail server did not finish within {LONGEST_TRY:.0f} seconds")
    except email.Refused as refused:
        return _failed(sending, str(refused), for_good=refused.for_good)
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
    return _sent(sending)


def _sent(sending: Sending) -> Outcome:
    """Mark as sent, if the lease is still ours; the words of a mail that lets somebody in are erased with it."""
    erased = {"body": ""} if isinstance(sending, AccountMail) else {}
    mine = type(sending).objects.filter(pk=sending.pk, attempts=sending.attempts, sent_at=None)
    mine.update(sent_at=timezone.now(), last_error="", **erased)
    return Outcome(sending)


def _failed(sending: Sending, error: str, *, for_good: bool = False) -> Outcome:
    """Put it in line again, later each time with some jitter, or give it up."""
    gave_up = for_good or sending.attempts >= TRIES
    wait = BACKOFF[min(sending.attempts, len(BACKOFF)) - 1] * random.uniform(1, 1.2)  # noqa: S311
    now = timezone.now()
    mine = type(sending).objects.filter(pk=sending.pk, attempts=sending.attempts, sent_at=None)
    mine.update(last_error=error[:200], not_before=now + wait, failed_at=now if gave_up else None)
    return Outcome(sending, error, gave_up)
