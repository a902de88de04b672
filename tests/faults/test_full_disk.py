"""F4: a disk that fills at any point of a request costs nothing that was acknowledged, and nobody a restart."""

import resource
import sqlite3
from contextlib import closing, contextmanager
from functools import partial

import pytest
from django.conf import settings
from django.db import connection

from symptoms.models import Entry, Photo
from tests import people
from tests.api.programs import program
from tests.database_errors import FULL, POSTGRES_FULL
from tests.faults.children import forked
from tests.faults.sending import LATER, PICTURE, SENT, Found, Item, decoded_once, items
from tests.treatments import pen
from tests.tries import EVERYTHING, chance, tries

pytestmark = pytest.mark.django_db(transaction=True)
DISKS = tries(2, 150)
DISKS_A_PATIENT = 10
# Bytes that a file may have at most: the write-ahead log of a few entries has as many; on a server only photos meet it.
LARGEST = 2 * len(PICTURE) if settings.ON_POSTGRES else 300_000
WRITES = 30  # statements that write: more than any request has


@pytest.fixture(autouse=True)
def pictures(photo_folder):
    with decoded_once():
        yield


@pytest.mark.faults("F4")
@pytest.mark.parametrize("is_photo", [False, True])
def test_what_has_no_room_at_a_statement_is_undone_whole_and_there_once_it_is_sent_again(clinic, noor, noted, is_photo):
    session = pen(people.patient(clinic, "Ana"), days_ago=WRITES, by=noor)
    client, drawn, met = program(session.patient), chance("full at a statement"), 0
    statements = range(WRITES) if EVERYTHING else drawn.sample(range(6), 2)
    for day, which in enumerate(statements):
        item = Item(items(drawn, range(1), 1)[0].id, day, is_photo)
        with _full_at(which) as was_full:
            answer = item.send(client, session)
        if was_full:
            met += 1
            assert answer.status_code in LATER and answer["Retry-After"], answer.content
            assert not Entry.objects.filter(pk=item.id).exists() and not Photo.objects.filter(pk=item.id).exists()
        assert item.send(client, session).status_code in SENT
    assert not Found().half() and Entry.objects.count() + Photo.objects.count() == len(statements)
    noted(met)
    assert met


@contextmanager
def _full_at(which: int):
    """The database has no room for the `which`th statement that writes; gives a list, which holds it once it came."""
    seen, was_full = [0], []

    def execute(run, sql, *rest):
        if sql.lstrip().startswith(("INSERT", "UPDATE", "DELETE")):
            seen[0] += 1
            if seen[0] > which and not was_full:
                was_full.append(sql)
                raise POSTGRES_FULL if connection.vendor == "postgresql" else FULL
        return run(sql, *rest)

    with connection.execute_wrapper(execute):
        yield was_full


@pytest.mark.faults("F4")
def test_a_disk_that_takes_no_more_bytes_keeps_what_was_acknowledged_and_goes_on_once_it_does(clinic, noor, noted):
    """The system refuses each byte beyond a limit, at whichever write of SQLite's or of a photo's file that comes."""
    drawn, found, refused = chance("full disks"), Found(), 0
    for number in range(DISKS):
        if number % DISKS_A_PATIENT == 0:
            session = pen(people.patient(clinic, f"Person {number}"), days_ago=60, by=noor)
            client = program(session.patient)
        batch, limit = items(drawn, range(60), 4), drawn.randrange(LARGEST)
        answers = forked(partial(_send_twice, batch, client, session, limit)).said()
        assert {status for _, _, status in answers} <= SENT | LATER, answers
        found.acknowledged |= {id for _, id, status in answers if status in SENT}
        refused += any(status in LATER for _, _, status in answers)
        assert not found.half()
        assert [status for when, _, status in answers if when == "room again" and status in LATER] == []
    noted(refused, lost=len(found.lost()))
    assert refused, "the limits were too wide"
    assert Entry.objects.count() + Photo.objects.count() == 4 * DISKS
    if connection.vendor == "sqlite":
        with closing(sqlite3.connect(connection.settings_dict["NAME"])) as database:
            assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def _send_twice(batch, client, session, limit: int, say) -> None:
    """Send all while no file may grow beyond `limit` bytes, and again in the same process when any may."""
    most = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
    said = []
    for when, soft in (("full", limit), ("room again", most)):
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, most))
        said += [(when, item.id, item.send(client, session).status_code) for item in batch]
    for words in said:
        say(*words)
