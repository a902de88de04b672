"""F1: whoever answers requests is killed at any moment, also between a photo's file and its row."""

import os
import signal
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from functools import partial
from unittest.mock import patch

import pytest
from django.db import connection, connections
from django.utils import timezone

from symptoms.models import Alert, Entry, Photo
from symptoms.photos.files import sweep_orphans
from symptoms.photos.storage import PrivateStorage
from tests import people
from tests.api.programs import program
from tests.faults.children import forked
from tests.faults.sending import SENT, Found, decoded_once, items
from tests.treatments import pen
from tests.tries import chance, tries

pytestmark = pytest.mark.django_db(transaction=True)
KILLS = tries(5, 300)
ITEMS, KILLS_A_PATIENT = tries(3, 5), 20
MOMENTS = ("file is there", "row is written", "before the commit", "after the commit", "whenever")


@pytest.mark.faults("F1")
def test_whatever_was_acknowledged_is_there_and_nothing_is_half_whenever_the_process_is_killed(
    clinic, noor, photo_folder, noted
):
    drawn, found, sent = chance("web processes killed"), Found(), set()
    with decoded_once():
        for number in range(KILLS):
            if number % KILLS_A_PATIENT == 0:
                session = pen(people.patient(clinic, f"Person {number}"), days_ago=60, by=noor)
                client = program(session.patient)
            batch, moment = items(drawn, range(60), ITEMS), MOMENTS[number % len(MOMENTS)]
            child = forked(partial(_send, batch, client, session, moment, drawn.randrange(6)))
            if moment == "whenever":
                child.kill_after(drawn.uniform(0, 0.4))
            answers = child.said()
            assert {status for _, status in answers} <= SENT, answers
            found.acknowledged |= {id for id, _ in answers}
            assert not found.half(), moment
            assert {item.send(client, session).status_code for item in batch} <= SENT
            sent |= {item.id for item in batch}
    there = [str(pk) for model in (Entry, Photo) for pk in model.objects.values_list("pk", flat=True)]
    noted(KILLS, lost=len(found.lost()), doubled=len(there) - len(set(there)))
    assert set(there) == sent
    open_ones = Alert.objects.filter(resolved_at=None)
    assert open_ones.count() == open_ones.values("treatment", "concern").distinct().count()
    sweep_orphans(timedelta(0), timezone.now() + timedelta(seconds=2))
    assert sum(path.is_file() for path in photo_folder.rglob("*")) == Photo.objects.count()


def _send(batch, client, session, moment: str, which: int, say) -> None:
    with _dying_at(moment, which):
        for item in batch:
            say(item.id, item.send(client, session).status_code)


@contextmanager
def _dying_at(moment: str, which: int):
    """This process dies at that moment, when it comes for the `which`th time."""
    left = [which]

    def may_die() -> None:
        left[0] -= 1
        if left[0] < 0:
            os.kill(os.getpid(), signal.SIGKILL)

    with ExitStack() as stack:
        if moment == "file is there":
            stack.enter_context(_after(PrivateStorage, "_save", may_die))
        elif moment == "row is written":
            stack.enter_context(connection.execute_wrapper(_after_rows(may_die)))
        elif moment == "after the commit":
            stack.enter_context(_after(type(connections["default"]), "_commit", may_die))
        elif moment == "before the commit":
            stack.enter_context(_before(type(connections["default"]), "_commit", may_die))
        yield


def _after(kind: type, name: str, act):
    done = getattr(kind, name)

    def then(*given):
        result = done(*given)
        act()
        return result

    return patch.object(kind, name, then)


def _before(kind: type, name: str, act):
    done = getattr(kind, name)

    def first(*given):
        act()
        return done(*given)

    return patch.object(kind, name, first)


def _after_rows(act):
    def execute(run, sql, *rest):
        result = run(sql, *rest)
        if sql.startswith(('INSERT INTO "symptoms_entry"', 'INSERT INTO "symptoms_photo"')):
            act()
        return result

    return execute
