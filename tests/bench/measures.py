"""What is measured, how, and what was to be reached."""

import gzip
import json
import re
import statistics
import time
import timeit
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any
from uuid import uuid4

from django.db import connection
from django.test import Client

from accounts.models import User
from symptoms.recovery.assessment import assess
from symptoms.recovery.course import Course, Patient, Treatment, entry_from_answers
from symptoms.recovery.vocabulary import Device, Sign, Symptom
from tests.bench import pages, queue_lists
from tests.bench.first_load import first_loads
from tests.bench.people import Seen
from tests.bench.server import Server
from tests.courses import largest_course

WARM_UP, TIMES = 10, 40
NOT_OF_THE_DOMAIN = re.compile(
    r'^(SAVEPOINT|RELEASE|ROLLBACK|BEGIN|COMMIT|PRAGMA)|"(django_session|accounts_programtoken|usersessions_usersession|cache)"'
    r'|(FROM|UPDATE|INTO) "accounts_user"',
    re.I,
)
BAD_DAY = {
    "symptoms": {"redness": 3, "swelling": 2, "pain": 3, "warmth": 3, "bumps": 2},
    "asked": ["redness", "swelling", "pain", "warmth", "itching", "peeling", "bumps", "crusting"],
    "signs": ["pus"],
    "temperature_c": 38.1,
    "exposures": ["sunscreen_used"],
    "note": "Yellow heads on my left cheek.",
}
FLOOR_GRADES = (
    "redness", "swelling", "pain", "warmth", "itching", "peeling", "bruising", "bleeding", "oozing", "crusting",
    "bumps", "dark_patches", "light_patches", "raised_scar",
)  # fmt: skip
FLOOR_FACTS = {"day": 3, "pus": True, "spreading": False, "temperature": 38.1, "device": "pen", "note": BAD_DAY["note"]}

Ask = Callable[[], object]


def everything(server: Server, seen: Seen, rounds: int) -> list[dict]:
    """All rows of the table: what, measured, target, reached, and the figure that later runs are compared with."""
    cost = _cost(server, asks(server, seen), rounds)
    return [
        *_entry_rows(cost, seen),
        _changed_row(server, seen),
        *_today_rows(seen),
        *_course_rows(cost, seen),
        *_record_rows(cost, seen),
        *_queue_rows(server, cost, seen),
        *queue_rows(server, seen.queues, seen.full_lists, rounds),
        _judgement_row(),
        _largest_row(),
        *first_loads(server, _cookie, seen),
    ]


def _row(what: str, measured: str, target: str, reached: bool, figure: float) -> dict:
    """One row of the table; `figure` is the number in `measured` that later runs are compared with."""
    return {"what": what, "measured": measured, "target": target, "reached": reached, "figure": round(figure, 2)}


def asks(server: Server, seen: Seen) -> dict[str, Ask]:
    """What is asked of the server, by name; each call is one request."""
    waiting = iter(seen.reporters)
    reporter_token = seen.reporters[0][0]
    report = json.dumps(dict.fromkeys(FLOOR_GRADES, 2) | FLOOR_FACTS)

    def entry() -> None:
        token, treatment = next(waiting)
        _asked(server, *_entry(treatment, day=3), token, 201)

    def logger(days_to_log: Iterator[tuple[str, str, int]]) -> Ask:
        def ask() -> None:
            token, treatment, day = next(days_to_log)
            _asked(server, *_entry(treatment, day=day), token, 201)

        return ask

    def page(path: str, user: User) -> Callable[[], bytes]:
        return _page(server, path, user)

    reader = seen.courses[30]
    return {
        "floor: one row written": lambda: _asked(server, "POST", "/floor/reports/", report, reporter_token, 201),
        "entry": entry,
        **{f"entry after {days}": logger(iter(days_to_log)) for days, days_to_log in seen.loggers.items()},
        "floor: thirty rows listed": page("/floor/list/", reader),
        "course of 30": page("/course/", seen.courses[30]),
        "course of 180": page("/course/", seen.courses[180]),
        **{
            f"record of {entries}": page(f"/practice/patients/{id}/", seen.reader)
            for entries, id in seen.records.items()
        },
        "queue of 100": page("/practice/", seen.queues[100]),
        "queue of 10,000": page("/practice/", seen.queues[10_000]),
    }


def _entry(treatment: str, day: int) -> tuple[str, str, str]:
    return "PUT", f"/api/v1/treatments/{treatment}/entries/{uuid4()}/", json.dumps({"day": day, **BAD_DAY})


def _asked(server: Server, method: str, path: str, body: str, token: str, status: int) -> None:
    _expect(status, *server.ask(method, path, body, Authorization=f"Token {token}", Content_Type="application/json"))


def _expect(wanted: int, status: int, body: bytes) -> None:
    if status != wanted:
        raise SystemExit(f"expected {wanted}, got {status}: {body[:500]!r}")


def _cost(
    server: Server, to_ask: dict[Any, Ask], rounds: int, *, warm_up: int = WARM_UP, times: int = TIMES,
    spent: Callable[[], float] | None = None,
) -> dict[Any, float]:  # fmt: skip
    """Milliseconds of processor time for one request: each asked in turn, round after round; the median of rounds.
    `spent`: seconds so far, of the server's process where nothing is said."""
    spent = spent or server.cpu
    taken: dict[Any, list[float]] = {name: [] for name in to_ask}
    for ask in to_ask.values():
        for _ in range(warm_up):
            ask()
    for _ in range(rounds):
        for name, ask in to_ask.items():
            before = spent()
            for _ in range(times):
                ask()
            taken[name].append((spent() - before) / times * 1000)
    return {name: statistics.median(each) for name, each in taken.items()}


def _beside(cost: dict[str, float], name: str, other: str, most: float, what: str) -> dict:
    times = cost[name] / cost[other]
    measured = f"{cost[name]:.2f} ms / {cost[other]:.2f} ms = {times:.2f}x"
    return _row(what, measured, f"<= {most}x", times <= most, times)


def _statements_row(what: str, counts: list[int], most: int) -> dict:
    shown = " and ".join(map(str, counts))
    same = len(set(counts)) == 1
    target = f"<= {most}" + (", the same" if len(counts) > 1 else "")
    return _row(what, shown, target, max(counts) <= most and same, max(counts))


def _entry_rows(cost: dict[str, float], seen: Seen) -> list[dict]:
    first = _statements(lambda web: _put(web, *seen.first, day=0), None)
    last = _statements(lambda web: _put(web, *seen.long, day=180), None)
    return [
        _beside(cost, "entry", "floor: one row written", 2.5, "POST of an entry beside the floor's"),
        _statements_row("an entry's domain statements, 1st and 180th", [first, last], 12),
        _beside(cost, "entry after 180", "entry after 30", 1.3, "POST of an entry after 180 days beside 30"),
    ]


def _changed_row(server: Server, seen: Seen) -> dict:
    """Day 0 changed ten times, to and fro, by a patient who has logged 400 days."""
    token, treatment = seen.longest
    taken = []
    for number in range(10):
        body = json.dumps({"day": 0, **BAD_DAY, "exposures": ["unprotected_sun"] if number % 2 else []})
        before = server.cpu()
        _asked(server, "PUT", f"/api/v1/treatments/{treatment}/entries/{uuid4()}/", body, token, 201)
        taken.append((server.cpu() - before) * 1000)
    spent = statistics.median(taken)
    return _row("a change of day 0 after 400 days", f"{spent:.0f} ms", "<= 300 ms", spent <= 300, spent)


def _today_rows(seen: Seen) -> list[dict]:
    counts = [_statements(lambda web: web.get("/today/"), user) for user in seen.courses.values()]
    return [_statements_row("Today's domain statements, at 30 and 180 entries", counts, 8)]


def _course_rows(cost: dict[str, float], seen: Seen) -> list[dict]:
    counts = [_statements(lambda web: web.get("/course/"), user) for user in seen.courses.values()]
    floor = "floor: thirty rows listed"
    return [
        _beside(cost, "course of 30", floor, 3, "course page at 30 entries beside the floor's list"),
        _beside(cost, "course of 180", floor, 3, "course page at 180 entries beside the floor's list"),
        _beside(cost, "course of 180", "course of 30", 1.5, "course page at 180 entries beside 30"),
        _statements_row("course page's domain statements, at 30 and 180 entries", counts, 6),
    ]


def _record_rows(cost: dict[str, float], seen: Seen) -> list[dict]:
    """A practitioner's page of a patient of whom an emergency is open."""
    counts = [
        _statements(lambda web, id=id: web.get(f"/practice/patients/{id}/"), seen.reader)
        for id in seen.records.values()
    ]
    most = max(cost[f"record of {entries}"] for entries in seen.records)
    return [
        _row("a patient's page, at 10 and 1,000 entries", f"{most:.1f} ms", "<= 40 ms", most <= 40, most),
        _statements_row("its domain statements, at 10 and 1,000 entries", counts, 12),
    ]


def _queue_rows(server: Server, cost: dict[str, float], seen: Seen) -> list[dict]:
    counts = [_statements(lambda web: web.get("/practice/"), user) for user in seen.queues.values()]
    status, html = server.ask("GET", "/practice/", Cookie=_cookie(seen.queues[10_000]))
    _expect(200, status, html)
    packed = len(gzip.compress(html, 6)) / 1024
    html_size = f"{packed:.1f} KB ({len(html) / 1024:.0f} KB plain)"
    return [
        _statements_row("queue's domain statements, at 100 and 10,000 patients", counts, 8),
        _beside(cost, "queue of 10,000", "queue of 100", 1.5, "queue at 10,000 patients beside 100"),
        _row("queue's HTML, gzipped", html_size, "<= 15 KB", packed <= 15, packed),
    ]


def queue_rows(server: Server, queues: dict[int, User], full: dict[str, User], rounds: int) -> list[dict]:
    """Each list of the queue, its last page and a search, at as many patients as there are beside as few; with what the
    database spends."""
    page = partial(_page, server)
    # Of pages many times as dear as an entry.
    cost = partial(_cost, warm_up=2, times=5, spent=server.cpu_with_database)
    return queue_lists.rows(server, queues, full, rounds, cost, page, _statements_of)


def page_rows(server: Server, queues: dict[int, User], full: dict[str, User], rounds: int) -> list[dict]:
    """The same, and every other page."""
    cost = partial(_cost, warm_up=2, times=5, spent=server.cpu_with_database)
    lists = queue_rows(server, queues, full, rounds)
    return lists + pages.rows(server, queues, rounds, cost, partial(_page, server))


def statements_of_each(seen: Seen) -> dict[str, int]:
    """How many statements of the domain an entry, the course and the queue need, by the names of `asks`."""
    return {
        "entry": _statements(lambda web: _put(web, *seen.first, day=0), None),
        "course of 180": _statements(lambda web: web.get("/course/"), seen.courses[180]),
        "queue of 10,000": _statements(lambda web: web.get("/practice/"), seen.queues[10_000]),
    }


def _statements_of(path: str, user: User) -> int:
    return _statements(lambda web: web.get(path), user)


def _page(server: Server, path: str, user: User) -> Callable[[], bytes]:
    """A page as that user asks for it; each call is one request, and gives its body."""
    cookie = _cookie(user)

    def ask() -> bytes:
        status, body = server.ask("GET", path, Cookie=cookie)
        _expect(200, status, body)
        return body

    return ask


def _judgement_row() -> dict:
    worst = {"symptoms": dict.fromkeys(map(str, Symptom), 3), "signs": list(map(str, Sign)), "temperature_c": 39.0}
    entries = tuple(entry_from_answers(day, worst) for day in range(28))
    course = Course(Patient(fitzpatrick=4), Treatment(Device.RF, 2.5, areas=("face",)), entries)
    # The quickest of some rounds: others on the same machine only ever add to it.
    spent = min(timeit.repeat(lambda: assess(course, day=27), number=100, repeat=10, timer=time.process_time)) * 10
    what = "one judgement of a 28-entry course with every finding"
    return _row(what, f"{spent:.2f} ms", "<= 0.6 ms", spent <= 0.6, spent)


def _largest_row() -> dict:
    """What a change of its first day costs the rules, where every day that can be was logged with everything."""
    course = largest_course(sessions_before=6)
    began = time.process_time()
    for entry in course.entries:
        assess(course, day=entry.day)
    spent = time.process_time() - began
    what = "every judgement of the largest course, 401 days after six such sessions"
    return _row(what, f"{spent:.2f} s", "<= 2 s", spent <= 2, spent)


def _put(web: Client, token: str, treatment: str, day: int):
    method, path, body = _entry(treatment, day)
    return web.generic(method, path, body, content_type="application/json", headers={"Authorization": f"Token {token}"})


def _statements(ask, user: User | None) -> int:
    """How many statements of the domain one request needs, in this process, once everything is warm."""
    web = Client(headers={"Host": "mendline.example"})
    web.defaults |= {"HTTP_X_FORWARDED_PROTO": "https", "wsgi.url_scheme": "https"}
    if user is not None:
        web.force_login(User.objects.get(pk=user.pk))
        ask(web)
    with _counted() as counted:
        answer = ask(web)
    _expect(200 if user else 201, answer.status_code, answer.content)
    return len(counted)


@contextmanager
def _counted():
    counted: list[str] = []

    def note(execute, sql, params, many, context):
        if not NOT_OF_THE_DOMAIN.search(sql):
            counted.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield counted


def _cookie(user: User) -> str:
    web = Client()
    web.force_login(User.objects.get(pk=user.pk))
    return "; ".join(f"{name}={morsel.value}" for name, morsel in web.cookies.items())
