"""The worker: judges what could not be judged, hands out what is due, and sweeps photos that no row knows."""

import signal
import threading
from datetime import timedelta

from django.core.management.base import BaseCommand
from django.db import close_old_connections
from django.utils import timezone

from symptoms.alerts.telling import may_still_be_told, tell_someone_else
from symptoms.journal.judging import judge_again
from symptoms.messages import outbox
from symptoms.models import Delivery, Entry, Photo
from symptoms.photos import storage

PAUSE = 1.0  # seconds between looks when nothing is due
SWEEP_EVERY = timedelta(hours=1)
ORPHAN_AFTER = timedelta(days=1)  # longer than any upload takes between its file and its row


class Command(BaseCommand):
    help = "Judges the unjudged and sends what is due, until it is told to stop."

    def add_arguments(self, parser) -> None:
        parser.add_argument("--once", action="store_true", help="do what is due now, then stop")

    def handle(self, *, once: bool, **options) -> None:
        stop = threading.Event()
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, lambda *_: stop.set())
        self.stdout.write("Worker started.")
        next_sweep = timezone.now()
        while not stop.is_set():
            close_old_connections()
            worked = judge_one() or send_round()
            if timezone.now() >= next_sweep:
                sweep_photos()
                next_sweep = timezone.now() + SWEEP_EVERY
            if once and not worked:
                break
            if not worked:
                stop.wait(PAUSE)
        self.stdout.write("Worker stopped.")


def judge_one() -> bool:
    """Judge the longest-waiting entry that is due to be judged again; False when there is none."""
    now = timezone.now()
    due = Entry.objects.unjudged().filter(judge_again_at__lte=now).order_by("judge_again_at").first()
    if due is None:
        return False
    judge_again(due.id, now=now)
    return True


def send_round() -> bool:
    """Send one delivery and one account mail, where due; False when nothing was."""
    worked = False
    for sending in outbox.due(timezone.now()):
        worked = True
        if outbox.claim(sending, timezone.now()):
            outcome = outbox.send(sending, may_still_be_told)
            if outcome.gave_up and isinstance(outcome.sending, Delivery):
                tell_someone_else(outcome.sending, now=timezone.now())
    return worked


def sweep_photos() -> None:
    """Delete pictures without a row: an upload that was cut between its file and its row."""
    storage.sweep_orphans(set(Photo.objects.values_list("key", flat=True)), ORPHAN_AFTER)
