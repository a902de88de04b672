"""Rows that were deleted or replaced still lie in the database's files until those are written anew."""

from collections.abc import Iterable

from django.db import connection


def overwrite_what_was_there(tables: Iterable[str]) -> None:
    """Write the files of these tables anew; SQLite has one file for all. Nobody else may be at work meanwhile."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("VACUUM")
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            cursor.fetchall()
            return
        for table in tables:
            cursor.execute(f"VACUUM FULL {connection.ops.quote_name(table)}")
