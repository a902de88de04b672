"""T10: no answer tells whether an address is known, by its bytes, its work, or what the mail server does."""

import re
from collections import Counter

import pytest
from allauth.account.models import EmailAddress
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.allauth_forms import SignupForm
from accounts.hashers import Argon2
from accounts.models import AccountMail, User
from tests import people

pytestmark = pytest.mark.django_db

KNOWN, STRANGER = "ana.marrowby@example.org", "eva.borrowdam@example.net"
PASSWORD = "a new one for this test"


class CountingArgon2(Argon2):
    """The real hasher, made small, that counts how often it works."""

    time_cost, memory_cost, parallelism = 1, 8, 1
    worked = 0

    def encode(self, *args, **kwargs):
        CountingArgon2.worked += 1
        return super().encode(*args, **kwargs)

    def verify(self, *args, **kwargs):
        CountingArgon2.worked += 1
        return super().verify(*args, **kwargs)


@pytest.fixture(autouse=True)
def ana_has_an_account_and_the_mail_server_is_down(settings):
    settings.PASSWORD_HASHERS = [f"{__name__}.CountingArgon2"]
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9  # nobody listens there
    people.ana()


def shapes(queries) -> Counter:
    """How often each statement ran, without what was filled in and without where a transaction began and ended."""
    texts = [re.sub(r"'[^']*'|\b\d+\b|%s|NULL", "?", query["sql"]) for query in queries]
    return Counter(text for text in texts if "SAVEPOINT" not in text)


def ask(browser: Client, path: str, email: str, **fields) -> dict:
    """What somebody sees who asks about an address, and what the server did, without what names the address."""
    browser.get(path)
    CountingArgon2.worked = 0
    before = AccountMail.objects.count()
    with CaptureQueriesContext(connection) as captured:
        answer = browser.post(path, {"email": email, "login": email, **fields})
    statements = shapes(captured.captured_queries)  # the next request forgets them
    assert any(email in query["sql"] for query in captured.captured_queries)
    pages = [answer]
    if answer.status_code == 302:
        pages.append(browser.get(answer["Location"]))
    seen = [
        (
            page.status_code,
            page.get("Location"),
            sorted(set(page.headers) - {"Content-Length"}),
            re.sub(rb'name="csrfmiddlewaretoken" value="\w+"', b"", page.content).replace(email.encode(), b"ADDRESS"),
        )
        for page in pages
    ]
    return {
        "seen": seen,
        "hashes": CountingArgon2.worked,
        "statements": statements,
        "mails": AccountMail.objects.count() - before,
    }


@pytest.mark.parametrize("confirmed", [True, False], ids=["confirmed", "unconfirmed"])
@pytest.mark.parametrize(
    ("path", "fields", "hashes", "mails"),
    [
        ("/accounts/login/", {"password": PASSWORD}, 1, 0),
        ("/accounts/login/", {"password": "drei kleine graue Zw\u00f6lfe"}, 2, 0),
        ("/accounts/signup/", {"name": "Somebody", "password1": PASSWORD}, 1, 1),
        ("/accounts/password/reset/", {}, 0, 1),
    ],
)
def test_a_known_address_and_a_strangers_get_the_same_answer_for_the_same_work(path, fields, hashes, mails, confirmed):
    EmailAddress.objects.update(verified=confirmed)
    known = ask(Client(REMOTE_ADDR="203.0.113.7"), path, KNOWN, **fields)
    stranger = ask(Client(REMOTE_ADDR="198.51.100.8"), path, STRANGER, **fields)
    assert known["seen"] == stranger["seen"]
    assert known["hashes"] == stranger["hashes"] == hashes
    assert known["mails"] == stranger["mails"] == mails
    assert known["statements"] == stranger["statements"]


def test_asking_twice_tells_no_more_than_asking_once():
    fields = {"name": "Somebody", "password1": PASSWORD}
    answers = []
    for email in (KNOWN, STRANGER, KNOWN, STRANGER):
        answers.append(ask(Client(), "/accounts/signup/", email, **fields)["seen"])
    assert answers[0] == answers[1] == answers[2] == answers[3]


def test_an_address_taken_between_look_up_and_writing_is_answered_like_one_taken_before(monkeypatch):
    monkeypatch.setattr(SignupForm, "validate_unique_email", lambda form, value: value)
    answer = ask(Client(), "/accounts/signup/", KNOWN, name="Somebody", password1=PASSWORD)
    assert [page[0] for page in answer["seen"]] == [302, 200]
    assert User.objects.count() == 1


def test_inviting_a_colleague_does_not_tell_the_admin_who_has_an_account():
    browser = people.signed_in(people.admin(people.practice()))
    known, stranger = (ask(browser, "/practice/members/invite/", email, is_admin="on") for email in (KNOWN, STRANGER))
    assert known["mails"] == stranger["mails"] == 1
    assert known["statements"] == stranger["statements"]
    assert known["seen"][0] == stranger["seen"][0]


def test_only_the_mailbox_learns_that_there_is_an_account_already():
    browser = Client()
    browser.post("/accounts/signup/", {"name": "Somebody", "email": KNOWN, "password1": PASSWORD})
    letter = AccountMail.objects.get()
    assert letter.to == KNOWN
    assert "There is one already" in letter.body
    assert User.objects.get(email=KNOWN).check_password(people.PASSWORD)
