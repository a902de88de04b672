"""What open queues cost, and how soon a new emergency is in sight: the server as in production, and a real browser."""

import http.client
import json
import os
import random
import statistics
import sys
import tempfile
import threading
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import uuid4

from accounts.models import User
from tests import people
from tests.bench.people import add_member, add_patients, add_practice
from tests.bench.server import Server, served
from tests.treatments import logged

PRACTICES, MEMBERS, OPEN = 10, 5, 8  # so many practices, members of each, patients of each with something open
IDLE, ROUNDS, POSTS = 60, 4, 100  # seconds; blocks with and without open queues, entries in each
FETCHES_ITSELF_EVERY = 300  # seconds, as `data-every` of the page says
TRIES = 50
CALM = {"day": 3, "symptoms": dict.fromkeys(("redness", "swelling", "pain", "warmth"), 1), "signs": [], "exposures": []}


def rows() -> list[dict]:
    """The rows of the table."""
    readers = []
    for number in range(PRACTICES):
        practice = add_practice(f"Clinic {number}")
        members = [add_member(practice) for _ in range(MEMBERS)]
        readers += members
        for _, session in add_patients(practice, members[0], OPEN, days=3, today=3):
            logged(session, 3, signs=["pus"])
    writers = add_patients(practice, members[0], 2 * ROUNDS * POSTS + POSTS, days=3, today=3)
    with served(dict(os.environ), processes=2) as server:
        _post(server, [writers.pop() for _ in range(POSTS)])
        took: dict[bool, list[float]] = {False: [], True: []}
        for _ in range(ROUNDS):
            for is_open in (False, True):
                with _open_queues(server, readers if is_open else []):
                    took[is_open] += _post(server, [writers.pop() for _ in range(POSTS)])
        with _open_queues(server, readers):
            before = _cpu(server)
            time.sleep(IDLE)
            idle = (_cpu(server) - before) / IDLE
    p99 = {is_open: statistics.quantiles(times, n=100)[98] for is_open, times in took.items()}
    seconds = _seconds_until_in_sight()
    late = sum(second > 5 for second in seconds)
    return [
        _row(f"{len(readers)} open queues, idle: share of one core", idle, 0.05),
        _row("p99 of an entry beside open queues, to none open", p99[True] / p99[False], 1.2),
        _row("p99 of an entry, none open, in ms", p99[False] * 1000, 1000),
        _row(f"a new emergency in sight, the slowest of {TRIES} tries, in s", max(seconds), 5),
        _row(f"a new emergency in sight, the median of {TRIES} tries, in s", statistics.median(seconds), 5),
        _row("tries in which that took longer than five seconds", late, 0),
    ]


def _row(what: str, figure: float, most: float) -> dict:
    figures = {"measured": f"{figure:.3f}", "target": f"<= {most}", "reached": figure <= most}
    return {"what": what, "figure": round(figure, 3), **figures}


def _cpu(server: Server) -> float:
    """Seconds of processor time of all processes of the server."""
    leader = Path(f"/proc/{server.worker}/stat").read_text().rsplit(")", 1)[1].split()[1]
    workers = Path(f"/proc/{leader}/task/{leader}/children").read_text().split()
    tasks = [task for worker in [leader, *workers] for task in Path(f"/proc/{worker}/task").iterdir()]
    return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1e9


def _post(server: Server, writers: list) -> list[float]:
    """An ordinary day of each; how long each took."""
    took = []
    server.reconnect()
    for token, treatment in writers:
        body, path = json.dumps({**CALM, "asked": [*CALM["symptoms"]]}), f"/api/v1/treatments/{treatment.id}/entries/"
        headers = {"Authorization": f"Token {token}", "Content_Type": "application/json"}
        began = time.perf_counter()
        status, said = server.ask("PUT", f"{path}{uuid4()}/", body, **headers)
        took.append(time.perf_counter() - began)
        assert status == 201, said
    return took


class Queue(threading.Thread):
    """A page that is open: it asks for news, and fetches itself now and then."""

    def __init__(self, port: int, reader: User):
        super().__init__(daemon=True)
        browser = people.signed_in(reader, SERVER_NAME="mendline.example")
        self._cookie = "; ".join(f"{name}={one.value}" for name, one in browser.cookies.items())
        self._line = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self._sign, self._is_over = "", False
        self.is_open = threading.Event()

    def run(self) -> None:
        self._ask("/practice/")
        fetches_at = time.monotonic() + random.uniform(0, FETCHES_ITSELF_EVERY)
        with suppress(OSError, http.client.HTTPException, AttributeError):  # closed from outside
            while not self._is_over:
                self._sign = json.loads(self._ask(f"/practice/live/?sign={self._sign}"))["sign"]
                self.is_open.set()
                if time.monotonic() > fetches_at:
                    fetches_at += FETCHES_ITSELF_EVERY
                    self._ask("/practice/")

    def _ask(self, path: str) -> bytes:
        headers = {"Host": "mendline.example", "X-Forwarded-Proto": "https", "Cookie": self._cookie}
        self._line.request("GET", path, headers=headers | {"X-By-Itself": "1", "Accept-Encoding": "gzip"})
        answer = self._line.getresponse()
        assert answer.status == 200, f"{path}: {answer.status}"
        return answer.read()

    def close(self) -> None:
        self._is_over = True
        with suppress(OSError, AttributeError):
            self._line.sock.shutdown(2)


@contextmanager
def _open_queues(server: Server, readers: list[User]):
    """The queues of these readers are open, and idle."""
    queues = [Queue(server.port, reader) for reader in readers]
    for queue in queues:
        queue.start()
        assert queue.is_open.wait(60), "a queue does not open"
    time.sleep(2 if queues else 0)
    try:
        yield
    finally:
        for queue in queues:
            queue.close()
        for queue in queues:
            queue.join(30)


def _seconds_until_in_sight() -> list[float]:
    """Of an emergency each, with a queue that is scrolled, on another list, or in search."""
    from playwright.sync_api import sync_playwright

    from symptoms.demo.cast import NOOR, PASSWORD
    from tests import data_folders
    from tests.browser.conftest import QUIET, Visitor, program
    from tests.browser.site import running
    from tests.browser.test_live import NEW, emergency, seconds_until_in_sight

    took = []
    places = (("/practice/", 0), ("/practice/", 4_000), ("/practice/?show=all", 400), ("/practice/?show=all&q=b", 0))
    with tempfile.TemporaryDirectory(prefix="mendline-site-") as data, sync_playwright() as play:
        data_folders.TEMPLATES = Path(data)
        with running(Path(data) / "site") as site:
            made = site.manage("shell", "--no-imports", "-c", NEW.format(count=TRIES))
            patients = json.loads(made.splitlines()[-1])
            reader = Visitor(play.chromium.launch(executable_path=program(), args=QUIET), site.url)
            reader.page.set_viewport_size({"width": 1280, "height": 800})
            reader.sign_in(NOOR, PASSWORD)
            for number, patient in enumerate(patients):
                address, down = places[number % len(places)]
                reader.page.goto("/practice/")
                reader.page.goto(address)
                reader.page.evaluate("(down) => scrollTo(0, down)", down)
                time.sleep(random.uniform(0, 1.5))
                took.append(seconds_until_in_sight(reader.page, emergency(site, patient), 1))
                print(f"{number + 1}: {took[-1]:.2f} s", file=sys.stderr, flush=True)
    return took
