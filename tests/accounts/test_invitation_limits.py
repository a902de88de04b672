"""Nobody floods mailboxes with invitations: one to an address in 3 minutes, 100 of a clinic in a day."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from accounts import invitations
from accounts.models import AccountMail
from tests import people

pytestmark = pytest.mark.django_db
INVITE = "/practice/members/invite/"
LEE = {"email": "Lee@example.org", "is_practitioner": "on"}


@pytest.fixture
def browser():
    return people.signed_in(people.dr_noor(people.practice(), admin=True))


def letters() -> int:
    return AccountMail.objects.count()


def test_a_second_letter_to_the_same_address_waits_three_minutes(browser):
    assert browser.post(INVITE, LEE).status_code == 302
    page = browser.post(INVITE, {**LEE, "email": "lee@example.org"})
    assert (page.status_code, letters()) == (422, 1)
    assert "less than three minutes ago" in page.content.decode() and 'value="lee@example.org"' in page.content.decode()
    assert browser.post(INVITE, {**LEE, "email": "chen@example.org"}).status_code == 302
    with time_machine.travel(timezone.now() + timedelta(minutes=3, seconds=1)):
        assert browser.post(INVITE, LEE).status_code == 302


def test_a_refused_letter_leaves_the_earlier_link_as_it_was(browser):
    browser.post(INVITE, LEE)
    browser.post(INVITE, LEE)
    assert b"lee@example.org" in browser.get("/practice/members/").content


def test_a_patients_letter_is_limited_too_and_a_code_never(browser):
    ana = people.ana(people.Practice.objects.get(), accepted=False)
    path = f"/practice/patients/{ana.pk}/invite/"
    assert browser.post(path, {"how": "mail", "email": "ana@example.org"}).status_code == 302
    page = browser.post(path, {"how": "mail", "email": "ana@example.org"})
    assert (page.status_code, letters()) == (422, 1)
    assert "less than three minutes ago" in page.content.decode()
    for _ in range(2):
        assert browser.post(path, {"how": "code"}).status_code == 200


def test_a_clinic_sends_so_many_in_a_day_and_another_clinic_is_not_held_up(browser, monkeypatch):
    monkeypatch.setattr(invitations, "MOST_A_DAY", 2)
    for name in ("lee", "chen"):
        browser.post(INVITE, {**LEE, "email": f"{name}@example.org"})
    page = browser.post(INVITE, {**LEE, "email": "price@example.org"})
    assert (page.status_code, letters()) == (422, 2)
    assert "2 invitations within a day" in page.content.decode()
    assert people.signed_in(people.dr_okafor()).post(INVITE, LEE).status_code == 302
    with time_machine.travel(timezone.now() + timedelta(days=1, seconds=1)):
        assert browser.post(INVITE, {**LEE, "email": "price@example.org"}).status_code == 302
