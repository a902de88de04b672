"""A page that stayed open while its reader signed out (and in again) in another window: what it sends is not lost.

The browser here checks the guard against forgeries, as in life; both "windows" share its cookies.
"""

import re

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from accounts.models import User
from accounts.web import unsent_forms
from symptoms.models import Entry
from tests import people
from tests.pages.html import held, text_of
from tests.pages.patient.log_page import typed
from tests.treatments import pen

pytestmark = pytest.mark.django_db
LOG, LOGIN, LOGOUT = "/log/", "/accounts/login/", "/accounts/logout/"
FOREIGN = {"HTTP_ORIGIN": "https://elsewhere.example"}


@pytest.fixture
def ana(clinic):
    ana = people.ana(clinic)
    pen(ana, days_ago=3)
    return ana.user


@pytest.fixture
def browser():
    return Client(enforce_csrf_checks=True)


def token_in(page) -> str:
    return re.search(rb'name="csrfmiddlewaretoken" value="(\w+)"', page.content)[1].decode()


def sign_in(browser: Client, person: User):
    token = token_in(browser.get(LOGIN))
    return browser.post(
        LOGIN, {"login": person.email, "password": people.PASSWORD, "remember": "own", "csrfmiddlewaretoken": token}
    )


def sign_out(browser: Client) -> None:
    assert browser.post(LOGOUT, {"csrfmiddlewaretoken": token_in(browser.get(LOGOUT))}).status_code == 302


def open_log(browser: Client) -> dict:
    """What the open page sends when it is filled in."""
    return typed(3, pain="2", note="It <throbs>.") | {"csrfmiddlewaretoken": token_in(browser.get(LOG))}


@pytest.fixture
def filled(browser, ana) -> dict:
    assert sign_in(browser, ana).status_code == 302
    return open_log(browser)


def is_offered(answer) -> bool:
    return b"not saved yet" in answer.content and b"It &lt;throbs&gt;." in answer.content


@pytest.mark.parametrize("times", [1, 2, 3])
def test_after_signing_in_again_it_is_offered_and_saved_with_one_tap(browser, ana, filled, times):
    for _ in range(times):
        sign_out(browser)
        sign_in(browser, ana)
    answer = browser.post(LOG, filled)
    assert answer.status_code == 403 and is_offered(answer) and f'action="{LOG}"' in answer.content.decode()
    assert "Pain 2" in text_of(answer)
    assert not Entry.objects.exists()  # it is the person who sends it
    again = held(answer) | {"csrfmiddlewaretoken": token_in(answer)}
    assert browser.post(LOG, again).status_code == 302
    assert Entry.objects.get().note == "It <throbs>."


def test_sent_while_signed_out_it_waits_for_the_same_person(browser, ana, filled):
    sign_out(browser)
    answer = browser.post(LOG, filled, follow=True)
    assert b"You were signed out." in answer.content and b"not saved yet" in answer.content
    waiting = [session.get_decoded() for session in Session.objects.all()]
    assert any(unsent_forms.TYPED in session for session in waiting) and "throbs" not in str(waiting)  # it lies sealed
    assert is_offered(sign_in(browser, ana))
    assert not Entry.objects.exists()


@pytest.mark.parametrize("sent", ["after", "between"])
def test_nobody_else_is_shown_it(browser, ana, filled, clinic, sent):
    eva = people.patient(clinic, "Eva")
    pen(eva, days_ago=3)
    sign_out(browser)
    if sent == "between":
        browser.post(LOG, filled)
    assert sign_in(browser, eva.user).status_code == 302
    if sent == "after":
        answer = browser.post(LOG, filled)
        assert answer.status_code == 403 and not is_offered(answer)
    sign_out(browser)
    assert sign_in(browser, ana).status_code == 302
    assert not is_offered(browser.post(LOG, filled))
    assert not Entry.objects.exists()


@pytest.mark.parametrize(
    ("guard", "more"),
    [
        ("", {}), ("x" * 64, {}), ("another's", {}), ("own", FOREIGN), ("own", {"HTTP_ORIGIN": "null"}),
        ("own", {"secure": True}), ("own", {"secure": True, "HTTP_REFERER": "https://elsewhere.example/"}),
    ],
)  # fmt: skip
@pytest.mark.parametrize("signed", ["out", "out and in"])
def test_a_forged_form_is_neither_offered_nor_kept(browser, ana, filled, clinic, signed, guard, more):
    if guard == "another's":
        other = Client(enforce_csrf_checks=True)
        sign_in(other, people.patient(clinic, "Eva").user)
        guard = token_in(other.get("/account/"))
    sign_out(browser)
    if signed == "out and in":
        sign_in(browser, ana)
    forged = {**filled, "csrfmiddlewaretoken": filled["csrfmiddlewaretoken"] if guard == "own" else guard}
    answer = browser.post(LOG, forged, **more)
    assert answer.status_code == 403 and not is_offered(answer)
    if signed == "out":
        assert sign_in(browser, ana).status_code == 302
    assert not Entry.objects.exists()


def test_a_form_that_brings_no_cookie_with_it_is_refused(browser, ana, filled):
    sign_out(browser)
    sign_in(browser, ana)
    answer = Client(enforce_csrf_checks=True).post(LOG, filled)  # as SameSite=Lax has a post from elsewhere come
    assert answer.status_code == 403 and not is_offered(answer)


def test_an_earlier_guard_opens_no_page_about_signing_in(browser, ana, filled):
    sign_out(browser)
    sign_in(browser, ana)
    guard = {"csrfmiddlewaretoken": filled["csrfmiddlewaretoken"]}
    change = {"oldpassword": people.PASSWORD, "password1": "another one for Ana", "password2": "another one for Ana"}
    for path, fields in (("/accounts/password/change/", change), (LOGOUT, {})):
        answer = browser.post(path, fields | guard)
        assert answer.status_code == 403 and b"another one" not in answer.content
    ana.refresh_from_db()
    assert ana.check_password(people.PASSWORD)


def test_guards_of_long_ago_are_forgotten(browser, ana, filled):
    for _ in range(unsent_forms.MOST_GUARDS + 1):
        sign_out(browser)
        sign_in(browser, ana)
    assert not is_offered(browser.post(LOG, filled))
