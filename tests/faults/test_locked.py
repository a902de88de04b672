"""F5: on SQLite many processes write while one holds a lock for seconds and another reads what was before."""

import sqlite3
import time
from contextlib import closing
from functools import partial

import pytest
from django.conf import settings
from django.db import connection

from symptoms.models import Entry
from tests import people
from tests.api.programs import program
from tests.faults.children import forked
from tests.faults.sending import LATER, SENT, Found, Item, items
from tests.treatments import pen
from tests.tries import chance, tries
from tracker.sqlite.lock import lock_beside

PROCESSES, WRITES = tries(3, 50), tries(2, 20)
HELD_FOR = tries(0.5, 5)  # seconds; the wait for a lock is four
LATE = 10.0  # seconds: three, on a machine that does other things as well


@pytest.mark.django_db(transaction=True)
@pytest.mark.faults("F5")
@pytest.mark.skipif(settings.ON_POSTGRES, reason="it is about SQLite's lock")
@pytest.mark.parametrize("holder", ["who takes turns", "who does not"])
def test_of_many_who_write_behind_a_held_lock_and_a_reader_each_is_stored_and_told(clinic, noor, noted, holder):
    drawn, found = chance("writers behind a lock"), Found()
    senders = []
    for number in range(PROCESSES):
        session = pen(people.patient(clinic, f"Person {number}"), days_ago=WRITES, by=noor)
        batch = [Item(items(drawn, range(1), 1)[0].id, day, False) for day in range(WRITES)]
        senders.append((program(session.patient), session, batch))
    name = str(connection.settings_dict["NAME"])
    with closing(sqlite3.connect(name, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        before = reader.execute("SELECT count(*) FROM symptoms_entry").fetchone()
        other = forked(lambda say: _hold(holder, name))
        children = [forked(partial(_write, *sender)) for sender in senders]
        answers = [answer for child in children for answer in child.said()]
        other.said()
        assert reader.execute("SELECT count(*) FROM symptoms_entry").fetchone() == before == (0,)
    assert {status for _, status, _ in answers} <= SENT | LATER, answers[-3:]
    found.acknowledged = {id for id, status, _ in answers if status in SENT}
    late = sum(took > LATE for _, status, took in answers if status in SENT)
    noted(PROCESSES, lost=len(found.lost()), late=late)
    assert Entry.objects.count() == PROCESSES * WRITES == len(found.acknowledged)
    assert not found.half()


def _hold(holder: str, name: str) -> None:
    """Keep everybody from writing for a while: by the lock that writers take, or by SQLite's own alone."""
    if holder == "who takes turns":
        lock = lock_beside(name)
        assert lock.acquire(60)
        time.sleep(HELD_FOR)
        lock.release()
        return
    with closing(sqlite3.connect(name, isolation_level=None, timeout=60)) as other:
        other.execute("BEGIN IMMEDIATE")
        time.sleep(HELD_FOR)
        other.execute("ROLLBACK")


def _write(client, session, batch: list[Item], say) -> None:
    """Send each until it is taken, as a phone does; a try that is put off says when to come again."""
    for item in batch:
        began = time.monotonic()
        while (answer := item.send(client, session)).status_code in LATER:
            assert answer["Retry-After"]
            say(item.id, answer.status_code, time.monotonic() - began)
            time.sleep(0.2)
        say(item.id, answer.status_code, time.monotonic() - began)
