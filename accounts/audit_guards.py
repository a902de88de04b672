"""Triggers by which the database itself refuses to change or remove what the audit record holds."""

from typing import Any

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

# Of each table, the columns that may not change. Which patient a record counts to now may: records are joined.
TABLES = {
    "accounts_auditrecord": "id, at, kind, what, user_id, practice_id, subject, thing, network",
    "accounts_auditseal": "number, last, count, digest, at",
}
REFUSED = "the audit record is only ever added to"
FUNCTION = f"""
CREATE OR REPLACE FUNCTION refuse_change_of_audit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '{REFUSED}' USING ERRCODE = 'integrity_constraint_violation'; END $$
"""


def put_guards(using: str = "default", **signal: Any) -> None:
    """Make the triggers that are missing. Called after each `migrate`: SQLite drops them with a table made anew."""
    connection = connections[using]
    present = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(FUNCTION)
        for table, columns in TABLES.items():
            if table in present:
                for statement in _making(connection.vendor, table, columns):
                    cursor.execute(statement)


def remove_guards(connection: BaseDatabaseWrapper) -> None:
    """Take them away: for tests, which empty their tables."""
    with connection.cursor() as cursor:
        for name, table in _names(connection.vendor).items():
            of = f" ON {table}" if connection.vendor == "postgresql" else ""
            cursor.execute(f"DROP TRIGGER IF EXISTS {name}{of}")


def missing_guards(connection: BaseDatabaseWrapper) -> list[str]:
    """The names of those that are not there."""
    listed = "SELECT tgname FROM pg_trigger WHERE tgenabled <> 'D'"
    if connection.vendor == "sqlite":
        listed = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    with connection.cursor() as cursor:
        cursor.execute(listed)
        present = {name for (name,) in cursor.fetchall()}
    return [name for name in _names(connection.vendor) if name not in present]


def _names(vendor: str) -> dict[str, str]:
    acts = ("update", "delete", "truncate") if vendor == "postgresql" else ("update", "delete")
    return {f"{table}_no_{act}": table for table in TABLES for act in acts}


def _making(vendor: str, table: str, columns: str) -> list[str]:
    acts = {"update": f"UPDATE OF {columns}", "delete": "DELETE"}
    if vendor == "sqlite":
        return [
            f"CREATE TRIGGER IF NOT EXISTS {table}_no_{name} BEFORE {act} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{REFUSED}'); END"
            for name, act in acts.items()
        ]
    return [
        f"CREATE OR REPLACE TRIGGER {table}_no_{name} BEFORE {act} ON {table} "
        f"FOR EACH {'STATEMENT' if name == 'truncate' else 'ROW'} EXECUTE FUNCTION refuse_change_of_audit()"
        for name, act in {**acts, "truncate": "TRUNCATE"}.items()
    ]
