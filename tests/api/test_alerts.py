"""Alerts answered by practitioners' programs: seen by their practice alone, taken, closed with an outcome."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from symptoms.models import Alert, AlertEvent
from tests import people
from tests.api.programs import INFECTED, of, pointers, program, put_entry
from tests.moving import leaves
from tests.treatments import pen

pytestmark = pytest.mark.django_db

LIST = "/api/v1/alerts/"


@pytest.fixture
def alert(anas, treatment):
    put_entry(anas, treatment, INFECTED)
    return Alert.objects.get(concern="infection")


def test_the_practice_s_alerts_say_what_since_when_and_for_whom(noors, alert, treatment):
    [alert_document] = noors.get(LIST, {"open": "true"}).json()["results"]
    assert alert_document == noors.get(f"{LIST}{alert.id}/").json()
    assert (alert_document["concern"], alert_document["urgency"], alert_document["day"]) == ("infection", "urgent", 3)
    assert (alert_document["patient_name"], alert_document["treatment"]) == ("Ana Marrowby", str(treatment.id))
    assert noors.get(LIST, {"open": "false"}).json()["results"] == []


def test_i_have_this_takes_every_open_alert_of_the_treatment_once(noors, noor, alert):
    first = noors.post(f"{LIST}{alert.id}/acknowledge/")
    again = noors.post(f"{LIST}{alert.id}/acknowledge/", {}, format="json")
    assert first.status_code == again.status_code == 200
    assert first.json() == again.json()
    assert first.json()["alerts"][0]["acknowledged_by"] == "Dr Noor"
    assert alert.events.filter(what=AlertEvent.What.ACKNOWLEDGED).count() == 1


def test_the_patient_sees_that_it_is_in_hand(noors, anas, alert, treatment):
    noors.post(f"{LIST}{alert.id}/acknowledge/")
    clinic = anas.get(of(treatment, "entries", alert.entry_id)).json()["clinic"]
    assert (clinic["taken_by"], clinic["told"]) == ("Dr Noor", "on_its_way")


def test_an_alert_closes_once_with_an_outcome(noors, alert):
    at = f"{LIST}{alert.id}/resolve/"
    assert pointers(noors.post(at, {"outcome": "no_concern"}, format="json")) == {"/reason"}
    assert pointers(noors.post(at, {"outcome": "no_concern", "reason": "  "}, format="json")) == {"/reason"}
    assert pointers(noors.post(at, {"outcome": "ignored"}, format="json")) == {"/outcome"}
    assert pointers(noors.post(at, {}, format="json")) == {"/outcome"}
    done = noors.post(at, {"outcome": "seen", "reason": "antibiotics begun"}, format="json")
    assert (done.status_code, done.json()["outcome"], done.json()["resolved_by"]) == (200, "seen", "Dr Noor")
    assert noors.post(at, {"outcome": "seen", "reason": "antibiotics begun"}, format="json").json() == done.json()
    assert noors.post(at, {"outcome": "advice"}, format="json").status_code == 409
    assert alert.events.filter(what=AlertEvent.What.RESOLVED).count() == 1


def test_who_closes_what_a_colleague_has_or_what_has_news_is_told_first(noors, noor, anas, alert, treatment):
    chen = people.practitioner(noor.membership.practice, "Wei Chen")
    program(chen).post(f"{LIST}{alert.id}/acknowledge/")
    at, outcome = f"{LIST}{alert.id}/resolve/", {"outcome": "seen", "reason": "antibiotics begun"}
    seen_at = timezone.now().isoformat()
    put_entry(anas, treatment, {**INFECTED, "note": "Worse."})
    refused = noors.post(at, {**outcome, "seen_at": seen_at}, format="json")
    problem = refused.json()
    assert refused.status_code == 409 and problem["known_holders"] == [str(chen.id)]
    assert problem["news"][0] == "Wei Chen has this. It would be settled for them as well."
    assert problem["news"][1].startswith("Ana Marrowby logged day 3 at ")
    assert noors.post(at, outcome, format="json").json()["news"]  # who says nothing of what they saw is told it all
    assert Alert.objects.get(pk=alert.pk).is_open
    confirmed = {**outcome, "seen_at": problem["seen_at"], "known_holders": problem["known_holders"]}
    put_entry(anas, treatment, {**INFECTED, "note": "Better."})
    newer = noors.post(at, confirmed, format="json")
    assert newer.status_code == 409 and len(newer.json()["news"]) == 1  # what came between is told as well
    confirmed["seen_at"] = newer.json()["seen_at"]
    assert noors.post(at, confirmed, format="json").json()["resolved_by"] == "Dr Noor"
    assert noors.post(at, confirmed, format="json").status_code == 200


def test_what_a_program_says_it_has_seen_must_be_a_moment_and_ids(noors, alert):
    wrong = {"outcome": "seen", "seen_at": "yesterday", "known_holders": ["x"]}
    refused = noors.post(f"{LIST}{alert.id}/resolve/", wrong, format="json")
    assert pointers(refused) == {"/seen_at", "/known_holders/0"}
    many = {"outcome": "seen", "known_holders": [str(uuid4())] * 101}
    assert pointers(noors.post(f"{LIST}{alert.id}/resolve/", many, format="json")) == {"/known_holders"}
    assert Alert.objects.get(pk=alert.pk).is_open


def test_what_is_watched_or_was_not_reached_stays_open(noors, anas, alert, treatment):
    at, day = f"{LIST}{alert.id}/resolve/", (timezone.now() + timedelta(days=7)).date().isoformat()
    assert pointers(noors.post(at, {"outcome": "watching"}, format="json")) == {"/until"}
    assert pointers(noors.post(at, {"outcome": "watching", "until": "2026-02-30"}, format="json")) == {"/until"}
    watched = noors.post(at, {"outcome": "watching", "until": day}, format="json").json()
    assert (watched["resolved_at"], watched["outcome"], watched["watched_until"]) == (None, "watching", day)
    clinic = anas.get(of(treatment, "entries", alert.entry_id)).json()["clinic"]
    assert (clinic["watched_until"], clinic["tried_at"], clinic["closed_at"]) == (day, None, None)
    tried = noors.post(at, {"outcome": "not_reached"}, format="json").json()
    assert (tried["outcome"], tried["watched_until"], tried["resolved_by"]) == ("not_reached", None, None)
    assert anas.get(of(treatment, "entries", alert.entry_id)).json()["clinic"]["tried_at"] == tried["kept_open_at"]


@pytest.mark.parametrize("field", ["resolved_by", "resolved_at", "urgency", "practice", "acknowledged_by"])
def test_who_and_when_cannot_be_sent(noors, alert, field):
    for verb, document in (("resolve", {"outcome": "seen", field: "x"}), ("acknowledge", {field: "x"})):
        assert pointers(noors.post(f"{LIST}{alert.id}/{verb}/", document, format="json")) == {f"/{field}"}
    assert Alert.objects.open().filter(acknowledged_at=None).exists()


def test_what_stayed_open_when_a_patient_left_can_be_read_and_closed_and_nothing_else_of_theirs(noors, anas, ana):
    own, quiet = pen(ana, days_ago=3, by=ana.user), pen(ana, days_ago=30, by=ana.user)
    put_entry(anas, own, INFECTED)
    leaves(ana)
    assert {alert["treatment"] for alert in noors.get(LIST).json()["results"]} == {str(own.id)}
    assert noors.get(f"/api/v1/treatments/{own.id}/").status_code == 200
    assert noors.get(f"/api/v1/treatments/{quiet.id}/").status_code == 404
    for alert in Alert.objects.all():
        assert noors.post(f"{LIST}{alert.id}/resolve/", {"outcome": "seen"}, format="json").status_code == 200
    assert not Alert.objects.open().exists()
