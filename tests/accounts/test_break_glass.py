"""Whoever runs the site opens one record for an hour, with a reason and a second factor, and never in silence."""

import re
from datetime import timedelta

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from accounts.break_glass import break_glass
from accounts.models import AccountMail, AuditRecord, BreakGlass
from tests import people
from tests.treatments import attached, logged, pen

pytestmark = pytest.mark.django_db
ASK = "/operator/record/"


def runs_the_site(name: str = "Sam Root"):
    """Somebody who runs the site, with codes of an app."""
    person = people.user(name, f"{name.split()[0].lower()}@host.example", is_staff=True)
    Authenticator.objects.create(user=person, type=Authenticator.Type.TOTP, data={})
    return person


@pytest.fixture
def record(ana, noor, photo_folder):
    treatment = pen(ana, days_ago=4, by=noor)
    logged(treatment, 3, note="Gorgonzola")
    attached(treatment, day=3)
    return ana


def opened(sam, patient, **more):
    """The answer to asking for a record."""
    return people.signed_in(sam).post(ASK, {"who": patient.user.email, "reason": "fault", **more})


def test_the_record_is_open_for_an_hour_to_who_asked_alone(record):
    sam, now = runs_the_site(), timezone.now()
    answer = opened(sam, record)
    assert answer.status_code == 302
    shown = people.signed_in(sam).get(answer.url)
    assert "Gorgonzola" in shown.text and "<img" not in shown.text
    assert "A fault in this record" in shown.text
    assert "A record is open to you until" in people.signed_in(sam).get(ASK).text
    assert people.signed_in(runs_the_site("Tom Other")).get(answer.url).status_code == 404
    with time_machine.travel(now + timedelta(minutes=59)):
        assert people.signed_in(sam).get(answer.url).status_code == 200
    with time_machine.travel(now + timedelta(minutes=61)):
        assert people.signed_in(sam).get(answer.url).status_code == 404
    again = opened(sam, record, who=str(record.pk)).url
    factors = Authenticator.objects.filter(user=sam)
    factors.update(type=Authenticator.Type.RECOVERY_CODES)
    assert people.signed_in(sam).get(again).status_code == 404
    factors.update(type=Authenticator.Type.TOTP)
    assert people.signed_in(sam).get(again).status_code == 200
    sam.is_staff = False
    sam.save()
    assert people.signed_in(sam).get(again).status_code == 403
    with pytest.raises(PermissionDenied):
        break_glass(record, "fault", by=sam, now=now)


def test_it_is_closed_before_its_hour_is_over_by_who_opened_it_alone_and_that_is_read(record, clinic):
    sam = runs_the_site()
    url = opened(sam, record).url
    end = f"{url}end/"
    assert end in people.signed_in(sam).get(url).text and end in people.signed_in(sam).get(ASK).text
    assert people.signed_in(runs_the_site("Tom Other")).post(end).status_code == 404
    assert people.signed_in(sam).get(url).status_code == 200
    said = people.signed_in(sam).post(end, follow=True).text
    assert "Closed, and written down" in said and "A record is open" not in said
    assert people.signed_in(sam).get(url).status_code == people.signed_in(sam).post(end).status_code == 404
    read = people.signed_in(people.admin(clinic)).get(reverse("practice_audit")).text
    assert read.count("closed a record again, before its hour was over") == 1


def test_clinic_and_patient_are_told_at_once_and_read_each_look(record, clinic):
    sam, price = runs_the_site(), people.admin(clinic)
    url = opened(sam, record).url
    told = {letter.to: letter.body for letter in AccountMail.objects.filter(subject__startswith="Whoever runs")}
    assert told.keys() == {price.email, record.user.email}
    for body in told.values():
        assert "Sam Root" in body and "A fault in this record has to be found" in body and "Marrowby" not in body
    for _ in range(2):
        people.signed_in(sam).get(url)
    looks = AuditRecord.objects.filter(user=sam.pk, kind="read", subject=record.pk, practice=clinic)
    assert looks.count() == 2
    own = people.signed_in(record).get(reverse("profile")).text
    assert "Sam Root" in own and "opened by whoever runs this site, 2 times that day" in own
    read = people.signed_in(price).get(reverse("practice_audit")).text
    assert "Sam Root, who runs this site" in read and "broke the glass of a record: a fault" in read


def test_without_reason_record_or_second_factor_nothing_is_opened(record):
    sam = runs_the_site()
    for wrong in ({"reason": ""}, {"reason": "curious"}, {"who": "nobody@example.org"}, {"who": ""}):
        assert opened(sam, record, **wrong).status_code == 422
    Authenticator.objects.update(type=Authenticator.Type.RECOVERY_CODES)
    assert opened(sam, record).status_code == 422
    assert "Set up a passkey or codes" in people.signed_in(sam).get(ASK).text
    assert not BreakGlass.objects.exists() and not AccountMail.objects.filter(subject__startswith="Whoever").exists()


def test_it_is_asked_once_more_who_is_there(record):
    sam = runs_the_site()
    desk = people.signed_in(sam)
    with time_machine.travel(timezone.now() + timedelta(minutes=10)):
        answer = desk.post(ASK, {"who": record.user.email, "reason": "fault"})
    assert "reauthenticate" in answer.url and not BreakGlass.objects.exists()


@pytest.mark.parametrize("way", ["/accounts/2fa/totp/activate/", "/accounts/2fa/webauthn/add/"])
def test_who_knows_the_operators_password_alone_sets_no_second_factor_up(record, way):
    sam = runs_the_site()
    Authenticator.objects.all().delete()
    browser = people.signed_in(sam)
    assert browser.get(way).url == browser.post(way).url == reverse("mfa_mailbox")
    assert "Who runs this site can open records" in browser.get(reverse("mfa_mailbox")).text
    browser.post(reverse("mfa_mailbox"))
    letter = AccountMail.objects.get(to=sam.email, subject="Your code for Mendline").body
    assert "your clinic" not in letter
    code = re.search(r"^\d{8}$", letter, re.M)[0]
    assert "Now set up a passkey" in browser.post(reverse("mfa_mailbox"), {"code": code}, follow=True).text
    assert "reauthenticate" in browser.get(way).url
