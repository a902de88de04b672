"""What database errors mean, on SQLite and PostgreSQL alike: which constraint was violated, and what may pass."""

import sqlite3

from django.apps import apps
from django.db import DatabaseError, IntegrityError, InterfaceError, OperationalError
from django.db.models import Model, UniqueConstraint

from accounts.keys.faults import KeysUnavailable

# SQLite's primary result codes for what may be over in a moment: a lock, a full disk, a disk that does not answer.
SQLITE_TRANSIENT = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_PROTOCOL,
    }
)
PRIMARY_CODE = 0xFF  # the extended codes keep the primary one in their lowest byte
# PostgreSQL's SQLSTATE classes: connection lost, transaction rolled back (deadlock), no resources (disk, connections),
# operator intervention (shutdown, restart, cancelled statement), system error (disk).
POSTGRES_TRANSIENT_CLASSES = ("08", "40", "53", "57", "58")
# A lock that is not available, a server that takes no writes for now, a transaction that was idle for too long.
POSTGRES_TRANSIENT = frozenset({"55P03", "25006", "25P03"})
# Of what psycopg says by itself, without a word of the server, these are about what was asked of it; by their names,
# since it need not be installed. A lost server is any of the others, even DatabaseError and InternalError.
OURS = frozenset({"ProgrammingError", "DataError", "NotSupportedError", "IntegrityError"})


def violated_constraint(error: IntegrityError) -> str | None:
    """The name of the constraint that `error` is about, the same on both databases; None when it has no name.

    A constraint of a model's Meta goes by its own name; a primary key and a unique field by the names that PostgreSQL
    gives them (`primary_key`, `<table>_<column>_key`). SQLite does not name a violated foreign key: None. A row that
    violates several constraints names one of them, and not the same one on both databases.
    """
    diagnosis = getattr(error.__cause__, "diag", None)
    if diagnosis is not None:
        name: str | None = diagnosis.constraint_name
        return name
    kind, _, subject = str(error).partition(" constraint failed: ")
    if kind == "CHECK":
        return subject if subject.isidentifier() else None
    if kind != "UNIQUE":
        return None
    if subject.startswith("index '"):
        return subject.removeprefix("index '").removesuffix("'")
    table = subject.partition(".")[0]
    return _unique_constraint(table, [name.partition(".")[2] for name in subject.split(", ")])


def primary_key(model: type[Model]) -> str:
    """The name by which `violated_constraint` knows the primary key of `model`: an id that is taken."""
    return f"{model._meta.db_table}_pkey"


def is_outage(error: BaseException) -> bool:
    """Whether the database itself failed, for good or for now, and not what was done with one row."""
    return isinstance(error, OperationalError) or is_transient(error)


def is_transient(error: BaseException) -> bool:
    """Whether `error` says that the database may do later what it did not do now: a lock, a full disk, a restart.

    A fault of ours, such as a missing column, is not transient, and neither is a violated constraint. Without keys
    nothing can be kept or read either, until somebody puts them back.
    """
    if isinstance(error, KeysUnavailable):
        return True
    # Django puts the driver's error into one of its own, but not where it closes a cursor that the server keeps.
    cause = error.__cause__ if isinstance(error, DatabaseError | InterfaceError) else error
    if isinstance(cause, sqlite3.Error):
        return getattr(cause, "sqlite_errorcode", 0) & PRIMARY_CODE in SQLITE_TRANSIENT
    sqlstate: str | None = getattr(cause, "sqlstate", "")
    if sqlstate is None:  # the server said nothing: it was not reached, or was lost, or the pool is used up
        return OURS.isdisjoint(kind.__name__ for kind in type(cause).__mro__)
    return sqlstate.startswith(POSTGRES_TRANSIENT_CLASSES) or sqlstate in POSTGRES_TRANSIENT


def _unique_constraint(table: str, columns: list[str]) -> str | None:
    for model in apps.get_models(include_auto_created=True):
        meta = model._meta
        if meta.db_table != table:
            continue
        column_of = {field.name: field.column for field in meta.concrete_fields}
        for constraint in meta.constraints:
            fields = constraint.fields if isinstance(constraint, UniqueConstraint) else ()
            if fields and [column_of[name] for name in fields] == columns:
                return constraint.name
        if columns == [meta.pk.column]:
            return primary_key(model)
        if len(columns) == 1 and any(field.unique and field.column == columns[0] for field in meta.concrete_fields):
            return f"{table}_{columns[0]}_key"
    return None
