"""Who manages a practice's people, and what a change ends."""

import re
from datetime import timedelta
from io import StringIO

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from accounts import members
from accounts.models import AccountMail, AuditRecord, Invitation
from tests import people
from tests.pages.html import select, text_of

pytestmark = pytest.mark.django_db
LIST, INVITE, LOGIN = "/practice/members/", "/practice/members/invite/", "/accounts/login/"


@pytest.fixture
def boss(clinic):
    return people.admin(clinic)


def page_of(person) -> str:
    return f"{LIST}{person.memberships.get().pk}/"


def removal_of(person) -> str:
    return f"{page_of(person)}remove/"


def test_an_admin_sees_who_works_here_and_who_is_invited(clinic, boss):
    people.dr_noor(clinic)
    browser = people.signed_in(boss)
    answer = browser.post(INVITE, {"email": "Lee@Example.org", "is_practitioner": "on"}, follow=True)
    assert b"noor@larkfield.example" in answer.content
    assert b"lee@example.org" in answer.content
    assert AccountMail.objects.get().to == "lee@example.org"


def test_a_removed_member_is_out_at_once_and_their_page_is_gone(boss, noor):
    path = page_of(noor)
    browser = people.signed_in(boss)
    assert select(browser.get(path), f"a[@href='{removal_of(noor)}']")
    people.practitioner(noor.membership.practice, "Wei Chen")
    removal = removal_of(noor)
    assert browser.post(removal, {"successor": "everybody"}).status_code == 302
    assert browser.get(removal).status_code == 404
    assert not noor.memberships.current().exists()
    assert browser.get(path).status_code == 404


def test_roles_are_changed_and_nobody_is_left_without_one(boss, noor):
    browser = people.signed_in(boss)
    answer = browser.post(page_of(noor), {})
    assert answer.status_code == 422
    assert b"Choose at least one." in answer.content
    browser.post(page_of(noor), {"is_admin": "on"})
    member = noor.memberships.get()
    assert (member.is_practitioner, member.is_admin) == (False, True)


def test_the_last_admin_stays(clinic, boss):
    browser = people.signed_in(boss)
    for path, fields in ((removal_of(boss), {}), (page_of(boss), {"is_practitioner": "on"})):
        answer = browser.post(path, fields)
        assert answer.status_code == 422
        assert b"A clinic needs an admin" in answer.content
    with pytest.raises(members.LastAdmin):
        members.remove_member(boss.memberships.get(), timezone.now())
    assert boss.memberships.get().is_admin


def test_an_invitation_is_taken_back(clinic, boss):
    browser = people.signed_in(boss)
    browser.post(INVITE, {"email": "lee@example.org", "is_admin": "on"})
    invitation = Invitation.objects.get()
    for sentence in (b"no longer works", b"was already used or withdrawn"):
        answer = browser.post(f"/practice/invitations/{invitation.pk}/withdraw/", follow=True)
        assert sentence in answer.content
    assert not Invitation.objects.open(timezone.now()).exists()


@pytest.mark.parametrize(
    "email", ["", "nobody", "a" * 250 + "@example.org", "a@b\x00.org", "x@example.org\r\nBcc: y@z.org"]
)
def test_an_address_that_is_none_is_refused_beside_its_field_and_what_was_chosen_stays(boss, email):
    answer = people.signed_in(boss).post(INVITE, {"email": email, "is_admin": "on"})
    assert answer.status_code == 422
    assert b'id="id_email_error"' in answer.content
    assert re.search(rb'id="id_is_admin"[^>]* checked', answer.content)
    assert not AccountMail.objects.exists()


@pytest.mark.parametrize(
    ("page", "fields"), [(removal_of, {"successor": "nobody_left"}), (page_of, {"is_practitioner": "on"})]
)
def test_what_a_former_admin_sent_out_lets_no_colleague_in(clinic, boss, page, fields):
    former = people.practitioner(clinic, "Dr Former", admin=True)
    people.signed_in(former).post(INVITE, {"email": "second.self@example.org", "is_practitioner": "on"})
    link = re.search(r"/join/[\w-]+/", AccountMail.objects.get().body)[0]
    people.signed_in(boss).post(page(former), fields)
    second = people.user("Second", "second.self@example.org")
    browser = people.signed_in(second)
    assert browser.get(link).status_code == browser.post(link).status_code == 404
    assert not second.memberships.exists()
    assert b"second.self" not in people.signed_in(boss).get(LIST).content


def test_who_works_here_already_is_not_invited_again_and_who_works_elsewhere_is(clinic, boss):
    people.dr_noor(clinic)
    people.dr_okafor()
    browser = people.signed_in(boss)
    answer = browser.post(INVITE, {"email": "Noor@larkfield.example", "is_admin": "on"})
    assert answer.status_code == 422
    assert "They work here already." in answer.content.decode()
    assert not Invitation.objects.exists()
    assert browser.post(INVITE, {"email": "okafor@otherwhere.example", "is_admin": "on"}).status_code == 302


STAYS = {"is_practitioner": "You are still a practitioner.", "is_admin": "You are still an admin."}
GAINED = {"is_practitioner": "You are a practitioner now:", "is_admin": "You are an admin now:"}
LOST = {"is_practitioner": "You are no longer a practitioner:", "is_admin": "You are no longer an admin:"}
NO_HEALTH_WORD = ("patient", "skin", "symptom", "photo", "needling", "larkfield")


@pytest.mark.parametrize(
    ("had", "has", "on_the_page"),
    [
        ("is_practitioner", "is_practitioner is_admin", "you are a practitioner and an admin now."),
        ("is_admin", "is_practitioner is_admin", "you are a practitioner and an admin now."),
        ("is_practitioner is_admin", "is_practitioner", "you are a practitioner now, and no admin."),
        ("is_practitioner is_admin", "is_admin", "you are an admin now, and open no records."),
        ("is_practitioner", "is_admin", "you are an admin now, and open no records."),
        ("is_admin", "is_practitioner", "you are a practitioner now, and no admin."),
    ],
)
def test_a_member_is_told_by_mail_and_once_on_a_page_what_they_may_do_now(clinic, boss, had, has, on_the_page):
    lee = people.user("Lee", "lee@larkfield.example")
    clinic.memberships.create(user=lee, **{role: role in had for role in STAYS})
    people.signed_in(lee)
    people.signed_in(boss).post(page_of(lee), dict.fromkeys(has.split(), "on"))
    mail = AccountMail.objects.get()
    assert mail.to == lee.email and mail.body.startswith("Mr Price has changed what you may do")
    for role in STAYS:
        said = {words[role] for words in (STAYS, GAINED, LOST) if words[role] in mail.body}
        before, after = role in had.split(), role in has.split()
        assert said == ({(STAYS if before else GAINED)[role]} if after else {LOST[role]} if before else set())
    assert not [word for word in NO_HEALTH_WORD if word in f"{mail.subject} {mail.body}".lower()]
    browser = Client()
    browser.post(LOGIN, {"login": lee.email, "password": people.PASSWORD})
    first, second = browser.get("/account/"), browser.get("/account/")
    assert on_the_page in text_of(first) and on_the_page not in text_of(second)
    again = Client()
    again.post(LOGIN, {"login": lee.email, "password": people.PASSWORD})
    assert on_the_page not in text_of(again.get("/account/"))


def test_whoever_is_removed_is_told_by_whom_and_reads_it_when_they_sign_in(clinic, boss):
    both = people.practitioner(clinic, "Dr Both", admin=True)
    people.signed_in(both)
    people.signed_in(boss).post(removal_of(both), {"successor": "nobody_left"})
    mail = AccountMail.objects.get()
    assert mail.to == both.email and mail.body.startswith("Mr Price has removed you from your clinic’s members")
    assert not [word for word in NO_HEALTH_WORD if word in f"{mail.subject} {mail.body}".lower()]
    browser = Client()
    answer = browser.post(LOGIN, {"login": both.email, "password": people.PASSWORD}, follow=True)
    assert "You no longer work at Larkfield Skin Clinic" in text_of(answer)


def test_nobody_is_mailed_what_they_did_to_themselves_or_what_stays_as_it_was(clinic, boss):
    both = people.practitioner(clinic, "Dr Both", admin=True)
    browser = people.signed_in(both)
    browser.post(page_of(both), {"is_practitioner": "on", "is_admin": "on"})
    browser.post(page_of(both), {"is_admin": "on"})
    assert not both.memberships.get().is_practitioner
    browser.post(removal_of(both), {"successor": "nobody_left"})
    assert not both.memberships.current().exists() and not AccountMail.objects.exists()


def with_password(person) -> Client:
    browser = Client()
    browser.post("/accounts/login/", {"login": person.email, "password": people.PASSWORD, "remember": "own"})
    return browser


def test_an_admin_signs_a_colleague_out_everywhere_and_whoever_runs_the_server_everybody(clinic, boss, noor, ana):
    there, phone, member = with_password(noor), with_password(ana.user), noor.memberships.get()
    token = people.token_of(noor)
    page = people.signed_in(boss).post(f"/practice/members/{member.pk}/sign-out/", follow=True)
    assert f"{noor} was signed out on all devices." in text_of(page)
    assert there.get("/practice/").status_code == 302
    headers = {"Authorization": f"Token {token}"}
    assert Client().get("/api/v1/alerts/", headers=headers).status_code == 401
    assert f"{boss}, an admin of your clinic, signed you out" in AccountMail.objects.get(to=noor.email).body
    assert AuditRecord.objects.filter(user=boss, thing=noor.pk, what="ended somebody’s sessions").exists()
    assert people.signed_in(noor).get("/practice/").status_code == 200
    for wrong in ({}, {"email": "nobody@larkfield.example"}, {"email": noor.email, "all": True}):
        with pytest.raises(CommandError):
            call_command("end_sessions", **wrong)
    call_command("end_sessions", ana.user.email, stdout=StringIO())
    assert phone.get("/today/").status_code == 302
    both = [with_password(person) for person in (noor, ana.user)]
    call_command("end_sessions", all=True, stdout=StringIO())
    assert [browser.get("/account/").status_code for browser in both] == [302, 302]


def test_ending_a_colleague_s_sessions_asks_who_is_there(boss, noor):
    there, desk = with_password(noor), with_password(boss)
    with time_machine.travel(timezone.now() + timedelta(minutes=6)):
        answer = desk.post(f"/practice/members/{noor.memberships.get().pk}/sign-out/")
    assert "/reauthenticate/" in answer["Location"] and there.get("/practice/").status_code == 200
