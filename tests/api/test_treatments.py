"""Treatments recorded and mended by a program, with the same limits and for the same people as on the pages."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from symptoms.journal.treatments import complete_treatment
from symptoms.models import Treatment
from tests import people
from tests.api.programs import INFECTED, of, pointers, program, put_entry
from tests.moving import joins, leaves
from tests.treatments import pen

pytestmark = pytest.mark.django_db

LIST, NOBODY = "/api/v1/treatments/", str(uuid4())


def facts(**others) -> dict:
    performed_at = (timezone.now() - timedelta(days=2)).replace(microsecond=0).isoformat()
    return {
        "performed_at": performed_at,
        "device": "pen",
        "needle_depth_mm": 1.5,
        "areas": ["face", "neck"],
        "same_day_injection": False,
        "products": [{"name": "Hyaluronic gel", "lot": "A1"}],
        "fitzpatrick": 5,
        "conditions": ["melasma"],
        "baseline": {"dark_patches": 1},
        **others,
    }


def test_a_patient_records_their_own_and_reads_it_back(anas, ana):
    made = anas.post(LIST, facts(), format="json")
    assert made.status_code == 201
    document = made.json()
    assert (document["patient"], document["today"], document["needle_depth_mm"]) == (str(ana.id), 2, 1.5)
    assert anas.get(f"{LIST}{document['id']}/").json() == document
    assert [row["id"] for row in anas.get(LIST).json()["results"]] == [document["id"]]


def test_a_practitioner_records_for_a_patient_of_the_practice_and_is_the_one_who_treated(noors, noor, ana):
    assert pointers(noors.post(LIST, facts(), format="json")) == {"/patient"}
    made = noors.post(LIST, facts(patient=str(ana.id)), format="json")
    assert made.status_code == 201
    assert (made.json()["practitioner"], made.json()["practice"]) == (str(noor), "Larkfield Skin Clinic")


def test_sent_twice_under_an_id_it_is_recorded_once(anas, noors):
    id, document = uuid4(), facts()
    answers = [anas.put(f"{LIST}{id}/", document, format="json") for _ in range(2)]
    answers.append(anas.post(LIST, {**document, "id": str(id)}, format="json"))
    assert [answer.status_code for answer in answers] == [201, 200, 200]
    assert answers[0].json() == answers[1].json() == answers[2].json()
    assert anas.put(f"{LIST}{id}/", {**document, "passes": 3}, format="json").status_code == 409
    assert Treatment.objects.get().passes is None


@pytest.mark.parametrize(
    ("sent", "where"),
    [
        ({"needle_depth_mm": 15}, "/needle_depth_mm"), ({"needle_depth_mm": 0}, "/needle_depth_mm"),
        ({"needle_depth_mm": "1.5"}, "/needle_depth_mm"), ({"passes": 21}, "/passes"), ({"areas": []}, "/areas"),
        ({"device": "hammer"}, "/device"), ({"device": None}, "/device"), ({"energy_mj": 20}, "/energy_mj"),
        ({"areas": ["moon"]}, "/areas"), ({"products": [{"lot": "A1"}]}, "/products/0/name"),
        ({"products": [{"name": "gel", "price": 3}]}, "/products/0/price"),
        ({"products": [{"name": "gel"}] * 21}, "/products"), ({"baseline": {"pain": 1}}, "/baseline/pain"),
        ({"fitzpatrick": 7}, "/fitzpatrick"), ({"same_day_injection": "no"}, "/same_day_injection"),
        ({"performed_at": "2026-01-12T14:30:00"}, "/performed_at"), ({"performed_at": 20260112}, "/performed_at"),
        ({"performed_at": "0001-01-01T00:00:00+14:00"}, "/performed_at"),
        ({"performed_at": "9999-12-31T23:59:59-12:00"}, "/performed_at"),
        ({"performed_at": "2026-02-30T10:00:00Z"}, "/performed_at"), ({"operator": "x" * 121}, "/operator"),
        ({"patient": "not an id"}, "/patient"), ({"patient": NOBODY}, "/patient"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_and_named(anas, sent, where):
    answer = anas.post(LIST, facts(**sent), format="json")
    assert answer.status_code == 400
    assert pointers(answer) == {where}
    assert not Treatment.objects.exists()


def test_a_depth_beyond_every_needle_is_refused_with_what_was_probably_meant(anas):
    [error] = anas.post(LIST, facts(needle_depth_mm=15), format="json").json()["errors"]
    assert error["detail"] == "15\N{NO-BREAK SPACE}mm is more than RF devices can do. Did you mean one tenth of it?"


@pytest.mark.parametrize(
    "field", ["practice", "practitioner", "recorded_by", "recorded_at", "day_zero", "same_as", "kept_apart_at", "today"]
)
def test_what_the_server_decides_cannot_be_sent(anas, noors, treatment, field):
    assert pointers(anas.post(LIST, facts(**{field: str(uuid4())}), format="json")) == {f"/{field}"}
    assert pointers(noors.patch(of(treatment), {field: str(uuid4())}, format="json")) == {f"/{field}"}


def test_whose_it_is_cannot_be_changed(noors, treatment):
    assert pointers(noors.patch(of(treatment), {"patient": str(uuid4())}, format="json")) == {"/patient"}


def test_a_corrected_treatment_keeps_how_it_read_and_judges_its_days_anew(anas, noors, treatment):
    put_entry(anas, treatment, INFECTED)
    answer = noors.patch(of(treatment), {"device": "rf", "energy_mj": 20.5, "needle_depth_mm": None}, format="json")
    assert answer.status_code == 200
    assert (answer.json()["energy_mj"], answer.json()["needle_depth_mm"]) == (20.5, None)
    assert treatment.revisions.get().was["device"] == "pen"
    assert len(noors.get(of(treatment, "assessments")).json()["results"]) == 2
    assert noors.patch(of(treatment), {"energy_mj": 20.5}, format="json").status_code == 200
    assert treatment.revisions.count() == 1  # nothing changed, so nothing is kept
    assert pointers(noors.patch(of(treatment), {"device": "pen"}, format="json")) == {"/energy_mj"}


def test_a_program_changes_only_what_it_has_read(noors, treatment):
    read = noors.get(of(treatment))["ETag"]
    changed = noors.patch(of(treatment), {"needle_depth_mm": 2}, format="json", HTTP_IF_MATCH=read)
    assert changed.status_code == 200 and changed["ETag"] != read
    assert noors.get(of(treatment))["ETag"] == changed["ETag"]
    for body in ({"passes": 2}, {"needle_depth_mm": 2}):
        late = noors.patch(of(treatment), body, format="json", HTTP_IF_MATCH=read)
        assert (late.status_code, late["Content-Type"]) == (412, "application/problem+json")
        assert late.json()["changes"] == [{"field": "needle_depth_mm", "was": "1.50", "became": "2.00"}]
        assert (late.json()["changed_by"], bool(late.json()["changed_at"])) == ("Dr Noor", True)
    treatment.refresh_from_db()
    assert (treatment.passes, treatment.revisions.count()) == (None, 1)
    again = noors.patch(of(treatment), {"passes": 2}, format="json", HTTP_IF_MATCH=f'"other", {changed["ETag"]}')
    assert again.status_code == 200


@pytest.mark.parametrize("tag", ['"0123"', "nonsense", "", 'W/"0123"'])
def test_a_tag_of_nothing_that_ever_stood_there_is_refused(noors, treatment, tag):
    answer = noors.patch(of(treatment), {"passes": 2}, format="json", HTTP_IF_MATCH=tag)
    assert answer.status_code == 412 and "changes" not in answer.json()


def test_who_does_not_say_what_was_read_changes_it_as_before(noors, treatment):
    assert noors.patch(of(treatment), {"passes": 2}, format="json").status_code == 200
    assert noors.patch(of(treatment), {"passes": 3}, format="json", HTTP_IF_MATCH="*").status_code == 200


def test_the_tag_is_the_same_however_a_treatment_was_sent(anas):
    id, document = uuid4(), facts(needle_depth_mm=1.5, energy_mj=None)
    made = anas.put(f"{LIST}{id}/", document, format="json")
    again = anas.put(f"{LIST}{id}/", document, format="json")
    assert made["ETag"] == again["ETag"] == anas.get(f"{LIST}{id}/")["ETag"]
    assert anas.patch(f"{LIST}{id}/", {"passes": 2}, format="json", HTTP_IF_MATCH=made["ETag"]).status_code == 200


def test_a_patient_corrects_what_they_recorded_and_not_what_the_clinic_did(anas, ana, treatment):
    own = pen(ana, days_ago=40)
    assert anas.patch(of(own), {"passes": 2}, format="json").status_code == 200
    refused = anas.patch(of(treatment), {"passes": 2}, format="json")
    assert refused.status_code == 403
    assert "Ask them" in refused.json()["detail"]


def test_dr_okafor_lists_nothing_and_learns_of_nobody(okafors, treatment):
    assert okafors.get(LIST).json()["results"] == []
    assert okafors.get(LIST, {"patient": str(treatment.patient_id)}).json()["results"] == []
    stolen = okafors.post(LIST, facts(patient=str(treatment.patient_id)), format="json")
    made_up = okafors.post(LIST, facts(patient=str(uuid4())), format="json")
    assert stolen.json() == made_up.json()  # hers is answered as one that does not exist


def test_an_id_that_belongs_to_somebody_else_s_treatment_does_not_exist(treatment, clinic):
    ben = people.patient(clinic, "Ben")
    assert program(ben).put(of(treatment), facts(), format="json").status_code == 404
    treatment.refresh_from_db()
    assert treatment.patient.name == "Ana Marrowby"


def test_a_clinic_that_the_patient_left_still_reads_what_it_did_and_changes_nothing(noors, ana, treatment):
    leaves(ana)
    assert noors.get(of(treatment)).status_code == 200
    assert noors.patch(of(treatment), {"passes": 2}, format="json").status_code == 403


def test_a_treatment_sent_again_is_compared_and_shown_as_it_is_read(noors, noor, ana, clinic):
    at = (timezone.now() - timedelta(days=30)).replace(microsecond=0).isoformat()
    document = facts(patient=str(ana.pk), performed_at=at)
    address = f"{LIST}{uuid4()}/"
    made = noors.put(address, document, format="json").json()
    leaves(ana)
    later = {"fitzpatrick": 6, "skin_colour": 6, "skin_burning": 6}
    complete_treatment(Treatment.objects.get(), by=ana.user, now=timezone.now(), **later)
    pen(ana, days_ago=1)  # the running course, which alone is opened by joining again
    joins(ana, clinic, by=noor)
    again = noors.put(address, document, format="json")
    assert (again.status_code, again.json()) == (200, noors.get(address).json())
    assert {name: again.json()[name] for name in later} == {name: made[name] for name in later}
    assert noors.put(address, {**document, **later}, format="json").status_code == 409  # tells nothing of later


def test_a_date_that_leaves_logged_days_outside_is_refused_until_it_is_kept(noors, anas, ana, noor):
    session = pen(ana, days_ago=5, by=noor)
    for day in (0, 4):
        put_entry(anas, session, {**INFECTED, "day": day})
    later = {"performed_at": (session.performed_at + timedelta(days=1)).isoformat()}
    refused = noors.patch(of(session), later, format="json")
    assert (refused.status_code, pointers(refused)) == (422, {"/performed_at"})
    assert (refused.json()["before"], refused.json()["after"]) == ([session.day_zero.isoformat()], [])
    assert noors.patch(of(session) + "?outside=yes", later, format="json").status_code == 400
    assert noors.get(of(session) + "?outside=keep").status_code == 400
    assert noors.patch(of(session) + "?outside=keep", later, format="json").json()["today"] == 4
    back = {"performed_at": session.performed_at.isoformat()}
    assert noors.patch(of(session), back, format="json").status_code == 200
    course = anas.get(of(session, "course") + "?to=4").json()
    assert [day["day"] for day in course["days"] if day["entry"]] == [0, 4]


@pytest.mark.parametrize(
    ("sent", "counts"),
    [
        ({"skin_colour": 3, "skin_burning": 5}, 5), ({"skin_colour": 0, "skin_burning": 2}, None),
        ({"skin_colour": 3, "skin_burning": 5, "fitzpatrick": 2}, 2), ({"skin_colour": None, "skin_burning": 6}, 6),
    ],
)  # fmt: skip
def test_the_skin_type_follows_from_two_answers_unless_it_is_sent(anas, sent, counts):
    document = {name: value for name, value in facts().items() if name != "fitzpatrick"}
    made = anas.post(LIST, {**document, **sent}, format="json").json()
    assert made["fitzpatrick"] == counts
    assert {name: made[name] for name in sent} == sent


@pytest.mark.parametrize(
    ("answers", "corrected", "sent", "counts"),
    [
        ({"skin_colour": 2, "skin_burning": 2}, 6, {"skin_colour": 2, "skin_burning": 2, "passes": 3}, 6),
        ({"skin_colour": 2, "skin_burning": 2}, 6, {"skin_burning": 2}, 6),
        ({"skin_colour": 2, "skin_burning": 2}, 6, {"skin_burning": 3}, 3),
        ({}, 5, {"skin_colour": 2}, 5), ({}, 2, {"skin_colour": 4}, 4),
    ],
)  # fmt: skip
def test_a_corrected_skin_type_stands_while_no_answer_changes_or_one_is_missing(
    anas, noors, answers, corrected, sent, counts
):
    document = {name: value for name, value in facts().items() if name != "fitzpatrick"}
    address = f"{LIST}{anas.post(LIST, {**document, **answers}, format='json').json()['id']}/"
    noors.patch(address, {"fitzpatrick": corrected}, format="json")
    assert anas.patch(address, sent, format="json").json()["fitzpatrick"] == counts


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"needle_depth_mm": 4.5}, 400), ({"needle_depth_mm": 4.5, "depth_is_right": True}, 201),
        ({"needle_depth_mm": 5.5, "depth_is_right": True}, 400), ({"needle_depth_mm": 4.0, "device": "rf"}, 201),
        ({"needle_depth_mm": 7.5, "device": "rf"}, 400),
        ({"needle_depth_mm": 7.5, "device": "rf", "depth_is_right": True}, 201),
        ({"needle_depth_mm": 1.0, "setting": "home"}, 400),
    ],
)  # fmt: skip
def test_a_program_says_that_an_unusual_depth_is_right(anas, sent, status):
    answer = anas.post(LIST, facts(**sent), format="json")
    assert answer.status_code == status
    if status == 400:
        assert pointers(answer) == {"/needle_depth_mm"}
    else:
        row = Treatment.objects.get()
        assert anas.patch(of(row), {"passes": 2}, format="json").status_code == 200  # it stands: not asked again


def test_device_cartridge_and_antiviral_go_in_and_out_and_an_expired_cartridge_is_asked_about(noors, ana):
    more = {"device_model": "SkinPen 4", "cartridge_expiry": "2020-02", "antiviral": "yes"}
    document = facts(patient=str(ana.id), **more)
    assert pointers(noors.post(LIST, document, format="json")) == {"/cartridge_expiry"}
    made = noors.post(LIST, {**document, "expiry_is_right": True}, format="json").json()
    assert {name: made[name] for name in more} == more
    address = f"{LIST}{made['id']}/"
    assert noors.patch(address, {"passes": 3}, format="json").status_code == 200  # asked once
    for month in ("2027-13", "2027-1", "1999-01", 202703, "2027-03-01"):
        assert pointers(noors.patch(address, {"cartridge_expiry": month}, format="json")) == {"/cartridge_expiry"}
    assert noors.patch(address, {"cartridge_expiry": None}, format="json").json()["cartridge_expiry"] is None
