"""Removing a colleague, or making them a practitioner no more, asks who takes over."""

from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts import members
from accounts.absences import add_absence
from symptoms.alerts.handling import acknowledge
from symptoms.alerts.policy_changes import rota_gaps
from symptoms.models import Alert
from tests import people
from tests.pages.html import held, select, text_of
from tests.pages.practitioner.pages import past
from tests.treatments import logged, pen

pytestmark = pytest.mark.django_db
ONLY_ADMIN = {"is_admin": "on", "action": "change"}


@pytest.fixture
def boss(clinic):
    return people.admin(clinic)


@pytest.fixture
def chen(clinic):
    return people.practitioner(clinic, "Wei Chen")


@pytest.fixture
def session(clinic, noor):
    session = pen(people.ana(clinic), days_ago=4, by=noor)
    logged(session, 3, signs=["pus"])
    acknowledge(session, by=noor, now=timezone.now())
    return session


def page_of(person) -> str:
    return reverse("member_remove", args=[person.memberships.get().pk])


def roles_of(person) -> str:
    return reverse("member_change", args=[person.memberships.get().pk])


def id_of(person) -> str:
    return str(person.memberships.get().pk)


def test_it_says_what_they_hold_and_the_colleague_with_the_least_work_is_chosen(boss, noor, chen, session):
    browser, page = people.signed_in(boss), page_of(noor)
    shown = browser.get(page)
    assert "Dr Noor has 1 patient in hand with something open." in text_of(shown)
    assert "Dr Noor treated 1 patient of this clinic" in text_of(shown)
    [chosen] = select(shown, "input[@name='successor'][@checked]")
    assert chosen.get("value") == id_of(chen)
    answer = browser.post(page, {"successor": id_of(chen)}, follow=True)
    sentence = "Dr Noor no longer works here and is signed out everywhere. Wei Chen has taken over."
    assert sentence in text_of(answer)
    assert Alert.objects.get().acknowledged_by == chen
    record = past(people.signed_in(chen), session.patient_id)
    assert "Mr Price Handed over signs of infection: Wei Chen instead of Dr Noor" in text_of(record)


@pytest.mark.parametrize("successor", ["", "x", "noor", "removed"])
def test_who_cannot_take_over_is_refused_beside_the_question_and_nothing_happens(boss, noor, chen, session, successor):
    lind = people.practitioner(noor.membership.practice, "Eva Lindqvist")
    typed = {"noor": id_of(noor), "removed": id_of(lind)}.get(successor, successor)
    members.remove_member(lind.memberships.get(), timezone.now())
    answer = people.signed_in(boss).post(page_of(noor), {"successor": typed})
    assert answer.status_code == 422 and select(answer, "*[@id='id_successor_error']")
    assert noor.memberships.current().exists() and Alert.objects.get().acknowledged_by == noor


def test_the_last_practitioner_is_removed_only_by_who_says_so(boss, noor, session):
    browser, page = people.signed_in(boss), page_of(noor)
    assert "They are the last practitioner here." in text_of(browser.get(page))
    for successor in ("", "everybody"):
        assert browser.post(page, {"successor": successor}).status_code == 422
    assert browser.post(page, {"successor": "nobody_left"}).status_code == 302
    assert Alert.objects.get().acknowledged_by is None


def test_an_admin_who_has_nothing_is_removed_without_a_question_and_the_last_one_stays(boss, clinic, noor):
    browser, other = people.signed_in(boss), people.admin(clinic, "Ms Hale")
    assert not select(browser.get(page_of(other)), "input[@name='successor']")
    assert browser.post(page_of(other)).status_code == 302
    answer = browser.post(page_of(boss))
    assert answer.status_code == 422 and "A clinic needs an admin." in text_of(answer)


def test_who_removes_themselves_is_out(clinic, noor, chen):
    boss = people.admin(clinic)
    people.admin(clinic, "Ms Hale")
    browser, page = people.signed_in(boss), page_of(boss)
    assert "You are signed out at once, everywhere." in text_of(browser.get(page))
    assert browser.post(page).status_code == 302
    assert not boss.memberships.current().exists()
    assert browser.get(reverse("members")).status_code == 403


@pytest.mark.parametrize("gone", [{"successor": "everybody"}, ONLY_ADMIN], ids=["removed", "an admin only"])
def test_the_days_on_which_the_rota_lacks_them_are_said_before_and_after(boss, clinic, noor, chen, gone):
    first, second = id_of(chen), id_of(noor)
    clinic.telling = {"rota": {"0": [first, second], "1": [second, first], "2": [first, None], "3": [second, None]}}
    clinic.save()
    add_absence(
        noor.memberships.get(), first_day=date(2100, 1, 4), last_day=date(2100, 1, 8), stands_in=chen.memberships.get(),
        by=boss, now=timezone.now(),
    )  # fmt: skip
    browser = people.signed_in(boss)
    shown = text_of(browser.get(page_of(chen)))
    assert "Wei Chen is on the rota: Monday, Tuesday and Wednesday. Nobody takes that over by itself" in shown
    assert "Wei Chen stands in for Dr Noor." in shown
    other = text_of(browser.get(page_of(noor)))
    assert "Dr Noor is on the rota: Monday, Tuesday and Thursday." in other and "stands in" not in other
    answer = browser.post(roles_of(chen) if gone is ONLY_ADMIN else page_of(chen), gone, follow=True)
    assert "Wei Chen still stands on the rota: Monday, Tuesday and Wednesday." in text_of(answer)
    gaps = rota_gaps(clinic, timezone.now()).by_day
    assert "no longer works here as a practitioner, so Dr Noor is." in gaps[0]
    assert "no longer works here as a practitioner, so everybody is told." in gaps[2]
    assert {1, 3}.isdisjoint(gaps)


def test_of_who_is_on_no_rota_and_stands_in_for_nobody_nothing_is_said(boss, clinic, noor, chen):
    clinic.telling = {"rota": {"0": [id_of(noor), None]}}
    clinic.save()
    browser = people.signed_in(boss)
    shown = text_of(browser.get(page_of(chen)))
    assert "rota" not in shown and "stands in" not in shown
    assert "rota" not in text_of(browser.post(page_of(chen), {"successor": "everybody"}, follow=True))


# --- a practitioner no more
def test_it_asks_with_the_colleague_chosen_who_has_the_least_and_saves_only_then(boss, noor, chen, session):
    browser, page = people.signed_in(boss), roles_of(noor)
    asked = browser.post(page, ONLY_ADMIN)
    assert asked.status_code == 409
    for words in ("Nothing is saved yet.", "Dr Noor has 1 patient in hand", "Dr Noor treated 1 patient"):
        assert words in text_of(asked)
    assert noor.memberships.get().is_practitioner and Alert.objects.get().acknowledged_by == noor
    fields = held(asked, page)
    assert fields["successor"] == [id_of(chen)]
    answer = browser.post(page, fields, follow=True)
    assert "Saved. What Dr Noor may do has changed. Wei Chen has taken over." in text_of(answer)
    member = noor.memberships.get()
    assert (member.is_practitioner, member.is_admin, member.changed_by) == (False, True, boss)
    assert Alert.objects.get().acknowledged_by == chen


@pytest.mark.parametrize("successor", ["", "x", "noor", "removed", None])
def test_a_bad_answer_is_refused_beside_the_question_and_nothing_is_saved(boss, noor, chen, session, successor):
    lind = people.practitioner(noor.membership.practice, "Eva Lindqvist")
    typed = {"noor": id_of(noor), "removed": id_of(lind)}.get(successor, successor)
    members.remove_member(lind.memberships.get(), timezone.now())
    fields = {"is_admin": "on", "action": "hand_over"} | ({} if typed is None else {"successor": typed})
    answer = people.signed_in(boss).post(roles_of(noor), fields)
    assert answer.status_code == 422 and select(answer, "*[@id='id_successor_error']")
    assert noor.memberships.get().is_practitioner and Alert.objects.get().acknowledged_by == noor


def test_the_last_practitioner_with_something_gives_up_the_role_only_by_who_says_so(boss, noor, session):
    browser, page = people.signed_in(boss), roles_of(noor)
    assert "They are the last practitioner here." in text_of(browser.post(page, ONLY_ADMIN))
    assert browser.post(page, {**ONLY_ADMIN, "successor": "everybody"}).status_code == 422
    assert browser.post(page, {**ONLY_ADMIN, "successor": "nobody_left"}).status_code == 302
    assert Alert.objects.get().acknowledged_by is None


def test_who_has_nothing_and_who_stays_a_practitioner_are_not_asked_about(boss, noor, chen, session):
    browser = people.signed_in(boss)
    assert browser.post(roles_of(noor), {"is_practitioner": "on", "is_admin": "on"}).status_code == 302
    assert browser.post(roles_of(chen), ONLY_ADMIN).status_code == 302
    assert noor.memberships.get().is_admin and not chen.memberships.get().is_practitioner


def test_who_gave_it_all_away_with_the_role_is_removed_without_the_question(boss, noor, chen, session):
    browser, page = people.signed_in(boss), roles_of(noor)
    browser.post(page, held(browser.post(page, ONLY_ADMIN), page))
    removal = reverse("member_remove", args=[id_of(noor)])
    assert not select(browser.get(removal), "input[@name='successor']")
    assert browser.post(removal).status_code == 302


def test_what_another_admin_changed_while_the_question_was_open_is_told(clinic, boss, noor, chen, session):
    browser, page = people.signed_in(boss), roles_of(noor)
    fields = held(browser.post(page, ONLY_ADMIN), page)
    people.signed_in(people.admin(clinic, "Ms Hale")).post(page, {"is_practitioner": "on", "is_admin": "on"})
    answer = browser.post(page, fields)
    assert answer.status_code == 409 and "by Ms Hale" in text_of(answer)
    assert noor.memberships.get().is_practitioner and Alert.objects.get().acknowledged_by == noor


def test_who_gives_up_their_own_role_stays_signed_in(clinic, chen, session):
    boss = people.practitioner(clinic, "Ms Hale", admin=True)
    pen(people.patient(clinic, "Ben Quill"), days_ago=4, by=boss)
    browser, page = people.signed_in(boss), roles_of(boss)
    asked = browser.post(page, ONLY_ADMIN)
    assert "You are signed out on every other device." in text_of(asked)
    assert browser.post(page, held(asked, page)).url == reverse("home")
    assert browser.get(reverse("members")).status_code == 200
