"""The worker's loop: a duty that fails holds up no other and does not spin, and a clock set back holds nothing up."""

import logging
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import OperationalError
from django.utils import timezone

from accounts.models import LONGEST_PAUSE, AccountMail
from symptoms.management.commands.run_worker import Duty, Rota, judge_one
from symptoms.messages import outbox, retries
from symptoms.models import Delivery, Entry
from tests.messages.told import an_entry, tell


class Clock:
    """Seconds that pass only when the test says so."""

    def __init__(self):
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.faults("F16")
@pytest.mark.parametrize("fault", [OperationalError("database or disk is full"), ZeroDivisionError("a fault of ours")])
def test_a_duty_that_fails_is_tried_less_often_and_logged_once_a_minute_while_others_go_on(fault, caplog):
    clock, tries, others = Clock(), [], []

    def failing():
        tries.append(clock.now)
        if clock.now < 1600:
            raise fault
        return False

    rota = Rota([Duty("store", failing), Duty("go on", lambda: bool(others.append(clock.now)))], clock)
    with caplog.at_level(logging.ERROR):
        while clock.now < 1600:
            rota.work()
            clock.now += 1
    assert len(others) == 600
    assert 600 / 15 <= len(tries) <= 50
    assert len(caplog.records) == 10 and all("could not store" in record.message for record in caplog.records)
    clock.now += 15
    rota.work()
    assert not rota.has_failed


def test_a_duty_is_done_as_often_as_it_asks_for():
    clock, done = Clock(), []
    rota = Rota([Duty("tidy", lambda: bool(done.append(clock.now)), timedelta(hours=1))], clock)
    for _ in range(2 * 60 + 1):
        rota.work()
        clock.now += 60
    assert done == [1000, 4600, 8200]


@pytest.mark.faults("F4")
@pytest.mark.django_db(transaction=True)
def test_a_letter_that_cannot_be_marked_as_sent_does_not_keep_the_worker_from_stopping(monkeypatch, caplog):
    def full(sending):
        raise OperationalError("database or disk is full")

    monkeypatch.setattr(outbox, "mark_sent", full)
    tell(an_entry())
    with monkeypatch.context() as stopping:
        stopping.setattr(outbox.Outbox, "close", lambda box: None)
        call_command("run_worker", once=True)
    assert "could not send what is due" in caplog.text
    assert Delivery.objects.get().sent_at is None


@pytest.mark.faults("F16")
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("broken", "is_sent_again"), [("learn_taken", False), ("mark_sent", True)])
def test_a_letter_that_cannot_be_marked_holds_up_no_other(monkeypatch, caplog, broken, is_sent_again):
    first = tell(an_entry())
    second = tell(an_entry(first.entry.treatment))
    work = getattr(outbox, broken)

    def unless_first(sending, *given):
        if sending.pk == first.pk:
            raise ZeroDivisionError("a fault of ours")
        return work(sending, *given)

    monkeypatch.setattr(outbox, broken, unless_first)
    call_command("run_worker", once=True)
    assert f"message {first.pk} could not be marked" in caplog.text
    assert Delivery.objects.get(pk=second.pk).sent_at is not None
    first.refresh_from_db()
    assert (first.sent_at is None) == is_sent_again and first.failed_at is None
    assert (first in Delivery.objects.due(timezone.now() + retries.LEASE)) == is_sent_again


@pytest.mark.faults("F18")
@pytest.mark.django_db
@pytest.mark.parametrize("back", [timedelta(minutes=30), timedelta(hours=1), timedelta(days=400)])
def test_a_clock_that_was_set_back_holds_no_message_and_no_judgement_up(back):
    now = timezone.now()
    delivery = tell(an_entry())
    delivery.not_before = now + back
    delivery.save()
    mail = AccountMail.objects.create(to="ana@example.org", subject="s", body="b", not_before=now + back)
    Entry.objects.update(is_judged=False, judge_again_at=now + timedelta(minutes=61))
    assert list(retries.due(Delivery, now)) == [delivery] and list(retries.due(AccountMail, now)) == [mail]
    assert retries.claim(delivery, now) and not list(retries.due(Delivery, now))
    assert judge_one() and Entry.objects.get().is_judged


def test_no_pause_is_longer_than_the_longest():
    assert max(retries.BACKOFF + retries.OUTAGE) * 1.2 < LONGEST_PAUSE
    assert retries.LEASE < LONGEST_PAUSE
