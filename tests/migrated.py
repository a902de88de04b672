"""An empty SQLite database with all its tables, for servers and workers beside a test: made once, then copied."""

import atexit
import os
import shutil
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

from tests.house.tree import ROOT


def put_database(folder: Path) -> None:
    """Give the data folder `folder`, which is made if need be, what `migrate` and `createcachetable` would."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    shutil.copy(_template(), folder)


@cache
def _template() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="mendline-empty-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    others = {key: value for key, value in os.environ.items() if not key.startswith(("MENDLINE_", "DJANGO_"))}
    environment = others | {"MENDLINE_DEBUG": "1", "MENDLINE_DATA_DIR": str(folder)}
    for command in (["migrate", "--verbosity", "0"], ["createcachetable"]):
        subprocess.run([sys.executable, "manage.py", *command], cwd=ROOT, env=environment, check=True)
    return folder / "mendline.sqlite3"
