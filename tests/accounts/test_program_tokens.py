"""Tokens for programs: made by who is there, shown once, kept as hashes, named, scoped, ending, ended one by one."""

import re
import sqlite3
from datetime import timedelta

import pytest
import time_machine
from django.db import connection, transaction
from django.db.utils import IntegrityError, OperationalError
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts import program_tokens
from accounts.models import AccountMail, AuditRecord, ProgramToken
from accounts.program_tokens import make_token, tell_of_ends
from tests import people
from tests.pages.html import select, text_of, words

pytestmark = pytest.mark.django_db

MAKE = reverse("token_make")
OWN = {"token-name": "my watch", "token-days": "30"}
READ = {**OWN, "token-scope": "practice_read"}


def calls(token: str, path: str = "/api/v1/treatments/", method: str = "get", **more):
    """The answer to a program with this token."""
    return getattr(Client(), method)(path, headers={"Authorization": f"Token {token}"}, **more)


def shown(answer) -> str:
    """The token that the page shows."""
    return re.search(r"<code>(mendline_[0-9a-f]{64})</code>", answer.content.decode())[1]


def audited() -> list[str]:
    """What the audit says was done about tokens."""
    about = AuditRecord.objects.filter(what__contains="token", thing__isnull=False)
    return list(about.order_by("id").values_list("what", flat=True))


def test_a_token_is_made_after_showing_who_is_there_and_shown_once():
    ana = people.ana().user
    browser = Client()
    with time_machine.travel(timezone.now() - timedelta(minutes=6)):
        browser.post("/accounts/login/", {"login": ana.email, "password": people.PASSWORD})
    asked = browser.post(MAKE, OWN)
    assert "/accounts/reauthenticate/" in asked["Location"] and not ProgramToken.objects.exists()
    made = browser.post(asked["Location"], {"password": people.PASSWORD})
    token = shown(made)
    assert "no-store" in made["Cache-Control"]
    assert token not in browser.get(reverse("profile")).content.decode()
    assert calls(token).status_code == 200
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM accounts_programtoken")
        assert token[20:] not in repr(cursor.fetchall())
    assert audited() == ["made a token for programs"]


def test_the_account_lists_each_token_with_what_it_may_its_end_and_its_last_use(noor):
    browser = people.signed_in(noor)
    token = shown(browser.post(MAKE, READ))
    browser.post(MAKE, {**READ, "token-name": "lab", "token-scope": "practice_act", "token-days": "365"})
    page = text_of(browser.get(reverse("profile")))
    assert all(asked in page for asked in ("What is it for?", "What may it do?", "When does it end?"))
    assert "Only read what I may read at the clinic" in page and page.count("Not used yet.") == 2
    calls(token, "/api/v1/alerts/")
    page = text_of(browser.get(reverse("profile")))
    assert "Last used" in page and page.count("Not used yet.") == 1, page
    assert "End it : my watch" in page
    ends = {row.name: (row.expiry - timezone.now()).days for row in ProgramToken.objects.all()}
    assert ends == {"my watch": 29, "lab": 364}


def test_one_token_is_ended_and_the_others_and_those_of_others_go_on(ana, noor):
    first, second, hers = people.token_of(noor), people.token_of(noor), people.token_of(ana.user)
    id = ProgramToken.objects.filter(user=noor).earliest("created").pk
    assert people.signed_in(ana).post(reverse("token_end", args=[id])).status_code == 404
    assert calls(first).status_code == 200
    assert people.signed_in(noor).post(reverse("token_end", args=[id])).status_code == 302
    assert [calls(token).status_code for token in (first, second, hers)] == [401, 200, 200]
    assert audited() == ["ended a token for programs"]


def test_ending_all_sessions_is_written_down_for_each_token(noor):
    people.token_of(noor)
    people.token_of(noor)
    program_tokens.end_tokens(noor)
    assert audited() == ["a token for programs ended with the sessions"] * 2 and not ProgramToken.objects.exists()


def test_a_token_works_until_its_end_and_not_a_second_longer(ana):
    token, now = people.token_of(ana.user, days=30), timezone.now()
    ProgramToken.objects.update(expiry=now + timedelta(days=30))
    with time_machine.travel(now + timedelta(days=30, seconds=-1), tick=False):
        assert calls(token).status_code == 200
    with time_machine.travel(now + timedelta(days=30), tick=False):
        answer = calls(token)
    assert answer.status_code == 401 and "It may have ended" in answer.json()["detail"]
    with pytest.raises(IntegrityError, match="a_program_token_ends"), transaction.atomic():
        ProgramToken.objects.update(expiry=None)


@pytest.mark.parametrize(
    "header", ["Token", "Token a b", "Token zq9", "Token \xff\xfe", "Token " + "a" * 4000, "Token mendline_" + "0" * 64]
)
def test_what_is_no_token_is_refused_as_such(header):
    answer = Client().get("/api/v1/treatments/", headers={"Authorization": header})
    assert answer.status_code == 401 and answer.headers["WWW-Authenticate"] == "Token"


def test_the_hash_that_is_kept_is_no_token(ana):
    people.token_of(ana.user)
    kept = ProgramToken.objects.get()
    assert [calls(kept.digest).status_code, calls(kept.token_key).status_code] == [401, 401]


WRONG = {
    "no name": {"token-name": " "},
    "a long name": {"token-name": "x" * 61},
    "a scope of others": {"token-scope": "own"},
    "no scope": {"token-scope": ""},
    "no end": {"token-days": ""},
    "another end": {"token-days": "3650"},
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
def test_a_form_that_is_wrong_makes_nothing_and_keeps_what_was_typed(noor, wrong):
    answer = people.signed_in(noor).post(MAKE, {**READ, **wrong})
    assert answer.status_code == 422 and b"thing to correct" in answer.content and b'class="error"' in answer.content
    assert not ProgramToken.objects.exists()


def test_a_name_is_taken_once_so_that_sending_the_page_again_makes_no_second_token(ana):
    browser = people.signed_in(ana)
    browser.post(MAKE, OWN)
    again = browser.post(MAKE, OWN)
    assert again.status_code == 422 and "You have a token of this name." in text_of(again)
    assert ProgramToken.objects.count() == 1


def test_there_is_an_end_to_how_many_one_person_has(ana, monkeypatch):
    monkeypatch.setattr(program_tokens, "MOST_TOKENS", 1)
    browser = people.signed_in(ana)
    assert browser.post(MAKE, OWN).status_code == 200
    assert "End one first" in text_of(browser.post(MAKE, {**OWN, "token-name": "other"}))


def test_who_reads_no_record_is_offered_none(clinic):
    browser = people.signed_in(people.admin(clinic))
    assert "For programs" not in text_of(browser.get(reverse("profile")))
    assert browser.post(MAKE, READ).status_code == 404


def test_most_calls_cost_no_statement_more_and_the_last_use_is_an_hour_old_at_most(ana):
    token, now = people.token_of(ana.user), timezone.now()
    written = []
    for minutes in (0, 59, 61, 62):
        moment = now + timedelta(minutes=minutes)
        with time_machine.travel(moment, tick=False), CaptureQueriesContext(connection) as statements:
            calls(token)
        about = [statement["sql"] for statement in statements if "accounts_programtoken" in statement["sql"]]
        written.append(len(about) - 1)
    assert written == [0, 0, 1, 0]
    assert ProgramToken.objects.get().used_at == now + timedelta(minutes=61)


def test_a_database_that_takes_no_writes_keeps_no_program_out(ana, monkeypatch):
    token = people.token_of(ana.user, used_at=timezone.now() - timedelta(days=1))

    def refuse(*args, **kwargs):
        busy = sqlite3.OperationalError("database is locked")
        busy.sqlite_errorcode = sqlite3.SQLITE_BUSY
        raise OperationalError(str(busy)) from busy

    monkeypatch.setattr("django.db.models.query.QuerySet.update", refuse)
    assert calls(token).status_code == 200


def test_the_owner_is_told_a_week_before_one_ends_once_and_ended_ones_are_folded_away(ana):
    now = timezone.now()
    for name, days in (("watch", 30), ("scale", 90)):
        make_token(ana.user, name=name, scope="own", days=days, now=now)
    week = timedelta(days=7)
    assert tell_of_ends(now + timedelta(days=30) - week - timedelta(minutes=1)) == 0
    assert [tell_of_ends(now + timedelta(days=30) - week + timedelta(minutes=1)) for _ in range(2)] == [1, 0]
    letter = AccountMail.objects.get(to=ana.user.email)
    assert "Your token “watch”" in letter.body and "scale" not in letter.body
    browser = people.signed_in(ana)
    assert "has ended" not in text_of(browser.get("/account/"))
    with time_machine.travel(now + timedelta(days=31)):
        page = people.signed_in(ana).get("/account/")
    (ended,) = select(page, "details/div/details")
    assert "1 token has ended" in words(ended) and "watch" in words(ended) and "scale" not in words(ended)


def test_ended_tokens_leave_room_for_new_ones(ana, monkeypatch):
    monkeypatch.setattr(program_tokens, "MOST_TOKENS", 1)
    now = timezone.now()
    make_token(ana.user, name="old", scope="own", days=30, now=now - timedelta(days=31))
    assert make_token(ana.user, name="new", scope="own", days=30, now=now)
