"""`make upgrade-test`: an older release is updated as docs/running.md says, while people log; then the way back.

    python -m tests.upgrade [COMMIT]

The older release is a commit of this repository; without one, the last before the three newest changes of tables.
Whoever logs sends again, under the same id, what was not acknowledged, as phones do. In the end each entry must have
been acknowledged, and be there once. On SQLite, or on the server of `tests.postgres --durable`.
"""

import io
import json
import os
import subprocess
import sys
import tarfile
import tempfile
import time
from pathlib import Path

from tests.bench.server import environment, free_port, wait_for
from tests.house import tree
from tests.upgrade.people import People

PEOPLE, WHILE = 8, 6  # how many log; seconds of each stretch between two acts
STOPS_WITHIN = 45  # seconds, as the unit of systemd allows
SEED = (
    "import json, django; django.setup(); from tests.load.__main__ import people;"
    f"print(json.dumps(people({PEOPLE}, 170)[0]))"
)
LEAVES = (
    "import json, django; django.setup(); from django.db.migrations.loader import MigrationLoader as L;"
    "print(json.dumps(L(None).graph.leaf_nodes()))"
)
TABLES, STATIC = (
    (["migrate", "--verbosity", "0"], ["createcachetable"]),
    ["collectstatic", "--no-input", "--verbosity", "0"],
)


class Release:
    """The code of one release in a folder, at work on the one site."""

    def __init__(self, folder: Path, environment: dict[str, str], log: Path = Path(os.devnull)):
        self._folder, self._environment, self._log = folder, environment, log
        self._running: list[subprocess.Popen] = []

    def run(self, *command: str) -> str:
        """What a process of it printed that ended well."""
        done = subprocess.run(
            [sys.executable, *command], cwd=self._folder, env=self._environment, capture_output=True, text=True,
            check=False,
        )  # fmt: skip
        if done.returncode:
            raise SystemExit(f"{' '.join(command)[:80]} failed in {self._folder}: {done.stderr[-3000:]}")
        return done.stdout

    def set_up(self) -> None:
        """What a first start asks for."""
        self.bring_up_to_date()
        self.collect()

    def bring_up_to_date(self) -> None:
        """What an update asks for, with nothing running."""
        for command in TABLES:
            self.run("manage.py", *command)

    def collect(self) -> None:
        """Stylesheets and scripts, beside those of another release that still runs."""
        self.run("manage.py", *STATIC)

    def start(self) -> None:
        """Server and worker, until the server answers."""
        for command in (["-m", "gunicorn", "--config", "deploy/gunicorn.conf.py"], ["manage.py", "run_worker"]):
            with self._log.open("a", encoding="utf-8") as log:
                self._running.append(
                    subprocess.Popen([sys.executable, *command], cwd=self._folder, env=self._environment, stderr=log)
                )
        wait_for(int(self._environment["PORT"]))

    def stop(self) -> float:
        """End both with SIGTERM; gives how many seconds that took."""
        began = time.monotonic()
        for process in self._running:
            process.terminate()
        for process in self._running:
            process.wait(STOPS_WITHIN)
        self._running = []
        return time.monotonic() - began


def main(commit: str = "") -> int:
    """0 when no entry was lost or doubled, and nothing but "later" was ever answered."""
    commit = commit or _before_the_newest_tables()
    with tempfile.TemporaryDirectory(prefix="mendline-upgrade-") as name:
        port = free_port()
        site = environment(name) | {"PORT": str(port), "WEB_PROCESSES": "2", "MENDLINE_SMTP_HOST": "127.0.0.1"}
        site |= {"DJANGO_SETTINGS_MODULE": "tests.load.settings"}
        older, newer = Release(_unpacked(commit, Path(name, "older")), site), Release(tree.ROOT, site)
        os.environ.update(site)
        older.set_up()
        people = People(port, json.loads(older.run("-c", SEED).splitlines()[-1]))
        try:
            older.start()
            with people:
                time.sleep(WHILE)
                print(f"update from {commit}: {_exchanged(older, newer, newer.bring_up_to_date)}", flush=True)
                time.sleep(WHILE)
                print(f"the way back: {_exchanged(newer, older, lambda: _way_back(older, newer))}", flush=True)
                time.sleep(WHILE)
        finally:
            older.stop(), newer.stop()
        return people.compare()


def _exchanged(one: Release, other: Release, between) -> str:
    other.collect()
    began = time.monotonic()
    stopped = one.stop()
    between()
    other.start()
    return f"stopped in {stopped:.1f} s, answers again after {time.monotonic() - began:.1f} s"


def _way_back(older: Release, newer: Release) -> None:
    """Tables as the older release knows them, by the newer one's migrations; nothing that was logged goes."""
    known = dict(json.loads(older.run("-c", LEAVES).splitlines()[-1]))
    for app, name in json.loads(newer.run("-c", LEAVES).splitlines()[-1]):
        if known.get(app, "zero") != name:
            newer.run("manage.py", "migrate", app, known.get(app, "zero"), "--verbosity", "0")


def _before_the_newest_tables() -> str:
    changes = _git("log", "-3", "--format=%H", "--", "accounts/migrations", "symptoms/migrations").split()
    return _git("rev-parse", "--short", f"{changes[-1]}~").strip()


def _unpacked(commit: str, folder: Path) -> Path:
    archive = subprocess.run(["git", "archive", commit], cwd=tree.ROOT, capture_output=True, check=True).stdout
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        tar.extractall(folder, filter="data")
    return folder


def _git(*arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=tree.ROOT, capture_output=True, text=True, check=True).stdout


if __name__ == "__main__":
    os.chdir(tree.ROOT)
    sys.exit(main(*sys.argv[1:]))
