"""T13: an invitation works once, for whom it was meant, for seven days, and says nothing to anybody else."""

import logging
import re
from datetime import date, timedelta
from io import StringIO

import pytest
import time_machine
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.utils import timezone

from accounts import invitations
from accounts.invitations import CannotJoin, invite_member, invite_patient
from accounts.models import AccountMail, Invitation, Patient, User, hash_token
from accounts.web.log_filters import WithoutTokens
from symptoms.models import Treatment
from tests import people
from tests.pages.html import forms_of, text_of

pytestmark = pytest.mark.django_db
ANAS = "ana.marrowby@example.org"
AGREED = {"care": "on"}


@pytest.fixture
def record(clinic):
    """Ana as the clinic wrote her down, before she accepts."""
    return people.ana(clinic, accepted=False)


def mailed(record, noor) -> str:
    """The path of the link in a mail to Ana."""
    invite_patient(record, noor, email=ANAS)
    return path_in(AccountMail.objects.latest("created_at").body)


def shown(record, noor) -> str:
    """The path of the link behind a QR code for Ana."""
    return path_in(invite_patient(record, noor)[1])


def path_in(text: str) -> str:
    return re.search(r"/join/[\w-]+/", text)[0]


def bare(answer) -> bytes:
    return re.sub(rb'name="csrfmiddlewaretoken" value="\w+"', b"", answer.content)


def test_the_letter_holds_a_link_and_nothing_about_anybody(record, noor, clinic):
    invitation, url = invite_patient(record, noor, email=ANAS)
    letter = AccountMail.objects.get()
    assert url == ""  # whoever is not the mailbox does not see the link: that is why it proves the mailbox
    text = (letter.subject + letter.body).lower()
    for word in ("Ana", "Marrowby", "Noor", clinic.name, "Skin", "clinic", "patient", "needling", "symptom", "photo"):
        assert word.lower() not in text
    token = path_in(letter.body).split("/")[2]
    assert len(token) >= 43  # 256 bits
    assert invitation.token_hash == hash_token(token) != token
    assert invitation.expires_at - invitation.created_at == timedelta(days=7)


def test_a_mailed_invitation_takes_two_forms_from_the_link_to_the_clinic(record, noor, clinic):
    browser, link = Client(), mailed(record, noor)
    assert clinic.name.encode() in browser.get(link).content
    signed_up = browser.post("/accounts/signup/", {"name": "Ana", "email": ANAS, "password1": people.PASSWORD})
    assert signed_up["Location"] == link  # no second letter: the link came out of this mailbox
    assert AccountMail.objects.count() == 1
    assert browser.post(link).status_code == 422  # without agreeing nobody joins
    assert browser.post(link, AGREED)["Location"] == "/account/place/"
    record.refresh_from_db()
    assert record.user == User.objects.get(email=ANAS)
    assert record.practice == clinic


@pytest.mark.parametrize("answer", ["own", "shared", None])
def test_whoever_is_let_in_by_a_mailed_invitation_is_asked_whose_phone_it_is(record, noor, answer):
    browser = Client()
    browser.get(mailed(record, noor))
    assert "Is this your own phone or computer?" in text_of(browser.get("/accounts/signup/"))
    fields = {"name": "Ana", "email": ANAS, "password1": people.PASSWORD} | ({"remember": answer} if answer else {})
    signed_up = browser.post("/accounts/signup/", fields)
    assert browser.get("/account/").status_code == 200
    assert (signed_up.cookies[settings.SESSION_COOKIE_NAME]["max-age"] == "") is (answer != "own")


def test_what_the_clinic_knows_is_not_asked_again_but_a_code_tells_nobody_whose_it_is(record, noor):
    browser = Client()
    browser.get(mailed(record, noor))
    page = browser.get("/accounts/signup/").content.decode()
    assert ANAS in page and "Ana Marrowby" in page
    passer_by = Client()
    passer_by.get(shown(record, noor))
    page = passer_by.get("/accounts/signup/").content.decode() + passer_by.get("/").content.decode()
    assert ANAS not in page and "Marrowby" not in page


def test_an_address_other_than_the_invited_one_is_not_proved_and_cannot_use_the_link(record, noor):
    browser, link = Client(), mailed(record, noor)
    browser.get(link)
    browser.post("/accounts/signup/", {"name": "Eve", "email": "eve@example.org", "password1": people.PASSWORD})
    assert not User.objects.get(email="eve@example.org").emailaddress_set.get().verified
    eve = people.user("Eve", "eve.too@example.org")
    assert people.signed_in(eve).post(link).status_code == 404
    record.refresh_from_db()
    assert record.user is None


def test_an_invitation_survives_confirming_the_address_in_another_browser(record, noor):
    phone, mail_app, link = Client(), Client(), shown(record, noor)
    phone.get(link)
    phone.post("/accounts/signup/", {"name": "Ana", "email": ANAS, "password1": people.PASSWORD})
    confirm = AccountMail.objects.get().body.partition("http://testserver")[2].split()[0]
    page = mail_app.get(confirm)
    assert page.status_code == 200
    ((action, fields),) = [form for form in forms_of(page) if "confirm-email" in form[0]]
    assert mail_app.post(action, fields)["Location"] == link
    mail_app.get(link)
    answer = mail_app.post("/accounts/login/", {"login": ANAS, "password": people.PASSWORD})
    assert answer["Location"] == link


def test_somebody_with_an_account_signs_in_and_comes_back_to_the_invitation(record, noor):
    people.user("Ana", ANAS)
    browser, link = Client(), mailed(record, noor)
    browser.get(link)
    assert browser.post("/accounts/login/", {"login": ANAS, "password": people.PASSWORD})["Location"] == link


def test_every_link_that_does_not_work_gives_the_same_page(record, noor, clinic):
    ana, start = people.user("Ana", ANAS), timezone.now()
    with time_machine.travel(start, tick=False) as clock:
        replaced = mailed(record, noor)
        clock.shift(invitations.BETWEEN_TWO)
        used = mailed(record, noor)
        people.signed_in(ana).post(used, AGREED)
        expired = shown(people.patient(clinic, "Cy", accepted=False), noor)
        clock.shift(timedelta(days=6, hours=23))
        assert people.signed_in(ana).get(expired).status_code == 200
        withdrawn, url = invite_patient(people.patient(clinic, "Di", accepted=False), noor)
        taken_back = path_in(url)
        invitations.withdraw(withdrawn, timezone.now())
        invite_patient(people.patient(clinic, "Bo", accepted=False), noor, email="bo@example.org")
        foreign = path_in(AccountMail.objects.latest("created_at").body)
        never = "/join/" + Invitation.new_token() + "/"
        clock.shift(timedelta(hours=1))
        browser = people.signed_in(ana)
        links = [replaced, used, foreign, expired, taken_back, never]
        pages = [answer for link in links for answer in (browser.get(link), browser.post(link))]
        assert {page.status_code for page in pages} == {404}
        assert len({bare(page) for page in pages}) == 1
        strangers = [Client().get(link) for link in (replaced, used, expired, taken_back, never)]
        assert {page.status_code for page in strangers} == {404}
        assert len({bare(page) for page in strangers}) == 1


def test_opening_a_link_changes_nothing(record, noor):
    link = shown(record, noor)
    people.signed_in(people.user("Ana")).get(link)
    Client().get(link)
    assert Invitation.objects.get().used_at is None


def test_a_code_is_confirmed_by_the_practice_before_anything_of_the_record_is_seen(record, noor, clinic):
    ana = people.user("Ana", ANAS)
    browser, desk = people.signed_in(ana), people.signed_in(noor)
    assert browser.post(shown(record, noor), AGREED)["Location"] == "/account/waiting/"
    assert not Patient.objects.filter(user=ana).exists()
    assert b"Almost there" in browser.get("/account/waiting/").content
    assert b"Not confirmed yet" in browser.get("/account/waiting/?asked=1").content
    page = f"/practice/invitations/{Invitation.objects.get().pk}/confirm/"
    assert ANAS.encode() in desk.get(page).content
    assert people.signed_in(people.dr_okafor()).post(page, {"answer": "yes"}).status_code == 404
    assert not Patient.objects.filter(user=ana).exists()
    assert desk.post(page, {"answer": "perhaps"}).status_code == 422
    assert desk.post(page, {"answer": "yes"}).status_code == 302
    assert Patient.objects.get(user=ana) == record
    assert browser.get("/account/waiting/")["Location"] == "/account/place/"
    assert desk.post(page, {"answer": "yes"}).status_code == 404


def test_a_refused_person_is_told_and_the_code_is_spent(record, noor):
    eve = people.signed_in(people.user("Eve"))
    link = shown(record, noor)
    eve.post(link, AGREED)
    people.signed_in(noor).post(f"/practice/invitations/{Invitation.objects.get().pk}/confirm/", {"answer": "no"})
    assert b"Ask for a new code" in eve.get("/account/waiting/").content
    assert eve.get(link).status_code == 404
    record.refresh_from_db()
    assert record.user is None


def test_inviting_again_takes_the_chance_from_whoever_waits(record, noor):
    eve = people.user("Eve")
    people.signed_in(eve).post(shown(record, noor), AGREED)
    first = Invitation.objects.get()
    shown(record, noor)
    assert not invitations.confirm(first, timezone.now())


def test_what_the_clinic_wrote_down_joins_what_the_patient_had_alone(record, noor, clinic):
    now = timezone.now()
    alone = people.patient(None, "Ana", ANAS)
    for whose in (alone, record):
        Treatment.objects.create(patient=whose, device="pen", day_zero=date(2026, 1, 12), performed_at=now)
    people.signed_in(alone).post(mailed(record, noor), AGREED)
    alone.refresh_from_db()
    assert alone.practice == clinic
    assert alone.treatments.count() == 2
    assert not Patient.objects.filter(pk=record.pk).exists()


def test_a_patient_who_accepts_another_clinics_invitation_moves_there(noor, clinic):
    ana, okafor = people.ana(clinic), people.dr_okafor()
    theirs = people.patient(okafor.practice_as_practitioner, "Ana", accepted=False)
    invite_patient(theirs, okafor, email=ANAS)
    people.signed_in(ana).post(path_in(AccountMail.objects.get().body), AGREED)
    ana.refresh_from_db()
    assert ana.practice == okafor.practice_as_practitioner


def test_a_work_account_cannot_become_a_patient_nor_a_patients_a_work_account(record, noor, clinic):
    browser, link = people.signed_in(noor), shown(record, noor)
    answer = browser.post(link)
    assert answer.status_code == 422
    assert b"work account cannot become a patient" in answer.content
    ana = people.patient(None, "Ana", ANAS)
    boss = people.admin(clinic)
    invite_member(clinic, ANAS, is_practitioner=True, is_admin=False, by=boss)
    answer = people.signed_in(ana).post(path_in(AccountMail.objects.get().body))
    assert answer.status_code == 422
    assert not ana.user.memberships.exists()
    assert Invitation.objects.filter(used_at=None).count() == 2  # both can still be taken by the right account


def test_a_colleague_joins_with_the_roles_they_were_invited_for(clinic):
    boss = people.admin(clinic)
    invite_member(clinic, "lee@example.org", is_practitioner=True, is_admin=False, by=boss)
    lee = people.user("Dr Lee", "lee@example.org")
    assert people.signed_in(lee).post(path_in(AccountMail.objects.get().body))["Location"] == "/"
    member = lee.memberships.get()
    assert (member.practice, member.is_practitioner, member.is_admin) == (clinic, True, False)


def test_a_member_of_one_clinic_cannot_join_a_second(clinic):
    okafor, boss = people.dr_okafor(), people.admin(clinic)
    invite_member(clinic, okafor.email, is_practitioner=True, is_admin=False, by=boss)
    assert people.signed_in(okafor).post(path_in(AccountMail.objects.get().body)).status_code == 422
    assert okafor.memberships.count() == 1


def test_only_a_practitioner_of_the_practice_invites_its_patients_and_only_its_admin_its_members(record, clinic):
    okafor = people.dr_okafor()
    with pytest.raises(PermissionDenied):
        invite_patient(record, okafor)
    with pytest.raises(PermissionDenied):
        invite_patient(record, people.admin(clinic))
    with pytest.raises(PermissionDenied):
        invite_member(clinic, "x@example.org", is_practitioner=True, is_admin=True, by=okafor)


def test_a_patient_who_has_joined_cannot_be_invited_over(clinic, noor):
    with pytest.raises(CannotJoin):
        invite_patient(people.ana(clinic), noor)


def test_the_qr_code_is_a_picture_of_the_link_without_inline_style():
    drawn = invitations.qr_code("https://mendline.example/join/abc/")
    assert drawn.startswith("<svg")
    assert "style=" not in drawn and "<title>" in drawn


def test_the_log_names_no_link_that_still_lets_somebody_in(record, noor, monkeypatch):
    link = mailed(record, noor)
    eve = people.signed_in(people.user("Eve"))
    written = StringIO()
    handlers = logging.getLogger().handlers
    [console] = [handler for handler in handlers if any(isinstance(f, WithoutTokens) for f in handler.filters)]
    monkeypatch.setattr(console, "stream", written)
    assert eve.get(link).status_code == 404
    assert "Not Found: /join/…/" in written.getvalue()
    assert link.split("/")[-2] not in written.getvalue()
    assert logging.getLogger("django").handlers == []  # or the line is written again, as it is
