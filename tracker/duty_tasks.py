"""Every duty of `run_worker` as a task of Celery's, and the beat by which each is looked at as often as it asks for.

A duty runs as it stands there, once at a time in each worker: a second call while it runs lets it look again. What
fails is tried again by the next look, and said as `run_worker` says it.
"""

import logging
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any

from celery import signals
from celery.worker.control import inspect_command
from django.conf import settings
from django.core.cache import caches
from django.db import DatabaseError, close_old_connections
from django.utils import timezone

from accounts.models import AccountMail
from accounts.waking import PAGES, SENDING
from symptoms.alerts.telling import may_still_be_told
from symptoms.journal.reassessing_run import do_page
from symptoms.management.commands.run_worker import ALWAYS, PAUSE, RETRY_AFTER, Duty, Rota, duties, pass_on
from symptoms.messages.deadman import DeadMan
from symptoms.messages.outbox import Outbox
from symptoms.models import Delivery
from tracker.backups.manifest import release
from tracker.celery import EXPIRES, RELEASE, app, ask, releases
from tracker.databases import direct_connection
from tracker.preflight import CannotStart, check_tables

log = logging.getLogger(__name__)

LOOK = "look for what is due"
LOOK_EVERY = timedelta(seconds=3)  # how late what nobody was told of may be done
TABLES_ARE_WELL_FOR = 60.0  # seconds
FAILED_FOR = 180  # seconds for which a failure keeps the dead man's ping from saying that all is well


def _failed(name: str) -> str:
    return f"failed:{name.replace(' ', '-')}"


class DutyTask:
    """A duty as a task: done until nothing more is waiting, or the worker is to stop."""

    def __init__(self, duty: Duty):
        self.name, self._every = duty.name, duty.every
        self._rota = Rota([replace(duty, every=ALWAYS)])
        self._turn, self._asked = threading.Lock(), threading.Event()

    def do(self, rows: list[str] | None = None) -> None:
        """Do it; of messages named by `rows`, only while one of them waits to be sent."""
        if rows and self.name == SENDING and not _wait_to_be_sent(rows):
            return  # another look found them
        self._asked.set()
        while self._asked.is_set() and self._turn.acquire(blocking=False):
            try:
                self._asked.clear()
                while self._rota.work() and not stopping.is_set():
                    pass
            finally:
                self._turn.release()
        self._note()

    def _note(self) -> None:
        """What failed is known to all workers for a while; what is rarely looked at is asked for again soon."""
        if not self._rota.has_failed:
            caches["throttle"].delete(_failed(self.name))
            return
        caches["throttle"].set(_failed(self.name), True, FAILED_FOR)
        if self._every > timedelta(seconds=EXPIRES):
            with suppress(Exception):  # the broker is away: asked for when it is time again
                ask(self.name, countdown=RETRY_AFTER[-1], expires=EXPIRES + RETRY_AFTER[-1])


def _wait_to_be_sent(rows: list[str]) -> bool:
    now = timezone.now()
    return any(kind.objects.due(now).filter(pk__in=rows).exists() for kind in (Delivery, AccountMail))


def _sending(outbox: Outbox) -> Callable[[], bool]:
    """What sends until nothing is on its way any more, so that what is taken is marked at once."""

    def send() -> bool:
        worked = outbox.work()
        if not outbox.is_idle:
            outbox.wait(PAUSE)
        return worked or not outbox.is_idle

    return send


def _look() -> None:
    """Have everything looked at that is always looked at, if the tables are those that this release knows."""
    if not _tables.are_ours():
        return
    for name in always:
        ask(name)
    if not any(caches["throttle"].get(_failed(name)) for name in tasks):
        dead_man.all_went_well()


def _judge_pages(rows: list[str]) -> None:
    """Judge these pages of days again, one at a time in each worker: messages go out meanwhile. What is heard of while
    one is judged comes next, so that no worker waits to be told again."""
    _heard[:] = rows
    while _heard and not stopping.is_set() and _judging.acquire(blocking=False):
        try:
            pages, _heard[:] = list(_heard), []
            for page in pages:
                if stopping.is_set():
                    return
                do_page(int(page), now=timezone.now())
        finally:
            _judging.release()


class Tables:
    """Whether the database is as this release left it; looked at once a minute."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._until = clock, 0.0

    def are_ours(self) -> bool:
        """False, and said, where another release has changed it meanwhile, or is about to."""
        if self._clock() < self._until:
            return True
        try:
            with direct_connection() as connection:
                check_tables(connection)
        except CannotStart as reason:
            log.error("this worker does nothing: %s", reason)
            return False
        self._until = self._clock() + TABLES_ARE_WELL_FOR
        return True


def _add(duty: Duty) -> str:
    """Make a duty a task, and give its name."""
    task = DutyTask(duty)

    def run(rows: list[str] | None = None) -> None:
        task.do(rows)

    app.task(run, name=duty.name)
    return duty.name


def _look_after_this_machine() -> None:
    """What is about this machine's own folders is done here, whoever does the rest."""
    rota = Rota([duty for duty in every_duty if duty.of_machine])
    while not stopping.is_set():
        close_old_connections()
        if not rota.work():
            stopping.wait(PAUSE)


def _started(sender: Any, **_: Any) -> None:
    """Everything is looked at once, as by a worker of one machine; another release beside this one is said."""
    threading.Thread(target=_look_after_this_machine, name="this machine", daemon=True).start()
    for name in tasks:
        with suppress(Exception):  # the broker is away again: asked for when it is time
            ask(name)
    others = {host: theirs for host, theirs in releases().items() if theirs != release()}
    if others:
        said = ", ".join(f"{host} {theirs}" for host, theirs in sorted(others.items()))
        log.warning("this worker is Mendline %s, and beside it there are: %s", release(), said)


def _stopped(**_: Any) -> None:
    """What is on its way arrives, and is marked."""
    try:
        outbox.close()
    except DatabaseError as fault:
        log.error("stopped without marking what was sent, so it will be sent again: %s", fault)


stopping, _judging = threading.Event(), threading.Lock()
_heard: list[str] = []  # the pages that were told of last, and that nobody has begun
outbox = Outbox(may_still_be_told, pass_on)
dead_man = DeadMan(settings.DEADMAN_URL, settings.DEADMAN_STAND_IN)
_tables = Tables()
every_duty = [replace(duty, run=_sending(outbox)) if duty.name == SENDING else duty for duty in duties(outbox)]
tasks = {_add(duty): duty.every for duty in every_duty if not duty.of_machine}
always = [name for name, every in tasks.items() if every == ALWAYS]
app.task(_look, name=LOOK)
app.task(_judge_pages, name=PAGES)
app.conf.beat_schedule = {
    LOOK: {"task": LOOK, "schedule": LOOK_EVERY, "options": {"expires": EXPIRES}},
    **{
        name: {"task": name, "schedule": every, "options": {"expires": max(EXPIRES, every.total_seconds())}}
        for name, every in tasks.items()
        if every != ALWAYS
    },
}
inspect_command(name=RELEASE)(lambda state: release())
signals.worker_ready.connect(_started)
signals.worker_shutting_down.connect(lambda **_: stopping.set(), weak=False)
signals.worker_shutdown.connect(_stopped)
