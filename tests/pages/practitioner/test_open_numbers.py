"""Whoever manages a practice and opens no record reads in numbers what is open there."""

import pytest
from django.urls import reverse
from django.utils import timezone

from symptoms.alerts.handling import acknowledge
from tests import people
from tests.pages.html import text_of
from tests.treatments import logged, pen

pytestmark = pytest.mark.django_db
MEMBERS = reverse("members")


def test_a_manager_reads_how_much_is_open_and_that_nobody_has_it_and_no_name(clinic, noor, ana):
    price = people.signed_in(people.admin(clinic))
    assert "Nothing is open." in text_of(price.get(MEMBERS))
    bea, cleo = people.patient(clinic, "Bea"), people.patient(clinic, "Cleo")
    dora = people.patient(people.practice("Otherwhere Clinic"), "Dora")
    for patient, sign in ((ana, "pus"), (bea, "pus"), (cleo, "trouble_breathing"), (dora, "pus")):
        session = pen(patient, days_ago=3)
        logged(session, 3, signs=[sign])
        if patient == ana:
            acknowledge(session, by=noor, now=timezone.now())
    page = text_of(price.get(MEMBERS))
    assert "Emergency 1 patient nobody has 1 of them, the first since" in page
    assert "See today 2 patients nobody has 1 of them, the first since" in page
    assert not [name for name in ("Ana", "Bea", "Cleo", "Dora") if name in page]
    for patient in (bea, cleo):
        acknowledge(patient.treatments.get(), by=noor, now=timezone.now())
    assert "See today 2 patients somebody has each" in text_of(price.get(MEMBERS))


def test_who_has_the_queue_reads_no_numbers_beside_it(clinic):
    both = people.signed_in(people.practitioner(clinic, "Dr Both", admin=True))
    assert "Open now" not in text_of(both.get(MEMBERS))
