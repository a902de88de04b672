"""The worker: judges what could not be judged, hands out what is due, and sweeps photos that no row knows."""

import logging
import signal
import threading
from datetime import timedelta

from django.core.management.base import BaseCommand
from django.db import OperationalError, close_old_connections
from django.utils import timezone

from symptoms.alerts.telling import may_still_be_told, tell_someone_else
from symptoms.journal.judging import judge_again, leave_unjudged
from symptoms.messages.outbox import Outbox
from symptoms.models import Delivery, Entry, Photo
from symptoms.photos import storage

log = logging.getLogger(__name__)

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
        outbox = Outbox(may_still_be_told, pass_on)
        next_sweep = timezone.now()
        while not stop.is_set():
            close_old_connections()
            try:
                worked = judge_one() | outbox.work()
                if timezone.now() >= next_sweep:
                    sweep_photos()
                    next_sweep = timezone.now() + SWEEP_EVERY
            except OperationalError:
                # A full disk or a long lock passes; nothing was marked, so all of it is still due.
                log.exception("the database could not be written")
                worked = False
            if once and not worked and outbox.is_idle:
                break
            if not worked:
                outbox.wait(PAUSE)
        outbox.close()
        self.stdout.write("Worker stopped.")


def pass_on(unreached: Delivery) -> bool:
    """Tell the next person in place of one who cannot be told; False when there is none."""
    return bool(tell_someone_else(unreached, now=timezone.now()))


def judge_one() -> bool:
    """Judge the longest-waiting entry that is due to be judged again; False when there is none."""
    now = timezone.now()
    due = Entry.objects.unjudged().filter(judge_again_at__lte=now).order_by("judge_again_at").first()
    if due is None:
        return False
    try:
        judge_again(due.id, now=now)
    except OperationalError:
        raise
    except Exception:
        # One entry that cannot be judged at all must not hold up everybody's messages: it goes to the end of the line.
        log.exception("entry %s could not be judged again", due.id)
        leave_unjudged(due, now=now)
    return True


def sweep_photos() -> None:
    """Delete pictures without a row: an upload that was cut between its file and its row."""
    storage.sweep_orphans(set(Photo.objects.values_list("key", flat=True)), ORPHAN_AFTER)
