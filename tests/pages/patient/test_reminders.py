"""The pages of reminders: what is chosen, when the next one comes, whether it arrives, and how it stops."""

import json
from datetime import datetime, time, timedelta
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.test import Client

from accounts.contact_methods import add_browser, add_browser_of_patient, renew_browser
from accounts.models import ContactMethod
from symptoms.alerts.reminder_wishes import choose
from symptoms.alerts.reminding import remind_next
from symptoms.messages.channel_tests import note_arrival
from symptoms.messages.channels.push import Push
from symptoms.messages.push_keys import make_keys
from symptoms.messages.words import stopping_token
from symptoms.models import AdviceTimer, Delivery, Reminding
from tests import people
from tests.messages import push
from tests.pages.html import select, text_of
from tests.treatments import logged, pen

pytestmark = pytest.mark.django_db
PAGE = "/account/reminders/"
EVENING = datetime(2026, 11, 5, 19, 30, tzinfo=ZoneInfo("Europe/London"))
NOON = datetime(2026, 11, 5, 12, tzinfo=ZoneInfo("Europe/London"))


@pytest.fixture
def ana(clinic, noor):
    """Of day 3, which is not logged."""
    with time_machine.travel(NOON, tick=False):
        patient = people.ana(clinic)
        patient.treatment = pen(patient, days_ago=3, by=noor)
        logged(patient.treatment, 2, now=NOON - timedelta(hours=15))
        yield patient


@pytest.fixture
def phone(ana) -> Client:
    return people.signed_in(ana)


def chosen(**more) -> dict:
    return {"is_on": "on", "at": "19:30", "by_email": "on", "once_more": "on", **more}


def test_what_is_chosen_is_kept_and_the_next_reminder_stands_on_top(phone, ana):
    assert "Next reminder" not in text_of(phone.get(PAGE))
    page = phone.post(PAGE, chosen(), follow=True)
    assert "Next reminder Today at 19:30, for day 3" in text_of(page)
    page = phone.post(PAGE + "later/", {"when": "later"}, follow=True)
    assert "We remind you at 14:00." in text_of(page) and "Today at 14:00, for day 3" in text_of(page)
    page = phone.post(PAGE + "later/", {"when": "not_today"}, follow=True)
    assert "You said: not today." in text_of(page) and "Tomorrow at 09:00, for day 4" in text_of(page)
    logged(ana.treatment, 3)
    assert "Tomorrow at 19:30, for day 4" in text_of(phone.get(PAGE))
    assert "No reminders come." in text_of(phone.post(PAGE, {"at": "19:30"}, follow=True))
    assert Reminding.objects.get().look_at is None


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        (chosen(at="25:00"), "Write a time, like 19:30."),
        (chosen(at=""), "Write a time, like 19:30."),
        (chosen(by_push="on"), "first, below"),
        (chosen(by_email=""), "Choose at least one way."),
    ],
)
def test_what_cannot_be_is_refused_with_its_words(phone, typed, says):
    page = phone.post(PAGE, {name: value for name, value in typed.items() if value})
    assert page.status_code == 422 and says in text_of(page) and not Reminding.objects.exists()


def test_it_says_the_rhythm_of_this_person(phone, ana):
    page = text_of(phone.get(PAGE))
    assert "Days 0 to 7 every day" in page and "days 9, 11 and 14" in page and "days 60, 90 and 180" in page
    ana.treatment.conditions = ["keloid_history"]
    ana.treatment.save()
    assert "days 35, 42, 60, 75, 90, 120, 180, 270 and 365" in text_of(phone.get(PAGE))


def test_a_test_shows_whether_it_arrived(phone, ana):
    phone.post(PAGE + "channels/", {"method": "email", "action": "test"})
    test = Delivery.objects.get(why="test")
    assert test.practice is None and test.recipient == ana.user
    assert "A test is on its way" in text_of(phone.get(PAGE))
    Delivery.objects.filter(pk=test.pk).update(sent_at=NOON)
    assert "Did the test arrive?" in text_of(phone.get(PAGE))
    phone.post(PAGE + "channels/", {"method": "email", "action": "arrived"})
    assert "arrived on 5 November, 12:00" in text_of(phone.get(PAGE))


def test_a_phone_that_is_added_is_tested_used_and_said_to_be_gone_once_it_is(phone, ana):
    given = json.dumps(push.subscription("ana"))
    phone.post(PAGE, chosen())
    phone.post(PAGE + "channels/", {"action": "add", "kind": "push", "subscription": given})
    method, test = ContactMethod.objects.get(kind="push"), Delivery.objects.get(why="test")
    assert Reminding.objects.get().by_push and test.method == method
    assert note_arrival(test.pk, method.pk, NOON) and "Last proven on 5 November" in text_of(phone.get(PAGE))
    renewed = json.dumps({**json.loads(given), "endpoint": push.subscription("other")["endpoint"]})
    assert renew_browser(given, renewed, reader=None)
    ContactMethod.objects.update(failing_since=NOON, failing_why="ended")
    assert "the browser no longer takes messages" in text_of(phone.get(PAGE))
    assert "no longer reach this phone" in text_of(phone.get("/today/"))
    phone.post(PAGE + "channels/", {"method": str(method.pk), "action": "remove"})
    assert not ContactMethod.objects.exists() and "no longer reach" not in text_of(phone.get("/today/"))


@pytest.fixture
def shown(ana, settings, tmp_path) -> dict:
    """What a browser shows of a reminder at 19:30 (`data`), and its message."""
    settings.DATA_DIR = tmp_path
    make_keys()
    method = add_browser_of_patient(ana.user, push.subscription("ana"), "Android")
    choose(ana, is_on=True, at=time(19, 30), by_email=False, by_push=True, now=NOON)
    assert remind_next(EVENING)
    message = Delivery.objects.get(channel="push")
    (browser,) = Push().write(message).browsers
    return {"message": message, "method": method, **json.loads(browser.payload)["notification"]["data"]}


def test_a_reminder_is_put_off_from_the_notification_itself(ana, shown):
    address = urlsplit(shown["later"]["address"]).path
    script = Client(enforce_csrf_checks=True)  # without a session
    with time_machine.travel(EVENING, tick=False):
        assert script.get(address).status_code == 405
        assert script.post(address).json() == {"title": "We remind you at 21:30."}
        assert Reminding.objects.get().look_at == EVENING + timedelta(hours=2)
        assert not script.cookies and script.get("/today/").status_code == 302
        logged(ana.treatment, 3)
        assert script.post(address).json() == {"title": ""}  # nothing is left to remind of


@pytest.mark.parametrize("who", ["another's browser", "another message", "tomorrow"])
def test_nothing_else_puts_a_reminder_off(ana, shown, who):
    ben = people.patient(None, "Ben")
    other = add_browser_of_patient(ben.user, push.subscription("ben"), "Android")
    test = Delivery.objects.create(
        recipient=ana.user, why="test", channel="push", method=shown["method"], created_at=EVENING, not_before=EVENING
    )
    message = test if who == "another message" else shown["message"]
    method = other if who == "another's browser" else shown["method"]
    with time_machine.travel(EVENING + timedelta(days=who == "tomorrow"), tick=False):
        before = Reminding.objects.values_list().get()
        assert Client().post(f"/push/{message.pk}/{method.pk}/later/").status_code == 404
        assert Reminding.objects.values_list().get() == before


def test_the_page_that_a_reminder_opens_puts_it_off_as_well(phone, ana, shown):
    button = "form[@action='/account/reminders/later/']//button[@value='later']"
    assert shown["navigate"].endswith("/log/?reminded")
    assert select(phone.get("/log/?reminded"), button) and not select(phone.get("/log/"), button)
    logged(ana.treatment, 3)
    assert not select(phone.get("/log/?reminded"), button)


def test_a_shared_phone_takes_the_reminders_of_who_turned_them_on_last(ana, noor):
    ben, given = people.patient(None, "Ben"), push.subscription("shared")
    add_browser_of_patient(ana.user, given, "Android")
    add_browser_of_patient(ben.user, given, "Android")
    assert [method.user for method in ContactMethod.objects.all()] == [ben.user]
    add_browser(noor.membership, given, "Android")
    with pytest.raises(Exception, match="somebody else"):
        add_browser_of_patient(ben.user, given, "Android")


def test_another_s_channel_is_not_there(phone, ana):
    ben = people.patient(None, "Ben")
    method = add_browser_of_patient(ben.user, push.subscription("ben"), "Android")
    for action in ("test", "remove", "arrived"):
        answer = phone.post(PAGE + "channels/", {"method": str(method.pk), "action": action})
        assert answer.status_code == 404
    assert phone.post(PAGE + "channels/", {"method": "email", "action": "remove"}).status_code == 404


def test_it_is_asked_once_beneath_the_first_log(clinic, noor):
    ben = people.patient(clinic, "Ben")
    session = pen(ben, days_ago=1, by=noor)
    phone, entry = people.signed_in(ben), logged(session, 0).entry
    page = phone.get(entry.get_absolute_url())
    assert "Shall we remind you?" in text_of(page)
    phone.post(PAGE + "offered/", {"answer": "no"})
    assert not Reminding.objects.get().is_on
    assert "Shall we remind you?" not in text_of(phone.get(entry.get_absolute_url()))
    Reminding.objects.all().delete()
    second = logged(session, 1).entry
    assert "Shall we remind you?" not in text_of(phone.get(second.get_absolute_url()))
    page = phone.post(PAGE + "offered/", {"answer": "yes"}, follow=True)
    assert Reminding.objects.get().is_on and Reminding.objects.get().at == time(19, 30)
    assert not Reminding.objects.get().gives_link  # that, nobody turns on but they
    assert page.redirect_chain == [(PAGE, 302)]


def test_who_must_be_seen_is_not_asked_about_reminders(clinic, noor):
    ben = people.patient(clinic, "Ben")
    entry = logged(pen(ben, days_ago=1, by=noor), 0, signs=["trouble_breathing"]).entry
    assert "Shall we remind you?" not in text_of(people.signed_in(ben).get(entry.get_absolute_url()))


def test_one_tap_in_the_letter_stops_them_and_looking_does_not(ana):
    choose(ana, is_on=True, at=time(19, 30), now=NOON)
    address, stranger = f"/reminders/stop/{stopping_token(ana)}/", Client(enforce_csrf_checks=True)
    page = stranger.get(address)
    assert page["Cache-Control"] == "no-store, private" and "Ana" not in page.content.decode()
    assert Reminding.objects.get().is_on
    assert "Stopped." in text_of(stranger.post(address, {"List-Unsubscribe": "One-Click"}))
    assert not Reminding.objects.get().is_on
    assert "Stopped." in text_of(stranger.post(address))  # twice
    assert stranger.post(address.replace("/stop/", "/stop/0")).status_code == 404
    assert stranger.get("/today/").status_code == 302


def test_the_time_of_an_advice_is_offered_runs_and_is_over(phone, ana):
    entry = logged(ana.treatment, 3, temperature_c=37.7).entry
    here, timer = entry.get_absolute_url(), f"{entry.get_absolute_url()}timer/"
    assert "Your temperature should be taken again, today at 16:00." in text_of(phone.get(here))
    phone.post(timer, {"action": "start"})
    assert "We remind you to take your temperature again, today at 16:00." in text_of(phone.get(here))
    phone.post(timer, {"action": "stop"})
    assert not AdviceTimer.objects.exists()
    phone.post(timer, {"action": "start"})
    AdviceTimer.objects.update(due_at=NOON)
    assert "It is time to take your temperature again." in text_of(phone.get(here))
    calm = logged(ana.treatment, 1).entry
    phone.post(f"{calm.get_absolute_url()}timer/", {"action": "start"})
    assert AdviceTimer.objects.count() == 1


def test_pressing_has_its_clock(phone, ana):
    bleeding = logged(ana.treatment, 3, bleeding=2).entry
    (clock,) = select(phone.get(bleeding.get_absolute_url()), "keep-pressing")
    assert clock.get("data-minutes") == "15" and "hidden" in clock.attrib  # until a script can run it
    assert select(phone.get(bleeding.get_absolute_url()), "keep-pressing//*[@role='status']")
    worse = logged(ana.treatment, 3, bleeding=4).entry
    assert not select(phone.get(worse.get_absolute_url()), "keep-pressing")
