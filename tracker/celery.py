"""Celery, where several machines share the work: its application, and how it hears that there is something to do.

What a message says is a hint. Rows are the queue, claimed and marked as by the worker of one machine: a message that is
lost, late or doubled costs nothing but time (docs/decisions/0044). What is done stands in `duty_tasks`.
"""

import logging
import os
import sys
import threading
import time
from queue import Full, Queue
from typing import Any

import django
from celery import Celery, signals
from django.apps import apps

from tracker.preflight import or_sentence, refuse_unanswered, refuse_unready

log = logging.getLogger(__name__)

EXPIRES = 60  # seconds for which a hint is worth something: the next look finds the rows
MOST_WAITING = 1000  # hints of one process that Redis has not taken yet
RELEASE = "mendline_release"  # what a worker is asked
ANSWERS_WITHIN = 1.0  # seconds
LOG_EVERY = 60  # seconds between two log lines about hints that are not taken

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tracker.settings")
if not apps.ready and (status := or_sentence(django.setup)):  # asked for by `celery -A`
    sys.exit(status)

app = Celery("mendline")
app.config_from_object("django.conf:settings", namespace="CELERY")

_hints: "Queue[tuple[str, list[str]]]" = Queue(MOST_WAITING)
_starting = threading.Lock()
_passing_on: threading.Thread | None = None


def wake(duty: str, rows: list[str]) -> None:
    """Let a worker do `duty` for these rows; nobody waits for Redis, which may be away."""
    global _passing_on
    with _starting:
        if _passing_on is None or not _passing_on.is_alive():  # also in a process that was forked since
            _passing_on = threading.Thread(target=_pass_on, name="hints", daemon=True)
            _passing_on.start()
    try:
        _hints.put_nowait((duty, rows))
    except Full:
        return  # the next look finds the rows


def ask(duty: str, *given: Any, **options: Any) -> None:
    """Send the message that asks for a duty. Raises what the broker's library raises."""
    app.send_task(duty, args=given, retry=False, **{"expires": EXPIRES, **options})


def releases() -> dict[str, str]:
    """The release of each worker that answers at once, by the worker's name; none while Redis is away."""
    try:
        answers = app.control.broadcast(RELEASE, reply=True, timeout=ANSWERS_WITHIN)
    except Exception:  # whatever is wrong with Redis is said of Redis
        return {}
    return {host: str(said) for answer in answers or [] for host, said in answer.items()}


def _pass_on() -> None:
    said_at = -float(LOG_EVERY)
    while True:
        duty, rows = _hints.get()
        try:
            try:
                ask(duty, rows)
            except Exception:  # a connection that Redis has closed is opened anew
                ask(duty, rows)
        except Exception as fault:
            # Whatever is wrong with Redis, the rows are there and are looked for.
            if time.monotonic() >= said_at + LOG_EVERY:
                said_at = time.monotonic()
                log.warning("no worker could be told at once that there is something to do: %s", type(fault).__name__)


def _as_django_logs(**_: Any) -> None:
    """Celery sets up no log of its own where somebody listens to this signal."""


def _refuse_unready(**_: Any) -> None:
    """A worker, and the beat, refuse what the web server and the worker of one machine refuse."""
    if status := or_sentence(refuse_unready, refuse_unanswered):
        sys.exit(status)


signals.setup_logging.connect(_as_django_logs)
signals.worker_init.connect(_refuse_unready)
signals.beat_init.connect(_refuse_unready)
