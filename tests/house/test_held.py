"""Open pages that wait for news hold no thread; news reaches all of them soon, and what is over waits no longer."""

import json
import sqlite3
import threading
import time
from contextlib import ExitStack, closing
from uuid import UUID, uuid4

import pytest

from tests.at_once import Meanwhile
from tests.house.serving import answer, is_closed, request, serving
from tests.tries import chance
from tracker.server.held import HELD_FOR, MOST_OF_ADDRESS, MOST_OF_ASKER

MEMBERS, DAYS = 17, 150
# Cookies of so many practitioners; token and treatment of a patient of theirs, and of one of whom they hear nothing.
PEOPLE = f"""
import json
from tests import people
from tests.treatments import pen
clinic = people.practice()
members = [people.practitioner(clinic, f"Dr {{number}}") for number in range({MEMBERS})]
cookies = [people.signed_in(member).cookies["session"].value for member in members]
patient = people.patient(clinic, "Ana Marrowby")
session = pen(patient, days_ago=3, by=members[0])
other = people.patient(people.practice("Otherwhere Clinic"), "Eva")
who_log = [[people.token_of(one.patient.user), str(one.id)] for one in (session, pen(other, days_ago={DAYS}))]
print(json.dumps([cookies, *who_log]))
"""
REMOVE = """
from django.utils import timezone
from accounts.members import remove_member
from accounts.models import Membership
remove_member(Membership.objects.get(user__name="Dr 0"), timezone.now())
"""
FOUR = ("redness", "swelling", "pain", "warmth")
SOON = 15.0  # seconds, of 45 for which an answer is kept back


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with serving(tmp_path_factory.mktemp("served")) as started:
        started.people = json.loads(started.manage("shell", "--no-imports", "-c", PEOPLE))
        yield started


def asked(server, cookie: str, sign: str, source: str = "127.0.0.1"):
    """A connection over which a page asks for news, with the sign that it has."""
    client = server.connect(source)
    headers = {"Cookie": f"session={cookie}", "X_By_Itself": "1"}
    client.sendall(request(f"/practice/live/?sign={sign}", **headers))
    return client


def sign_now(server, cookie: str) -> str:
    with asked(server, cookie, "") as client:
        status, _, body = answer(client)
    assert status == 200
    return json.loads(body)["sign"]


def is_kept_back(client, within: float = 1.5) -> bool:
    client.settimeout(within)
    try:
        answer(client)
    except TimeoutError:
        return True
    finally:
        client.settimeout(30)
    return False


def log(server, token: str, treatment: str, id: UUID, day: int = 3) -> int:
    """A day with an alarm; gives the status of the answer, 0 where there was none."""
    sent = {"day": day, "signs": ["pus"], "exposures": [], "symptoms": dict.fromkeys(FOUR, 2), "asked": [*FOUR, "pus"]}
    body = json.dumps(sent).encode()
    headers = {"Authorization": f"Token {token}", "Content_Type": "application/json", "Connection": "close"}
    try:
        with server.connect("127.0.0.3") as client:
            client.sendall(request(f"/api/v1/treatments/{treatment}/entries/{id}/", "PUT", body, **headers))
            return answer(client)[0]
    except OSError:
        return 0


class Loggers(Meanwhile):
    """So many log one day after the other, until they are answered no more."""

    def __init__(self, server, count: int):
        super().__init__()
        self.answers: list[tuple[UUID, int]] = []
        self.threads = [threading.Thread(target=self._log, args=(server,)) for _ in range(count)]

    def _log(self, server) -> None:
        for day in range(DAYS):
            id = uuid4()
            self.answers.append((id, log(server, *server.people[2], id, day)))
            if self.over.wait(0.05) or not self.answers[-1][1]:
                return


def test_many_wait_without_a_thread_and_all_hear_of_an_alert_at_once(server):
    cookies = server.people[0]
    sign = sign_now(server, cookies[0])
    with ExitStack() as opened:
        waiting = [opened.enter_context(asked(server, cookie, sign)) for cookie in cookies]
        assert server.ask()[0] == 200  # there are eight threads, and more who wait
        assert is_kept_back(waiting[-1])
        assert log(server, *server.people[1], uuid4()) == 201
        began = time.monotonic()
        assert [answer(client)[0] for client in waiting] == [200] * MEMBERS
        assert time.monotonic() - began < SOON
        waiting[0].sendall(request("/help/"))  # the connection is good for more
        assert answer(waiting[0])[0] == 200
    assert sign_now(server, cookies[0]) != sign


def test_who_is_beyond_a_bound_or_knows_less_is_answered_at_once(server):
    cookies = server.people[0]
    sign = sign_now(server, cookies[0])
    with ExitStack() as opened:

        def ask(cookie: str, sign: str = sign):
            return opened.enter_context(asked(server, cookie, sign, source="127.0.0.4"))

        assert answer(ask(cookies[0], "older"))[0] == 200
        kept = [ask(cookies[0]) for _ in range(MOST_OF_ASKER)]
        assert is_kept_back(kept[-1])
        assert not is_kept_back(ask(cookies[0]), within=SOON)
        rest = [cookie for cookie in cookies[1:] for _ in range(MOST_OF_ASKER)][: MOST_OF_ADDRESS - MOST_OF_ASKER]
        kept += [ask(cookie) for cookie in rest]
        assert len(kept) == MOST_OF_ADDRESS and is_kept_back(kept[-1])
        assert not is_kept_back(ask(cookies[-1]), within=SOON)
        kept[0].close()  # who is gone makes room
        assert is_kept_back(ask(cookies[0]))


def test_a_removed_member_waits_for_nothing_more(server):
    cookies = server.people[0]
    with asked(server, cookies[0], sign_now(server, cookies[0])) as client:
        assert is_kept_back(client)
        server.manage("shell", "--no-imports", "-c", REMOVE)
        client.settimeout(SOON)
        assert answer(client)[0] == 200
    with asked(server, cookies[0], "") as client:
        assert answer(client)[0] in (302, 403)


def test_nobody_waits_for_longer_than_a_session_or_a_proxy_bears():
    assert HELD_FOR <= 45


@pytest.mark.faults("F21")
def test_a_server_that_stops_answers_who_waits_and_keeps_what_it_acknowledged(server, noted):
    """The last, as it stops it."""
    cookie = server.people[0][1]
    with asked(server, cookie, sign_now(server, cookie)) as client, Loggers(server, 4) as loggers:
        assert is_kept_back(client)
        time.sleep(chance("the server stops").uniform(0, 0.3))
        began = time.monotonic()
        server.leader.terminate()
        assert answer(client)[0] == 200
        assert is_closed(client, within=15)
        server.leader.wait(45)
        assert time.monotonic() - began < 30
    kept = {id for id, status in loggers.answers if status == 201}
    assert kept and {status for _, status in loggers.answers} <= {201, 0}
    with closing(sqlite3.connect(server.data / "mendline.sqlite3")) as database:
        there = {UUID(id) for (id,) in database.execute("SELECT id FROM symptoms_entry")}
    noted(1, lost=len(kept - there))
