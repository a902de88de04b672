"""PostgreSQL's own programs, which write its rows into a file and put them back."""

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

from tracker.backups.faults import Refused
from tracker.databases import in_one_line

# What Django and psycopg know of a connection, and libpq's programs do not.
NOT_LIBPQ = {
    "pool", "server_side_binding", "prepare_threshold", "cursor_factory", "context", "options", "isolation_level",
    "assume_role", "client_encoding", "password",
}  # fmt: skip
PLAIN = ["--no-owner", "--no-acl"]  # whoever restores it owns it


def dump(connection: Any, moment: str, path: Path) -> None:
    """Write the rows as they stood at a `moment` that another transaction keeps. Raises Refused."""
    _run(connection, "pg_dump", "--format=custom", *PLAIN, f"--snapshot={moment}", f"--file={path}")


def put_back(connection: Any, path: Path) -> None:
    """Make all tables, with their rows, in an empty database; all or nothing. Raises Refused."""
    _run(connection, "pg_restore", "--single-transaction", "--exit-on-error", *PLAIN, str(path))


def _run(connection: Any, program: str, *arguments: str) -> None:
    found = shutil.which(program)
    if found is None:
        raise Refused(
            f"PostgreSQL's program {program} is not installed here: install its client programs, as new as the server "
            "or newer (Debian: apt-get install postgresql-client)"
        )
    given = connection.get_connection_params()
    address = _address({name: value for name, value in given.items() if name not in NOT_LIBPQ})
    # The password stands in no list of processes.
    environment = os.environ | ({"PGPASSWORD": str(given["password"])} if given.get("password") else {})
    done = subprocess.run(  # noqa: S603  # a program of PostgreSQL's, without a shell
        [found, f"--dbname={address}", *arguments], env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise Refused(f"{program} failed: {in_one_line(Exception(done.stderr[-500:]))}")


def _address(parameters: dict[str, Any]) -> str:
    from psycopg.conninfo import make_conninfo  # only where PostgreSQL is used is it installed

    return make_conninfo(**parameters)
