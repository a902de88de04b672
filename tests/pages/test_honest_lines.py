"""What Mendline is not stands where people decide to trust it, and beside every alert what a photo cannot rule out."""

import pytest
from django.urls import reverse

from symptoms.recovery.texts import COMMON
from tests import people
from tests.pages.html import text_of
from tests.treatments import logged, pen

pytestmark = pytest.mark.django_db
NOT_REVIEWED, NOBODY_AT_NIGHT = COMMON["not_reviewed"], COMMON["nobody_at_night"]


def test_whoever_makes_an_account_or_agrees_reads_that_no_doctor_checked_the_rules(client, clinic):
    assert NOT_REVIEWED in text_of(client.get(reverse("account_signup")))
    assert NOT_REVIEWED in text_of(client.get("/"))
    new = people.patient(clinic, "Nadia", welcomed_at=None, consents=())
    page = text_of(people.signed_in(new).get(reverse("welcome")))
    assert NOT_REVIEWED in page and NOBODY_AT_NIGHT in page


def test_a_practice_reads_it_under_its_queue(desk):
    assert NOT_REVIEWED in text_of(desk.get(reverse("queue")))


def test_the_dangerous_thing_comes_first_and_a_photo_rules_nothing_out(clinic, noor, desk):
    session = pen(people.ana(clinic), days_ago=4, by=noor)
    logged(session, 4, pain=3, signs=["pus"])
    page = text_of(desk.get(reverse("patient", args=[session.patient_id])))
    assert page.index("First: Sepsis screen now") < page.index("Pus on day 4") < page.index("Think of: Swab")
    assert "A good-looking photo does not rule out a problem." in page


@pytest.mark.parametrize(("signs", "is_reported"), [([], False), (["pus"], True)])
def test_every_verdict_asks_how_one_feels_and_from_contact_up_where_to_report(ana, phone, signs, is_reported):
    entry = logged(pen(ana, days_ago=3), 3, signs=signs).entry
    page = text_of(phone.get(entry.get_absolute_url()))
    assert COMMON["feelings"] in page and (COMMON["report_it"] in page) is is_reported
