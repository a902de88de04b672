"""Days written down by a program: once, judged at once, refused in words, and only one's own."""

from uuid import uuid4

import pytest
from django.utils import timezone

from symptoms.journal.judging import leave_unjudged
from symptoms.models import Alert, Delivery, Entry
from symptoms.recovery.vocabulary import Sign, Symptom
from tests import people
from tests.api.programs import FOUR, INFECTED, QUIET, of, pointers, program, put_entry
from tests.treatments import broken_rules, pen

pytestmark = pytest.mark.django_db


def test_a_day_is_judged_at_once_and_its_answer_says_why_and_what_to_do(anas, treatment):
    answer = put_entry(anas, treatment, INFECTED)
    assert answer.status_code == 201
    document = answer.json()
    assert document["assessment"]["urgency"] == document["verdict"]["urgency"] == "urgent"
    [flag] = [flag for flag in document["assessment"]["flags"] if flag["concern"] == "infection"]
    assert "INF-7" in {criterion["id"] for criterion in flag["criteria"]}
    assert {"kind": "sign", "word": "pus", "day": 3, "value": None, "limit": None} in flag["criteria"][0]["evidence"]
    assert document["assessment"]["protocol_hash"]
    assert document["verdict"]["word"] == "Be seen today"
    assert document["verdict"]["calls"][0]["number"] == "020 7946 0123"
    assert document["clinic"]["told"] == "on_its_way"


def test_what_was_written_is_read_back_as_it_was_sent(anas, treatment):
    written = put_entry(anas, treatment, INFECTED).json()
    read = anas.get(of(treatment, "entries", written["id"])).json()
    assert read == written
    assert {name: read[name] for name in INFECTED} == INFECTED
    [listed] = anas.get(of(treatment, "entries")).json()["results"]
    assert listed == {name: value for name, value in written.items() if name not in ("verdict", "clinic")}


def test_the_same_id_and_answers_twice_are_one_entry_one_alert_and_one_message(anas, treatment):
    id = uuid4()
    first = put_entry(anas, treatment, INFECTED, id)
    again = put_entry(anas, treatment, {**INFECTED, "signs": ["pus"], "asked": sorted(first.json()["asked"])}, id)
    posted = anas.post(of(treatment, "entries"), {**INFECTED, "id": str(id)}, format="json")
    assert (first.status_code, again.status_code, posted.status_code) == (201, 200, 200)
    assert again.json() == first.json()
    assert (Entry.objects.count(), Alert.objects.count(), Delivery.objects.count()) == (1, 1, 1)


def test_the_same_id_with_other_answers_changes_nothing(anas, treatment):
    id = uuid4()
    put_entry(anas, treatment, QUIET, id)
    answer = put_entry(anas, treatment, INFECTED, id)
    assert answer.status_code == 409
    assert "other answers" in answer.json()["detail"]
    assert Entry.objects.get().answers["signs"] == []


def test_an_entry_that_waits_to_be_judged_anew_has_no_verdict(anas, treatment):
    written = put_entry(anas, treatment, INFECTED).json()
    leave_unjudged(Entry.objects.get(), now=timezone.now())
    read = anas.get(of(treatment, "entries", written["id"])).json()
    assert (read["state"], read["verdict"]["urgency"]) == ("unjudged", "unjudged")


def test_another_id_for_a_day_takes_it_over_and_both_are_kept(anas, treatment):
    first = put_entry(anas, treatment, QUIET).json()
    put_entry(anas, treatment, INFECTED)
    listed = anas.get(of(treatment, "entries")).json()["results"]
    assert [(entry["is_current"], entry["signs"]) for entry in listed] == [(True, ["pus"]), (False, [])]
    assert anas.get(of(treatment, "entries", first["id"])).json()["is_current"] is False


def test_a_day_that_has_not_come_is_asked_again_with_the_server_s_day(anas, treatment):
    answer = put_entry(anas, treatment, {**QUIET, "day": 4})
    assert answer.status_code == 422
    assert answer.json()["today"] == 3
    assert pointers(answer) == {"/day"}
    assert not Entry.objects.exists()


def test_the_four_that_are_asked_every_day_must_be_answered(anas, treatment):
    answer = put_entry(anas, treatment, {"day": 3, "symptoms": {"redness": 1}, "asked": ["redness", "pain"]})
    assert answer.status_code == 400
    assert "swelling, warmth" in answer.json()["errors"][0]["detail"]


def test_a_symptom_that_was_not_asked_stays_unknown(anas, treatment):
    body = {"day": 3, "symptoms": {"redness": 1}, "asked": ["redness", "swelling", "pain", "warmth"]}
    for symptoms in ({"redness": 1}, {"pain": 2}):  # on track, and a little more than expected
        answer = put_entry(anas, treatment, {**body, "symptoms": symptoms}).json()
        assert answer["asked"] == ["pain", "redness", "swelling", "warmth"]
        assert answer["verdict"]["line"].endswith(" You did not answer the warning signs.")
    more = {**body, "asked": [*body["asked"], "itching", "pus"], "signs": ["chills"]}
    assert put_entry(anas, treatment, more).json()["asked"] == sorted([*more["asked"], "chills"])
    assert put_entry(anas, treatment, QUIET).json()["asked"] == sorted([*Symptom, *Sign])


@pytest.mark.parametrize(
    ("sent", "where"),
    [
        ({"day": "3"}, "/day"), ({"day": True}, "/day"), ({"day": -1}, "/day"), ({"day": 401}, "/day"),
        ({"day": 2.5}, "/day"), ({"day": None}, "/day"), ({"symptoms": []}, "/symptoms"),
        ({"symptoms": {**FOUR, "pain": 5}}, "/symptoms/pain"), ({"symptoms": {**FOUR, "pain": True}}, "/symptoms/pain"),
        ({"symptoms": {**FOUR, "hunger": 1}}, "/symptoms/hunger"), ({"symptoms": None}, "/symptoms"),
        ({"signs": "pus"}, "/signs"), ({"signs": ["pus", "pus"]}, "/signs"), ({"signs": ["horns"]}, "/signs"),
        ({"signs": [{}]}, "/signs"), ({"temperature_c": 98.6}, "/temperature_c"),
        ({"temperature_c": "38"}, "/temperature_c"), ({"temperature_c": 38.123}, "/temperature_c"),
        ({"exposures": ["makeup", 3]}, "/exposures"), ({"note": 3}, "/note"), ({"note": "x" * 2001}, "/note"),
        ({"note": "a\x07b"}, "/note"),
    ],
)  # fmt: skip
def test_what_cannot_be_an_answer_is_named(anas, treatment, sent, where):
    answer = put_entry(anas, treatment, {**QUIET, **sent})
    assert answer.status_code == 400
    assert pointers(answer) == {where}
    assert not Entry.objects.exists()


def test_all_that_is_wrong_is_named_at_once(anas, treatment):
    answer = put_entry(anas, treatment, {"day": -1, "signs": ["horns"], "urgency": "on_track"})
    assert pointers(answer) == {"/day", "/signs", "/urgency"}


@pytest.mark.parametrize(
    "field",
    ["id", "treatment", "urgency", "assessment", "received_at", "is_current", "is_judged", "state", "reported_by"],
)
def test_what_the_server_decides_cannot_be_sent(anas, treatment, field):
    answer = put_entry(anas, treatment, {**QUIET, field: str(uuid4())})
    assert answer.status_code == 400
    assert pointers(answer) == {f"/{field}"}
    assert not Entry.objects.exists()


def test_a_fault_in_judging_keeps_the_entry_and_tells_people(anas, treatment):
    with broken_rules():
        answer = put_entry(anas, treatment, QUIET).json()
    assert (answer["state"], answer["assessment"], answer["verdict"]["urgency"]) == ("unjudged", None, "unjudged")
    assert answer["clinic"]["told"] == "on_its_way"
    assert answer["verdict"]["at_once"]


def test_what_a_practitioner_s_program_reads_is_written_down_for_the_patient(noors, noor, ana, anas, treatment):
    anas.get(of(treatment, "entries"))
    assert not ana.audit_records.readings().exists()
    noors.get(of(treatment, "entries"))
    assert [(record.user, record.what) for record in ana.audit_records.readings()] == [(noor, "record, by a program")]


def test_an_id_that_belongs_to_somebody_else_s_entry_does_not_exist(anas, treatment, clinic):
    written = put_entry(anas, treatment, INFECTED).json()
    ben = people.patient(clinic, "Ben")
    bens = pen(ben, days_ago=3)
    assert put_entry(program(ben), bens, QUIET, written["id"]).status_code == 404
    assert program(ben).get(of(bens, "entries", written["id"])).status_code == 404
    assert Entry.objects.get().treatment == treatment


def test_every_judgement_of_a_day_can_be_read_with_its_reasons(anas, treatment):
    put_entry(anas, treatment, {**QUIET, "day": 2})
    put_entry(anas, treatment, INFECTED)
    put_entry(anas, treatment, {**INFECTED, "day": 2})  # judges day 3 anew as well
    rows = anas.get(of(treatment, "assessments")).json()["results"]
    assert [(row["day"], row["is_current"]) for row in rows] == [(3, True), (2, True), (3, False), (2, True)]
    assert rows[1]["entry"] != rows[3]["entry"]  # the first day 2 is kept with what was said of it
    day_3 = anas.get(of(treatment, "assessments"), {"entry": rows[0]["entry"]}).json()["results"]
    assert [row["day"] for row in day_3] == [3, 3]
