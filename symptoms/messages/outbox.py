"""Hands what is due to its channel: claimed by a lease, sent, then marked; killed in between, it is sent again."""

import logging
import time
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts import audit
from accounts.database_errors import is_outage
from accounts.models import AccountMail, Sending
from symptoms.messages.channels.interface import NOTHING_LEARNED, Fault, Receipt, Refused
from symptoms.messages.channels.registry import CHANNELS, channel_of
from symptoms.messages.learning import learn_ended, learn_refused, learn_taken
from symptoms.messages.retries import (
    claim,
    due,
    give_up,
    is_over,
    is_refused,
    leased,
    mark_refused,
    mark_sent,
    put_off,
)
from symptoms.models import Delivery

log = logging.getLogger(__name__)

LONGEST_TRY = 30.0  # seconds from the claim, in all, not per byte
GRACE = 5.0  # seconds until a try that does not even notice its end (looking up a name) is given up
AT_ONCE = 4  # in each lane, so that a server that hangs holds up neither other channels nor the mail about signing in

MayTell = Callable[[Delivery], bool]
PassOn = Callable[[Delivery], None]


@dataclass(frozen=True)
class Lane:
    """What waits for nothing but its own kind: the mail about signing in, and the messages of each channel."""

    kind: type[Sending]
    chosen: Q


def lanes() -> list[Lane]:
    """Every lane; the last is for channels that are installed no more: those messages are given up, not forgotten."""
    of_channels = [Lane(Delivery, Q(channel=name)) for name in CHANNELS]
    return [*of_channels, Lane(AccountMail, Q()), Lane(Delivery, ~Q(channel__in=list(CHANNELS)))]


@dataclass(frozen=True)
class Attempt:
    """One sending on its way to its channel."""

    lane: Lane
    sending: Sending
    handing_over: Future[Any]
    ends: float


class Outbox:
    """Sends several at once. Only the thread that calls `work` uses the database; the others talk to the channels.

    `may_tell` is asked right before sending whether the recipient still has the right to be told;
    `pass_on` is called, in the transaction that marks it, with a delivery that does not arrive.
    """

    def __init__(self, may_tell: MayTell, pass_on: PassOn):
        self._may_tell, self._pass_on = may_tell, pass_on
        self._lanes = lanes()
        self._threads = ThreadPoolExecutor(max_workers=len(self._lanes) * AT_ONCE, thread_name_prefix="outbox")
        self._trying: list[Attempt] = []

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
            wait([attempt.handing_over for attempt in self._trying], timeout=longest, return_when=FIRST_COMPLETED)
        else:
            time.sleep(longest)

    def close(self) -> None:
        """Let what is on its way arrive, and mark it."""
        while self._trying:
            self.wait(1.0)
            self._mark_ended()
        self._threads.shutdown(wait=False)

    def _start_due(self) -> bool:
        has_due = False
        for lane in self._lanes:
            free = AT_ONCE - sum(attempt.lane is lane for attempt in self._trying)
            waiting = due(lane.kind, timezone.now()).filter(lane.chosen)
            # Asked time and again, mostly for nothing: the ids alone first, without all that a message is written from.
            ids = list(waiting.values_list("pk", flat=True)[:free])
            for sending in waiting.filter(pk__in=ids) if ids else ():
                has_due = True
                ends = time.monotonic() + LONGEST_TRY
                if claim(sending, timezone.now()):
                    self._start(lane, sending, ends)
        return has_due

    def _start(self, lane: Lane, sending: Sending, ends: float) -> None:
        if isinstance(sending, Delivery) and not self._may_tell(sending):
            self._failed(sending, "no longer entitled to be told", Fault.POINTLESS)
            return
        try:
            channel = channel_of(sending)
            message = channel.write(sending)
        except Exception as fault:
            # Whatever is wrong with one message must not stop the others.
            log.exception("message %s could not be written", sending.id)
            self._failed(sending, f"could not be written ({type(fault).__name__})", Fault.OURS)
            return
        self._trying.append(Attempt(lane, sending, self._threads.submit(channel.hand_over, message, ends=ends), ends))

    def _mark_ended(self) -> bool:
        late = time.monotonic() - GRACE
        ended = [attempt for attempt in self._trying if attempt.handing_over.done() or attempt.ends < late]
        for attempt in ended:
            try:
                self._mark(attempt)
            except Exception as fault:
                if is_outage(fault):
                    raise  # it is still held: a mark that the disk refused is tried again
                # Whatever is wrong with one message must not stop the others; what is not marked is sent again.
                log.exception("message %s could not be marked", attempt.sending.id)
            self._trying.remove(attempt)
        return bool(ended)

    def _mark(self, attempt: Attempt) -> None:
        if not attempt.handing_over.done():
            self._failed(attempt.sending, "it did not finish in time", Fault.CHANNEL)
            return
        fault = attempt.handing_over.exception()
        if fault is None:
            self._taken(attempt.sending, attempt.handing_over.result())
        elif isinstance(fault, Refused):
            self._failed(attempt.sending, str(fault), fault.fault, fault.receipt)
        else:
            log.error("message %s could not be sent", attempt.sending.id, exc_info=fault)
            self._failed(attempt.sending, f"could not be sent ({type(fault).__name__})", Fault.OURS)

    def _taken(self, sending: Sending, receipt: Receipt) -> None:
        # Not one transaction: what teaches us nothing was sent all the same, and must not be sent once more.
        if _marked(sending):
            learn_taken(sending, receipt, timezone.now())

    @transaction.atomic
    def _failed(self, sending: Sending, error: str, fault: Fault, receipt: Receipt = NOTHING_LEARNED) -> None:
        # One transaction: a worker killed here must not leave a delivery given up and nobody told in its place.
        if not leased(sending).exists():
            return
        learn_ended(sending, receipt, timezone.now())
        over = is_over(sending, fault, timezone.now())
        # A refused recipient is passed over at once, once; it is tried on until it is clear that the channel works.
        passed_over = is_refused(sending, fault) and mark_refused(sending)
        if passed_over:
            learn_refused(sending, error, timezone.now())
        if isinstance(sending, Delivery) and (passed_over or (over and sending.refused_at is None)):
            self._pass_on(sending)
        if over:
            give_up(sending, error)
        else:
            put_off(sending, error, fault)


@transaction.atomic
def _marked(sending: Sending) -> bool:
    """Mark it as sent and write down who was told; False when the lease is over."""
    if not mark_sent(sending):
        return False
    if isinstance(sending, Delivery):
        audit.note(
            audit.Kind.TOLD, sending.channel, user=sending.recipient_id, practice=sending.practice_id, thing=sending.pk,
            patient=None if sending.why in Delivery.ABOUT_NOBODY else sending.patient,
        )  # fmt: skip
    return True
