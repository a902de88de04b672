"""Programs of both sides read the conversation, write into it, and say what is read."""

from uuid import uuid4

import pytest
from django.utils import timezone

from accounts.consents import withdraw_consent
from accounts.models import Practice
from symptoms.alerts.handling import write_note
from symptoms.models import Delivery, Note, PatientStatus
from tests.api.programs import of, pointers

pytestmark = pytest.mark.django_db


def send(program, treatment, text="Please call me back.", id=None, **more):
    body = {"id": str(id or uuid4()), "text": text, **more}
    return program.post(of(treatment, "messages"), body, format="json")


def test_both_sides_write_and_read_and_notes_inside_stay_there(anas, noors, treatment, noor):
    write_note(treatment, id=uuid4(), text="Inside.", for_patient=False, by=noor, now=timezone.now())
    asked = send(anas, treatment)
    assert asked.status_code == 201
    answer = send(noors, treatment, "We ring at 6.", seen=asked.json()["id"])
    assert answer.status_code == 201 and answer.json()["author"] == "Dr Noor"
    for program in (anas, noors):
        (late, early) = program.get(of(treatment, "messages")).json()["results"]
        assert (late["text"], late["kind"], late["read_at"]) == ("We ring at 6.", "to_patient", None)
        assert (early["kind"], early["author"], early["read_by"]) == ("from_patient", "Ana Marrowby", "Dr Noor")
    assert sorted(Delivery.objects.values_list("why", flat=True)) == ["patient", "treated"]


def test_the_same_id_is_one_message_and_other_words_conflict(anas, noors, treatment):
    id = uuid4()
    assert [send(anas, treatment, id=id).status_code for _ in range(2)] == [201, 200]
    assert send(anas, treatment, "Other.", id=id).status_code == 409
    assert send(noors, treatment, id=id).status_code == 404
    assert Note.objects.count() == Delivery.objects.count() == 1


def test_reading_is_said_by_a_person_and_only_up_to_what_was_shown(anas, noors, treatment):
    first, second = (send(anas, treatment, text).json()["id"] for text in ("One.", "Two."))
    noors.get(of(treatment, "messages"))
    assert not Note.objects.filter(read_at__isnull=False).exists()
    assert noors.post(of(treatment, "messages", "read"), {"seen": first}, format="json").status_code == 204
    assert str(Note.objects.get(read_at=None).pk) == second
    assert noors.post(of(treatment, "messages", "read"), {"seen": str(uuid4())}, format="json").status_code == 404
    assert noors.post(of(treatment, "messages", "read"), {"seen": second}, format="json").status_code == 204
    assert PatientStatus.objects.get().message_since is None


@pytest.mark.parametrize(
    ("changed", "pointer"),
    [({"text": " \n"}, "/text"), ({"text": "x" * 10_000}, "/text"), ({"id": "1"}, "/id"), ({"seen": "x"}, "/seen")],
)
def test_a_message_with_a_mistake_is_not_kept(anas, treatment, changed, pointer):
    answer = send(anas, treatment, **{"text": "Words", **changed})
    assert answer.status_code == 400 and pointers(answer) == {pointer} and not Note.objects.exists()


def test_nothing_is_kept_without_consent_or_a_practice(anas, treatment, ana):
    Practice.objects.update(closed_at=timezone.now())
    assert send(anas, treatment).status_code == 422
    withdraw_consent(ana, "care", timezone.now())
    assert send(anas, treatment).status_code == 409
    assert not Note.objects.exists()
