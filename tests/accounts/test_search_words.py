"""By which words a patient is found, and that they follow what is known of the patient."""

from importlib import import_module
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.db import connection

from accounts.models import Departure, Patient, PatientWord
from accounts.names import family_first
from accounts.patients import edit_details
from accounts.search_words import national_digits, sought_in_text, squeezed
from tests import people
from tests.moving import leaves


@pytest.mark.parametrize(
    ("name", "sorted_as"),
    [
        ("Ana Marrowby", "marrowby  ana"), ("Zoë O’Brien", "obrien  zoe"), ("Cher", "cher"), ("", ""),
        ("Ana van der Berg", "van der berg  ana"), ("Omar bin Said", "bin said  omar"),
        ("Van Morrison", "morrison  van"),
        ("Maria de la Cruz", "de la cruz  maria"), ("Anne-Marie Day", "day  annemarie"), ("王小明", "王小明"),
    ],
)  # fmt: skip
def test_a_list_is_sorted_by_the_family_name_with_what_stands_before_it(name, sorted_as):
    assert family_first(name) == sorted_as


@pytest.mark.parametrize(
    "phone",
    ["07700 900101", "+44 7700 900101", "+44 (0)7700 900101", "0044 7700 900 101", "07700-900.101", "٠٧٧٠٠ ٩٠٠١٠١"],
)
def test_a_phone_number_is_the_same_however_it_is_written(phone):
    assert national_digits(phone) == "7700900101"


def test_numbers_of_other_countries_lose_their_own_code():
    numbers = {"+1 212 555 0100": "2125550100", "+353 1 679 0000": "16790000", "+61 491 570 006": "491570006"}
    assert {number: national_digits(number) for number in numbers} == numbers


def test_a_code_is_the_same_in_any_case_with_any_hyphen():
    assert {squeezed(code) for code in ("P24-07b", "p24 07B", " p24–07B ", "P2407b")} == {"p2407b"}
    assert sought_in_text("- -").words == () and sought_in_text("ana").codes == ()


def finds(practice, text: str) -> set[str]:
    ways = PatientWord.objects.patients_found(practice, text)
    return set(
        Patient.objects.filter(pk__in=[id for way in ways for (id,) in way.values_list("patient")]).values_list(
            "name", flat=True
        )
    )


@pytest.mark.django_db
def test_words_follow_whatever_is_saved_and_end_with_leaving_as_they_were(clinic, noor):
    ana = people.ana(clinic, phone="07700 900101")
    ana.email = "ana.marrowby@example.org"
    ana.save(update_fields=["email"])
    assert finds(clinic, "+44 7700 9001") == finds(clinic, "0101") == finds(clinic, "ana.marr") == {"Ana Marrowby"}
    edit_details(ana, name="Zoë O’Brien", phone="020 7946 0123", by=noor, now=ana.created_at)
    assert finds(clinic, "obrien") == finds(clinic, "0207946") == finds(clinic, "zoe 1990") == {"Zoë O’Brien"}
    assert not finds(clinic, "zoe marrow by") | finds(clinic, "900101")
    Patient.objects.bulk_create([Patient(name="Łukasz Berg", practice=clinic)])
    assert finds(clinic, "lukasz") == {"Łukasz Berg"}
    leaves(ana)
    ana.refresh_from_db()
    ana.name = "Nobody Knows"
    ana.save(update_fields=["name"])
    assert finds(clinic, "obrien") == {"Nobody Knows"} and not finds(clinic, "nobody")  # as it was known there
    Departure.objects.all().delete()
    ana.save()
    assert not finds(clinic, "obrien")


@pytest.mark.django_db
def test_words_from_before_are_written_by_the_migration(clinic):
    ana, gone = people.ana(clinic), people.patient(clinic, "Gone Girl")
    leaves(gone)
    kept = set(PatientWord.objects.values_list("practice", "patient", "word"))
    assert {word for _practice, patient, word in kept if patient == gone.pk} >= {"ngone", "ngirl"}
    PatientWord.objects.all().delete()
    Patient.objects.update(sort_name="")
    migration = import_module("accounts.migrations.0012_found_by_any_word")
    for step in (migration.sort_names, migration.write_words):
        step(apps, SimpleNamespace(connection=connection))
    assert set(PatientWord.objects.values_list("practice", "patient", "word")) == kept
    ana.refresh_from_db()
    assert ana.sort_name == "marrowby  ana"
