"""An invitation that the mail server refuses is not shown as sent."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.invitations import invite_member, invite_patient
from accounts.models import AccountMail
from tests import people
from tests.messages import mailservers
from tests.messages.test_mail_servers import sent_through
from tests.pages.html import text_of

pytestmark = pytest.mark.django_db


def test_patients_page_and_invitation_say_that_it_could_not_be_delivered(clinic, desk, noor):
    patient = people.patient(clinic, "Rosa Klein", accepted=False)
    pages = [reverse("patient", args=[patient.pk]), reverse("invite_patient", args=[patient.pk])]
    invite_patient(patient, noor, "gone@example.org")
    assert not any("could not be delivered" in text_of(desk.get(page)).lower() for page in pages)
    with mailservers.honest(refused={"gone@example.org": 550}) as (port, box):
        sent_through(port)
        at = f"{timezone.localtime(AccountMail.objects.get().refused_at, patient.zone):%H:%M})"
        for page in pages:
            shown = text_of(desk.get(page))
            assert "could not be delivered to gone@example.org" in shown.lower() and at in shown
            assert "Sent to gone" not in shown
        patient.invitations.update(created_at=timezone.now() - timedelta(hours=1))
        invite_patient(patient, noor, "rosa@example.org")
        sent_through(port)
        assert box.recipients == ["rosa@example.org"]
    assert not any("could not be delivered" in text_of(desk.get(page)).lower() for page in pages)
    assert "Sent to rosa@example.org" in text_of(desk.get(pages[1]))


def test_members_page_says_which_colleague_was_not_reached(clinic):
    boss = people.admin(clinic)
    for email in ("gone@example.org", "lee@example.org"):
        invite_member(clinic, email, is_practitioner=True, is_admin=False, by=boss)
    with mailservers.honest(refused={"gone@example.org": 550}) as (port, _):
        sent_through(port)
    shown = text_of(people.signed_in(boss).get(reverse("members")))
    assert shown.count("Could not be delivered") == 1
    assert shown.index("gone@example.org") < shown.index("Could not be delivered") < shown.index("lee@example.org")


def test_a_letter_taken_in_the_end_counts_as_sent(clinic, desk, noor):
    patient = people.patient(clinic, "Rosa Klein", accepted=False)
    invite_patient(patient, noor, "rosa@example.org")
    with mailservers.scripted(mailservers.refuses_recipient(550)) as (port, _):
        sent_through(port)
    assert "Could not be delivered" in text_of(desk.get(reverse("invite_patient", args=[patient.pk])))
    AccountMail.objects.update(not_before=timezone.now())
    with mailservers.honest() as (port, box):
        sent_through(port)
        assert b"/join/" in box.letters[0]
    assert "Sent to rosa@example.org" in text_of(desk.get(reverse("invite_patient", args=[patient.pk])))
