"""The morning's list: at its hour, once, to whoever is there, and only while something is open."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine

from accounts.models import Absence
from symptoms.alerts.digest import send_digests
from symptoms.alerts.telling import may_still_be_told, tell_someone_else
from symptoms.management.commands.run_worker import duties
from symptoms.messages.outbox import Outbox
from symptoms.messages.words import notice_of
from symptoms.models import Alert, Delivery
from tests import people
from tests.treatments import logged, pen

pytestmark = pytest.mark.django_db
LONDON = ZoneInfo("Europe/London")
MONDAY, SUNDAY = 30, 29  # of November 2026


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=LONDON)


@pytest.fixture
def something_open(clinic, noor, ana):
    clinic.telling = {"digest_at": "08:00"}
    clinic.save()
    logged(pen(ana, days_ago=3, by=noor), 3, pain=3, signs=["pus"])
    Delivery.objects.all().delete()
    return clinic


def told() -> list:
    return [delivery.recipient for delivery in Delivery.objects.filter(why="digest").order_by("recipient__email")]


@pytest.mark.parametrize(
    ("week", "now", "is_sent"),
    [
        ({}, at(MONDAY, 7, 59), False),
        ({}, at(MONDAY, 8), True),
        ({}, at(MONDAY, 8, 59), True),
        ({}, at(MONDAY, 9), False),
        ({}, at(SUNDAY, 8), True),
        ({"0": [["09:00", "18:00"]]}, at(MONDAY, 8), True),
        ({"0": [["00:00", "00:00"]]}, at(MONDAY, 8), True),
        ({"0": [["09:00", "18:00"]]}, at(SUNDAY, 8), False),
    ],
)
def test_it_comes_at_its_hour_on_days_on_which_the_practice_opens(something_open, noor, week, now, is_sent):
    something_open.week = week
    something_open.save()
    assert send_digests(now) == len(told()) == int(is_sent)


def test_it_comes_once_a_day_and_says_no_word_about_anybody(something_open, noor):
    for minute in (0, 1, 30):
        send_digests(at(MONDAY, 8, minute))
    assert told() == [noor]
    notice = notice_of(Delivery.objects.get())
    assert notice.subject == "This morning’s list in Mendline" and notice.link.endswith("/practice/")
    assert "Ana" not in notice.body
    assert send_digests(at(MONDAY, 8) + timedelta(days=1)) == 1


def test_it_goes_to_practitioners_who_are_there(something_open, noor):
    people.admin(something_open)
    away = people.practitioner(something_open, "Dr Lind")
    Absence.objects.create(member=away.memberships.get(), first_day=at(MONDAY, 8), last_day=at(MONDAY, 8))
    send_digests(at(MONDAY, 8))
    assert told() == [noor]


def test_the_worker_sends_it(something_open, noor):
    with time_machine.travel(at(MONDAY, 8), tick=False):
        next(duty for duty in duties(Outbox(may_still_be_told, tell_someone_else)) if "morning" in duty.name).run()
    assert told() == [noor]


@pytest.mark.parametrize("quiet", ["nothing is open", "no hour is set", "it is closed"])
def test_without_a_reason_nobody_is_written_to(something_open, quiet):
    if quiet == "nothing is open":
        Alert.objects.all().delete()
    elif quiet == "no hour is set":
        something_open.telling = {}
    else:
        something_open.closed_at = at(SUNDAY, 8)
    something_open.save()
    assert send_digests(at(MONDAY, 8)) == 0
