"""What a database is made of, in an order that says nothing: tables, columns, constraints, indexes and triggers."""

import re
import sqlite3
from contextlib import closing
from pathlib import Path

import psycopg

# Constraints without their names, which tell how a table was called once. The keys of `auth_group_permissions`, in
# which nobody is, are Django's matter: of 32 bits by its migration, of 64 by its model.
OF_POSTGRES = (
    "SELECT 'column', table_name, column_name, udt_name, character_maximum_length, is_nullable, column_default"
    " FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> 'auth_group_permissions'",
    "SELECT 'constraint', conrelid::regclass::text, pg_get_constraintdef(oid)"
    " FROM pg_constraint WHERE connamespace = 'public'::regnamespace",
    "SELECT 'index', indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' AND indexname NOT LIKE '%_pkey'",
    "SELECT 'trigger', tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal",
    "SELECT 'function', proname, prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace",
)


def of_postgres(url: str) -> set[tuple]:
    """What a database on a PostgreSQL server is made of."""
    with psycopg.connect(url) as connection:
        return {row for question in OF_POSTGRES for row in connection.execute(question)}


def of_sqlite(file: Path) -> set[tuple]:
    """What an SQLite database is made of: the parts of each table in no order, the others as they were made."""
    with closing(sqlite3.connect(file)) as connection:
        made = connection.execute("SELECT type, name, sql FROM sqlite_master").fetchall()
    return {(kind, name, _parts(sql) if kind == "table" else sql) for kind, name, sql in made}


def _parts(sql: str) -> tuple[str, ...]:
    """The columns and constraints of a table: what stands between commas that are in no further brackets."""
    inside, depth, parts = sql[sql.index("(") + 1 : sql.rindex(")")], 0, [""]
    for piece in re.split(r"([(),])", inside):
        depth += (piece == "(") - (piece == ")")
        if piece == "," and not depth:
            parts.append("")
        else:
            parts[-1] += piece
    return tuple(sorted(part.strip() for part in parts))
