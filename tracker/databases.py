"""Where records are kept: SQLite in the data folder, or a PostgreSQL server; and what a server must promise."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections
from django.db.backends.base.base import BaseDatabaseWrapper

WAIT = 4  # seconds for a lock or a connection; whoever would wait for longer is told to send it again
# Every thread that answers requests needs one connection of its process, and gunicorn.conf.py has eight of them.
# Given up soon, a server that was away is asked again by the next request, and not after ever longer pauses.
POOL = {"min_size": 1, "max_size": 10, "timeout": WAIT, "reconnect_timeout": WAIT}
OLDEST_POSTGRES = 15
SYNCHRONOUS_FULL = 2  # SQLite's number for it
# Values go to the server beside the statement, which it keeps from the third time on, rather than written into its text
# by us: that costs the web process less. A kept SELECT fails when the type of one of its columns is changed, so
# tables are changed while nothing runs (docs/running.md); new columns and indexes do not disturb it.
PREPARED = {"server_side_binding": True, "prepare_threshold": 3}
SQLITE = {
    "ENGINE": "tracker.sqlite",
    "CONN_MAX_AGE": None,
    "OPTIONS": {
        "timeout": WAIT,
        "transaction_mode": "IMMEDIATE",
        "init_command": (
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=4000;"
            "PRAGMA cache_size=-1000;"  # KiB, in the connection of each thread: of nine in a process
        ),
    },
}


class WrongDatabase(Exception):
    """The address of the database cannot be used, or its server does not promise enough; `str()` is a sentence."""


def database_settings(url: str, data_dir: Path) -> dict[str, Any]:
    """Django's settings for the database at `url`; without one, SQLite in the data folder.

    Raises:
        WrongDatabase: `url` is not PostgreSQL's, or what PostgreSQL needs is not installed.
    """
    if not url:
        return {**SQLITE, "NAME": data_dir / "mendline.sqlite3"}
    if not all(map(find_spec, ("dj_database_url", "psycopg", "psycopg_pool"))):
        raise WrongDatabase(
            "MENDLINE_DATABASE_URL needs what belongs to PostgreSQL: install Mendline with the extra [postgres]"
        )
    import dj_database_url

    settings: dict[str, Any] = {}
    with suppress(ValueError):
        settings.update(dj_database_url.parse(url))
    if settings.get("ENGINE") != "django.db.backends.postgresql" or not settings["NAME"]:
        # The address itself is not repeated: it holds a password.
        raise WrongDatabase(
            "MENDLINE_DATABASE_URL must read postgresql://user:password@host/database, with what is special in "
            "the password written as %XX"
        )
    settings["CONN_HEALTH_CHECKS"] = True  # a connection that a restart of the server broke is replaced
    settings["OPTIONS"] = {
        "pool": POOL,
        **PREPARED,
        "connect_timeout": WAIT,
        "options": f"-c lock_timeout={WAIT}s -c idle_in_transaction_session_timeout=60s",
        **settings.get("OPTIONS", {}),
    }
    _check_preparing(settings["OPTIONS"])
    return settings


def _check_preparing(options: dict[str, Any]) -> None:
    """What the address may say otherwise than `PREPARED`; "never" becomes psycopg's word for it."""
    threshold = options["prepare_threshold"]
    if not isinstance(options["server_side_binding"], bool) or not isinstance(threshold, int):
        raise WrongDatabase(
            "MENDLINE_DATABASE_URL takes server_side_binding as true or false, and prepare_threshold as a number, "
            "0 for never"
        )
    options["prepare_threshold"] = threshold or None  # to psycopg, 0 is "the first time"


@contextmanager
def direct_connection() -> Iterator[Any]:
    """A connection of its own, which is closed at the end. Beside the pool: a pool tries for a while and hides why."""
    direct = connections[DEFAULT_DB_ALIAS].copy()
    direct.settings_dict["OPTIONS"].pop("pool", None)
    try:
        yield direct
    finally:
        direct.close()


def check_promises(connection: BaseDatabaseWrapper) -> None:
    """See to it that the server can be reached and keeps what it has acknowledged.

    Raises:
        WrongDatabase: with what is wrong.
    """
    if connection.vendor != "postgresql":
        _check_sqlite(connection)
        return
    try:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT current_setting('server_version_num')::int / 10000, current_setting('server_version'),"
                " current_setting('fsync'), current_setting('synchronous_commit'), current_setting('server_encoding')"
            )
            faults = broken_promises(*cursor.fetchone())
    except DatabaseError as fault:
        raise WrongDatabase(f"the PostgreSQL server cannot be used: {in_one_line(fault)}") from fault
    if faults:
        raise WrongDatabase("; ".join(faults))


def _check_sqlite(connection: BaseDatabaseWrapper) -> None:
    """What SQLite was asked for it may do without: on a disk over a network there is no write-ahead log.

    Where there is no file yet none is made: a restore wants its place empty.
    """
    if not Path(str(connection.settings_dict["NAME"])).exists():
        return
    with connection.cursor() as cursor:
        mode, waits = (cursor.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous"))
    if (mode, waits) != ("wal", SYNCHRONOUS_FULL):
        raise WrongDatabase(
            f"SQLite keeps no write-ahead log here, or does not wait for the disk (journal_mode {mode}, synchronous "
            f"{waits}), so that a power cut may cost the last entries: put MENDLINE_DATA_DIR on a disk of this machine"
        )


def broken_promises(major: int, version: str, fsync: str, synchronous_commit: str, encoding: str) -> list[str]:
    """What a PostgreSQL server with these settings does not promise; empty when all is well."""
    faults = []
    if major < OLDEST_POSTGRES:
        faults.append(f"PostgreSQL {OLDEST_POSTGRES} or newer is needed, and this is {version}")
    if fsync == "off":
        faults.append("PostgreSQL has fsync off, so that a power cut may cost everything: set it to on")
    if synchronous_commit == "off":
        faults.append("PostgreSQL has synchronous_commit off, so that a crash may cost the last entries: set it to on")
    if encoding != "UTF8":
        faults.append(f"PostgreSQL's database has the encoding {encoding}: make a new one with the encoding UTF8")
    return faults


def in_one_line(fault: Exception) -> str:
    """The text of a database's error, which may run over several lines, without its last full stop."""
    return " ".join(str(fault).split()).rstrip(".")
