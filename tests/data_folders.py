"""Data folders for servers, workers and pages beside a test; what takes long to make is made once, then copied."""

import fcntl
import shutil
import subprocess
import sys
from pathlib import Path

from tests.house import tree

TEMPLATES = Path()  # the folder that all processes of a run share; conftest.py sets it
MIGRATE = (("migrate", "--verbosity", "0"), ("createcachetable",))
COLLECT = (("collectstatic", "--no-input", "--verbosity", "0"),)


def put_database(folder: Path) -> None:
    """Give the data folder `folder`, which is made if need be, an empty SQLite database with all its tables."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    shutil.copy(_made(MIGRATE) / "mendline.sqlite3", folder)


def put_static(folder: Path) -> None:
    """Give it the static files, as production serves them."""
    shutil.copytree(_made(COLLECT) / "static", folder / "static")


def _made(commands: tuple[tuple[str, ...], ...]) -> Path:
    folder = TEMPLATES / commands[0][0]
    with (TEMPLATES / "templates.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            folder.mkdir()
            environment = tree.environment(MENDLINE_DATA_DIR=str(folder), **tree.SAFE)
            for command in commands:
                subprocess.run([sys.executable, "manage.py", *command], cwd=tree.ROOT, env=environment, check=True)
    return folder
