"""Judges stored days by the protocol that is installed, by several processes, a page of patients at a time, while
people go on logging; and works out again where in the queue a patient stands."""

import json
import os
import signal
import threading
import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from django.utils import timezone

from accounts.waking import PAGES, wake
from symptoms.journal import reassessing_run as rows
from symptoms.journal.reassessing import store_page
from symptoms.journal.reassessing_pool import Pool, ProcessLost, Task
from symptoms.models import Reassessment, ReassessmentPage
from symptoms.recovery.protocol import PROTOCOL

SAID_EVERY = 2.0  # seconds
LOOK_AGAIN_AFTER = 1.0  # seconds, while others are at what is left
PAGES_A_HINT = 20  # of which a worker hears at once: some ten seconds of work


class Command(BaseCommand):
    help = (
        "Judges every stored day by the installed protocol and stores those that differ; earlier assessments are kept. "
        "Alerts come from the newest day of each session only. Where a patient stands in the queue, and when the next "
        "log is due, is worked out again. Stopped or killed, the same command goes on where it was; "
        "started on several machines, they share the work."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="say what would change, and change no record")
        parser.add_argument("--anew", action="store_true", help="begin again, whatever was left half done")
        parser.add_argument(
            "--workers", type=int, default=len(os.sched_getaffinity(0)), metavar="N",
            help="so many processes judge; as many as this machine has cores",
        )  # fmt: skip
        parser.add_argument("--on-workers", action="store_true", help="Celery's workers judge, on all machines")
        parser.add_argument("--json", action="store_true", dest="as_json", help="what changed as one JSON object")

    def handle(
        self, *, dry_run: bool, anew: bool, workers: int, on_workers: bool, as_json: bool, **options: Any
    ) -> None:  # fmt: skip
        if on_workers and not settings.WAKER:
            raise CommandError("There are no workers that could be told of it: MENDLINE_REDIS_URL is not set.")
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGTERM, signal.default_int_handler)
        try:
            run = rows.begin(store=not dry_run, now=timezone.now(), anew=anew)
            if on_workers:
                leave_to_workers(run, self.stderr.write)
            else:
                with Pool(workers) as pool:
                    Round(run, pool, self.stderr.write).go()
        except rows.OtherRunUnderWay as reason:
            raise CommandError(str(reason)) from None
        except ProcessLost as reason:
            raise CommandError(f"{reason} The same command goes on where it was.") from reason
        except KeyboardInterrupt:
            raise CommandError("Stopped. The same command goes on where it was.", returncode=130) from None
        tally = rows.found_so_far(run).tally
        self.stdout.write(json.dumps(tally.as_json()) if as_json else tally.as_table())
        done = "nothing was stored" if dry_run else "stored"
        self.stderr.write(f"Judged by protocol {PROTOCOL.version} ({PROTOCOL.hash[:12]}), {done}.")


def leave_to_workers(run: Reassessment, say: Any) -> None:
    """Tell workers which pages are free until none is left; what nobody heard of is said again a second later."""
    pages, said_at = run.pages.count(), time.monotonic()
    while left := run.pages.left().count():
        wake(PAGES, rows.free_pages(run, now=timezone.now())[:PAGES_A_HINT])
        time.sleep(LOOK_AGAIN_AFTER)
        if time.monotonic() >= said_at + SAID_EVERY:
            said_at = time.monotonic()
            say(f"pages: {pages - left:,} of {pages:,}")


class Round:
    """What this process and its pool do of a run, until nothing is left of it for anybody."""

    def __init__(self, run: Reassessment, pool: Pool, say: Any):
        self._run, self._pool, self._say = run, pool, say
        # SQLite has one writer at a time: there the pool only judges, and this process stores.
        self._stores_here = run.stores and connection.vendor == "sqlite"
        self._taken: dict[int, ReassessmentPage] = {}
        self._said_at = time.monotonic()

    def go(self) -> None:
        """Do it, saying how far it is every few seconds.

        Raises:
            ProcessLost: a process of the pool has ended; what is not done stays for the next call.
        """
        pages = self._run.pages.count()
        self._found = rows.found_so_far(self._run)
        if done := pages - self._run.pages.left().count():
            self._say(f"Goes on: {done:,} of {pages:,} pages were done.")
        try:
            while self._run.pages.left().exists():
                for task, page in self._pool.judged(self._take):
                    if self._stores_here:
                        store_page(page, now=timezone.now())
                    rows.finish_page(self._taken.pop(task.page), page, now=timezone.now())
                    self._found.add(rows.Found.of(page))
                    if time.monotonic() >= self._said_at + SAID_EVERY:
                        self._say_how_far(pages)
                if self._run.pages.left().exists():
                    time.sleep(LOOK_AGAIN_AFTER)
        finally:
            rows.give_back(list(self._taken.values()))
        self._say_how_far(pages)

    def _take(self) -> Task | None:
        now = timezone.now()
        page = rows.take_page(self._run, now=now)
        if page is None:
            return None
        self._taken[page.pk] = page
        return Task(page.pk, page.after, page.until, self._run.stores and not self._stores_here, now)

    def _say_how_far(self, pages: int) -> None:
        self._said_at = time.monotonic()
        left, tally = self._run.pages.left().count(), self._found.tally
        days = f"days: {tally.days:,}; different: {tally.changed:,}; places out of date: {self._found.places:,}"
        self._say(f"pages: {pages - left:,} of {pages:,}; patients: {self._found.patients:,}; {days}")
