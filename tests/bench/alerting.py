"""How long after an entry its alert is with the mail server: the worker as in production, while all is well and after
the server was away."""

import os
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.utils import timezone

from symptoms.models import Delivery
from tests.bench.people import add_member, add_patients, add_practice
from tests.messages import mailservers
from tests.treatments import logged

ENTRIES, EVERY = 200, 0.3  # entries that raise something, seconds between two
DURING, AWAY = 20, timedelta(seconds=100)  # entries while the server is away; so long that the longest pause has begun


def rows() -> list[dict]:
    """The rows of the table: seconds to the median and the last hundredth, and to the last letter after an outage."""
    clinic = add_practice("Larkfield Skin Clinic")
    sessions = [session for _, session in add_patients(clinic, add_member(clinic), ENTRIES + DURING, days=3, today=3)]
    taken: dict[str, datetime] = {}
    port = mailservers.free_port()
    with worker(port):
        with mailservers.honest(on_taken=_noting(taken), port=port):
            began = _raised(sessions[:ENTRIES], lambda: time.sleep(random.uniform(0, 2 * EVERY)))
            _wait(lambda: began.keys() <= taken.keys())
            waited = sorted((taken[id] - at).total_seconds() for id, at in began.items())
        late = _raised(sessions[ENTRIES:], lambda: time.sleep(AWAY.total_seconds() / DURING))
        with mailservers.honest(on_taken=_noting(taken), port=port):
            back = timezone.now()
            _wait(lambda: late.keys() <= taken.keys())
            after = max(taken[id] for id in late) - back
    cuts = statistics.quantiles(waited, n=100, method="inclusive")
    return [
        _row("an alert's way to the mail server, p50", cuts[49], 5),
        _row("an alert's way to the mail server, p99", cuts[98], 60),
        _row("the last letter after the mail server was away", after.total_seconds(), 300),
    ]


def _row(what: str, seconds: float, most: int) -> dict:
    figures = {"measured": f"{seconds:.2f} s", "target": f"<= {most} s", "reached": seconds <= most}
    return {"what": what, "figure": round(seconds, 2), **figures}


def _raised(sessions: list, between: Callable[[], None]) -> dict[str, datetime]:
    """An emergency in each session, one after the other; when each was written, by its letter's Message-ID."""
    for session in sessions:
        logged(session, 3, signs=["vision_change"])
        between()
    letters = Delivery.objects.filter(channel=Delivery.EMAIL, entry__treatment__in=sessions, step=0)
    return {letter.message_id: letter.created_at for letter in letters}


def _noting(taken: dict[str, datetime]) -> Callable[..., None]:
    def note(envelope) -> None:
        taken.setdefault(mailservers.id_of(envelope.content), timezone.now())

    return note


def _wait(is_over: Callable[[], bool]) -> None:
    ends = time.monotonic() + 600
    while not is_over():
        if time.monotonic() > ends:
            raise RuntimeError("letters are missing")
        time.sleep(0.1)


@contextmanager
def worker(port: int):
    """The worker as in production, whose mail server listens at that port; gives its process id."""
    settings = {"MENDLINE_SMTP_HOST": "127.0.0.1", "MENDLINE_SMTP_PORT": str(port)}
    begun = subprocess.Popen([sys.executable, "manage.py", "run_worker"], env=os.environ | settings)
    try:
        yield begun.pid
    finally:
        begun.terminate()
        begun.wait(30)
