"""On SQLite everybody who writes waits for one file lock, for a bounded time; who reads never does."""

import signal
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import contextmanager

import pytest
from django.conf import settings
from django.db import OperationalError, connection, connections, transaction
from django.utils import timezone

from accounts.database_errors import is_transient
from accounts.models import AuditRecord, Consent, Practice
from tests import people
from tests.house.tree import ROOT
from tests.tries import chance, tries
from tracker.sqlite.lock import lock_beside

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(settings.ON_POSTGRES, reason="it is about SQLite's lock"),
]
WRITERS = [sys.executable, str(ROOT / "tests" / "house" / "writers.py")]


@contextmanager
def somebody_else_writes():
    """Another process has its turn, as far as this one can tell."""
    lock = lock_beside(connection.settings_dict["NAME"])
    assert lock.acquire(0)
    yield
    lock.release()


@pytest.fixture
def short_wait(monkeypatch):
    monkeypatch.setitem(connection.settings_dict["OPTIONS"], "timeout", 0.05)


WAYS = {
    "a transaction": lambda ana: transaction.atomic(lambda: Practice.objects.count())(),
    "a row made": lambda ana: AuditRecord.objects.create(patient=ana, what="page", at=timezone.now()),
    "rows changed": lambda ana: Practice.objects.update(phone="1"),
    "rows made": lambda ana: Practice.objects.bulk_create([Practice(name="Two"), Practice(name="Three")]),
    "a row deleted": lambda ana: Consent.objects.all().delete(),
    "a statement": lambda ana: connection.cursor().execute("/* so */ UPDATE accounts_practice SET phone = 2"),
    "a checkpoint": lambda ana: connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)"),
    "statements": lambda ana: connection.cursor().executemany("UPDATE accounts_practice SET phone = %s", [(1,), (2,)]),
}


@pytest.mark.parametrize("way", WAYS)
def test_who_writes_waits_and_after_a_while_is_told_that_it_may_pass(ana, short_wait, way):
    with somebody_else_writes():
        with pytest.raises(OperationalError) as caught:
            WAYS[way](ana)
        assert is_transient(caught.value)
        assert Practice.objects.get() == ana.practice  # reading goes on
    WAYS[way](ana)


def test_what_the_database_can_do_is_known_while_somebody_else_writes(short_wait):
    """It is kept for as long as the process lives: asked in vain once, no list of alerts could be read again."""
    with somebody_else_writes():
        assert type(connection.features)(connection).has_json_object_function


def test_a_folder_that_takes_no_lock_file_may_pass_too(ana, monkeypatch):
    monkeypatch.setitem(connection.settings_dict, "NAME", "/proc/none")
    with pytest.raises(OperationalError) as caught:
        Practice.objects.update(phone="1")
    assert is_transient(caught.value)


def test_threads_of_one_process_take_turns(clinic):
    order: list[str] = []
    begun = threading.Event()

    def second():
        begun.wait()
        Practice.objects.update(phone="2")
        order.append("second")
        connections.close_all()

    thread = threading.Thread(target=second)
    thread.start()
    with transaction.atomic():
        Practice.objects.update(phone="1")
        begun.set()
        thread.join(0.2)
        order.append("first")
    thread.join()
    assert order == ["first", "second"] and Practice.objects.get().phone == "2"


def test_a_transaction_that_fails_gives_the_lock_back(clinic, short_wait):
    class Fault(Exception): ...

    with pytest.raises(Fault), transaction.atomic():
        raise Fault
    with transaction.atomic():
        connection.close()  # as Django does with a connection that it cannot roll back
        transaction.set_rollback(True)
    with pytest.raises(OperationalError):
        connection.cursor().execute("UPDATE nothing SET phone = 1")
    with somebody_else_writes():
        pass


def test_a_returned_row_is_read_after_its_statement_has_ended(clinic):
    people.ana(clinic)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE accounts_practice SET phone = 1 RETURNING phone, name")
        with somebody_else_writes():
            assert cursor.fetchmany(5) == [("1", clinic.name)] and cursor.fetchone() is None
        cursor.execute("UPDATE accounts_practice SET phone = 2 RETURNING phone")
        assert list(cursor) == [("2",)] and cursor.fetchall() == []


@pytest.mark.faults("F5")
def test_writers_in_many_threads_and_processes_never_meet_even_when_some_are_killed(tmp_path, noted):
    """SQLite itself would refuse whoever does not wait; what was written is whole, killed writers or not."""
    database = sqlite3.connect(tmp_path / "mendline.sqlite3")
    database.executescript(
        "PRAGMA journal_mode = WAL; CREATE TABLE numbers (counted); INSERT INTO numbers VALUES (0);"
        "CREATE TABLE lines (id INTEGER PRIMARY KEY, number)"
    )
    moments, kills = chance("writers killed"), tries(4, 200)
    command = [*WRITERS, str(tmp_path), "3"]
    writers = [subprocess.Popen([*command, str(kills * 20)], stdout=subprocess.PIPE) for _ in range(2)]
    for _ in range(kills):
        with subprocess.Popen([*command, "100000"], stdout=subprocess.PIPE) as victim:
            assert victim.stdout.readline() == b"writing\n"
            time.sleep(moments.uniform(0, 0.1))
            victim.send_signal(signal.SIGKILL)
    counts = [int(writer.communicate(timeout=600)[0].split()[-1]) for writer in writers]
    assert [writer.returncode for writer in writers] == [0, 0]
    counted = database.execute("SELECT counted FROM numbers").fetchone()[0]
    noted(kills, lost=max(0, sum(counts) - counted))
    assert sum(counts) > 0
    assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
