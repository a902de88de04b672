"""`make bench`: the figures that were asked for, beside a floor measured in the same run, on the same server.

    python -m tests.bench [--rounds 5] [--json]
        [--reassess [1000000] | --audit | --keys | --alerts | --live | --memory [20000] | --beside | --pages
         | --queue [10000 50000]]

Server time is processor time of the server's process for one request, the median of interleaved rounds. Statements are
those of the domain: what sessions, users, tokens and savepoints need is left out. What a list of the queue costs is
counted with the processor time of PostgreSQL's own processes for it.

Beside each figure stands the difference to the last run on the same database, which tests/bench/last/ keeps. A run of
fewer than five rounds is a try: it is not kept.
"""

import argparse
import json
import os
import sys
import tempfile
from pathlib import Path

from tests.bench.server import environment, served
from tests.bench.table import table

ROOT = Path(__file__).resolve().parent.parent.parent
LAST = Path(__file__).parent / "last"
KEPT_FROM = 5  # rounds
LARGE = (10_000, 50_000)  # patients of a clinic whose queue is measured beside one of 100


def main() -> None:
    """Measure everything and print it."""
    wanted = argparse.ArgumentParser(prog="make bench", description="Measures Mendline beside a floor.")
    wanted.add_argument("--rounds", type=int, default=7, help="interleaved rounds; fewer than 5 are not kept")
    wanted.add_argument(
        "--reassess", nargs="?", type=int, const=1_000_000, metavar="ENTRIES", help="only stored entries judged again"
    )
    wanted.add_argument("--audit", action="store_true", help="only a million rows of the audit record")
    wanted.add_argument("--keys", action="store_true", help="only 50,000 keys wrapped by a new master key")
    wanted.add_argument(
        "--alerts", action="store_true", help="only an alert's way to the mail server, also after an outage"
    )
    wanted.add_argument(
        "--live", action="store_true", help="only open queues: what they cost, and how soon they show an emergency"
    )
    wanted.add_argument(
        "--queue", nargs="*", type=int, metavar="PATIENTS", choices=LARGE,
        help="only the queue, of so many patients beside 100; else of 10,000 and of 50,000",
    )  # fmt: skip
    wanted.add_argument(
        "--memory", nargs="?", type=int, const=20_000, metavar="REQUESTS",
        help="only what two web processes and a worker hold after so many requests",
    )  # fmt: skip
    wanted.add_argument(
        "--beside", action="store_true", help="only PostgreSQL beside SQLite: an entry, the course, the queue"
    )
    wanted.add_argument(
        "--pages", action="store_true", help="only every page, of 50,000 patients with a million entries beside 100"
    )
    wanted.add_argument("--json", action="store_true", help="print JSON")
    options = wanted.parse_args()
    os.chdir(ROOT)
    with tempfile.TemporaryDirectory(prefix="mendline-bench-") as data:
        os.environ.update(environment(data))
        os.environ.setdefault("PYTHONPATH", str(ROOT))
        rows = _compared(_measured(options), keep=options.rounds >= KEPT_FROM)
    print(json.dumps(rows, indent=1) if options.json else table(rows))


def _measured(options: argparse.Namespace) -> list[dict]:
    import django

    django.setup()
    from django.core.management import call_command

    from tests.bench import alerting, auditing, beside, live, measures, memory, pages, people, reassessing, rotating

    _say("Preparing the database ...")
    call_command("migrate", run_syncdb=True, verbosity=0)
    call_command("createcachetable", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    if options.reassess:
        return reassessing.rows(options.reassess)
    if options.audit:
        return auditing.rows()
    if options.keys:
        return rotating.rows()
    if options.alerts:
        return alerting.rows()
    if options.memory:
        return memory.rows(options.memory)
    if options.live:
        return live.rows()
    rounds = max(1, options.rounds)
    if options.beside:
        return beside.rows(rounds)
    if options.queue is not None or options.pages:
        sizes, days = (pages.SIZES[1:], pages.DAYS) if options.pages else (options.queue or LARGE, 3)
        queues, full = people.make_queues(100, *sizes, days=days), people.make_full_lists(days)
        people.settle()
        with served(dict(os.environ)) as server:
            _say("Measuring ...")
            of = measures.page_rows if options.pages else measures.queue_rows
            return of(server, queues, full, rounds)
    seen = people.make(measures.WARM_UP + rounds * measures.TIMES)
    with served(dict(os.environ)) as server:
        _say("Measuring ...")
        return measures.everything(server, seen, rounds)


def _compared(rows: list[dict], *, keep: bool) -> list[dict]:
    """The rows with `last`, the figure of the last run on this database; `keep` puts these in its place."""
    from django.db import connection

    file = LAST / f"{connection.vendor}.json"
    last = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    if keep:
        figures = last | {row["what"]: row["figure"] for row in rows}
        file.parent.mkdir(exist_ok=True)
        file.write_text(json.dumps(figures, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    return [{**row, "last": last.get(row["what"])} for row in rows]


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
