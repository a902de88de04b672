"""An id is the same in capitals: that is how iOS writes one, and no address of ours may depend on it."""

import re
from uuid import uuid4

import pytest
from django.urls import get_resolver

from symptoms.models import Treatment
from tests.api.programs import QUIET, of, program, put_entry
from tests.api.test_treatments import LIST, facts
from tests.treatments import pen

CAPITAL = "C0FFEE00-ABCD-4BCD-8BCD-ABCDEFABCDEF"


def routes(resolver, before: str = ""):
    for pattern in resolver.url_patterns:
        route = before + str(pattern.pattern)
        yield from routes(pattern, route) if hasattr(pattern, "url_patterns") else [route]


def test_no_address_takes_ids_in_small_letters_only():
    ours = [route for route in routes(get_resolver()) if "<" in route]
    assert any("<id:" in route for route in ours)
    assert not [route for route in ours if re.search(r"<uuid:", route)], "use <id:name>, see accounts/ids.py"


@pytest.mark.django_db
def test_a_program_may_write_ids_in_capitals_and_reads_them_in_small_letters(ana):
    anas, document, small = program(ana), facts(), CAPITAL.lower()
    made = anas.put(f"{LIST}{CAPITAL}/", document, format="json")
    assert (made.status_code, made.json()["id"]) == (201, small)
    assert anas.post(LIST, {**document, "id": CAPITAL}, format="json").status_code == 200
    treatment, day = Treatment.objects.get(), str(uuid4()).upper()
    sent = put_entry(anas, treatment, {**QUIET, "day": 2}, id=day)
    assert (sent.status_code, sent.json()["id"]) == (201, day.lower())
    again = anas.get(f"{LIST}{CAPITAL}/entries/{day}/")
    assert (again.status_code, again.json()["id"]) == (200, day.lower())
    by_entry = anas.get(of(treatment, "assessments"), {"entry": day}).json()["results"]
    assert [row["entry"] for row in by_entry] == [day.lower()]


@pytest.mark.django_db
def test_pages_take_ids_in_capitals_from_the_address_and_from_a_query(desk, noor, ana, phone):
    older, _ = pen(ana, days_ago=30, by=noor), pen(ana, days_ago=3, by=noor)
    patient, session = str(ana.id).upper(), str(older.id).upper()
    assert desk.get(f"/practice/patients/{patient}/").status_code == 200
    assert desk.get(f"/practice/patients/{ana.id}/", {"treatment": session}).context["treatment"] == older
    assert desk.get("/practice/treatments/new/", {"patient": patient}).context["patient"] == ana
    assert phone.get("/course/", {"treatment": session}).status_code == 200
