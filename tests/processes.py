"""Processes of their own that work on the database of the running test."""

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from django.conf import settings
from django.db import connection

from tests.house import tree


def environment(folder: Path, **more: str) -> dict[str, str]:
    """The environment of a process whose data folder is `folder`, and whose database is the test's."""
    folder.mkdir(parents=True, exist_ok=True)
    database = str(connection.settings_dict["NAME"])
    ours = {"MENDLINE_DEBUG": "1", "MENDLINE_DATA_DIR": str(folder), "MENDLINE_SITE_URL": settings.SITE_URL}
    ours |= {"MENDLINE_KEYS_DIR": str(settings.KEYS_DIR), "MENDLINE_MASTER_KEY_FILE": str(settings.MASTER_KEY_FILE)}
    if settings.ON_POSTGRES:
        server = urlsplit(os.environ["MENDLINE_TEST_DATABASE_URL"])
        ours["MENDLINE_DATABASE_URL"] = urlunsplit(server._replace(path=f"/{database}"))
    else:
        (folder / "mendline.sqlite3").symlink_to(database)
    return tree.environment(**ours | more)


def killed_after(seconds: float, act: Callable[[], object]) -> bool:
    """Let a process of its own do it, killed after so long; whether it had come to its end."""
    connection.close()
    if settings.ON_POSTGRES:
        connection.close_pool()
    child = os.fork()
    if child == 0:
        try:
            act()
        finally:
            os._exit(0)
    time.sleep(seconds)
    os.kill(child, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
