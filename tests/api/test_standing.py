"""What stands on top for a program too, and the answer to it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.consents import withdraw_consent
from symptoms.models import AlertEvent
from tests.api.programs import INFECTED, of, pointers, put_entry
from tests.pages.html import text_of
from tests.people import signed_in

pytestmark = pytest.mark.django_db
STANDING = "/api/v1/standing/"
CALM = {"day": 3, "symptoms": {"redness": 1, "swelling": 0, "pain": 0, "warmth": 0}}


def test_a_program_reads_and_answers_what_the_page_shows(anas, treatment, ana):
    assert anas.get(STANDING).json()["standing"] is None
    put_entry(anas, treatment, INFECTED | {"day": 2})
    calm = put_entry(anas, treatment, CALM).json()
    assert calm["verdict"]["word"] == "Today’s answers fit what we expect"
    earlier = put_entry(anas, treatment, CALM | {"day": 1}).json()
    assert earlier["verdict"]["word"] == "That day’s answers fit what we expect"
    read = anas.get(STANDING).json()
    standing = read["standing"]
    assert (standing["day"], standing["verdict"]["urgency"], standing["answer"]) == (2, "urgent", None)
    assert standing["verdict"]["heading"] in text_of(signed_in(ana).get("/today/"))
    answer = {"answer": "treated", "words": "Amoxicillin", "asked_at": read["asked_at"]}
    assert anas.post(STANDING, answer, format="json").json()["standing"] is None  # dealt with
    assert anas.post(STANDING, answer, format="json").status_code == 200  # and sent twice it is one
    assert AlertEvent.objects.get(what="answered", alert__concern="infection").detail == "treated: Amoxicillin"
    assert anas.get(of(treatment, "entries", calm["id"])).json()["verdict"]["word"] == "On track"


def test_what_was_not_read_is_not_answered(anas, treatment):
    put_entry(anas, treatment, INFECTED)
    early = {"answer": "seen", "asked_at": (timezone.now() - timedelta(hours=1)).isoformat()}
    assert anas.post(STANDING, early, format="json").status_code == 409
    assert pointers(anas.post(STANDING, {"answer": "maybe"}, format="json")) == {"/answer", "/asked_at"}
    assert anas.get(STANDING).json()["standing"]["answer"] is None


def test_nothing_is_kept_without_consent(anas, treatment, ana):
    put_entry(anas, treatment, INFECTED)
    withdraw_consent(ana, "care", timezone.now())
    answer = {"answer": "seen", "asked_at": timezone.now().isoformat()}
    assert anas.post(STANDING, answer, format="json").status_code == 409
    assert not AlertEvent.objects.filter(what="answered").exists()
