"""`make many`: two web servers, two Celery workers, a beat, PostgreSQL, Redis and an S3 server on loopback; people who
live on them, 200 faults, and a report of what was lost, doubled or late. `make run-many`: the same set with the demo.

    python -m tests.many [--faults 200] [--seed 2026] [--report FILE]
    python -m tests.many --run [--port 8000]
"""

import argparse
import json
import os
import signal
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path

from tests.bench.server import wait_for
from tests.house import tree
from tests.many.comparing import compare, table
from tests.many.faults import Faults
from tests.many.site import Site, a_site
from tests.many.story import People
from tests.messages import mailservers

PATIENTS = 12
SETTLES_WITHIN = 240  # seconds: the longest pause of a message that was put off, and a lease
PRODUCTION = {
    "MENDLINE_DEBUG": "0", "MENDLINE_TRUST_PROXY": "1",
    "MENDLINE_API_RATE": "1000000/min", **tree.SAFE, "MENDLINE_SMTP_HOST": "127.0.0.1",
    "MENDLINE_SMTP_SECURITY": "none",
}  # fmt: skip
SEED_PEOPLE = (
    "import json, django; django.setup(); from tests.many.comparing import make_people;"
    f"print(json.dumps(make_people({PATIENTS})))"
)


def main() -> int:
    """0 when nothing was lost, nothing doubled that may not be, nothing late and nothing answered that is a fault."""
    wanted = argparse.ArgumentParser(prog="make many")
    wanted.add_argument("--run", action="store_true", help="the demo on many machines, until Ctrl-C")
    wanted.add_argument("--port", type=int, default=8000)
    wanted.add_argument("--faults", type=int, default=200)
    wanted.add_argument("--seed", type=int, default=2026)
    wanted.add_argument("--only", default="", help="kinds whose names begin so, as in --only Redis")
    wanted.add_argument("--report", type=Path)
    options = wanted.parse_args()
    os.chdir(tree.ROOT)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with tempfile.TemporaryDirectory(prefix="mendline-many-") as name:
        return run(Path(name), options.port) if options.run else faults(Path(name), options)


def run(folder: Path, port: int) -> int:
    """The demo, at `port` and the next one; all of it is gone at the end."""
    ports = (port, port + 1)
    ours = {"MENDLINE_DEBUG": "1", "MENDLINE_SITE_URL": f"http://127.0.0.1:{port}"}
    ours |= {"MENDLINE_MASTER_KEY_FILE": str(tree.MASTER_KEY)}
    with a_site(folder, ports, is_one_folder=True, **ours) as site:
        print(site.run("manage.py", "load_demo"))
        site.start()
        for each in ports:
            wait_for(each)
        said = ", ".join(f"{program.name} ({program.process.pid})" for program in site.programs.values())
        print(f"Running: {said}; Redis, PostgreSQL and S3 of their own. Nothing of it stays.")
        print(f"Mendline is at http://127.0.0.1:{port} and at :{port + 1}. Ctrl-C stops it.", flush=True)
        try:
            while all(program.is_running() for program in site.programs.values()):
                time.sleep(0.5)
        except KeyboardInterrupt:
            return 0
    return 1


def faults(folder: Path, options: argparse.Namespace) -> int:
    """The story with faults, and the report."""
    refusing = threading.Event()
    with ExitStack() as stack:
        mail = mailservers.honest(lambda envelope: "451 not now" if refusing.is_set() else None)
        port, box = stack.enter_context(mail)
        site = stack.enter_context(a_site(folder, **PRODUCTION, MENDLINE_SMTP_PORT=str(port)))
        people, injected = _begun(site, options.seed, lambda on: refusing.set() if on else refusing.clear())
        with people:
            time.sleep(5)
            injected.bring_about(options.faults, options.only)
            time.sleep(5)
        os.environ.update(site.environments[0])
        settled = _settled(site)
        site.stop()
        report, wrong = compare(people.told, injected.done, Counter(box.ids), settled)
        text = f"Many machines, seed {options.seed}, {datetime.now():%Y-%m-%d %H:%M}\n\n{table(report)}"
        print(f"\n{text}\n\n" + ("\n".join(wrong) or "Nothing is lost, doubled or late."), flush=True)
        if options.report:
            options.report.write_text(f"{text}\n", encoding="utf-8")
        print(f"Started again: {dict(site.ended)}")
        if wrong:
            print(_last_words(site), file=sys.stderr)
    return 1 if wrong else 0


def _begun(site: Site, seed: int, mail: Callable[[bool], None]) -> tuple[People, Faults]:
    writers, practitioner = json.loads(site.run("-c", SEED_PEOPLE).splitlines()[-1])
    site.start()
    for port in site.ports:
        wait_for(port)
    return People(site.ports, writers, practitioner, seed), Faults(site, mail, seed)


def _settled(site: Site) -> bool:
    """Whether all that waits to be sent or judged is done within `SETTLES_WITHIN`."""
    code = (
        "import django; django.setup(); from accounts.models import AccountMail;"
        "from symptoms.models import Delivery, Entry;"
        "print(sum(k.objects.filter(sent_at=None, failed_at=None).count() for k in (Delivery, AccountMail))"
        " + Entry.objects.unjudged().count())"
    )
    ends = time.monotonic() + SETTLES_WITHIN
    while time.monotonic() < ends:
        if site.run("-c", code).strip() == "0":
            return True
        time.sleep(3)
    return False


def _last_words(site: Site) -> str:
    logs = (path.read_text(errors="replace") for path in sorted(site.folder.glob("machine-*.log")))
    return "\n".join(line for log in logs for line in log.splitlines() if '"CRITICAL"' in line or "Traceback" in line)[
        :6000
    ]


if __name__ == "__main__":
    sys.exit(main())
