"""The rows of a database as they stand at one moment, in a file; and what is in them, to compare them by."""

import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import connection

from symptoms.models import Photo
from tracker.backups import postgres
from tracker.backups.faults import Refused
from tracker.databases import direct_connection

WRAP = 1 << 256
PHOTO = Photo._meta.db_table


@dataclass(frozen=True)
class Rows:
    """What stood in the tables: of each how many rows with their digest, which migrations had run, which photos."""

    tables: dict[str, list[Any]]
    migrations: list[list[str]]
    photos: dict[str, str]  # the id of each by the name of its file


def take(path: Path) -> Rows:
    """Write the rows, as they stand now, into the file `path`. Nobody who writes meanwhile waits for it.

    Raises:
        Refused: with the reason, as where PostgreSQL's programs are missing.
    """
    path.touch(mode=0o600)
    if connection.vendor == "sqlite":
        try:
            with closing(sqlite3.connect(str(connection.settings_dict["NAME"]))) as live:
                live.execute("VACUUM INTO ?", [str(path)])
        except sqlite3.Error as fault:
            raise Refused(f"the rows could not be copied ({fault})") from fault
        return in_sqlite(path)
    with direct_connection() as direct, _one_moment(direct) as (moment, run):
        postgres.dump(direct, moment, path)
        return _rows(run, direct.introspection.table_names())


def size_now() -> int:
    """About how many bytes the rows take at most."""
    if connection.vendor == "sqlite":
        name = str(connection.settings_dict["NAME"])
        return sum(os.stat(name + end).st_size for end in ("", "-wal") if os.path.exists(name + end))
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_database_size(current_database())")
        size: int = cursor.fetchone()[0]
    return size


def in_sqlite(path: Path) -> Rows:
    """What is in a file of SQLite's. Raises Refused when it is none, or damaged."""
    try:
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as taken:
            names = taken.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
            return _rows(taken.execute, [name for (name,) in names.fetchall()])
    except sqlite3.Error as fault:
        raise Refused(f"the database {path} cannot be read ({fault})") from fault


def in_database() -> Rows:
    """What is in the database that the settings name."""
    if connection.vendor == "sqlite":
        return in_sqlite(Path(str(connection.settings_dict["NAME"])))
    with direct_connection() as direct, _one_moment(direct) as (_moment, run):
        return _rows(run, direct.introspection.table_names())


Run = Callable[[str], Iterable[Any]]


@contextmanager
def _one_moment(direct: Any) -> Iterator[tuple[str, Run]]:
    """A moment of PostgreSQL's that others can read at, and what reads rows at it, a few at a time."""
    with direct.cursor() as cursor:
        cursor.execute("SET idle_in_transaction_session_timeout = 0")
        cursor.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        cursor.execute("SELECT pg_export_snapshot()")
        (moment,) = cursor.fetchone()

        def run(query: str) -> Iterator[Any]:
            with direct.connection.cursor(name="backup") as rows:
                rows.itersize = 2000
                yield from rows.execute(query)

        yield moment, run
        cursor.execute("ROLLBACK")


def _rows(run: Run, tables: Iterable[str]) -> Rows:
    return Rows(
        tables={table: _counted(run(f'SELECT * FROM "{table}"')) for table in sorted(tables)},  # noqa: S608  # its own
        migrations=sorted([app, name] for app, name in run("SELECT app, name FROM django_migrations")),
        photos={key: str(UUID(str(id))) for key, id in run(f"SELECT key, id FROM {PHOTO}")},  # noqa: S608  # a name of ours
    )


def _counted(rows: Iterable[Any]) -> list[Any]:
    """How many there are, and a digest that does not depend on their order."""
    count = total = 0
    for row in rows:
        count += 1
        total += int.from_bytes(sha256(repr(tuple(row)).encode()).digest())
    return [count, f"{total % WRAP:064x}"]
