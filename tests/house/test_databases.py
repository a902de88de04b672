"""Mendline starts on PostgreSQL as on SQLite, and on neither where what it acknowledges might be lost."""

import http.client
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from urllib.parse import quote

import psycopg
import pytest
from django.db import connection

from tests import postgres
from tests.bench.server import environment, served
from tests.data_folders import MIGRATE, put_database, put_static
from tests.house.test_starting import SERVER, run, sentence
from tracker import databases
from tracker.sqlite.base import DatabaseWrapper

WORKER = ["manage.py", "run_worker", "--once"]
A_CLINIC = """
import django; django.setup()
from tests import people
noor = people.dr_noor(people.practice())
browser = people.signed_in(noor)
print("; ".join(f"{name}={morsel.value}" for name, morsel in browser.cookies.items()))
print(people.token_of(noor))
"""
SENT_AGAIN = """
import django; django.setup()
from uuid import uuid4
from symptoms.journal.entries import SameIdOtherAnswers
from tests import people
from tests.treatments import logged, pen
treatment, id = pen(people.ana(people.practice()), days_ago=5), uuid4()
logged(treatment, 2, id=id, signs=["pus"])
try:
    logged(treatment, 3, id=id, signs=["pus", "hives"])
except SameIdOtherAnswers:
    print("refused")
"""
LATER = "INSERT INTO django_migrations (app, name, applied) VALUES ('symptoms', '9999_later', CURRENT_TIMESTAMP)"


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """A server as it comes, whose promises hold; `migrated` is a database on it with all tables."""
    with postgres.server() as running:
        in_database(running, "CREATE DATABASE migrated TEMPLATE template0")
        configure(running, "SET fsync = off")  # while the tables are made, by a command that does not mind
        folder = tmp_path_factory.mktemp("migrated")
        at = {"MENDLINE_DATABASE_URL": running.url("migrated"), "DJANGO_SETTINGS_MODULE": "tracker.settings"}
        for command in MIGRATE:
            done = run(folder, "-m", "django", *command, **at)
            assert done.returncode == 0, done.stderr
        configure(running, "RESET fsync")
        yield running


def in_database(server, sql: str, *name: str) -> None:
    with psycopg.connect(server.url(*name), autocommit=True) as connection:
        connection.execute(sql)


def configure(server, change: str) -> None:
    in_database(server, f"ALTER SYSTEM {change}")
    in_database(server, "SELECT pg_reload_conf()")


@pytest.mark.faults("F12")
def test_it_runs_on_postgresql_and_refuses_a_server_that_may_lose_what_it_acknowledged(tmp_path, server):
    assert "migrate" in sentence(run(tmp_path, *WORKER, MENDLINE_DATABASE_URL=server.url()))
    in_database(server, "CREATE DATABASE whole TEMPLATE migrated")
    url = server.url("whole")
    at = {"MENDLINE_DATABASE_URL": url}
    done = run(tmp_path, *WORKER, **at)
    assert (done.returncode, done.stderr.splitlines()) == (0, ["Worker started.", "Worker stopped."])
    assert not (tmp_path / "mendline.sqlite3").exists()

    careless = {"MENDLINE_DATABASE_URL": f"{url}?options={quote('-c synchronous_commit=off')}"}
    for command in (WORKER, SERVER, ["manage.py", "migrate"]):
        refusal = sentence(run(tmp_path, *command, **careless))
        assert "synchronous_commit off" in refusal and "fsync" not in refusal

    configure(server, "SET fsync = off")
    assert "fsync off" in sentence(run(tmp_path, *WORKER, **at))
    configure(server, "RESET fsync")

    in_database(server, "CREATE DATABASE bytes ENCODING 'SQL_ASCII' LOCALE 'C' TEMPLATE template0")
    assert "SQL_ASCII" in sentence(run(tmp_path, *WORKER, MENDLINE_DATABASE_URL=server.url("bytes")))

    in_database(server, LATER, "whole")
    assert "newer Mendline (it has symptoms.9999_later)" in sentence(run(tmp_path, *WORKER, **at))


@pytest.mark.faults("F6")
def test_while_the_server_restarts_pages_and_api_say_503_and_go_on_by_themselves(tmp_path, server, monkeypatch):
    in_database(server, "CREATE DATABASE restarted TEMPLATE migrated")
    monkeypatch.setenv("MENDLINE_TEST_DATABASE_URL", server.url("restarted"))
    setup = environment(str(tmp_path)) | {"DJANGO_SETTINGS_MODULE": "tracker.settings"}
    put_static(tmp_path / "data")
    made = subprocess.run([sys.executable, "-c", A_CLINIC], env=setup, check=True, capture_output=True, text=True)
    cookie, token = made.stdout.split("\n")[:2]
    asked = {"/practice/": {"Cookie": cookie}, "/api/v1/alerts/": {"Authorization": f"Token {token}"}}
    worker = subprocess.Popen([sys.executable, "manage.py", "run_worker"], env=setup, stderr=subprocess.DEVNULL)
    try:
        with served(setup) as ours:
            assert [ask(ours.port, path, headers)[0] for path, headers in asked.items()] == [200, 200]
            server.stop()
            form = {"Cookie": f"{cookie}; __Host-csrf={'a' * 32}", "Content-Type": "application/x-www-form-urlencoded"}
            form |= {"Origin": "https://mendline.example"}
            new, name = "/practice/treatments/new/", "name=Ana+Marrowby"
            sent = [(new, form, f"csrfmiddlewaretoken={'a' * 32}&{name}"), (new, form, name)]
            with ThreadPoolExecutor() as people:  # each waits for a connection
                answers = [people.submit(ask, ours.port, *request) for request in [*asked.items(), *sent]]
            *_, typed, forged = [answer.result() for answer in answers]
            server.start()
            assert [answer.result()[:2] for answer in answers] == [(503, "5")] * 4
            assert "Ana Marrowby" in typed[2] and "Ana Marrowby" not in forged[2]
            assert [ask(ours.port, path, headers)[0] for path, headers in asked.items()] == [200, 200]
        assert worker.poll() is None
    finally:
        worker.terminate()
        assert worker.wait(20) == 0


def ask(port: int, path: str, headers: dict[str, str], body: str | None = None) -> tuple[int, str | None, str]:
    """Status, Retry-After and text of an answer."""
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    sent = {"Host": "mendline.example", "X-Forwarded-Proto": "https", **headers}
    line.request("POST" if body else "GET", path, body, sent)
    answer = line.getresponse()
    with closing(line):
        return answer.status, answer.headers["Retry-After"], answer.read().decode()


@pytest.mark.django_db
@pytest.mark.parametrize("instead", ["journal_mode=DELETE", "synchronous=NORMAL"])
def test_sqlite_that_may_lose_what_it_acknowledged_is_refused(tmp_path, instead):
    (tmp_path / "d").touch()
    made = DatabaseWrapper(
        connection.settings_dict | {**databases.SQLITE, "NAME": str(tmp_path / "d"), "AUTOCOMMIT": True}
    )
    databases.check_promises(made)
    with made.cursor() as cursor, pytest.raises(databases.WrongDatabase, match=instead.split("=")[0]):
        cursor.execute(f"PRAGMA {instead}")
        databases.check_promises(made)
    made.close()


@pytest.mark.faults("F12")
def test_sqlite_with_a_newer_schema_is_refused_too(tmp_path):
    put_database(tmp_path)
    with closing(sqlite3.connect(tmp_path / "mendline.sqlite3")) as database, database:
        database.execute(LATER)
    for command in (WORKER, SERVER):
        assert "newer Mendline (it has symptoms.9999_later)" in sentence(run(tmp_path, *command))


@pytest.mark.parametrize("command", [WORKER, SERVER, ["manage.py", "migrate"]])
def test_a_server_that_cannot_be_reached_is_said_in_one_sentence(tmp_path, command):
    url = "postgresql://mendline:secret@127.0.0.1:1/mendline"
    refusal = sentence(run(tmp_path, *command, MENDLINE_DATABASE_URL=url))
    assert "cannot be used: connection failed" in refusal and "refused" in refusal and "secret" not in refusal


@pytest.mark.parametrize(
    "url", ["mendline", "mysql://u:secret@h/d", "postgresql://u:secret@h", "postgres://u:se/c@h/d"]
)
def test_an_address_that_is_none_is_said_without_its_password(tmp_path, url):
    refusal = sentence(run(tmp_path, *WORKER, MENDLINE_DATABASE_URL=url))
    assert "must read postgresql://user:password@host/database" in refusal and "secret" not in refusal


@pytest.mark.parametrize(
    ("query", "binding", "threshold"),
    [("", True, 3), ("?prepare_threshold=0", True, None), ("?prepare_threshold=false", True, None),
     ("?prepare_threshold=9", True, 9), ("?server_side_binding=false", False, 3)],
)  # fmt: skip
def test_the_address_says_whether_the_server_keeps_statements(tmp_path, query, binding, threshold):
    options = databases.database_settings(f"postgresql://h/d{query}", tmp_path)["OPTIONS"]
    assert (options["server_side_binding"], options["prepare_threshold"]) == (binding, threshold)


@pytest.mark.parametrize("query", ["prepare_threshold=never", "prepare_threshold=-1", "server_side_binding=1"])
def test_what_it_cannot_mean_is_refused(tmp_path, query):
    with pytest.raises(databases.WrongDatabase, match="0 for never"):
        databases.database_settings(f"postgresql://h/d?{query}", tmp_path)


def test_a_table_gets_columns_and_indexes_under_statements_that_the_server_keeps(server):
    in_database(server, "CREATE TABLE kept (id serial, word text)")
    threshold = databases.PREPARED["prepare_threshold"]
    with psycopg.connect(server.url(), autocommit=True, prepare_threshold=threshold) as ours:
        for change in ("ADD more int NOT NULL DEFAULT 0", "ADD UNIQUE (word)", "DROP more", "ADD CHECK (id > 0)"):
            for number in range(4):
                ours.execute("INSERT INTO kept (word) VALUES (%s) RETURNING id", [f"{change} {number}"])
                assert ours.execute("SELECT id, word FROM kept WHERE word = %s", [f"{change} {number}"]).fetchone()
            kept = ours.execute("SELECT statement FROM pg_prepared_statements").fetchall()
            assert {statement.split()[0] for (statement,) in kept} == {"INSERT", "SELECT"}
            in_database(server, f"ALTER TABLE kept {change}")


@pytest.mark.parametrize(("query", "is_told"), [("", False), ("?server_side_binding=false", True)])
def test_the_server_s_log_holds_no_word_of_a_log_whose_id_was_used_for_another_day(tmp_path, server, query, is_told):
    in_database(server, "DROP DATABASE IF EXISTS clashing")
    in_database(server, "CREATE DATABASE clashing TEMPLATE migrated")
    url, before = server.url("clashing") + query, len(server.log())
    at = {"MENDLINE_DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "tracker.settings"}
    done = run(tmp_path, "-c", SENT_AGAIN, **at)
    assert done.stdout == "refused\n", done.stderr
    said = server.log()[before:]
    assert 'violates unique constraint "symptoms_entry_pkey"' in said and 'INSERT INTO "symptoms_entry"' in said
    assert ('"pus"' in said) == is_told  # bound by us, the values would stand in the statement


def test_what_is_not_installed_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(databases, "find_spec", lambda name: None)
    with pytest.raises(databases.WrongDatabase, match=r"\[postgres\]"):
        databases.database_settings("postgresql://h/d", tmp_path)


def test_an_old_server_is_refused_by_its_version():
    assert databases.broken_promises(15, "15.0", "on", "on", "UTF8") == []
    (wrong,) = databases.broken_promises(14, "14.9", "on", "remote_write", "UTF8")
    assert "14.9" in wrong and "15 or newer" in wrong
