"""Where no worker runs, nobody is being told: who watches, who practises and who waits are told so."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import AccountMail
from symptoms.models import Delivery, Entry, WorkerBeat
from tests import people
from tests.api.programs import INFECTED, program, put_entry
from tests.treatments import logged, pen

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_worker")]
BANNER, CANNOT = "Nobody is being told.", "We cannot reach your clinic right now."
MINUTE = timedelta(minutes=1)
BEATS = [(None, True), (timedelta(seconds=95), True), (timedelta(seconds=80), False), (-timedelta(hours=1), False)]


def beat(ago) -> None:
    WorkerBeat.objects.all().delete()
    if ago is not None:
        WorkerBeat.objects.create(at=timezone.now() - ago)


def text(browser, name: str, *args) -> str:
    return " ".join(browser.get(reverse(name, args=args)).content.decode().split())


@pytest.mark.parametrize(("ago", "is_blind"), BEATS)
def test_whoever_watches_the_site_is_told_apart_from_whether_it_answers(ago, is_blind):
    beat(ago)
    answer = Client().get("/workerz")
    assert (answer.status_code, answer.json()) == (503 if is_blind else 200, {"worker": not is_blind, "messages": True})
    assert Client().get("/healthz").status_code == 200


def waiting(clinic, person, channel: str = "email", **times) -> Delivery:
    """A message about nobody; each time is so long ago."""
    now = timezone.now()
    values = {name: now - ago for name, ago in times.items()}
    return Delivery.objects.create(
        recipient=person, practice=clinic, why="morning_list", reason=uuid4(), channel=channel,
        **{"created_at": now - 20 * MINUTE, "not_before": now, **values},
    )  # fmt: skip


STILL = [
    ({"not_before": 2 * MINUTE, "created_at": 2 * MINUTE}, {}, True),  # nobody tries
    ({"not_before": MINUTE, "created_at": MINUTE}, {}, False),
    ({"not_before": 2 * MINUTE}, {"channel": "email", "sent_at": MINUTE}, False),  # a long line that moves
    ({"not_before": 2 * MINUTE}, {"channel": "push", "sent_at": MINUTE}, True),  # another channel's news
    ({"created_at": 11 * MINUTE}, {}, True),  # tried, and nothing is taken
    ({"created_at": 11 * MINUTE}, {"channel": "email", "sent_at": 2 * MINUTE}, False),  # others' is taken
    ({"created_at": 11 * MINUTE, "refused_at": MINUTE}, {}, False),  # one recipient's fault
    ({"created_at": 9 * MINUTE}, {}, False),
    ({"created_at": 11 * MINUTE, "failed_at": MINUTE}, {}, False),
]


@pytest.mark.parametrize(("late", "sent", "is_still"), STILL)
def test_a_worker_that_beats_but_sends_nothing_is_said_to_watchers(clinic, noor, late, sent, is_still):
    beat(timedelta(0))
    waiting(clinic, noor, **late)
    if sent:
        waiting(clinic, noor, **sent)
    answer = Client().get("/workerz")
    assert (answer.status_code, answer.json()["messages"]) == (503 if is_still else 200, not is_still)
    assert answer.json()["worker"]


def test_letters_about_signing_in_that_nobody_tries_are_said_too():
    beat(timedelta(0))
    long_ago = timezone.now() - 2 * MINUTE
    AccountMail.objects.create(to="a@example.org", subject="", body="", created_at=long_ago, not_before=long_ago)
    assert Client().get("/workerz").json() == {"worker": True, "messages": False}


@pytest.mark.parametrize(("ago", "is_blind"), BEATS)
def test_every_page_of_a_practice_says_it_to_practitioners(desk, noor, ana, ago, is_blind):
    session = pen(ana, days_ago=3, by=noor)
    beat(ago)
    pages = [
        ("queue",), ("patient", ana.pk), ("practice_treatment_new",), ("practice_patient_new",), ("profile",),
        ("own_channels",), ("practice_treatment_edit", session.pk), ("patient_details", ana.pk),
    ]  # fmt: skip
    for page in pages:
        assert (BANNER in text(desk, *page)) == is_blind, page


def test_an_admin_who_opens_no_record_is_told_whom_to_ask(clinic):
    boss = people.signed_in(people.admin(clinic))
    pages = ["members", "practice_telling", "profile"]
    assert all(BANNER in text(boss, page) and "Ask a practitioner" in text(boss, page) for page in pages)
    beat(timedelta(0))
    assert not any(BANNER in text(boss, page) for page in pages)


def test_patients_read_nothing_of_it_where_nobody_is_to_be_told(phone, ana, noor):
    logged(pen(ana, days_ago=3, by=noor), 3)
    page = text(phone, "today")
    assert BANNER not in page and CANNOT not in page


@pytest.mark.parametrize("was_sent", [False, True])
@pytest.mark.parametrize(("ago", "is_blind"), BEATS)
def test_patients_whose_clinic_was_or_is_being_told_are_asked_to_call(phone, ana, noor, was_sent, ago, is_blind):
    logged(pen(ana, days_ago=3, by=noor), 3, pain=3, signs=["pus"])
    if was_sent:
        Delivery.objects.update(sent_at=timezone.now())
    beat(ago)
    for page in (("today",), ("entry", Entry.objects.get().pk)):
        read = text(phone, *page)
        assert (CANNOT in read and "call them." in read and "tel:02079460123" in read) == is_blind
        assert ("We are alerting your clinic." in read) == (not is_blind and not was_sent)
        assert ("We alerted your clinic" in read) == was_sent
    people.signed_in(noor).get(reverse("patient", args=[ana.pk]))
    assert CANNOT not in text(phone, "today")


WHOM = [  # what is open, whether the clinic is; whom to call instead
    ({"signs": ["pus"], "pain": 3}, True, 'call them. <a href="tel:02079460123">', "If they don’t answer, call 111."),
    ({"signs": ["pus"], "pain": 3}, False, "Please don’t wait for us: call 111.", ""),
    ({"signs": ["trouble_breathing"]}, True, "Please don’t wait for us: call 999.", ""),
    ({"signs": ["trouble_breathing"]}, False, "Please don’t wait for us: call 999.", ""),
]


@pytest.mark.parametrize("was_sent", [False, True])
@pytest.mark.parametrize(("reported", "is_open", "call", "then"), WHOM)
def test_whoever_answers_now_is_called_and_in_an_emergency_nobody_else(
    phone, ana, noor, clinic, was_sent, reported, is_open, call, then
):
    opens = {str(weekday): [["00:00", "00:00"]] for weekday in range(7)}
    tomorrow = str((timezone.now() + timedelta(days=2)).weekday())
    clinic.week = opens if is_open else {tomorrow: [["09:00", "18:00"]]}
    clinic.save()
    logged(pen(ana, days_ago=3, by=noor), 3, **reported)
    if was_sent:
        Delivery.objects.update(sent_at=timezone.now())
    read = text(phone, "entry", Entry.objects.get().pk)
    said = read[read.index(CANNOT) :][:600]
    assert call in said and then in said
    assert read.index('class="button act') < read.index(CANNOT)  # the call itself stands first


def test_messages_to_the_clinic_are_not_said_to_be_read_meanwhile(phone, ana, noor, clinic):
    clinic.week = {str(weekday): [["00:00", "00:00"]] for weekday in range(7)}
    clinic.answers_within = 2
    clinic.save()
    pen(ana, days_ago=3, by=noor)
    page = text(phone, "conversation")
    assert CANNOT in page and "They usually read" not in page
    beat(timedelta(0))
    page = text(phone, "conversation")
    assert CANNOT not in page and "They usually read" in page


@pytest.mark.parametrize(("ago", "told"), [(None, "not_told"), (timedelta(0), "on_its_way")])
def test_programs_are_told_so_as_well(ana, noor, ago, told):
    beat(ago)
    answer = put_entry(program(ana), pen(ana, days_ago=3, by=noor), INFECTED)
    assert (answer.status_code, answer.json()["clinic"]["told"]) == (201, told)


def test_what_lies_untried_is_not_said_to_be_on_its_way(phone, ana, noor):
    logged(pen(ana, days_ago=3, by=noor), 3, pain=3, signs=["pus"])
    beat(timedelta(0))
    assert "We are alerting your clinic." in text(phone, "today")
    Delivery.objects.update(not_before=timezone.now() - 2 * MINUTE)
    page = text(phone, "today")
    assert "We could not reach your clinic." in page and "alerting" not in page


def test_whoever_has_it_is_named_even_if_no_message_arrived(phone, desk, ana, noor):
    logged(pen(ana, days_ago=3, by=noor), 3, pain=3, signs=["pus"])
    beat(timedelta(0))
    Delivery.objects.update(failed_at=timezone.now())
    assert "We could not reach your clinic." in text(phone, "today")
    desk.get(reverse("patient", args=[ana.pk]))
    page = text(phone, "today")
    assert "Dr Noor read it" in page.replace("</strong>", "") and "could not reach" not in page


def test_no_page_writes_that_the_worker_is_silent(desk, phone, ana, noor):
    pen(ana, days_ago=3, by=noor)
    pages = [(desk, "queue"), (desk, "profile"), (phone, "today"), (Client(), None)]
    with CaptureQueriesContext(connection) as statements:
        for browser, page in pages:
            browser.get(reverse(page) if page else "/workerz")
    assert not [s["sql"] for s in statements if "workerbeat" in s["sql"] and not s["sql"].startswith("SELECT")]


def test_another_clinic_s_messages_that_wait_are_no_news_to_this_one(desk, clinic):
    other = people.practitioner(people.practice("Northgate Clinic"), "Dr North")
    sarah = people.patient(other.membership.practice, "Sarah Moss")
    logged(pen(sarah, days_ago=3, by=other), 3, pain=3, signs=["pus"])
    Delivery.objects.update(created_at=timezone.now() - timedelta(hours=1))
    waiting = "Messages have been waiting since"
    assert waiting in text(people.signed_in(other), "queue") and waiting not in text(desk, "queue")
