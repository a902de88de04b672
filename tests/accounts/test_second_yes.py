"""What takes two admins: a manager who wants to read, and letting in a colleague who lost all second factors."""

import re
from datetime import timedelta
from io import StringIO

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.invitations import accept, invite_member
from accounts.models import AccountMail, AuditRecord, SecondYes
from tests import people
from tests.people import signed_in

pytestmark = pytest.mark.django_db

MEMBERS = "/practice/members/"


@pytest.fixture
def price(clinic):
    """A manager, who reads no record."""
    return people.admin(clinic)


@pytest.fixture
def boss(clinic):
    """A second admin."""
    boss = people.practitioner(clinic, "Dr Boss", "boss@larkfield.example", admin=True)
    boss.memberships.update(joined_at=timezone.now() - timedelta(days=8))
    return boss


def wants_to_read(price):
    """She ticks "Practitioner" for herself."""
    member = price.memberships.get()
    return signed_in(price).post(f"{MEMBERS}{member.pk}/", {"is_practitioner": "on", "is_admin": "on"}, follow=True)


def answers(who, said: str = "yes") -> str:
    asked = SecondYes.objects.latest("asked_at")
    return signed_in(who).post(f"/practice/asks/{asked.pk}/", {"answer": said}, follow=True).content.decode()


def reads(person) -> bool:
    return signed_in(person).get("/practice/").status_code == 200


def test_a_manager_cannot_give_herself_the_sight_of_records(price, boss):
    assert "Another admin has to agree" in wants_to_read(price).content.decode()
    assert not reads(price)
    assert "not yours to agree to" in answers(price)
    assert not reads(price)
    letter = AccountMail.objects.get(subject__contains="needs your answer")
    assert letter.to == boss.email and "asks to be a practitioner" in letter.body
    assert "asks to be a practitioner" in signed_in(boss).get(MEMBERS).content.decode()
    answers(boss)
    assert reads(price)
    asked = SecondYes.objects.get()
    assert (asked.asked_by, asked.answered_by, asked.is_agreed) == (price, boss, True)


def test_no_is_no_and_a_week_is_too_late_and_the_same_is_asked_once(price, boss):
    wants_to_read(price)
    wants_to_read(price)
    assert SecondYes.objects.count() == 1
    answers(boss, "no")
    assert "answered already" in answers(boss)
    wants_to_read(price)
    with time_machine.travel(timezone.now() + timedelta(days=7, minutes=1)):
        assert "too old" in answers(boss)
    assert not reads(price)


def test_alone_she_asks_whoever_runs_the_server_which_is_written_down(price, clinic):
    assert "and there is none" in wants_to_read(price).content.decode()
    assert not SecondYes.objects.exists()
    call_command("make_practitioner", str(clinic.pk), price.email, stdout=StringIO())
    assert reads(price)
    assert SecondYes.objects.get().asked_by is None
    with pytest.raises(CommandError):
        call_command("make_practitioner", str(clinic.pk), "nobody@larkfield.example")


def test_an_admin_who_came_this_week_agrees_to_nothing_and_colleagues_hear_of_everybody_new(price, clinic, noor, boss):
    boss.memberships.update(joined_at=timezone.now() - timedelta(days=6, hours=23))
    assert "and there is none" in wants_to_read(price).content.decode()
    asked = SecondYes.objects.create(member=price.memberships.get(), about="sight", asked_by=price)
    assert "not yours to agree to" in answers(boss) and not reads(price)
    with time_machine.travel(timezone.now() + timedelta(hours=2)):
        answers(boss)
        assert reads(price) and SecondYes.objects.get(pk=asked.pk).is_agreed
    became = AccountMail.objects.filter(subject="A colleague on Mendline may do more now")
    assert [letter.to for letter in became] == [noor.email]
    assert f"({price.email}) is a practitioner of your clinic now" in became.get().body


def test_who_comes_by_an_invitation_is_named_to_all_but_who_invited_them(price, clinic, noor, boss):
    roles = {"is_practitioner": True, "is_admin": True}
    invite_member(clinic, "me2@elsewhere.example", **roles, by=price, now=timezone.now())
    token = re.search(r"/join/([^/\s]+)/", AccountMail.objects.get(to="me2@elsewhere.example").body)[1]
    second_self = people.user("Me Again", "me2@elsewhere.example")
    with transaction.atomic():
        assert accept(token, second_self, timezone.now())
    letters = AccountMail.objects.filter(subject="A colleague on Mendline may do more now")
    assert {letter.to for letter in letters} == {noor.email, boss.email}
    for said in ("(me2@elsewhere.example) is a practitioner", "is an admin of your clinic now", f"{price} saw to it."):
        assert all(said in letter.body for letter in letters), said


def test_who_is_removed_meanwhile_gets_nothing(price, boss, clinic):
    wants_to_read(price)
    clinic.memberships.filter(user=price).update(removed_at=timezone.now())
    assert "not yours" in answers(boss)
    assert not reads(price)


def test_the_database_lets_nobody_agree_to_what_they_asked(price):
    asked = SecondYes(member=price.memberships.get(), about="sight", asked_by=price, answered_by=price, is_agreed=True)
    with pytest.raises(IntegrityError), transaction.atomic():
        asked.save()


def test_a_colleague_who_lost_all_factors_is_let_in_by_two_admins_and_by_their_own_mail(price, boss, noor, clinic):
    TOTP.activate(noor, generate_totp_secret())
    signed_in(price).post(f"{MEMBERS}{noor.memberships.get().pk}/let-in/")
    assert Authenticator.objects.filter(user=noor).exists()
    answers(price)
    signed_in(noor).post(f"/practice/asks/{SecondYes.objects.get().pk}/", {"answer": "yes"})
    assert Authenticator.objects.filter(user=noor).exists(), "one admin, or oneself, is not enough"
    answers(boss)
    assert not Authenticator.objects.filter(user=noor).exists()
    noor.refresh_from_db()
    assert not noor.has_usable_password()
    assert "choose a new password" in AccountMail.objects.get(to=noor.email).body
    let_in = AuditRecord.objects.get(what="let in somebody who lost passkey and codes")
    assert (let_in.user, let_in.practice, let_in.thing) == (boss, clinic, noor.pk)
