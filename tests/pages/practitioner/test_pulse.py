"""The line above the queue: when the last entry came in, and since when alerts are known to arrive."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from accounts.contact_methods import email_of
from accounts.walls import make_link
from symptoms.alerts.patient_status import refresh_status
from symptoms.models import Delivery, PatientStatus, WorkerBeat
from tests import people
from tests.pages.html import select, text_of, words
from tests.pages.practitioner.pages import statements
from tests.treatments import logged, pen

pytestmark = pytest.mark.django_db
QUEUE = reverse("queue")
LONDON = ZoneInfo("Europe/London")
NOW = datetime(2026, 11, 30, 9, 25, tzinfo=LONDON)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


@pytest.fixture(autouse=True)
def morning():
    with time_machine.travel(NOW, tick=False):
        yield


def told(practice, person, ago: timedelta = HOUR, channel: str = "email", opened: timedelta | None = None) -> Delivery:
    """A morning's list that its channel took so long ago; an e-mail is opened, push is shown by a browser."""
    at = NOW - ago
    seen = "opened_at" if channel == "email" else "arrived_at"
    return Delivery.objects.create(
        recipient=person, practice=practice, why="morning_list", reason=f"morning_list:{practice.pk}:{ago}",
        channel=channel, created_at=at, not_before=at, sent_at=at, **{seen: None if opened is None else NOW - opened},
    )  # fmt: skip


def pulse(browser, **headers) -> str:
    (line,) = select(browser.get(QUEUE, headers=headers), "*[@id='pulse']")
    return words(line)


def open_list(browser):
    """What the page does by its script, or its reader by the button where none runs."""
    (form,) = select(browser.get(QUEUE), "form[@data-opened]")
    return browser.post(form.get("action"))


def test_it_says_when_the_last_entry_came_in_of_whichever_day(clinic, noor, desk, ana):
    assert "No entry yet" in pulse(desk)
    session = pen(ana, days_ago=9, by=noor, now=NOW)
    for day, ago in ((8, DAY), (9, HOUR), (2, timedelta(minutes=1))):  # the last is of a day that was forgotten
        logged(session, day, now=NOW - ago)
    refresh_status(ana)
    assert "Last entry 09:24" in pulse(desk)
    PatientStatus.objects.update(logged_at=NOW - 3 * DAY)
    assert "Last entry Fri 27 Nov, 09:25" in pulse(desk)


@pytest.mark.parametrize(
    ("lists", "says"),
    [
        ([], "alerts going out, not proven yet"),
        ([{"ago": 2 * HOUR, "opened": None, "channel": "push"}], "alerts going out, not proven yet"),
        ([{"ago": 2 * HOUR, "opened": HOUR}], "alerts going out, proven 07:25"),
        ([{"ago": 2 * HOUR, "opened": HOUR, "channel": "push"}], "alerts going out, proven 07:25"),
        ([{"ago": 2 * DAY, "opened": DAY}], "alerts going out, proven Sat 28 Nov, 09:25"),
        ([{"ago": 4 * DAY, "opened": 3 * DAY}], "alerts going out, last proven Thu 26 Nov, 09:25"),
    ],
)
def test_it_says_which_list_was_opened_last(clinic, noor, desk, lists, says):
    for one in lists:
        told(clinic, noor, **one)
    assert says in pulse(desk)


def test_whoever_opens_the_queue_has_opened_the_list_of_the_morning(clinic, noor, desk):
    by_mail, _by_push = told(clinic, noor), told(clinic, noor, channel="push")
    told(clinic, people.practitioner(clinic, "Dr Lind"))
    assert not any(sql.startswith("UPDATE") and "opened_at" in sql for sql in statements(desk, QUEUE))  # not by a GET
    assert "not proven yet" in pulse(desk)
    assert open_list(desk).status_code == 302
    assert "alerts going out, proven 08:25" in pulse(desk)
    assert list(Delivery.objects.exclude(opened_at=None)) == [by_mail]
    assert email_of(noor).proven_at == NOW
    assert not Delivery.objects.exclude(arrived_at=None).exists()  # what a browser shows is another thing
    assert not select(desk.get(QUEUE), "form[@data-opened]")  # once


def test_a_wall_screen_opens_nobody_s_list(clinic, noor, client):
    told(clinic, noor)
    _link, token = make_link(clinic, "Front desk", by=people.admin(clinic), now=NOW)
    assert not select(client.get(reverse("wall", args=[token])), "form")


def test_another_clinic_s_entries_lists_and_stuck_mail_are_no_news_here(clinic, noor, desk, ana):
    okafor = people.dr_okafor()
    other = okafor.membership.practice
    logged(pen(people.patient(other, "Sarah Moss"), days_ago=3, by=okafor, now=NOW), 3, pain=3, signs=["pus"], now=NOW)
    told(other, okafor, opened=timedelta(0))
    Delivery.objects.filter(why="treated").update(created_at=NOW - HOUR)
    assert "No entry yet alerts going out, not proven yet" in pulse(desk)
    theirs = pulse(people.signed_in(okafor))
    assert "Last entry 09:25" in theirs and "alerts are not going out" in theirs


def test_it_never_says_that_alerts_go_out_while_no_worker_runs(clinic, noor, desk, no_worker):
    told(clinic, noor, opened=timedelta(0))
    assert "alerts are not going out" in pulse(desk) and "proven" not in pulse(desk)
    WorkerBeat.objects.create(at=timezone.now())
    assert "alerts going out, proven 08:25" in pulse(desk)


def test_a_channel_that_is_not_proven_is_said_on_the_member_s_page_and_to_its_owner(clinic, noor, desk):
    boss = people.signed_in(people.admin(clinic))
    page = reverse("member_channels", args=[noor.memberships.get().pk])
    said = "No morning list by e-mail was opened for three days"
    told(clinic, noor, 3 * DAY - HOUR)
    assert said not in text_of(boss.get(page))
    told(clinic, noor, 3 * DAY)
    assert said in text_of(boss.get(page)) and said in text_of(desk.get(reverse("own_channels")))
    told(clinic, noor)
    open_list(desk)
    assert said not in text_of(boss.get(page)) and said not in text_of(desk.get(reverse("own_channels")))
