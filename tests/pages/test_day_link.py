"""The link in a reminder opens that day's empty log, once, until midnight, and nothing that was recorded before."""

from datetime import datetime, time, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.core import mail
from django.test import Client
from django.urls import reverse

from accounts.consents import withdraw_consent
from symptoms.alerts.reminder_wishes import choose, stop
from symptoms.alerts.reminding import remind_next
from symptoms.messages.channels.email import Email
from symptoms.models import DayLink, Delivery, Entry
from symptoms.recovery.questions import BOX
from symptoms.recovery.vocabulary import Sign
from tests import people
from tests.accounts.cast_of_roles import MARKERS
from tests.at_once import at_once
from tests.pages.html import select, text_of
from tests.treatments import logged, pen

pytestmark = pytest.mark.django_db
LONDON = ZoneInfo("Europe/London")
EVENING = datetime(2026, 11, 5, 19, 30, tzinfo=LONDON)  # of day 3


@pytest.fixture
def evening():
    with time_machine.travel(EVENING, tick=False) as clock:
        yield clock


@pytest.fixture
def ana(clinic, noor, evening):
    """Ana of Larkfield, treated three days ago, who has logged what must not be seen here."""
    patient = people.ana(clinic)
    patient.treatment = pen(
        patient, days_ago=3, by=noor, operator="zq9operator", cartridge_lot="zq9lot", conditions=["rosacea"],
        baseline={"redness": 1},
    )  # fmt: skip
    logged(patient.treatment, 1, note="zq9note", itching=2, now=EVENING - timedelta(days=1))
    choose(patient, is_on=True, at=time(19, 30), gives_link=True, now=EVENING - timedelta(hours=1))
    return patient


@pytest.fixture
def address(ana) -> str:
    """As it stands in the letter."""
    assert remind_next(EVENING)
    letter = Email().write(Delivery.objects.get(why="reminder"))
    (line,) = [line for line in letter.body.splitlines() if "/day/" in line]
    return "/day/" + line.partition("/day/")[2]


def sent(signs=(), **levels) -> dict:
    answers = dict.fromkeys(("redness", "swelling", "pain", "warmth"), 1) | levels
    none = {"none_right_now": BOX.isdisjoint(signs), "nothing_new": BOX.issuperset(signs)}
    ticked = {name: "on" for name, is_ticked in none.items() if is_ticked}
    levels = {name: str(level) for name, level in answers.items()}
    return {
        "id": str(uuid4()),
        "day": "3",
        "shown": [str(sign) for sign in Sign],
        "signs": [*signs],
        **ticked,
        **levels,
    }


def test_it_is_off_until_the_patient_turns_it_on(ana):
    choose(ana, is_on=True, at=time(19, 30), gives_link=False, now=EVENING - timedelta(hours=1))
    remind_next(EVENING)
    assert "/day/" not in Email().write(Delivery.objects.get(why="reminder")).body and not DayLink.objects.exists()


def test_it_shows_an_empty_log_and_nothing_that_was_recorded(address, ana):
    page = Client().get(address)
    assert page.status_code == 200 and page["Cache-Control"] == "no-store, private"
    shown = page.content.decode()
    assert not [word for word in (*MARKERS, "Larkfield", "Noor", "020 7946", "Day 3") if word in shown]
    assert {box.get("name") for box in select(page, "input[@checked]")} == {"unit"}
    assert not select(page, "*[@data-last-time]") and "Copy my last answers" not in text_of(page)


def test_it_saves_once_makes_no_session_and_says_what_to_do(address, ana):
    browser, form = Client(), sent()
    page = browser.post(address, form)
    entry = ana.treatment.entries.current().get(day=3)
    assert page.status_code == 200 and str(entry.pk) == form["id"] and entry.reported_by == ana.user
    assert "Your page of today is saved." in text_of(page)
    assert not browser.cookies and not Session.objects.exists()
    assert browser.get("/today/").status_code == 302  # signed in to nothing
    assert text_of(browser.post(address, form)) == text_of(page)  # the connection was lost: the same answer
    others = sent(redness=3), form | {"pain": "4"}
    for answer in (browser.get(address), *(browser.post(address, other) for other in others)):
        assert answer.status_code == 410 and "It was used" in text_of(answer)
    assert Entry.objects.filter(treatment=ana.treatment).count() == 2


@pytest.mark.parametrize(
    ("signs", "says"),
    [
        (["trouble_breathing"], ["Get emergency help now", "Call 999"]),
        (["pus"], ["Be seen today", "Larkfield", "We are alerting your clinic."]),
    ],
)
def test_what_cannot_wait_is_said_in_full(address, ana, signs, says):
    page = Client().post(address, sent(signs))
    assert all(words in text_of(page) for words in says), text_of(page)
    assert "zq9note" not in page.content.decode() and "itching" not in text_of(page).lower()


@pytest.mark.django_db(transaction=True)
def test_two_at_once_save_once(address, ana):
    answers = at_once(*[lambda: Client().post(address, sent()).status_code] * 4)
    assert sorted(answers)[0] == 200 and set(sorted(answers)[1:]) <= {409, 410}
    assert ana.treatment.entries.filter(day=3).count() == 1


def _past_midnight(ana, clock):
    clock.move_to(EVENING + timedelta(hours=4, minutes=30))


def _logged(ana, clock):
    logged(ana.treatment, 3)


def _off(ana, clock):
    stop(ana)


def _withdrawn(ana, clock):
    withdraw_consent(ana, "care", EVENING)


def _no_account(ana, clock):
    ana.user.is_active = False
    ana.user.save()


@pytest.mark.parametrize(
    ("happens", "status", "says"),
    [
        (_past_midnight, 410, "It worked until midnight"),
        (_logged, 409, "That day is saved already"),
        (_off, 410, "were turned off"),
        (_withdrawn, 403, "sign in and agree again"),
        (_no_account, 410, "were turned off"),
    ],
)
def test_each_end_has_its_words_a_way_on_and_saves_nothing(address, ana, evening, happens, status, says):
    happens(ana, evening)
    before = Entry.objects.count()
    emergency = sent(signs=["trouble_breathing"])
    for page in (Client().get(address), Client().post(address, emergency)):
        assert page.status_code == status and says in text_of(page)
        assert select(page, "a[@href='/today/']") and select(page, "a[@href='/help/']")
    assert "This can be an emergency." in text_of(page)  # never silent
    assert Entry.objects.count() == before


def test_what_is_stored_opens_nothing_and_a_wrong_address_says_so(address, ana):
    link = DayLink.objects.get()
    for token in (link.token_hash, str(link.pk), "x" * 64):
        assert Client().get(reverse("day_link", args=[token])).status_code == 404
    assert link.token not in "".join(map(str, DayLink.objects.values_list()))


def test_what_was_not_answered_is_asked_again_and_the_rest_can_be_filled(address, ana):
    page = Client().post(address, sent() | {"pain": ""})
    assert page.status_code == 422 and not DayLink.objects.get().used_at
    page = Client().post(address, {"fill": "none", "redness": "2"})
    assert select(page, "input[@name='redness'][@value='2'][@checked]")
    assert select(page, "input[@name='pain'][@value='0'][@checked]")
    assert not mail.outbox
