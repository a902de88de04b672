"""What letters say: how urgent it is in the subject, never whose or what, and that a machine wrote them."""

from email import message_from_bytes, policy
from uuid import uuid4

import pytest
from django.core.mail import send_mail
from django.urls import reverse
from django.utils import timezone

from accounts.invitations import invite_patient
from accounts.models import AccountMail
from symptoms.alerts.conversation import write_to_practice
from symptoms.alerts.handling import write_note
from symptoms.alerts.leaving import raise_left
from symptoms.messages.channels.registry import CHANNELS, channel_of
from symptoms.models import Delivery
from tests import people
from tests.messages import mailservers
from tests.messages.test_mail_servers import sent_through
from tests.messages.told import CLINIC_STRINGS, PATIENT_STRINGS, an_entry, to
from tests.treatments import logged, pen

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("why", "urgency", "subject"),
    [
        ("treated", 4, "Emergency: an entry needs your review"),
        ("holds", 3, "Urgent: an entry needs your review"),
        ("practitioner", 2, "An entry needs your review"),
        ("admin", 4, "Emergency: an entry needs review, and nobody has taken it"),
        ("admin", 2, "An entry needs review, and nobody has taken it"),
    ],
)
def test_the_subject_says_how_urgent_it_is_and_nothing_else(why, urgency, subject):
    entry = an_entry()
    delivery = Delivery.objects.create(**to(entry.treatment.practitioner, entry, urgency), why=why)
    letter = channel_of(delivery).write(delivery)
    assert letter.subject == subject
    assert letter.body.count("http") == 1
    leads_to = reverse("members") if why == "admin" else reverse("review", args=[entry.pk])  # an admin reads no record
    assert leads_to in letter.body
    for secret in [*PATIENT_STRINGS, *CLINIC_STRINGS, str(entry.treatment.patient_id)]:
        assert secret.lower() not in f"{letter.subject}{letter.body}".lower()


def test_a_record_that_was_left_leads_to_the_queue_and_names_nobody(clinic, noor):
    session = pen(people.ana(clinic), days_ago=6, by=noor)
    logged(session, 3, signs=["pus"])
    raise_left(session.patient, clinic, now=timezone.now())
    delivery = Delivery.objects.get(alert__isnull=False)
    letter = channel_of(delivery).write(delivery)
    assert letter.subject == "Urgent: a record needs your review"
    assert f"{reverse('queue')}\n" in letter.body
    for secret in [*PATIENT_STRINGS, *CLINIC_STRINGS, "left"]:
        assert secret.lower() not in f"{letter.subject}{letter.body}".lower()


@pytest.mark.parametrize(("report", "grave"), [({"redness": 1}, ""), ({"signs": ["pus"]}, "Urgent: ")])
def test_of_a_patients_message_a_letter_says_only_that_there_is_one(clinic, noor, report, grave):
    session = pen(people.ana(clinic), days_ago=6, by=noor)
    logged(session, 3, **report)
    Delivery.objects.all().delete()
    write_to_practice(session, id=uuid4(), text="It itches, zq9secret.", by=session.patient.user, now=timezone.now())
    delivery = Delivery.objects.get()
    letter = channel_of(delivery).write(delivery)
    assert letter.subject.lower() == f"{grave}a message to your clinic is not read yet".lower()
    assert f"{reverse('queue')}\n" in letter.body
    for secret in [*PATIENT_STRINGS, *CLINIC_STRINGS, "zq9secret", "itch"]:
        assert secret.lower() not in f"{letter.subject}{letter.body}".lower()


def test_every_letter_says_that_a_machine_wrote_it_and_that_answers_are_not_read():
    entry = an_entry()
    treatment, practice = entry.treatment, entry.treatment.practice
    Delivery.objects.create(**to(treatment.practitioner, entry), why="treated")
    Delivery.objects.create(**to(people.admin(practice), entry), why="admin")
    write_note(
        treatment, id=uuid4(), text="Come at 11.", for_patient=True, by=treatment.practitioner, now=timezone.now()
    )
    invite_patient(people.patient(practice, accepted=False), treatment.practitioner, "new@example.org")
    send_mail("Confirm", "words", None, ["other@example.org"])
    with mailservers.honest() as (port, box):
        sent_through(port)
    letters = [message_from_bytes(letter, policy=policy.default) for letter in box.letters]
    assert len(letters) == Delivery.objects.count() + AccountMail.objects.count() == 5
    assert {letter["Auto-Submitted"] for letter in letters} == {"auto-generated"}
    own = [letter.get_content() for letter in letters if letter["Subject"] != "Confirm"]
    assert all("Do not reply to this e-mail" in text for text in own)


def test_a_delivery_by_a_channel_that_is_not_installed_is_passed_on_and_holds_up_nobody():
    entry = an_entry()
    colleague = people.practitioner(entry.treatment.practice, "Dr Lindqvist")
    unknown = Delivery.objects.create(**to(entry.treatment.practitioner, entry), why="treated", channel="pigeon")
    assert "pigeon" not in CHANNELS
    with mailservers.honest() as (port, box):
        for _ in range(5):
            Delivery.objects.filter(pk=unknown.pk).update(not_before=timezone.now())
            sent_through(port)
    assert box.recipients == [colleague.email]
