"""Django's SQLite backend, with one addition: who writes holds a file lock, from before the transaction to its end.

SQLite lets one connection write at a time and has the others try again after ever longer pauses: under load some get
their turn at once and some after a minute. And while a commit checkpoints the write-ahead log, versions before 3.51.3
can lose the commit of another connection. Behind the lock connections write in turn, and a commit and the checkpoint
that it may bring on (`wal_autocheckpoint`) are over before the next begins. Reading never waits for it.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from typing import Any, Self

from django.db.backends.sqlite3 import base
from django.db.backends.sqlite3.features import DatabaseFeatures

from tracker.sqlite.lock import WriteLock, lock_beside

# Outside a transaction these write nothing; whatever else is run there is a write transaction of its own, and a
# checkpoint moves what others have written.
READING = ("SELECT", "PRAGMA", "EXPLAIN", "BEGIN", "SAVEPOINT", "RELEASE", "ROLLBACK")
CHECKPOINT = "wal_checkpoint"


class Cursor(base.SQLiteCursorWrapper):
    """Takes the lock for a statement that writes outside a transaction."""

    database: "DatabaseWrapper"
    _rows: Iterator[Any] | None = None  # what the statement returned, where it had to end before it is asked for

    def execute(self, query: str, params: Any = None) -> Self:
        """Run one statement, waiting for the lock where it needs it."""
        self._rows = None
        if self.database.has_lock or _only_reads(query):
            super().execute(query, params)
            return self
        with self.database.locked():
            super().execute(query, params)
            if self.description is not None:  # it commits with its last row
                self._rows = iter(super().fetchall())
        return self

    def executemany(self, query: str, param_list: Any) -> Self:
        """Run one statement for each set of values, waiting for the lock where it needs it."""
        if self.database.has_lock:
            super().executemany(query, param_list)
        else:
            with self.database.locked():
                super().executemany(query, param_list)
        return self

    def __next__(self) -> Any:
        return super().__next__() if self._rows is None else next(self._rows)

    def fetchone(self) -> Any:
        """The next row, or None."""
        return super().fetchone() if self._rows is None else next(self._rows, None)

    def fetchmany(self, size: int | None = 1) -> list[Any]:
        """The next rows, as many as are asked for."""
        return super().fetchmany(size) if self._rows is None else list(islice(self._rows, size))

    def fetchall(self) -> list[Any]:
        """All rows that are left."""
        return super().fetchall() if self._rows is None else list(self._rows)


class Features(DatabaseFeatures):
    """What SQLite can do."""

    # Django asks the database, in a transaction: where that was busy, JSON would be missing for as long as it runs.
    supports_json_field = True


class DatabaseWrapper(base.DatabaseWrapper):
    """The backend. `OPTIONS["timeout"]` bounds the wait for the lock as it does SQLite's own waiting, in seconds."""

    features_class = Features
    _lock: WriteLock | None = None  # while this connection holds it

    @property
    def has_lock(self) -> bool:
        """Whether this connection may write now; a database in memory is nobody else's."""
        return self._lock is not None or self.is_in_memory_db()

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the lock for as long as the block lasts.

        Raises:
            OperationalError: it was not to be had in time; the same as SQLite's own when it is busy.
        """
        self._take_lock()
        try:
            yield
        finally:
            self._release_lock()

    def create_cursor(self, name: Any = None) -> Cursor:
        """A cursor of the open connection."""
        cursor: Cursor = self.connection.cursor(factory=Cursor)
        cursor.database = self
        return cursor

    def _start_transaction_under_autocommit(self) -> None:
        if not self.has_lock:
            self._take_lock()
        try:
            super()._start_transaction_under_autocommit()  # type: ignore[misc]  # the stubs leave it out
        except BaseException:
            self._release_lock()
            raise

    def _commit(self) -> None:
        super()._commit()  # type: ignore[misc]  # the stubs leave it out
        # Not where that fails: the rollback that follows is still under the lock.
        self._release_lock()

    def _rollback(self) -> None:
        try:
            super()._rollback()  # type: ignore[misc]  # the stubs leave it out
        finally:
            self._release_lock()

    def _close(self) -> None:
        try:
            super()._close()  # type: ignore[misc]  # the stubs leave it out
        finally:
            self._release_lock()

    def _take_lock(self) -> None:
        lock = lock_beside(str(self.settings_dict["NAME"]))
        with self.wrap_database_errors:
            try:
                is_ours = lock.acquire(self.settings_dict["OPTIONS"].get("timeout", 5.0))
            except OSError as fault:
                raise _error(f"unable to open the lock file: {fault.strerror}", sqlite3.SQLITE_CANTOPEN) from fault
            if not is_ours:
                raise _error("database is locked", sqlite3.SQLITE_BUSY)
        self._lock = lock

    def _release_lock(self) -> None:
        lock, self._lock = self._lock, None
        if lock is not None:
            lock.release()


def _only_reads(query: str) -> bool:
    return query.lstrip()[:9].upper().startswith(READING) and CHECKPOINT not in query


def _error(text: str, code: int) -> sqlite3.OperationalError:
    fault = sqlite3.OperationalError(text)
    fault.sqlite_errorcode = code
    return fault
