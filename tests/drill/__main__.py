"""The drill at full size, in production, while people log: `make drill`. Prints the certificate and how long it took.

    python -m tests.drill [PATIENTS ENTRIES PHOTOS]

On SQLite, or on the server of `tests.postgres --durable`.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from accounts.keys.master import make_file
from tests.house import tree

FULL = ("60", "10000", "2000")
MAY_TAKE = 15 * 60  # seconds
SET_UP = (["migrate", "--verbosity", "0"], ["createcachetable"], ["collectstatic", "--no-input", "--verbosity", "0"])


def main(sizes: list[str]) -> int:
    """0 when everything was equal and in time."""
    with tempfile.TemporaryDirectory(prefix="mendline-drill-") as name:
        environment = _site(Path(name))
        for command in SET_UP:
            _run(environment, "manage.py", *command)
        began = time.monotonic()
        _run(environment, "-m", "tests.drill.people", *(sizes or FULL))
        print(f"made in {time.monotonic() - began:.0f} s", flush=True)
        began = time.monotonic()
        with _people_log(environment) as logging:
            done = _run(environment, "manage.py", "drill", "--json", is_checked=False)
            slowest = logging.stop()
        took = time.monotonic() - began
        print(done.stdout, done.stderr, f"drill: {took:.0f} s; slowest write meanwhile {slowest} s", flush=True)
        second = _run(environment, "manage.py", "backup")
        print(f"a second backup: {second.stdout.strip()}")
        return 0 if done.returncode == 0 and took <= MAY_TAKE and json.loads(done.stdout)["is_well"] else 1


class _people_log:
    """A process that writes entries one after the other, for as long as the block lasts."""

    def __init__(self, environment: dict[str, str]):
        self._environment = environment

    def __enter__(self) -> "_people_log":
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.drill.logging_on"], cwd=tree.ROOT, env=self._environment,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert self._process.stdout and self._process.stdout.readline() == "logging\n"
        return self

    def stop(self) -> str:
        """How long the slowest of its writes took, in seconds, and how many there were."""
        return self._process.communicate("stop\n", timeout=120)[0].strip()

    def __exit__(self, *_fault: object) -> None:
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()


def _site(folder: Path) -> dict[str, str]:
    (folder / "backups").mkdir()
    make_file(folder / "backup-key")
    return tree.environment(
        **tree.SAFE, MENDLINE_DATA_DIR=str(folder / "data"), MENDLINE_BACKUP_DIR=str(folder / "backups"),
        MENDLINE_BACKUP_KEY_FILE=str(folder / "backup-key"),
        MENDLINE_DATABASE_URL=os.environ.get("MENDLINE_TEST_DATABASE_URL", ""),
    )  # fmt: skip


def _run(environment: dict[str, str], *command: str, is_checked: bool = True) -> subprocess.CompletedProcess:
    done = subprocess.run(
        [sys.executable, *command], cwd=tree.ROOT, env=environment, capture_output=True, text=True, check=False
    )
    if is_checked and done.returncode:
        raise SystemExit(f"{' '.join(command)} failed: {done.stdout}{done.stderr}")
    return done


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
