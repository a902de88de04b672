"""Data folders for servers, workers and pages beside a test; what takes long to make is made once, then copied."""

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from tests.house import tree

TEMPLATES = Path(os.devnull)  # the folder that all processes of a run share: conftest.py sets it, nobody else needs one
# Not by migrations, which take five times as long; they count as done (tests/unmigrated.py).
MIGRATE = (
    ("migrate", "--run-syncdb", "--settings", "tests.unmigrated", "--verbosity", "0"),
    ("migrate", "--fake", "--verbosity", "0"),
    ("createcachetable",),
)
COLLECT = (("collectstatic", "--no-input", "--verbosity", "0"),)


def put_database(folder: Path) -> None:
    """Give the data folder `folder`, which is made if need be, an empty SQLite database with all its tables."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    shutil.copy(_made(MIGRATE) / "mendline.sqlite3", folder)


def put_static(folder: Path) -> None:
    """Give it the static files, as production serves them."""
    shutil.copytree(_made(COLLECT) / "static", folder / "static")


def postgres_template() -> str:
    """The name of a database on the tests' server that has all tables: PostgreSQL copies it for each process."""
    name, url = "mendline_template", os.environ["MENDLINE_TEST_DATABASE_URL"]
    made = TEMPLATES / name
    with _one_at_a_time():
        if not made.exists():
            with psycopg.connect(url, autocommit=True) as connection:
                connection.execute(f"CREATE DATABASE {name}")
            made.mkdir()
            _manage(MIGRATE, MENDLINE_DATA_DIR=str(made), MENDLINE_DATABASE_URL=f"{url.rpartition('/')[0]}/{name}")
    return name


def _made(commands: tuple[tuple[str, ...], ...]) -> Path:
    folder = TEMPLATES / commands[0][0]
    with _one_at_a_time():
        if not folder.exists():
            folder.mkdir()
            _manage(commands, MENDLINE_DATA_DIR=str(folder))
    return folder


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    with (TEMPLATES / "templates.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _manage(commands: tuple[tuple[str, ...], ...], **environment: str) -> None:
    """Run commands without what manage.py refuses: a server of tests need not survive a power cut."""
    settings = {"DJANGO_SETTINGS_MODULE": "tracker.settings", **environment, **tree.SAFE}
    for command in commands:
        subprocess.run(
            [sys.executable, "-m", "django", *command], cwd=tree.ROOT, env=tree.environment(**settings), check=True
        )
