"""Mendline starts on PostgreSQL as on SQLite, and on neither where what it acknowledges might be lost."""

import sqlite3
from contextlib import closing
from urllib.parse import quote

import psycopg
import pytest

from tests import postgres
from tests.house.test_starting import SERVER, run, sentence
from tracker import databases

WORKER = ["manage.py", "run_worker", "--once"]
LATER = "INSERT INTO django_migrations (app, name, applied) VALUES ('symptoms', '9999_later', CURRENT_TIMESTAMP)"


@pytest.fixture(scope="module")
def server():
    """A server as it comes, whose promises hold."""
    with postgres.server() as running:
        yield running


def migrated(folder, **environment: str) -> None:
    for command in ("migrate", "createcachetable"):
        done = run(folder, "manage.py", command, **environment)
        assert done.returncode == 0, done.stderr


def in_database(server, sql: str) -> None:
    with psycopg.connect(server.url(), autocommit=True) as connection:
        connection.execute(sql)


def test_it_runs_on_postgresql_and_refuses_a_server_that_may_lose_what_it_acknowledged(tmp_path, server):
    url = server.url()
    at = {"MENDLINE_DATABASE_URL": url}
    assert "migrate" in sentence(run(tmp_path, *WORKER, **at))
    migrated(tmp_path, **at)
    done = run(tmp_path, *WORKER, **at)
    assert (done.returncode, done.stderr) == (0, "") and "Worker stopped" in done.stdout
    assert not (tmp_path / "mendline.sqlite3").exists()

    careless = {"MENDLINE_DATABASE_URL": f"{url}?options={quote('-c synchronous_commit=off')}"}
    for command in (WORKER, SERVER, ["manage.py", "migrate"]):
        said = sentence(run(tmp_path, *command, **careless))
        assert "synchronous_commit off" in said and "fsync" not in said

    in_database(server, "ALTER SYSTEM SET fsync = off")
    in_database(server, "SELECT pg_reload_conf()")
    assert "fsync off" in sentence(run(tmp_path, *WORKER, **at))
    in_database(server, "ALTER SYSTEM RESET fsync")
    in_database(server, "SELECT pg_reload_conf()")

    in_database(server, "CREATE DATABASE bytes ENCODING 'SQL_ASCII' LOCALE 'C' TEMPLATE template0")
    assert "SQL_ASCII" in sentence(run(tmp_path, *WORKER, MENDLINE_DATABASE_URL=server.url("bytes")))

    in_database(server, LATER)
    assert "newer Mendline (it has symptoms.9999_later)" in sentence(run(tmp_path, *WORKER, **at))


def test_sqlite_with_a_newer_schema_is_refused_too(tmp_path):
    migrated(tmp_path)
    with closing(sqlite3.connect(tmp_path / "mendline.sqlite3")) as database, database:
        database.execute(LATER)
    for command in (WORKER, SERVER):
        assert "newer Mendline (it has symptoms.9999_later)" in sentence(run(tmp_path, *command))


@pytest.mark.parametrize("command", [WORKER, SERVER, ["manage.py", "migrate"]])
def test_a_server_that_cannot_be_reached_is_said_in_one_sentence(tmp_path, command):
    said = sentence(run(tmp_path, *command, MENDLINE_DATABASE_URL="postgresql://mendline:secret@127.0.0.1:1/mendline"))
    assert "cannot be used: connection failed" in said and "refused" in said and "secret" not in said


@pytest.mark.parametrize(
    "url", ["mendline", "mysql://u:secret@h/d", "postgresql://u:secret@h", "postgres://u:se/c@h/d"]
)
def test_an_address_that_is_none_is_said_without_its_password(tmp_path, url):
    said = sentence(run(tmp_path, *WORKER, MENDLINE_DATABASE_URL=url))
    assert "must read postgresql://user:password@host/database" in said and "secret" not in said


def test_what_is_not_installed_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(databases, "find_spec", lambda name: None)
    with pytest.raises(databases.WrongDatabase, match=r"\[postgres\]"):
        databases.database_settings("postgresql://h/d", tmp_path)


def test_an_old_server_is_refused_by_its_version():
    assert databases.broken_promises(15, "15.0", "on", "on", "UTF8") == []
    (wrong,) = databases.broken_promises(14, "14.9", "on", "remote_write", "UTF8")
    assert "14.9" in wrong and "15 or newer" in wrong
