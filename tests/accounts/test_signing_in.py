"""T11 and T12: guessing is throttled, sessions end by themselves, and at once when a password or a role changes."""

import re
import unicodedata
from datetime import timedelta

import pytest
import time_machine
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from accounts import members
from accounts.invitations import invite_member
from accounts.models import AccountMail, ProgramToken, User
from symptoms.forms.handing_over import EVERYBODY
from tests import people

pytestmark = pytest.mark.django_db
LOGIN = "/accounts/login/"
SIGNUP = {"name": "Ana Marrowby", "email": "ana.marrowby@example.org"}


def sign_in(person: User, password: str = people.PASSWORD, **fields) -> Client:
    """A browser whose owner typed address and password into the page."""
    browser = Client(REMOTE_ADDR=fields.pop("REMOTE_ADDR", "203.0.113.7"))
    browser.answer = browser.post(LOGIN, {"login": person.email, "password": password, **fields})
    return browser


def is_in(browser: Client) -> bool:
    return browser.get("/account/").status_code == 200


def lasts(browser: Client) -> timedelta:
    return Session.objects.get(pk=browser.cookies[settings.SESSION_COOKIE_NAME].value).expire_date - timezone.now()


def test_an_address_is_confirmed_before_it_can_be_used_and_the_link_itself_lets_nobody_in():
    browser = Client()
    browser.post("/accounts/signup/", {"name": "Eva", "email": "Eva@Example.org", "password1": people.PASSWORD})
    eva = User.objects.get()
    assert (eva.email, eva.name) == ("eva@example.org", "Eva")
    assert not is_in(sign_in(eva))
    link = AccountMail.objects.first().body.partition("http://testserver")[2].split()[0]
    assert browser.get(link).status_code == 200
    assert not is_in(sign_in(eva))  # opening it (as a mail scanner does) confirms nothing
    assert browser.post(link).status_code == 302
    assert not is_in(browser)
    assert is_in(sign_in(eva))


def test_members_stay_for_12_hours_and_patients_for_30_days_whatever_they_do_meanwhile():
    noor, ana = people.dr_noor(people.practice()), people.ana()
    at_work, at_home = sign_in(noor, remember="own"), sign_in(ana.user, remember="own")
    never_closed = sign_in(noor)  # whose phone it is was not said
    assert timedelta(hours=11, minutes=59) < lasts(at_work) <= timedelta(hours=12)
    assert timedelta(days=29, hours=23) < lasts(at_home) <= timedelta(days=30)
    for minutes in [*range(25, 12 * 60, 25), 719]:
        with time_machine.travel(timezone.now() + timedelta(minutes=minutes)):
            assert is_in(at_work) and is_in(never_closed)
    with time_machine.travel(timezone.now() + timedelta(hours=12, minutes=1)):
        assert [is_in(browser) for browser in (at_work, never_closed, at_home)] == [False, False, True]


def test_on_a_shared_phone_the_cookie_goes_with_the_browser():
    ana = people.ana()
    for unknown in ({}, {"remember": "shared"}):
        assert sign_in(ana.user, **unknown).cookies[settings.SESSION_COOKIE_NAME]["max-age"] == ""
    assert sign_in(ana.user, remember="own").cookies[settings.SESSION_COOKIE_NAME]["max-age"] != ""


def test_the_101st_wrong_try_in_a_day_is_refused_and_the_next_day_the_owner_gets_in():
    ana, start = people.ana(), timezone.now()
    with time_machine.travel(start, tick=False) as clock:
        for tried in range(100):
            if tried % 5 == 0:
                clock.shift(timedelta(minutes=6))  # slow enough for the limit of five in five minutes
            wrong = sign_in(ana.user, "not her password", REMOTE_ADDR=f"203.0.113.{tried % 200}")
            assert b"the password is wrong" in wrong.answer.content
        clock.shift(timedelta(minutes=6))
        refused = sign_in(ana.user, REMOTE_ADDR="198.51.100.1")  # even with the right password
        assert b"Too many wrong tries" in refused.answer.content
        assert not is_in(refused)
        clock.shift(timedelta(hours=24))
        assert is_in(sign_in(ana.user))


@pytest.mark.parametrize(
    ("password", "sentence"),
    [
        ("short", b"too short"), ("x" * 129, b"too long"), ("ana.marrowby@example.org", b"a name that belongs to you"),
        (unicodedata.normalize("NFD", "äöüäöüäöü"), b"at least 15 characters"),  # 18 code points as typed
    ],
)  # fmt: skip
def test_a_poor_password_is_refused_beside_its_field_and_the_name_stays(password, sentence):
    answer = Client().post("/accounts/signup/", {**SIGNUP, "password1": password})
    assert sentence in answer.content
    assert b'value="Ana Marrowby"' in answer.content
    assert not User.objects.exists()


@pytest.mark.parametrize(
    "password",
    [
        "onlysmallletters of four words",
        "4711 0815 90210 31415926",
        "ДЛИННЫЙ пароль из слов",
        "correcthorsebattery",
    ],
)
def test_no_rule_asks_what_a_password_is_made_of(password):
    assert Client().post("/accounts/signup/", {**SIGNUP, "password1": password}).status_code == 302


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("passwordpassword", "it repeats itself"),
        ("aaaaaaaaaaaaaaa", "it repeats itself"),
        ("iloveyouiloveyou", "it repeats itself"),
        ("ab" * 60, "it repeats itself"),
        ("123456789012345", "stand in a row"),
        ("abcdefghijklmnopqrst", "stand in a row"),
        ("qwertyuiopasdfgh", "too easy to guess"),
        ("mendlinemendline", "a name that belongs to you"),
        ("Mendline-Mendline-1", "a name that belongs to you"),
        ("Bartholomew Longname", "a name that belongs to you"),
        ("longname-bartholomew", "a name that belongs to you"),
        ("larkfieldskinclinic", "a name that belongs to you"),
    ],
)
def test_what_is_guessed_first_is_refused_with_a_reason(noor, password, why):
    User.objects.filter(pk=noor.pk).update(name="Bartholomew Longname Smith")
    browser = sign_in(noor)
    typed = {"oldpassword": people.PASSWORD, "password1": password, "password2": password}
    page = browser.post("/accounts/password/change/", typed).content.decode()
    assert why in page, page[page.find("error") :][:400]
    assert is_in(browser)
    if "larkfield" not in password:
        named = {**SIGNUP, "name": "Bartholomew Longname Smith", "password1": password}
        assert "too easy to guess" in Client().post("/accounts/signup/", named).content.decode()


def test_signing_in_makes_a_new_session_and_signing_out_ends_it():
    ana, browser = people.ana(), Client()
    browser.get(LOGIN)
    browser.session.save()
    planted = browser.session.session_key
    browser.post(LOGIN, {"login": ana.user.email, "password": people.PASSWORD})
    key = browser.cookies[settings.SESSION_COOKIE_NAME].value
    assert key != planted
    browser.post("/accounts/logout/")
    browser.cookies[settings.SESSION_COOKIE_NAME] = key
    assert not is_in(browser)


def test_a_new_password_ends_every_session_and_token():
    ana = people.ana().user
    here, there = sign_in(ana), sign_in(ana)
    people.token_of(ana)
    new = "four large brown bears"
    here.post("/accounts/password/change/", {"oldpassword": people.PASSWORD, "password1": new, "password2": new})
    assert not is_in(here)
    assert not is_in(there)
    assert not ProgramToken.objects.exists()
    assert is_in(sign_in(ana, new))


def test_a_password_reset_by_mail_ends_every_session():
    ana = people.ana().user
    there, browser = sign_in(ana), Client()
    browser.post("/accounts/password/reset/", {"email": ana.email})
    link = AccountMail.objects.get().body.partition("http://testserver")[2].split()[0]
    form = browser.get(link, follow=True)
    new = "four large brown bears"
    browser.post(form.redirect_chain[-1][0], {"password1": new, "password2": new})
    assert not is_in(there)
    assert not is_in(browser)
    assert is_in(sign_in(ana, new))


@pytest.mark.parametrize("change", ["role", "removal"])
def test_a_members_sessions_and_token_end_the_moment_their_role_changes(change):
    noor = people.dr_noor(people.practice())
    browser = sign_in(noor)
    people.token_of(noor)
    assert is_in(browser)
    member = noor.memberships.get()
    if change == "role":
        members.change_member(member, is_practitioner=True, is_admin=True)
    else:
        people.admin(member.practice)
        members.remove_member(member, timezone.now())
    assert not is_in(browser)
    assert not ProgramToken.objects.exists()


def test_somebody_signs_out_everywhere_else():
    ana = people.ana().user
    here, there = sign_in(ana), sign_in(ana)
    people.token_of(ana)
    here.post("/accounts/sessions/")
    assert is_in(here)
    assert not is_in(there)
    assert not ProgramToken.objects.exists()


def test_somebody_signs_out_one_other_device_and_nobody_elses(noor):
    ana = people.ana().user
    here, there, third = sign_in(ana), sign_in(ana), sign_in(ana)
    keys = {browser: browser.session.session_key for browser in (here, there)}
    ids = {browser: UserSession.objects.get(session_key=key).pk for browser, key in keys.items()}
    assert f"/account/sessions/{ids[there]}/end/" in here.get("/accounts/sessions/").content.decode()
    assert sign_in(noor).post(f"/account/sessions/{ids[there]}/end/").status_code == 404
    assert here.post(f"/account/sessions/{ids[there]}/end/")["Location"] == "/accounts/sessions/"
    assert (is_in(here), is_in(there), is_in(third)) == (True, False, True)
    assert here.post(f"/account/sessions/{ids[here]}/end/")["Location"] == "/accounts/logout/"


TOKEN = {"token-name": "my watch", "token-scope": "practice_read", "token-days": "30"}
LATER = timedelta(minutes=6)  # than showing who one is is good for


ACTS = (
    "/accounts/sessions/", "/account/token/", "/account/token/{}/end/", "/practice/members/invite/",
    "/practice/members/{}/", "/practice/members/{}/remove/",
)  # fmt: skip


@pytest.mark.parametrize("act", ACTS)
def test_what_counts_is_asked_for_who_is_there_once_more_and_done_then(clinic, act):
    people.practitioner(clinic, "Dr Chen")
    boss = people.practitioner(clinic, "Dr Boss", admin=True)
    other = clinic.memberships.get(user__name="Dr Chen")
    people.token_of(boss)
    form = {**TOKEN, "email": "new@larkfield.example", "is_practitioner": "on", "is_admin": "on"}
    form["successor"] = EVERYBODY
    about = ProgramToken.objects.get().pk if "token" in act else other.pk
    path, browser = act.format(about), sign_in(boss)
    there = sign_in(boss)
    with time_machine.travel(timezone.now() + LATER):
        before = everything_of(clinic)
        asked = browser.post(path, form)
        assert asked["Location"].startswith("/accounts/reauthenticate/?next="), asked
        assert is_in(there) and everything_of(clinic) == before
        assert browser.post(asked["Location"], {"password": "not the password"}).status_code == 200
        assert everything_of(clinic) == before
        browser.post(asked["Location"], {"password": people.PASSWORD, "next": path})
        assert everything_of(clinic) != before or not is_in(there)


def everything_of(clinic) -> tuple:
    """What managing people, and a token, change."""
    members = clinic.memberships.order_by("pk").values_list("is_admin", "is_practitioner", "removed_at")
    return list(members), clinic.invitations.count(), list(ProgramToken.objects.values_list("pk", flat=True))


def test_signing_out_clears_what_the_browser_keeps_of_pages_and_leaves_what_waits_to_be_sent():
    browser = sign_in(people.ana().user)
    assert "/accounts/logout/" in browser.get("/today/").content.decode()
    assert "Clear-Site-Data" not in browser.get("/accounts/logout/").headers
    assert browser.post("/accounts/logout/").headers["Clear-Site-Data"] == '"cache"'


ACCENTS = "drei größere Häuser am Fluß ö"
COMPOSED, DECOMPOSED = (unicodedata.normalize(form, ACCENTS) for form in ("NFC", "NFD"))
MIXED = DECOMPOSED.replace("a\u0308", "ä")


@pytest.mark.parametrize("chosen", [COMPOSED, DECOMPOSED, MIXED])
def test_a_password_opens_the_account_however_its_accents_are_spelled(chosen):
    ana = people.user("Ana")
    ana.set_password(chosen)
    ana.save()
    assert check_password(COMPOSED, ana.password)
    assert all(is_in(sign_in(ana, typed)) for typed in (COMPOSED, DECOMPOSED, MIXED))
    assert not is_in(sign_in(ana, COMPOSED.replace("ö", "o")))


@pytest.mark.parametrize(
    ("chosen", "opens"),
    [(COMPOSED, {COMPOSED, DECOMPOSED, MIXED}), (DECOMPOSED, {COMPOSED, DECOMPOSED, MIXED}), (MIXED, {MIXED})],
)
def test_a_password_kept_as_it_was_typed_goes_on_opening_the_account(chosen, opens):
    ana = people.user("Ana")
    User.objects.update(password=make_password(chosen))
    assert {typed for typed in (COMPOSED, DECOMPOSED, MIXED) if is_in(sign_in(ana, typed))} == opens


def test_a_new_password_with_accents_is_typed_twice_and_changes():
    ana = people.user("Ana")
    browser = sign_in(ana)
    typed = {"oldpassword": people.PASSWORD, "password1": DECOMPOSED, "password2": DECOMPOSED}
    browser.post("/accounts/password/change/", typed)
    assert is_in(sign_in(ana, COMPOSED))


def test_a_look_alike_address_is_another_account():
    ana = people.ana()
    look_alike = "ana.marrowby@ex\u0430mple.org"  # the a is Cyrillic
    Client().post("/accounts/password/reset/", {"email": look_alike})
    assert not AccountMail.objects.filter(to=ana.user.email).exists()
    browser = Client()
    browser.post(LOGIN, {"login": look_alike, "password": people.PASSWORD})
    assert not is_in(browser)


def test_an_address_belongs_to_whoever_proves_it_not_to_whoever_claimed_it_first():
    Client().post(
        "/accounts/signup/", {"name": "Eve", "email": "ana.new@example.org", "password1": "eve waits for somebody"}
    )
    ana = people.ana().user
    with time_machine.travel(timezone.now() + timedelta(minutes=4)):  # one letter to an address in three minutes
        browser = sign_in(ana)
        browser.post("/accounts/reauthenticate/", {"password": people.PASSWORD})
        browser.post("/accounts/email/", {"email": "ana.new@example.org", "action_add": ""})
    letters = [letter.body for letter in AccountMail.objects.filter(to="ana.new@example.org").order_by("created_at")]
    assert len(letters) == 2
    assert browser.post(letters[-1].partition("http://testserver")[2].split()[0]).status_code == 302
    ana.refresh_from_db()
    assert ana.email == "ana.new@example.org"
    assert not User.objects.filter(name="Eve").exists()


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_signing_in_leads_nowhere_else(elsewhere):
    ana, browser = people.ana().user, Client()
    answer = browser.post(LOGIN, {"login": ana.email, "password": people.PASSWORD, "next": elsewhere})
    assert answer["Location"] == "/"


@pytest.mark.parametrize("remember", ["own", "shared"])
def test_the_session_in_which_somebody_became_a_member_ends_as_members_do(remember):
    clinic, lee = people.practice(), people.user("Lee")
    invite_member(clinic, lee.email, is_practitioner=True, is_admin=False, by=people.admin(clinic))
    browser = sign_in(lee, remember=remember)
    answer = browser.post(re.search(r"/join/[\w-]+/", AccountMail.objects.get().body)[0])
    assert answer["Location"] == "/"
    assert (answer.cookies[settings.SESSION_COOKIE_NAME]["max-age"] == "") is (remember == "shared")
    with time_machine.travel(timezone.now() + timedelta(minutes=31)):
        assert not is_in(browser)
