"""Who manages a practice's people, and what a change ends."""

import re

import pytest
from django.utils import timezone

from accounts import members
from accounts.models import AccountMail, Invitation
from tests import people
from tests.pages.html import select

pytestmark = pytest.mark.django_db
LIST, INVITE = "/practice/members/", "/practice/members/invite/"


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
