"""Databases of a test's own, to which Django's connection goes for a while: nothing in them has to be emptied after."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import psycopg
from django.conf import settings
from django.db import connection

from tests.data_folders import postgres_template, put_database


@contextmanager
def database(data: Path, *, is_empty: bool = False) -> Iterator[None]:
    """A database with all tables, or without any: of SQLite in the data folder, else on the server of the tests."""
    if not settings.ON_POSTGRES:
        if not is_empty:
            put_database(data)
        with _connected_to(str(data / "mendline.sqlite3")):
            yield
        return
    name, template = f"own_{uuid4().hex[:12]}", "template0" if is_empty else postgres_template()
    with psycopg.connect(os.environ["MENDLINE_TEST_DATABASE_URL"], autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        try:
            with _connected_to(name):
                yield
        finally:
            server.execute(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def _connected_to(name: str) -> Iterator[None]:
    before = connection.settings_dict["NAME"]
    _close()
    connection.settings_dict["NAME"] = name
    try:
        yield
    finally:
        _close()
        connection.settings_dict["NAME"] = before


def _close() -> None:
    connection.close()
    if settings.ON_POSTGRES:
        connection.close_pool()
