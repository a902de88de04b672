"""A session that nobody uses ends, says so on the sign-in page, and what was being sent is not lost."""

from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Invitation
from symptoms.models import Note
from tests import people
from tests.pages.html import held
from tests.treatments import pen

pytestmark = pytest.mark.django_db
LOGIN = "/accounts/login/"


@pytest.fixture
def clock():
    with time_machine.travel(timezone.now(), tick=False) as moved:
        yield moved


def sign_in(person, browser: Client | None = None):
    browser = browser or Client()
    answer = browser.post(LOGIN, {"login": person.email, "password": people.PASSWORD, "remember": "own"})
    return browser, answer


def session_writes(call) -> int:
    with CaptureQueriesContext(connection) as captured:
        call()
    return sum(q["sql"].startswith('UPDATE "django_session"') for q in captured)


@pytest.mark.parametrize(("who", "longest", "words"), [("member", 30, "30 minutes"), ("patient", 14 * 1440, "14 days")])
def test_it_ends_after_the_longest_time_without_use_and_the_sign_in_page_says_so(clinic, clock, who, longest, words):
    person = people.dr_noor(clinic) if who == "member" else people.ana().user
    browser, _ = sign_in(person)
    clock.shift(timedelta(minutes=longest - 1))
    assert browser.get("/account/").status_code == 200  # and from here it counts anew
    clock.shift(timedelta(minutes=longest))
    answer = browser.get("/account/", follow=True)
    assert answer.redirect_chain[0][0].startswith(f"{LOGIN}?next=/account/")
    assert f"signed out after {words} without use" in answer.content.decode()
    assert "not saved yet" not in answer.content.decode()


def test_a_use_is_written_down_once_a_minute_and_a_patients_hardly_ever(clinic, clock):
    noor, _ = sign_in(people.dr_noor(clinic))
    ana, _ = sign_in(people.ana().user)
    for browser in (noor, ana):
        assert session_writes(lambda browser=browser: browser.get("/account/")) == 0
    clock.shift(timedelta(seconds=61))
    assert [session_writes(lambda: noor.get("/account/")) for _ in range(3)] == [1, 0, 0]
    clock.shift(timedelta(hours=10))
    assert session_writes(lambda: ana.get("/account/")) == 0


def test_a_list_that_brings_itself_up_to_date_keeps_nobody_signed_in(clinic, clock):
    browser, _ = sign_in(people.dr_noor(clinic))
    for address in ("/practice/", "/practice/live/") * 14:
        clock.shift(timedelta(minutes=1))
        assert browser.get(address, headers={"X-By-Itself": "1"}).status_code == 200
    clock.shift(timedelta(minutes=2))
    for address in ("/practice/live/", "/practice/"):
        assert browser.get(address, headers={"X-By-Itself": "1"})["Location"].startswith(LOGIN)


@pytest.mark.parametrize(("address", "status"), [("/help/", 200), ("/account/", 302), ("/api/v1/alerts/", 401)])
def test_where_a_session_is_over_each_address_answers_as_for_strangers(noor, clock, address, status):
    browser, _ = sign_in(noor)
    clock.shift(timedelta(minutes=31))
    assert browser.get(address).status_code == status


def test_what_was_typed_waits_and_is_saved_with_one_tap_after_signing_in(clock, noor, ana):
    treatment = pen(ana, days_ago=3, by=noor)
    browser, _ = sign_in(noor)
    clock.shift(timedelta(minutes=31))
    path = f"/practice/treatments/{treatment.pk}/notes/"
    note = {"id": str(uuid4()), "text": "Keep it <dry>."}
    signed_out = browser.post(path, note, follow=True)
    assert "not saved yet" in signed_out.content.decode()
    assert not Note.objects.exists()
    wrong = browser.post(LOGIN, {"login": noor.email, "password": "not the password"})
    assert "not saved yet" in wrong.content.decode()
    page = sign_in(noor, browser)[1]
    assert held(page, path) == {name: [value] for name, value in note.items()}
    browser.post(path, note)
    assert Note.objects.get().text == "Keep it <dry>."


def test_somebody_else_who_signs_in_there_sees_nothing_of_it(clinic, clock):
    noor, colleague = people.dr_noor(clinic, admin=True), people.practitioner(clinic, "Dr Chen")
    browser, _ = sign_in(noor)
    clock.shift(timedelta(minutes=31))
    browser.post("/practice/members/invite/", {"email": "eva@example.org", "is_admin": "on"})
    answer = sign_in(colleague, browser)[1]
    assert answer.status_code == 302
    browser.post("/accounts/logout/")
    assert sign_in(noor, browser)[1].status_code == 302  # gone for good
    assert not Invitation.objects.exists()


def test_a_forged_form_is_not_kept(clinic, clock):
    noor = people.dr_noor(clinic, admin=True)
    browser, _ = sign_in(noor, Client())
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = browser.cookies
    clock.shift(timedelta(minutes=31))
    assert strict.post("/practice/members/invite/", {"email": "eva@example.org"}).status_code == 403
    assert sign_in(noor, browser)[1].status_code == 302
