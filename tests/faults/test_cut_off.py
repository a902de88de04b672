"""F6: PostgreSQL ends a connection, or its line breaks, at any moment: who asked is told "later", and goes on then."""

import os
import select
import socket
from contextlib import contextmanager
from types import SimpleNamespace
from unittest.mock import patch

import psycopg
import pytest
from django.conf import settings
from django.db import close_old_connections, connection
from django.urls import reverse

from symptoms.models import Entry, Photo
from tests import people
from tests.api.programs import INFECTED, program, put_entry
from tests.faults.sending import LATER, Found, Item, decoded_once, items
from tests.pages.patient.log_page import typed
from tests.people import signed_in
from tests.treatments import pen
from tests.tries import EVERYTHING, chance, some_of

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not settings.ON_POSTGRES, reason="it cuts off a PostgreSQL server; SQLite has none"),
]
DAYS = 150
SAMPLE = 12  # questions, of which `make test` draws; each of these requests asks more
WELL = {200, 201, 302}


def ended_by_the_server() -> None:
    """As where a server stops: it says why."""
    link = connection.connection
    with psycopg.connect(link.info.dsn, autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s)", [link.info.backend_pid])
    select.select([link.fileno()], [], [], 30)


def broken() -> None:
    """As where a server is gone: nobody says anything."""
    with socket.socket(fileno=os.dup(connection.connection.fileno())) as line:
        line.shutdown(socket.SHUT_RDWR)


@contextmanager
def at_question(which: int, fault):
    """The `which`th question to the server meets `fault`; gives a list, which is empty where so many were not asked.

    Each question is one, also those that are no statement of ours: where a transaction or a cursor ends.
    """
    ask, asked, met = psycopg.Connection.wait, [0], []

    def asking(self, *given, **more):
        if self is connection.connection:
            asked[0] += 1
            if asked[0] == which:
                fault()
                met.append(which)
        return ask(self, *given, **more)

    with patch.object(psycopg.Connection, "wait", asking):
        yield met


def as_the_server_does(send):
    """The answer; the connection is given back before and after, which a test's client leaves out."""
    close_old_connections()
    try:
        return send()
    finally:
        close_old_connections()


@pytest.fixture
def cast(clinic, noor, photo_folder):
    """Who asks for what: the patient's program and browser, and the practitioner's, who has an alert to look at."""
    session = pen(people.patient(clinic, "Ana"), days_ago=DAYS, by=noor)
    made = SimpleNamespace(
        session=session, client=program(session.patient), phone=signed_in(session.patient), desk=signed_in(noor)
    )
    for browser in (made.client, made.phone, made.desk):
        browser.raise_request_exception = False
    put_entry(made.client, session, INFECTED | {"day": DAYS})
    return made


FAULTS = {"ended by the server": ended_by_the_server, "broken": broken}
REQUESTS = {
    "entry": lambda cast, id, day: Item(id, day, False).send(cast.client, cast.session),
    "photo": lambda cast, id, day: Item(id, day, True).send(cast.client, cast.session),
    "form": lambda cast, id, day: cast.phone.post(reverse("log"), typed(day, id=id, pain="3", signs=["pus"])),
    "course": lambda cast, id, day: cast.phone.get(reverse("course")),
    "queue": lambda cast, id, day: cast.desk.get(reverse("queue")),
    "record": lambda cast, id, day: cast.desk.get(reverse("patient", args=[cast.session.patient_id])),
}


@pytest.mark.faults("F6")
@pytest.mark.parametrize("fault", some_of(FAULTS, 1, "how a server is lost"))
@pytest.mark.parametrize("what", some_of(REQUESTS, 3, "what is asked of a server that is lost"))
def test_a_server_lost_at_any_question_of_a_request_is_said_as_later_and_the_next_one_is_answered(
    cast, noted, what, fault
):
    drawn, faults = chance(f"{what} {fault}"), 0
    questions = range(1, DAYS) if EVERYTHING else drawn.sample(range(1, SAMPLE), 2)
    with decoded_once():
        for day, which in enumerate(questions):
            (item,) = items(drawn, range(1), 1)
            with at_question(which, FAULTS[fault]) as met:
                answer = as_the_server_does(lambda: REQUESTS[what](cast, item.id, day))  # noqa: B023  # done at once
            if not met:
                break
            faults += 1
            assert answer.status_code in WELL | LATER and (answer.status_code in WELL or answer["Retry-After"]), which
            again = as_the_server_does(lambda: REQUESTS[what](cast, item.id, day))  # noqa: B023
            assert again.status_code in WELL, which
    assert faults and not Found().half()
    sent = {"entry": Entry, "form": Entry, "photo": Photo}.get(what)
    noted(faults, lost=max(0, faults - sent.objects.count()) if sent else 0)
