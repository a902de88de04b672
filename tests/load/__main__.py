"""`make load`: many people write at once, and colleagues have their queues open, against the server as in production.

    python -m tests.load [--entries 2000] [--processes 2]

Fifty people as on a busy evening, then two hundred at once, more than the server takes. Times are what the senders see,
who share the machine with the server. On the PostgreSQL that MENDLINE_TEST_DATABASE_URL names, else on SQLite.
"""

import argparse
import http.client
import json
import os
import statistics
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

from tests import images
from tests.bench.server import environment, served

ROOT = Path(__file__).resolve().parent.parent.parent
READERS, ENDS_WITHIN, PHOTO_EVERY = 10, 300, 20  # queues open; seconds; every 20th entry comes with a photo
PHOTO = images.photo()
DAY = {
    "symptoms": {"redness": 2, "swelling": 1, "pain": 1, "warmth": 1},
    "asked": ["redness", "swelling", "pain", "warmth"],
    "signs": [],
    "exposures": [],
}


@dataclass
class Answers:
    """What came back: (what was asked, status, seconds), and what went wrong otherwise."""

    all: list[tuple[str, int, float]] = field(default_factory=list)
    broken: Counter = field(default_factory=Counter)

    def took(self, what: str) -> list[float]:
        return sorted(seconds for kind, _, seconds in self.all if kind == what)


def main() -> None:
    """Prepare a database, load it twice, print both tables."""
    wanted = argparse.ArgumentParser(prog="make load", description="Loads Mendline with people who write at once.")
    wanted.add_argument("--entries", type=int, default=2000)
    wanted.add_argument("--processes", type=int, default=2, help="of the server")
    options = wanted.parse_args()
    os.chdir(ROOT)
    with tempfile.TemporaryDirectory(prefix="mendline-load-") as data:
        os.environ.update(environment(data))
        os.environ["DJANGO_SETTINGS_MODULE"] = "tests.load.settings"
        import django

        django.setup()
        from django.core.management import call_command
        from django.db import connection

        print(f"Preparing {connection.vendor} ...", file=sys.stderr, flush=True)
        call_command("migrate", verbosity=0)
        call_command("createcachetable", verbosity=0)
        call_command("collectstatic", interactive=False, verbosity=0)
        days = max(2, options.entries // 50)
        writers, cookies = people(200, days)
        with served(dict(os.environ), processes=options.processes) as server:
            for number in (50, 200):
                each = options.entries // number
                answers = load(server.port, writers[:number], cookies, each)
                print(table(f"{connection.vendor}, {number} people, {each} entries each", answers), flush=True)


def people(count: int, days: int) -> tuple[list[tuple[str, str]], list[str]]:
    """(token, treatment) of patients whose session was `days` days ago, and the cookies of their practitioner."""
    from tests import people as cast
    from tests.treatments import pen

    clinic = cast.practice()
    noor = cast.dr_noor(clinic)
    writers = []
    for number in range(count):
        patient = cast.patient(clinic, f"Person {number}")
        writers.append((cast.token_of(patient.user), str(pen(patient, days_ago=days, by=noor).id)))
    browsers = [cast.signed_in(noor, SERVER_NAME="mendline.example") for _ in range(READERS)]
    cookies = ["; ".join(f"{name}={one.value}" for name, one in browser.cookies.items()) for browser in browsers]
    return writers, cookies


def load(port: int, writers: list[tuple[str, str]], cookies: list[str], each: int) -> Answers:
    """Everybody at once until all is written, or until the time is over."""
    answers, over, ends = Answers(), threading.Event(), time.monotonic() + ENDS_WITHIN

    def write(number: int, token: str, treatment: str) -> None:
        line = Line(port, answers, Authorization=f"Token {token}")
        for day in range(each):
            if time.monotonic() > ends:
                break
            body, path = json.dumps({"day": day, **DAY}), f"/api/v1/treatments/{treatment}"
            line.ask("entry", "PUT", f"{path}/entries/{uuid4()}/", body, "application/json")
            if (number + day) % PHOTO_EVERY == 0:  # not everybody's on one day, and some in a short run too
                line.ask("photo", "PUT", f"{path}/photos/{uuid4()}/?day={day}&view=front", PHOTO, "image/jpeg")

    def read(cookie: str) -> None:
        line = Line(port, answers, Cookie=cookie)
        while not over.is_set():
            line.ask("queue", "GET", "/practice/?show=all")

    readers = _started(read, [(cookie,) for cookie in cookies])
    for writer in _started(write, [(number, *writer) for number, writer in enumerate(writers)]):
        writer.join()
    over.set()
    for reader in readers:
        reader.join()
    return answers


class Line:
    """One sender's connection, kept for as long as the server keeps it."""

    def __init__(self, port: int, answers: Answers, **headers: str):
        self._line = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self._answers = answers
        self._headers = {"Host": "mendline.example", "X-Forwarded-Proto": "https", **headers}

    def ask(self, what: str, method: str, path: str, body: str | bytes | None = None, kind: str = "") -> None:
        """Send, and note the answer and how long it took."""
        headers = self._headers | ({"Content-Type": kind} if kind else {})
        began = time.monotonic()
        try:
            self._line.request(method, path, body, headers)
            answer = self._line.getresponse()
            answer.read()
        except OSError as fault:
            self._answers.broken[type(fault).__name__] += 1
            self._line.close()
            return
        if answer.status == 503 and not answer.headers["Retry-After"]:
            self._answers.broken["503 without Retry-After"] += 1
        self._answers.all.append((what, answer.status, time.monotonic() - began))


def table(title: str, answers: Answers) -> str:
    """What came back, in milliseconds."""
    lines = [title, f"{'':8}{'number':>8}{'503':>6}{'wrong':>7}{'p50':>8}{'p95':>8}{'p99':>8}{'max':>8}"]
    for what in ("entry", "photo", "queue"):
        took = answers.took(what)
        if not took:
            continue
        statuses = Counter(status for kind, status, _ in answers.all if kind == what)
        wrong = sum(number for status, number in statuses.items() if status not in (200, 201, 503))
        cuts = statistics.quantiles(took, n=100, method="inclusive") if len(took) > 1 else took * 99
        figures = [1000 * value for value in (cuts[49], cuts[94], cuts[98], took[-1])]
        lines.append(f"{what:8}{len(took):8}{statuses[503]:6}{wrong:7}" + "".join(f"{value:8.0f}" for value in figures))
    return "\n".join([*lines, f"broken connections and such: {dict(answers.broken) or 'none'}", ""])


def _started(act: Callable, arguments: list[tuple]) -> list[threading.Thread]:
    threads = [threading.Thread(target=act, args=each) for each in arguments]
    for thread in threads:
        thread.start()
    return threads


if __name__ == "__main__":
    main()
