"""What databases say when they cannot do something now: real errors, with the cause by which they are told apart."""

import sqlite3

from django.db import OperationalError
from psycopg import errors


def raised_by(cause: Exception, kind: type[Exception] = OperationalError) -> Exception:
    """Django's error around a driver's."""
    fault = kind(str(cause))
    fault.__cause__ = cause
    return fault


def sqlite_error(code: int) -> sqlite3.OperationalError:
    """An error as SQLite's driver gives it, with one of SQLite's result codes."""
    cause = sqlite3.OperationalError("as SQLite words it")
    cause.sqlite_errorcode = code
    return cause


LOCKED = raised_by(sqlite_error(sqlite3.SQLITE_BUSY))
FULL = raised_by(sqlite_error(sqlite3.SQLITE_FULL))
DISK = raised_by(sqlite_error(sqlite3.SQLITE_IOERR_FSYNC))
POSTGRES_STOPPED = raised_by(errors.AdminShutdown("terminating connection due to administrator command"))
POSTGRES_FULL = raised_by(errors.DiskFull("could not extend file"))
NO_COLUMN = raised_by(sqlite_error(sqlite3.SQLITE_ERROR))
