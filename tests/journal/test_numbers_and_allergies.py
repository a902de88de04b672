"""A practice's number for a patient is its own and stays; drug allergies are the patient's and go along."""

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Invitation, Patient
from symptoms.journal.undoing import undo_joining
from tests import people
from tests.moving import joins, leaves
from tests.pages.html import text_of
from tests.treatments import pen

pytestmark = pytest.mark.django_db
PENICILLIN, CODEINE = {"drug": "penicillin", "happened": "rash"}, {"drug": "codeine"}


def known(patient: Patient, **facts) -> Patient:
    Patient.objects.filter(pk=patient.pk).update(**facts)
    patient.refresh_from_db()
    return patient


def facts_of(patient: Patient) -> tuple:
    patient = Patient.objects.get(pk=patient.pk)
    return patient.number, patient.drug_allergies


def test_allergies_go_to_the_next_practice_and_the_number_stays_with_the_former(ana, noor):
    pen(ana, days_ago=5, by=noor)
    known(ana, number="1042", drug_allergies=[PENICILLIN])
    leaves(ana)
    assert facts_of(ana) == ("", [PENICILLIN])
    known(ana, drug_allergies=[PENICILLIN, CODEINE])
    okafor = people.dr_okafor()
    joins(ana, okafor.membership.practice, by=okafor)
    known(ana, number="B-7")
    page = reverse("patient", args=[ana.pk])
    before, now = text_of(people.signed_in(noor).get(page)), text_of(people.signed_in(okafor).get(page))
    assert "no. 1042" in before and "penicillin (rash)" in before and "codeine" not in before and "B-7" not in before
    assert "no. B-7" in now and "penicillin (rash), codeine" in now and "1042" not in now


@pytest.mark.parametrize(
    ("own", "of_clinic", "both"),
    [
        (None, [CODEINE], [CODEINE]), ([], [CODEINE], [CODEINE]), ([PENICILLIN], [], [PENICILLIN]),
        ([PENICILLIN], [{"drug": "Penicillin"}, CODEINE], [PENICILLIN, CODEINE]), (None, None, None), ([], None, []),
        (None, [], []),
    ],
)  # fmt: skip
def test_two_records_that_become_one_lose_no_allergy_and_undone_each_has_its_own(noor, clinic, own, of_clinic, both):
    eve = known(people.patient(None, "Eve Stone"), drug_allergies=own)
    mary = known(people.patient(clinic, "Mary Brook", accepted=False), number="12", drug_allergies=of_clinic)
    joins(eve, clinic, record=mary, by=noor)
    assert facts_of(eve) == ("12", both)
    invitation = Invitation.objects.exclude(record_before=None).get(used_by=eve.user)
    record = undo_joining(invitation, by=noor, now=timezone.now())
    assert facts_of(record) == ("12", of_clinic)
    assert facts_of(eve) == ("", own)


def test_undone_a_number_that_was_given_to_somebody_else_is_not_given_twice(noor, clinic):
    okafor = people.dr_okafor()
    eve = known(people.patient(okafor.membership.practice, "Eve Stone"), number="12")
    pen(eve, days_ago=2, by=okafor)
    mary = known(people.patient(clinic, "Mary Brook", accepted=False), number="12")
    joins(eve, clinic, record=mary, by=noor)
    known(eve, number="13")
    for practice in (clinic, okafor.membership.practice):
        known(people.patient(practice, "Ben Hall"), number="12")
    invitation = Invitation.objects.exclude(record_before=None).get(used_by=eve.user)
    record = undo_joining(invitation, by=noor, now=timezone.now())
    assert (facts_of(record)[0], facts_of(eve)[0]) == ("", "")
    assert Patient.objects.get(pk=eve.pk).practice == okafor.membership.practice
