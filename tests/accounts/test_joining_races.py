"""Two who settle one thing at once: one outcome, whoever comes first."""

import pytest
from django.utils import timezone

from accounts.invitations import invite_patient
from accounts.models import Departure, Invitation, Patient
from symptoms.journal.joining import confirm_patient, join, leave_practice, refuse_patient
from symptoms.models import Treatment
from tests import people
from tests.at_once import at_once
from tests.moving import token_in
from tests.treatments import pen

pytestmark = pytest.mark.django_db(transaction=True)


def scanned(clinic, noor, user):
    invitation, link = invite_patient(people.patient(clinic, "Mary", accepted=False), noor)
    assert join(token_in(link), user, now=timezone.now(), agrees=True)
    return invitation


def test_of_two_who_confirm_and_one_who_refuses_one_is_heard(clinic):
    noor, eve = people.dr_noor(clinic), people.user("Eve")
    invitation, now = scanned(clinic, noor, eve), timezone.now()
    yes = lambda: confirm_patient(invitation, by=noor, now=now) is not None  # noqa: E731
    no = lambda: refuse_patient(invitation, by=noor, now=now)  # noqa: E731
    assert sum(at_once(yes, yes, no)) == 1
    invitation.refresh_from_db()
    assert (invitation.confirmed_at is None) != (invitation.withdrawn_at is None)
    assert Patient.objects.filter(user=eve).count() == (1 if invitation.confirmed_at else 0)


def test_somebody_confirmed_by_two_clinics_at_once_is_one_patient_at_one_of_them():
    here, there = people.practice(), people.practice("Otherwhere Clinic")
    noor, okafor, eve = people.dr_noor(here), people.dr_okafor(there), people.user("Eve")
    first, second = scanned(here, noor, eve), scanned(there, okafor, eve)
    now = timezone.now()
    at_once(lambda: confirm_patient(first, by=noor, now=now), lambda: confirm_patient(second, by=okafor, now=now))
    assert Patient.objects.get(user=eve).practice in (here, there)
    # Whichever came second found a code that counts no more: its taker had joined elsewhere.
    assert not Departure.objects.exists()
    assert not Invitation.objects.to_confirm().exists()


def test_joining_another_clinic_and_leaving_at_once_ends_in_one_place():
    here, there = people.practice(), people.practice("Otherwhere Clinic")
    okafor, ana = people.dr_okafor(there), people.ana(here)
    pen(ana, days_ago=3, by=people.dr_noor(here))
    invitation = scanned(there, okafor, ana.user)
    at_once(
        lambda: confirm_patient(invitation, by=okafor, now=timezone.now()),
        lambda: leave_practice(ana.user, now=timezone.now()),
    )
    ana.refresh_from_db()
    assert ana.practice in (None, there)
    assert {treatment.open_to for treatment in Treatment.objects.all()} == {ana.practice}
    assert Departure.objects.filter(patient=ana, practice=here).count() == 1
