"""Hands what is due to its channel: claimed by a lease, sent, then marked; killed in between, it is sent again."""

import logging
import random
import time
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts.models import AccountMail, Sending
from symptoms.messages import email
from symptoms.models import Delivery

log = logging.getLogger(__name__)

LONGEST_TRY = 30.0  # seconds from the claim, in all, not per byte
LEASE = timedelta(seconds=60)  # longer than the longest try, so that a living worker is never overtaken
GRACE = 5.0  # seconds until a try that does not even notice its end (looking up a name) is given up
AT_ONCE = 4  # of each kind, so that a server that hangs holds up neither the others nor the mail about signing in
BACKOFF = [timedelta(seconds=s) for s in (5, 15, 60, 300, 900)]
TRIES = 12  # about two hours of trying before somebody else is told

MayTell = Callable[[Delivery], bool]
GaveUp = Callable[[Delivery], object]


@dataclass(frozen=True)
class Try:
    """One sending on its way to the mail server."""

    sending: Sending
    handing_over: Future
    ends: float


class Outbox:
    """Sends several at once. Only the thread that calls `work` uses the database; the others talk to the mail server.

    `may_tell` is asked right before sending whether the recipient still has the right to be told (safety.md, A6);
    `gave_up` is called, in the transaction that marks it, with a delivery that will never arrive.
    """

    def __init__(self, may_tell: MayTell, gave_up: GaveUp):
        self._may_tell, self._gave_up = may_tell, gave_up
        self._threads = ThreadPoolExecutor(max_workers=2 * AT_ONCE, thread_name_prefix="outbox")
        self._trying: list[Try] = []

    @property
    def is_idle(self) -> bool:
        """Whether nothing is on its way."""
        return not self._trying

    def work(self) -> bool:
        """Mark what ended, start what is due; False when there was neither."""
        ended = self._mark_ended()
        return self._start_due() or ended

    def wait(self, longest: float) -> None:
        """Wait until a try ends, `longest` seconds at most."""
        if self._trying:
            wait([one.handing_over for one in self._trying], timeout=longest, return_when=FIRST_COMPLETED)
        else:
            time.sleep(longest)

    def close(self) -> None:
        """Let what is on its way arrive, and mark it."""
        while self._trying:
            self.wait(1.0)
            self._mark_ended()
        self._threads.shutdown(wait=False)

    def _start_due(self) -> bool:
        found = False
        for kind in (Delivery, AccountMail):
            free = AT_ONCE - sum(isinstance(one.sending, kind) for one in self._trying)
            for sending in due(kind, timezone.now())[:free]:
                found = True
                ends = time.monotonic() + LONGEST_TRY
                if claim(sending, timezone.now()):
                    self._start(sending, ends)
        return found

    def _start(self, sending: Sending, ends: float) -> None:
        if isinstance(sending, Delivery) and not self._may_tell(sending):
            self._failed(sending, "no longer entitled to be told", for_good=True)
            return
        try:
            message = email.written(sending)
        except Exception as fault:
            # Whatever is wrong with one message must not stop the others.
            log.exception("message %s could not be written", sending.id)
            self._failed(sending, f"could not be written ({type(fault).__name__})")
            return
        self._trying.append(Try(sending, self._threads.submit(email.hand_over, message, ends=ends), ends))

    def _mark_ended(self) -> bool:
        late = time.monotonic() - GRACE
        ended = [one for one in self._trying if one.handing_over.done() or one.ends < late]
        for one in ended:
            self._mark(one)
            self._trying.remove(one)  # not before: a mark that the disk refused is tried again
        return bool(ended)

    def _mark(self, one: Try) -> None:
        if not one.handing_over.done():
            self._failed(one.sending, "the mail server did not finish in time")
            return
        fault = one.handing_over.exception()
        if fault is None:
            mark_sent(one.sending)
        elif isinstance(fault, email.Refused):
            self._failed(one.sending, str(fault), for_good=fault.for_good)
        else:
            log.error("message %s could not be sent", one.sending.id, exc_info=fault)
            self._failed(one.sending, f"could not be sent ({type(fault).__name__})")

    @transaction.atomic
    def _failed(self, sending: Sending, error: str, *, for_good: bool = False) -> None:
        # One transaction: a worker killed here must not leave a delivery given up and nobody told in its place.
        if mark_failed(sending, error, for_good=for_good) and isinstance(sending, Delivery):
            self._gave_up(sending)


def due(kind: type[Sending], now: datetime):
    """What waits to be sent: the most urgent first, then the oldest."""
    waiting = kind.objects.due(now)
    if kind is Delivery:
        read_with = ("recipient", "entry__treatment__patient__practice", "note__treatment__patient")
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
    return _mine(sending).update(sent_at=timezone.now(), last_error="", **_erased(sending)) == 1


def mark_failed(sending: Sending, error: str, *, for_good: bool = False) -> bool:
    """Put it in line again, later each time with some jitter, or give it up; True when this gave it up."""
    now = timezone.now()
    if for_good or sending.attempts >= TRIES:
        return _mine(sending).update(last_error=error[:200], failed_at=now, **_erased(sending)) == 1
    pause = BACKOFF[min(sending.attempts, len(BACKOFF)) - 1] * random.uniform(1, 1.2)  # noqa: S311
    _mine(sending).update(last_error=error[:200], not_before=now + pause)
    return False


def _mine(sending: Sending):
    return type(sending).objects.filter(pk=sending.pk, attempts=sending.attempts, sent_at=None, failed_at=None)


def _erased(sending: Sending) -> dict:
    return {"body": ""} if isinstance(sending, AccountMail) else {}
