"""The morning's list: at its hour, once, to whoever is there, and only while something is open."""

from datetime import datetime, timedelta
from importlib import import_module
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.apps import apps
from django.db import connection
from django.db.models import Value
from django.db.models.functions import Replace

from accounts.models import Absence, ContactMethod
from symptoms.alerts.morning_list import note_opened, send_morning_lists, unproven
from symptoms.alerts.policy import policy_of
from symptoms.alerts.telling import may_still_be_told, tell_someone_else
from symptoms.management.commands.run_worker import duties
from symptoms.messages.channel_tests import note_arrival
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
    """A clinic that has set nothing, with an open alert."""
    clinic.telling = {}
    clinic.save()
    logged(pen(ana, days_ago=3, by=noor), 3, pain=3, signs=["pus"])
    Delivery.objects.all().delete()
    return clinic


def told() -> list:
    return [delivery.recipient for delivery in Delivery.objects.filter(why="morning_list").order_by("recipient__email")]


@pytest.mark.parametrize(
    ("week", "clock", "now", "is_sent"),
    [
        ({}, "", at(MONDAY, 7, 59), False),
        ({}, "", at(MONDAY, 8), True),
        ({}, "", at(MONDAY, 8, 59), True),
        ({}, "", at(MONDAY, 9), False),
        ({}, "", at(SUNDAY, 8), True),
        ({}, "07:30", at(MONDAY, 7, 30), True),
        ({}, "07:30", at(MONDAY, 8, 30), False),
        ({"0": [["09:00", "18:00"]]}, "", at(MONDAY, 8, 59), False),
        ({"0": [["09:00", "18:00"]]}, "", at(MONDAY, 9), True),
        ({"0": [["09:00", "18:00"]]}, "08:00", at(MONDAY, 8), True),
        ({"0": [["00:00", "00:00"]]}, "", at(MONDAY, 0), True),
        ({"0": [["09:00", "18:00"]]}, "", at(SUNDAY, 9), False),
        ({"0": [["09:00", "18:00"]]}, "08:00", at(SUNDAY, 8), False),
    ],
)
def test_it_comes_as_the_practice_opens_or_at_its_hour_on_days_on_which_it_opens(
    something_open, noor, week, clock, now, is_sent
):
    something_open.week, something_open.telling = week, {"morning_list_at": clock}
    something_open.save()
    assert send_morning_lists(now) == len(told()) == int(is_sent)


def test_it_comes_once_a_day_and_says_no_word_about_anybody(something_open, noor):
    for minute in (0, 1, 30):
        send_morning_lists(at(MONDAY, 8, minute))
    assert told() == [noor]
    notice = notice_of(Delivery.objects.get())
    assert (
        notice.subject == "Morning list in Mendline"
        and "Something is open" in notice.body
        and notice.link.endswith("/practice/")
    )
    assert "Ana" not in notice.body
    assert send_morning_lists(at(MONDAY, 8) + timedelta(days=1)) == 1


def test_it_goes_to_practitioners_who_are_there(something_open, noor):
    people.admin(something_open)
    away = people.practitioner(something_open, "Dr Lind")
    Absence.objects.create(member=away.memberships.get(), first_day=at(MONDAY, 8), last_day=at(MONDAY, 8))
    send_morning_lists(at(MONDAY, 8))
    assert told() == [noor]


def test_the_worker_sends_it(something_open, noor, mornings):
    with time_machine.travel(at(MONDAY, 8), tick=False):
        next(duty for duty in duties(Outbox(may_still_be_told, tell_someone_else)) if "morning" in duty.name).run()
    assert told() == [noor]


@pytest.mark.parametrize(
    ("chosen", "is_open", "is_sent"),
    [("", True, 1), ("", False, 1), ("open", True, 1), ("open", False, 0), ("never", True, 0), ("never", False, 0)],
)
def test_a_quiet_morning_has_its_list_unless_the_practice_wants_none(something_open, chosen, is_open, is_sent):
    something_open.telling = {"morning_list": chosen}
    something_open.save()
    if not is_open:
        Alert.objects.all().delete()
    assert send_morning_lists(at(MONDAY, 8)) == is_sent
    for delivery in Delivery.objects.filter(why="morning_list"):
        assert ("Nothing is open at your clinic, and alerts are going out." in notice_of(delivery).body) != is_open
        assert notice_of(delivery).subject == "Morning list in Mendline"


def test_what_is_open_or_sent_at_another_clinic_is_no_news_in_this_one_s_list(something_open, noor):
    other = people.dr_okafor().membership.practice
    assert send_morning_lists(at(MONDAY, 8)) == 2  # to each its own
    told_by = {delivery.practice: notice_of(delivery).body for delivery in Delivery.objects.filter(why="morning_list")}
    assert "Something is open" in told_by[something_open] and "Nothing is open" in told_by[other]


def test_a_practice_that_is_closed_for_good_has_none(something_open):
    something_open.closed_at = at(SUNDAY, 8)
    something_open.save()
    assert send_morning_lists(at(MONDAY, 8)) == 0


def channels(person) -> list[str]:
    return sorted(Delivery.objects.filter(why="morning_list", recipient=person).values_list("channel", flat=True))


def by(person, *kinds: str, **facts) -> None:
    for kind in kinds:
        address = {"kind": kind, "address": person.email, "address_hash": f"{person.pk}{kind}"}
        ContactMethod.objects.create(user=person, **address | facts)


def test_it_goes_by_each_channel_that_tells_of_what_can_wait(something_open, noor):
    boss, failing = people.admin(something_open), people.practitioner(something_open, "Dr Lind")
    for person in (noor, boss):
        by(person, "push", "sms", "phone")
    by(failing, "email", failing_since=at(SUNDAY, 8))
    by(failing, "push")
    send_morning_lists(at(MONDAY, 8))
    assert (channels(noor), channels(boss), channels(failing)) == (["email", "push"], ["push"], ["push"])


@pytest.fixture
def told_on_monday(something_open, noor):
    """Dr Noor, told by e-mail and by push on Monday at eight, both taken a minute later."""
    by(noor, "push")
    send_morning_lists(at(MONDAY, 8))
    Delivery.objects.update(sent_at=at(MONDAY, 8, 1))
    return something_open


def later(**ago) -> datetime:
    return at(MONDAY, 8, 1) + timedelta(**ago)


def test_a_channel_by_which_no_list_is_opened_for_three_days_is_not_proven(told_on_monday, noor):
    assert unproven(told_on_monday, later(days=2, hours=23)) == {}
    assert unproven(told_on_monday, later(days=3)) == {noor.pk: ["email", "push"]}
    note_opened(noor, told_on_monday, later(hours=1))
    assert unproven(told_on_monday, later(days=3)) == {noor.pk: ["push"]}  # nothing says that the push was shown
    push = Delivery.objects.get(channel="push")
    assert note_arrival(push.pk, ContactMethod.objects.get(kind="push").pk, later(hours=2))
    assert unproven(told_on_monday, later(days=3)) == {}


def test_it_goes_by_itself_once_a_later_list_is_opened(told_on_monday, noor):
    send_morning_lists(at(MONDAY, 8) + timedelta(days=3))
    Delivery.objects.filter(sent_at=None).update(sent_at=later(days=3))
    assert noor.pk in unproven(told_on_monday, later(days=3, hours=1))
    note_opened(noor, told_on_monday, later(days=3, hours=1))
    assert unproven(told_on_monday, later(days=3, hours=1)) == {noor.pk: ["push"]}


def test_what_was_opened_before_it_was_taken_proves_nothing(told_on_monday, noor):
    note_opened(noor, told_on_monday, at(MONDAY, 8))
    assert not Delivery.objects.exclude(opened_at=None).exists()


def test_nothing_is_asked_of_who_is_away_nor_of_a_channel_that_is_off(told_on_monday, noor):
    Delivery.objects.filter(channel="email").update(opened_at=later(hours=1))
    ContactMethod.objects.update(is_on=False)
    assert unproven(told_on_monday, later(days=3)) == {}
    ContactMethod.objects.update(is_on=True)
    assert noor.pk in unproven(told_on_monday, later(days=3))
    Absence.objects.create(member=noor.memberships.get(), first_day=later(days=3), last_day=later(days=3))
    assert unproven(told_on_monday, later(days=3)) == {}


def test_what_other_clinics_open_or_leave_proves_nothing_here(told_on_monday, noor):
    okafor = people.dr_okafor()
    other = okafor.membership.practice
    by(okafor, "push")
    Delivery.objects.filter(channel="email").update(recipient=okafor, practice=other)
    assert unproven(told_on_monday, later(days=3)) == {noor.pk: ["push"]}
    assert unproven(other, later(days=3)) == {okafor.pk: ["email"]}
    note_opened(okafor, other, later(hours=1))
    assert unproven(told_on_monday, later(days=3)) == {noor.pk: ["push"]}


def test_lists_and_what_was_set_of_before_are_named_by_the_migration(told_on_monday, noor):
    """As they were while a list was called otherwise; with an entry, for without one its word is refused by now."""
    today = Delivery.objects.get(channel="email").reason
    entry = Alert.objects.exclude(entry=None)[0].entry
    Delivery.objects.update(
        why="digest", reason=Replace("reason", Value("list:"), Value("digest:")),
        arrived_at=later(hours=1), entry=entry,
    )  # fmt: skip
    told_on_monday.telling = {"digest": "open", "digest_at": "08:00", "quiet_from": "20:00", "quiet_until": "08:00"}
    told_on_monday.save()
    migration = import_module("symptoms.migrations.0038_morning_lists")
    for step in (migration.name_the_lists, migration.name_what_is_set):
        step(apps, SimpleNamespace(connection=connection))
    named = Delivery.objects.values_list("channel", "why", "reason", "arrived_at", "opened_at")
    assert set(named) == {
        ("email", "morning_list", today, None, later(hours=1)),
        ("push", "morning_list", today, later(hours=1), None),
    }
    assert send_morning_lists(at(MONDAY, 8, 30)) == 0  # it is known that this morning's went out
    told_on_monday.refresh_from_db()
    policy = policy_of(told_on_monday)
    assert (policy.morning_list, f"{policy.morning_list_at:%H:%M}", f"{policy.quiet_from:%H:%M}") == (
        "open", "08:00", "20:00",
    )  # fmt: skip
