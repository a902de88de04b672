"""What an entry, the course and the queue cost on PostgreSQL beside SQLite: both sites at the same time, asked in turn.

SQLite works in the web process, so what PostgreSQL's own processes spend on the same requests is counted with it.
"""

import multiprocessing
import os
import statistics
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from typing import Any

WHAT = {
    "entry": "POST of an entry",
    "course of 180": "course page of 180 days",
    "queue of 10,000": "queue of 10,000",
}
MOST = 1.3


def rows(rounds: int) -> list[dict]:
    """The rows of the table; on SQLite alone there are none, since the run on PostgreSQL makes them."""
    if not os.environ.get("MENDLINE_TEST_DATABASE_URL"):
        return []
    with _site("", rounds) as sqlite, _site(os.environ["MENDLINE_TEST_DATABASE_URL"], rounds) as postgres:
        sites = {"sqlite": sqlite, "postgres": postgres}
        counted = {name: site.recv() for name, site in sites.items()}
        taken: dict[tuple[str, str], list[tuple[float, float]]] = {}
        for _ in range(rounds):
            for name, site in sites.items():
                site.send("a round")
                for what, spent in site.recv().items():
                    taken.setdefault((name, what), []).append(spent)
    return [row for what in WHAT for row in _rows(what, taken, counted)]


def _rows(what: str, taken: dict, counted: dict) -> Iterator[dict]:
    web, whole = (
        {name: statistics.median(each[part] for each in taken[name, what]) for name in ("sqlite", "postgres")}
        for part in (0, 1)
    )
    times = whole["postgres"] / whole["sqlite"]
    measured = (
        f"{whole['postgres']:.2f} ms / {whole['sqlite']:.2f} ms = {times:.2f}x (web process {web['postgres']:.2f})"
    )
    yield _row(f"{WHAT[what]}, PostgreSQL beside SQLite", measured, f"<= {MOST}x", times <= MOST, times)
    numbers = [counted[name][what] for name in ("sqlite", "postgres")]
    is_same, shown = len(set(numbers)) == 1, " and ".join(map(str, numbers))
    yield _row(f"{WHAT[what]}, statements on SQLite and PostgreSQL", shown, "the same", is_same, numbers[1])


@contextmanager
def _site(url: str, rounds: int) -> Iterator[Connection]:
    """A process of its own with a site on that database."""
    anew = multiprocessing.get_context("spawn")
    ours, theirs = anew.Pipe()
    with tempfile.TemporaryDirectory(prefix="mendline-bench-") as folder:
        process = anew.Process(target=_serve, args=(theirs, folder, url, rounds))
        process.start()
        theirs.close()
        try:
            yield ours
        finally:
            ours.close()
            process.join(60)
            process.kill()


def _serve(line: Connection, folder: str, url: str, rounds: int) -> None:
    """Says how many statements each takes, then, as often as it is asked, the milliseconds of one of each."""
    from tests.bench.server import environment, served

    os.environ["MENDLINE_TEST_DATABASE_URL"] = url
    os.environ.update(environment(folder))
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", run_syncdb=True, verbosity=0)
    call_command("createcachetable", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    from tests.bench import measures, people

    seen = people.make(measures.WARM_UP + rounds * measures.TIMES)
    people.settle()
    with served(dict(os.environ)) as server:
        asks = {name: ask for name, ask in measures.asks(server, seen).items() if name in WHAT}
        counted = measures.statements_of_each(seen)
        for ask in asks.values():
            for _ in range(measures.WARM_UP):
                ask()
        line.send(counted)
        while _is_asked(line):
            server.reconnect()  # a line on which nothing came for a while is closed
            line.send({name: _spent(server, ask, measures.TIMES) for name, ask in asks.items()})


def _is_asked(line: Connection) -> bool:
    try:
        return bool(line.recv())
    except (EOFError, OSError):
        return False


def _spent(server: Any, ask: Any, times: int) -> tuple[float, float]:
    """Milliseconds of processor time of one request: of the web process, and with the database's."""
    web, whole = server.cpu(), server.cpu_with_database()
    for _ in range(times):
        ask()
    return (server.cpu() - web) / times * 1000, (server.cpu_with_database() - whole) / times * 1000


def _row(what: str, measured: str, target: str, reached: bool, figure: float) -> dict:
    return {"what": what, "measured": measured, "target": target, "reached": reached, "figure": round(figure, 2)}
