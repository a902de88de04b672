"""The dead-man's ping: once a minute and only while all is well, with nothing in it, holding up nothing."""

import logging
import threading
import time
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import OperationalError
from django.utils import timezone

from symptoms.management.commands import run_worker
from symptoms.messages import deadman
from symptoms.messages.deadman import DeadMan
from symptoms.models import Delivery
from tests.messages.loopback import Answering, served
from tests.messages.test_worker_loop import Clock
from tests.messages.told import an_entry, tell
from tracker import env

pytestmark = pytest.mark.django_db(transaction=True)
PATH = "/ping/3f0c"


class Service:
    """What came to a stand-in: each (method, path, headers, body)."""

    def __init__(self):
        self.origin, self.status, self.pings = "", 200, []
        self.goes_on = threading.Event()
        self.goes_on.set()

    @property
    def url(self) -> str:
        return self.origin + PATH


@contextmanager
def service():
    """A real server on loopback, which answers with its `status`, once it `goes_on`."""
    seen = Service()

    class Handler(Answering):
        def _answer(self):
            body = self.rfile.read(int(self.headers["Content-Length"] or 0))
            seen.pings.append((self.command, self.path, dict(self.headers), body))
            seen.goes_on.wait(30)
            self.answer(seen.status, Location=f"{seen.origin}/elsewhere")

        do_POST = do_GET = do_HEAD = _answer

    with served(Handler) as host:
        seen.origin = f"http://{host}"
        try:
            yield seen
        finally:
            seen.goes_on.set()


@pytest.fixture
def outside():
    with service() as seen:
        yield seen


@pytest.fixture
def worked(outside, settings, monkeypatch):
    """What a real round of the worker tells the service."""
    settings.DEADMAN_URL, settings.DEADMAN_STAND_IN = outside.url, outside.origin

    def work() -> list:
        pinged = []
        monkeypatch.setattr(run_worker, "DeadMan", lambda *given: pinged.append(DeadMan(*given)) or pinged[0])
        call_command("run_worker", once=True)
        pinged[0].wait(60)
        return outside.pings

    return work


def test_a_round_without_a_failure_is_told_with_nothing_in_it(worked):
    tell(an_entry())
    ((method, path, headers, body),) = worked()
    assert (method, path, body) == ("POST", PATH, b"")
    assert set(headers) == {"Host", "Accept-Encoding", "Content-Length"}


@pytest.mark.parametrize("duty", ["escalate", "beat"])
def test_a_round_in_which_a_duty_failed_is_not_told(worked, monkeypatch, duty):
    def fails():
        raise OperationalError("database or disk is full")

    monkeypatch.setattr(run_worker, duty, fails)
    assert worked() == []


def test_a_worker_whose_messages_do_not_go_out_is_not_told_to_be_well(outside):
    delivery = tell(an_entry())
    Delivery.objects.update(not_before=timezone.now() - timedelta(minutes=2))
    pings(outside, DeadMan(outside.url, outside.origin), 0)
    delivery.delete()
    pings(outside, DeadMan(outside.url, outside.origin), 1)


def pings(outside, dead_man, count: int) -> None:
    dead_man.all_went_well()
    dead_man.wait(60)
    assert len(outside.pings) == count


def test_it_is_told_once_a_minute_at_most(outside):
    clock = Clock()
    dead_man = DeadMan(outside.url, outside.origin, clock)
    for second in range(0, 181, 5):
        clock.now = 1000.0 + second
        dead_man.all_went_well()
        dead_man.wait(60)
    assert len(outside.pings) == 4


def test_a_service_that_does_not_answer_holds_nothing_up_and_is_not_asked_twice(outside, monkeypatch, caplog):
    monkeypatch.setattr(deadman, "LONGEST_TRY", 2.0)
    outside.goes_on.clear()
    clock = Clock()
    dead_man = DeadMan(outside.url, outside.origin, clock)
    begun = time.monotonic()
    for minute in range(5):
        clock.now = 1000.0 + 61 * minute
        dead_man.all_went_well()
    assert time.monotonic() - begun < 1.5
    with caplog.at_level(logging.WARNING):
        dead_man.wait(60)
    assert len(outside.pings) == 1 and "it did not finish in time" in caplog.text


@pytest.mark.parametrize("status", [301, 302, 307, 308, 404, 500])
def test_a_redirect_is_not_followed_and_a_refusal_is_logged_once_an_hour(outside, status, caplog):
    outside.status, clock = status, Clock()
    dead_man = DeadMan(outside.url, outside.origin, clock)
    with caplog.at_level(logging.WARNING):
        for minute in range(61):
            clock.now = 1000.0 + 60 * minute
            dead_man.all_went_well()
            dead_man.wait(60)
    assert {path for _, path, _, _ in outside.pings} == {PATH} and len(outside.pings) == 61
    assert [record.message for record in caplog.records] == [f"the dead-man's ping was not taken: {status}"] * 2
    assert PATH not in caplog.text  # whoever knows the address can say that all is well


def test_nothing_inside_the_network_is_spoken_to(outside, caplog):
    reasons = {"not an https address": outside.url, "a private address": f"https://127.0.0.1{PATH}"}
    for reason, url in reasons.items():
        pings(outside, DeadMan(url), 0)
        assert reason in caplog.text


def test_without_an_address_nobody_is_pinged():
    dead_man = DeadMan("")
    dead_man.all_went_well()
    assert dead_man._pinging is None


WRONG = [
    "http://hc.example/x",
    "hc.example",
    "https://",
    "https://me:pw@hc.example/",
    "https://hc.example:8443/",
    "https://a b",
]


@pytest.mark.parametrize("address", WRONG)
def test_an_address_that_cannot_be_is_refused_at_the_start(monkeypatch, address):
    for right in ("", "https://hc-ping.com/3f0c", "https://hc.example:443/x?y=1"):
        monkeypatch.setattr(env, "DEADMAN_URL", right)
        env.refuse_unsafe()
    monkeypatch.setattr(env, "DEADMAN_URL", address)
    with pytest.raises(env.UnsafeSettings, match="MENDLINE_DEADMAN_URL must be an https:// address"):
        env.refuse_unsafe()
