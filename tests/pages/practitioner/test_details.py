"""Who a patient is, mended by the clinic: what is written, who may, and that the patient sees it was done."""

import pytest
from django.urls import reverse

from accounts.models import AuditRecord
from tests import people
from tests.pages.html import held, select, text_of, words
from tests.pages.practitioner.pages import past
from tests.treatments import pen

pytestmark = pytest.mark.django_db
TYPED = {"name": "Ana Marrowby", "year_of_birth": "1990", "phone": "07700 900199"}


@pytest.fixture
def ana(clinic, noor):
    patient = people.ana(clinic)
    pen(patient, days_ago=2, by=noor)
    return patient


def details(patient) -> str:
    return reverse("patient_details", args=[patient.pk])


def test_a_missing_phone_number_is_added_from_the_patients_page_and_dials_there(desk, ana):
    page = reverse("patient", args=[ana.pk])
    assert "Add a phone number" in map(words, select(desk.get(page), f"a[@href='{details(ana)}#id_phone']"))
    answer = desk.post(details(ana), TYPED, follow=True)
    assert answer.redirect_chain[-1][0] == page
    assert select(answer, "a[@href='tel:07700900199']")
    assert "Changed phone" in text_of(past(desk, ana.pk))  # the history keeps who and when


def test_only_what_differs_is_written_and_the_patient_sees_that_it_was(desk, ana, noor):
    desk.post(details(ana), {**TYPED, "year_of_birth": "1991", "country": "US", "email": "x@example.org"})
    ana.refresh_from_db()
    assert (ana.name, ana.year_of_birth, ana.phone) == ("Ana Marrowby", 1991, "07700 900199")
    assert (ana.country, ana.email) == ("GB", "")
    assert AuditRecord.objects.get(what__startswith="changed").what == "changed year of birth, phone"
    assert "changed year of birth, phone" in text_of(people.signed_in(ana).get("/account/"))
    again = desk.post(details(ana), {**TYPED, "year_of_birth": "1991"}, follow=True)
    assert "Nothing was changed." in text_of(again)
    assert AuditRecord.objects.filter(what__startswith="changed").count() == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""), ("name", "x" * 121), ("year_of_birth", ""), ("year_of_birth", "1850"), ("year_of_birth", "2020"),
        ("year_of_birth", "long ago"), ("phone", "call me"), ("phone", "+"), ("phone", "1" * 41), ("phone", "0\x007"),
        ("phone", "<script>"),
    ],
)  # fmt: skip
def test_a_mistake_stands_beside_its_field_and_nothing_typed_is_lost(desk, ana, field, value):
    answer = desk.post(details(ana), {**TYPED, "name": "Ana Typed", field: value})
    assert answer.status_code == 422
    assert select(answer, f"*[@id='id_{field}_error']")
    assert field == "name" or held(answer)["name"] == ["Ana Typed"]
    ana.refresh_from_db()
    assert (ana.name, ana.phone) == ("Ana Marrowby", "")
    assert not AuditRecord.objects.filter(what__startswith="changed").exists()


@pytest.mark.parametrize(
    "number", ["", "07700 900199", "+44 (0)7700 900-199", "(020) 7946.0123", "020/7946 0123", "٠٧٧٠٠ ９００１９９"]
)
def test_a_number_is_taken_as_people_write_it_and_in_digits_that_dial(desk, ana, number):
    assert desk.post(details(ana), {**TYPED, "phone": number}).status_code == 302
    ana.refresh_from_db()
    assert ana.phone == (number if number.isascii() else "07700 900199")
