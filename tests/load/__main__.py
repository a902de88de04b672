"""`make load`: many people write at once, and colleagues have their queues open, against the server as in production.

    python -m tests.load [--minutes 10] [--entries 2000] [--processes 2]

For ten minutes fifty people send a day and a photo every half a minute: nothing may fail, be lost or be late, else it
ends with 1. Then fifty without a pause, and two hundred, more than the server takes. Times are what the senders see,
who share the machine with the server. On the PostgreSQL that MENDLINE_TEST_DATABASE_URL names, else on SQLite.
"""

import argparse
import json
import os
import sys
import tempfile
import threading
import time
from pathlib import Path

from tests import images
from tests.bench.server import environment, served
from tests.load import evening
from tests.load.sending import Answers, Line, table, until_written

ROOT = Path(__file__).resolve().parent.parent.parent
READERS, ENDS_WITHIN, PHOTO_EVERY = 10, 300, 20  # queues open; seconds; every 20th entry comes with a photo
PHOTO = images.photo()
DAY = {
    "symptoms": {"redness": 2, "swelling": 1, "pain": 1, "warmth": 1},
    "asked": ["redness", "swelling", "pain", "warmth"],
    "signs": [],
    "exposures": [],
}


def main() -> None:
    """Prepare a database, load it three times, print the tables."""
    wanted = argparse.ArgumentParser(prog="make load", description="Loads Mendline with people who write at once.")
    wanted.add_argument("--minutes", type=float, default=10, help="of the evening; 0: none of it")
    wanted.add_argument("--entries", type=int, default=2000, help="without a pause; 0: none")
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
        days = max(2, options.entries // 50, evening.days(options.minutes))
        bursts = (50, 200) if options.entries else ()
        writers, cookies = people(evening.PEOPLE + max(bursts, default=0), days)
        of_the_evening, writers = writers[: evening.PEOPLE], writers[evening.PEOPLE :]
        faults: list[str] = []
        with served(dict(os.environ), processes=options.processes) as server:
            if options.minutes:
                answers = evening.spend(server.port, of_the_evening, cookies, options.minutes)
                print(table(f"{connection.vendor}, an evening of {options.minutes:g} minutes", answers), flush=True)
                faults = evening.faults(answers)
                print("\n".join(faults or ["nothing failed, was lost or late"]), end="\n\n", flush=True)
            for number in bursts:
                each = options.entries // number
                answers = load(server.port, writers[:number], cookies, each)
                print(table(f"{connection.vendor}, {number} people, {each} entries each", answers), flush=True)
    sys.exit(bool(faults))


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
            line.write("entry", f"{path}/entries/{{id}}/", body, "application/json")
            if (number + day) % PHOTO_EVERY == 0:  # not everybody's on one day, and some in a short run too
                line.write("photo", f"{path}/photos/{{id}}/?day={day}&view=front", PHOTO, "image/jpeg")

    def read(cookie: str) -> None:
        line = Line(port, answers, Cookie=cookie)
        while not over.is_set():
            line.ask("queue", "GET", "/practice/?show=all")

    until_written(write, writers, read, cookies, over)
    return answers


if __name__ == "__main__":
    main()
