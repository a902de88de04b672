"""How much memory the server holds, and whether it grows: two web processes and a worker over 20,000 requests.

What is shared between processes is counted once (PSS): pages of a file that all of them have read, and what the web
processes have from the one that started them.
"""

import json
import os
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from pathlib import Path
from uuid import uuid4

from tests import people
from tests.bench.alerting import worker
from tests.bench.people import add_member, add_patients, add_practice
from tests.bench.server import served
from tests.load.evening import photo
from tests.messages import mailservers
from tests.treatments import logged

REQUESTS, WARM = 20_000, 2_000  # in all; of which so many come before the first look
PATIENTS, DAYS = 40, 20
SENDERS = 4
PHOTO_EVERY = 200  # rounds of one sender
MOST, MOST_GROWTH = 260, 1.05  # megabytes
FOUR = ["redness", "swelling", "pain", "warmth"]
BAD_DAY = {"symptoms": dict.fromkeys(FOUR, 2), "asked": FOUR, "signs": ["pus"], "exposures": []}
EITHER = ({"note": "Calmer today."}, {"note": "A little warmer."})  # sent in turn, so that each changes something


def rows(requests: int = REQUESTS) -> list[dict]:
    """The rows of the table: megabytes."""
    clinic = add_practice("Larkfield Skin Clinic")
    noor = add_member(clinic)
    patients = add_patients(clinic, noor, PATIENTS, days=DAYS, today=DAYS)
    for _, session in patients[::4]:
        logged(session, DAYS, signs=["pus"])
    senders = [_Sender(noor, *patients[number::SENDERS]) for number in range(SENDERS)]
    warm = min(WARM, requests // 10)
    port = mailservers.free_port()
    with mailservers.honest(port=port), worker(port) as duties, served(dict(os.environ), processes=2) as server:
        _send(senders, server.port, warm)
        before = _held(server.master, duties)
        print(f"after {warm:,}: {_shown(before)}", file=sys.stderr, flush=True)
        _send(senders, server.port, requests - warm)
        after = _held(server.master, duties)
        print(f"after {requests:,}: {_shown(after)}", file=sys.stderr, flush=True)
    most, growth = sum(after.values()), sum(after.values()) / sum(before.values())
    return [
        _row(f"memory of two web processes and a worker after {requests:,} requests", most, "MB", MOST),
        _row(f"the same beside that after {warm:,}", growth, "x", MOST_GROWTH),
    ]


class _Sender:
    """One of those who ask, in turn as a patient, as a program and as a practitioner."""

    def __init__(self, practitioner, *patients):
        self._rounds = 0
        self._cookie = _cookie(practitioner)
        self._patients = [(token, treatment, _cookie(treatment.patient.user)) for token, treatment in patients]
        self._picture = photo()

    def round(self, line: HTTPConnection) -> Iterator[Callable[[], None]]:
        """What is asked in one round, each a request."""
        token, treatment, cookie = self._patients[self._rounds % len(self._patients)]
        self._rounds += 1
        api, patient = f"/api/v1/treatments/{treatment.pk}", treatment.patient_id
        for path in ("/today/", "/log/", "/course/", f"/course/{self._rounds % DAYS}/", "/care/", "/account/"):
            yield lambda path=path: _ask(line, "GET", path, Cookie=cookie)
        for path in ("/practice/", f"/practice/patients/{patient}/", f"/practice/patients/{patient}/log/"):
            yield lambda path=path: _ask(line, "GET", path, Cookie=self._cookie)
        as_program = {"Authorization": f"Token {token}", "Content-Type": "application/json"}
        day = {"day": self._rounds % DAYS, **BAD_DAY, **EITHER[self._rounds // DAYS % 2]}
        yield lambda: _ask(line, "PUT", f"{api}/entries/{uuid4()}/", json.dumps(day), **as_program)
        yield lambda: _ask(line, "GET", f"{api}/course/", **as_program)
        yield lambda: _ask(line, "GET", "/accounts/login/")
        if self._rounds % PHOTO_EVERY == 1:
            as_program |= {"Content-Type": "image/jpeg"}
            path = f"{api}/photos/{uuid4()}/?day={self._rounds % DAYS}&view=front"
            yield lambda: _ask(line, "PUT", path, self._picture, **as_program)


def _cookie(user) -> str:
    browser = people.signed_in(user, SERVER_NAME="mendline.example")
    return "; ".join(f"{name}={one.value}" for name, one in browser.cookies.items())


def _ask(line: HTTPConnection, method: str, path: str, body: str | bytes | None = None, **headers: str) -> None:
    line.request(method, path, body, {"Host": "mendline.example", "X-Forwarded-Proto": "https", **headers})
    answer = line.getresponse()
    said = answer.read()
    if answer.status not in (200, 201, 302):
        raise RuntimeError(f"{method} {path}: {answer.status} {said[:300]!r}")


def _send(senders: list[_Sender], port: int, requests: int) -> None:
    """So many requests, by all senders side by side."""

    def send(sender: _Sender) -> None:
        line, left = HTTPConnection("127.0.0.1", port, timeout=60), requests // len(senders)
        while True:
            for ask in sender.round(line):
                ask()
                left -= 1
                if left <= 0:
                    return

    with ThreadPoolExecutor(len(senders)) as pool:
        list(pool.map(send, senders))


def _held(*begun: int) -> dict[str, float]:
    """Megabytes of each of these processes and of all that they began, by what each is."""
    held = {}
    for name, pid in zip(("web", "worker"), begun, strict=True):
        for number, one in enumerate(_family(pid)):
            lines = Path(f"/proc/{one}/smaps_rollup").read_text().splitlines()
            held[f"{name} {number}"] = next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024
    return held


def _family(pid: int) -> Iterator[int]:
    yield pid
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            yield from _family(int(child))


def _shown(held: dict[str, float]) -> str:
    return f"{sum(held.values()):.0f} MB (" + ", ".join(f"{name}: {mb:.0f}" for name, mb in held.items()) + ")"


def _row(what: str, figure: float, unit: str, most: float) -> dict:
    figures = {"measured": f"{figure:.2f} {unit}", "target": f"<= {most:g} {unit}", "reached": figure <= most}
    return {"what": what, "figure": round(figure, 2), **figures}
