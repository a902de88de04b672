"""Two who change one patient's details or one member: the second is told, and nothing is undone unseen."""

import pytest
from django.urls import reverse

from accounts.models import Membership
from tests import people
from tests.pages.html import held, text_of

pytestmark = pytest.mark.django_db
PROFILE = "/account/"


@pytest.fixture
def details(ana):
    return reverse("patient_details", args=[ana.pk])


@pytest.fixture
def chens(clinic):
    return people.signed_in(people.practitioner(clinic, "Wei Chen"))


def test_of_two_at_the_clinic_the_second_is_told_and_both_changes_stand(ana, desk, chens, details):
    noors = held(desk.get(details), details)
    chens.post(details, {**held(chens.get(details), details), "phone": "07700 900199"})
    answer = desk.post(details, {**noors, "year_of_birth": "1991"})
    assert answer.status_code == 409
    assert "This was changed while you had it open by Wei Chen" in text_of(answer)
    assert "Phone was nothing, became 07700 900199" in text_of(answer)
    ana.refresh_from_db()
    assert (ana.phone, ana.year_of_birth) == ("07700 900199", 1990)
    assert desk.post(details, held(answer, details)).status_code == 302
    ana.refresh_from_db()
    assert (ana.phone, ana.year_of_birth) == ("07700 900199", 1991)


def test_the_clinic_is_told_what_the_patient_changed_and_the_reverse(ana, desk, phone, details):
    noors, anas = held(desk.get(details), details), held(phone.get(PROFILE), PROFILE)
    assert phone.post(PROFILE, {**anas, "phone": "07700 900111"}).status_code == 302
    answer = desk.post(details, {**noors, "phone": "07700 900222"})
    assert answer.status_code == 409
    assert "This was changed while you had it open by the patient" in text_of(answer)
    assert "Phone was nothing, became 07700 900111; you wrote 07700 900222" in text_of(answer)
    anas = held(phone.get(PROFILE), PROFILE)
    assert desk.post(details, held(answer, details)).status_code == 302
    answer = phone.post(PROFILE, {**anas, "name": "Ana M. Marrowby"})
    assert answer.status_code == 409
    assert "This was changed while you had it open by Dr Noor" in text_of(answer)
    assert phone.post(PROFILE, held(answer, PROFILE)).status_code == 302
    ana.refresh_from_db()
    assert (ana.name, ana.phone) == ("Ana M. Marrowby", "07700 900222")


def test_a_patient_with_two_windows_is_told_too(ana, phone):
    first, second = (held(phone.get(PROFILE), PROFILE) for _ in range(2))
    phone.post(PROFILE, {**first, "time_zone": "Europe/Paris", "country": "IE"})
    answer = phone.post(PROFILE, {**second, "phone": "07700 900111"})
    assert answer.status_code == 409
    assert "by you, in another window or on another device." in text_of(answer)
    again = held(answer, PROFILE)
    assert (again["time_zone"], again["country"], again["phone"]) == (["Europe/Paris"], ["IE"], ["07700 900111"])
    assert phone.post(PROFILE, again).status_code == 302
    ana.refresh_from_db()
    assert (ana.time_zone, ana.country, ana.phone) == ("Europe/Paris", "IE", "07700 900111")


def test_what_the_form_does_not_show_disturbs_nobody(ana, desk, phone, details):
    noors = held(desk.get(details), details)
    phone.post(PROFILE, {**held(phone.get(PROFILE), PROFILE), "country": "IE"})
    assert desk.post(details, {**noors, "phone": "07700 900222"}).status_code == 302


def test_of_two_admins_who_change_a_member_the_second_is_told(clinic, noor):
    boss, other = (people.signed_in(people.admin(clinic, name)) for name in ("Mr Price", "Ms Hale"))
    member = noor.memberships.get()
    page = reverse("member_change", args=[member.pk])
    second = held(boss.get(page), page)
    assert (
        other.post(page, {"reading": second["reading"], "is_practitioner": "on", "is_admin": "on"}).status_code == 302
    )
    answer = boss.post(page, {"reading": second["reading"], "is_admin": "on"})
    assert answer.status_code == 409
    assert "This was changed while you had it open by Ms Hale" in text_of(answer)
    assert "Admin was no, became yes" in text_of(answer)
    stored = Membership.objects.get(pk=member.pk)
    assert (stored.is_practitioner, stored.is_admin) == (True, True)
    assert boss.post(page, {"reading": held(answer, page)["reading"], "is_admin": "on"}).status_code == 302
    stored.refresh_from_db()
    assert (stored.is_practitioner, stored.is_admin) == (False, True)


def test_who_changes_a_member_whom_another_admin_removed_is_told_that(clinic, noor):
    boss, other = (people.signed_in(people.admin(clinic, name)) for name in ("Mr Price", "Ms Hale"))
    page, removal = (reverse(name, args=[noor.memberships.get().pk]) for name in ("member_change", "member_remove"))
    typed = held(boss.get(page), page)
    other.post(removal, {"successor": "nobody_left"})
    for address, fields in ((page, {**typed, "is_admin": "on"}), (removal, {"successor": "nobody_left"})):
        answer = boss.post(address, fields, follow=True)
        assert answer.redirect_chain == [("/practice/members/", 302)]
        assert "Dr Noor no longer works here: another admin has just removed them." in text_of(answer)
