"""Photos sent by a program: one by one, cleaned, once, and never at an entry's cost."""

from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from accounts.consents import withdraw_consent
from symptoms.journal import photos as verbs
from symptoms.journal.treatments import say_same
from symptoms.models import Photo
from symptoms.photos.refusals import PhotoRefused, Refusal
from tests import people
from tests.api.programs import QUIET, jpeg, of, pointers, program, put_entry
from tests.treatments import pen

pytestmark = pytest.mark.django_db


def as_form(picture: bytes, name: str = "IMG_1.jpg", **others) -> dict:
    return {"day": "3", "view": "front", "photo": SimpleUploadedFile(name, picture, "image/jpeg"), **others}


def put_form(client, treatment, form: dict, id=None):
    return client.put(of(treatment, "photos", id or uuid4()), form, format="multipart")


def put_picture(client, treatment, picture: bytes, id=None, query: str = "day=3&view=front", kind: str = "image/jpeg"):
    return client.generic("PUT", f"{of(treatment, 'photos', id or uuid4())}?{query}", picture, content_type=kind)


@pytest.fixture(autouse=True)
def whole_forms(settings):
    renderers = [f"rest_framework.renderers.{kind}Renderer" for kind in ("JSON", "MultiPart")]
    settings.REST_FRAMEWORK = {**settings.REST_FRAMEWORK, "TEST_REQUEST_RENDERER_CLASSES": renderers}


def test_a_form_and_the_picture_itself_are_the_same_photo(anas, treatment):
    id, picture = uuid4(), jpeg()
    by_form = put_form(anas, treatment, as_form(picture), id)
    itself = put_picture(anas, treatment, picture, id)
    assert (by_form.status_code, itself.status_code) == (201, 200)
    assert by_form.json() == itself.json()
    document = by_form.json()
    assert (document["day"], document["view"], document["width"], document["height"]) == (3, "front", 320, 240)
    assert [row["id"] for row in anas.get(of(treatment, "photos")).json()["results"]] == [str(id)]
    assert anas.get(of(treatment, "photos", id)).json() == document


def test_the_same_id_with_another_picture_or_day_changes_nothing(anas, treatment):
    id, picture = uuid4(), jpeg()
    put_picture(anas, treatment, picture, id)
    assert put_picture(anas, treatment, jpeg(tone="#804020"), id).status_code == 409
    assert put_picture(anas, treatment, picture, id, "day=2&view=front").status_code == 409
    assert Photo.objects.get().day == 3


def test_a_photo_sent_again_after_it_was_moved_to_another_view_stays_where_it_was_moved_to(anas, ana, treatment):
    id, picture = uuid4(), jpeg()
    assert put_picture(anas, treatment, picture, id).status_code == 201
    verbs.move_photo(id, "left", by=ana.user)
    again = put_picture(anas, treatment, picture, id)
    assert (again.status_code, again.json()["view"]) == (200, "left")
    assert Photo.objects.get().view == "left"


def test_a_refused_photo_says_why_and_costs_no_entry(anas, treatment):
    put_entry(anas, treatment, QUIET)
    for picture, reason in (
        (b"", "empty"),
        (b"<svg onload=alert(1)>", "format"),
        (b"GIF89a" + bytes(100), "format"),
        (jpeg()[:200], "damaged"),
        (jpeg(8, 8), "too_small"),
    ):
        answer = put_picture(anas, treatment, picture)
        assert answer.status_code == 422, picture[:10]
        assert pointers(answer) == {"/photo"}
        assert str(Refusal(reason).label) in answer.json()["detail"]
    assert not Photo.objects.exists()
    assert treatment.entries.count() == 1


def test_when_the_fault_is_ours_it_is_sent_again(anas, treatment, monkeypatch):
    def busy(data):
        raise PhotoRefused(Refusal.BUSY)

    monkeypatch.setattr(verbs, "take_in", busy)
    answer = put_picture(anas, treatment, jpeg())
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")


@pytest.mark.parametrize(
    "query",
    [
        "", "day=3", "day=x&view=front", "day=401&view=front", "day=3&view=feet", "day=3&view=front&view=left",
        "day=3&view=front&name=x", "day=%00&view=front",
    ],
)  # fmt: skip
def test_which_day_and_view_must_be_said(anas, treatment, query):
    assert put_picture(anas, treatment, jpeg(), query=query).status_code == 400


def form_of(client, treatment, day: int):
    return put_form(client, treatment, as_form(jpeg(), day=str(day)))


def picture_of(client, treatment, day: int):
    return put_picture(client, treatment, jpeg(), query=f"day={day}&view=front")


@pytest.mark.parametrize("put", [form_of, picture_of])
def test_both_ways_in_hold_the_rules_of_a_photo(anas, ana, treatment, clinic, noors, put):
    early = put(anas, treatment, 4)
    assert (early.status_code, early.json()["today"], put(noors, treatment, 3).status_code) == (422, 3, 403)
    assert put(program(people.patient(clinic, "Ben")), treatment, 3).status_code == 404
    withdraw_consent(ana, "care", treatment.recorded_at)
    refused = put(anas, treatment, 3)
    assert refused.status_code == 422 and "You have not agreed" in refused.json()["detail"]
    assert not Photo.objects.exists()


@pytest.mark.parametrize("put", [form_of, picture_of])
def test_a_photo_for_a_record_that_was_set_aside_is_seen_with_the_session_that_counts(anas, ana, noor, put):
    counts, own = pen(ana, days_ago=5, by=noor), pen(ana, days_ago=4)
    say_same(counts, own, now=timezone.now())
    sent = put(anas, own, 2)
    assert (sent.status_code, sent.json()["treatment"], sent.json()["day"]) == (201, str(counts.id), 3)
    listed = anas.get(of(counts, "photos")).json()["results"]
    assert [row["id"] for row in listed] == [sent.json()["id"]]


@pytest.mark.parametrize("name", ["../../etc/passwd", "x" * 300 + ".jpg", "<script>.jpg", "=cmd.jpg", "CON", "a\r\nb"])
def test_a_file_s_name_means_nothing(anas, treatment, name):
    assert put_form(anas, treatment, as_form(jpeg(), name)).status_code in (201, 400)


def test_a_form_with_more_or_less_is_refused(anas, treatment):
    assert pointers(put_form(anas, treatment, {"day": "3", "view": "front"})) == {"/photo"}
    assert pointers(put_form(anas, treatment, as_form(jpeg(), urgency="on_track"))) == {"/urgency"}
    assert pointers(put_form(anas, treatment, {"day": "3", "view": "front", "photo": "text"})) == {"/photo"}


def test_what_is_too_large_is_refused_before_it_is_read(anas, treatment):
    at = of(treatment, "photos", uuid4()) + "?day=3&view=front"
    for answer in (
        anas.generic("PUT", at, b"x", content_type="image/jpeg", CONTENT_LENGTH="99999999999999"),
        put_picture(anas, treatment, bytes(20_000_001)),
        put_form(anas, treatment, as_form(bytes(20_100_000))),
    ):
        assert (answer.status_code, answer.json()["detail"]) == (413, Refusal.TOO_LARGE.label)


def test_other_kinds_of_body_are_not_read(anas, treatment):
    assert put_picture(anas, treatment, b"{}", kind="application/json").status_code == 415
    assert put_picture(anas, treatment, b"x", kind="text/html").status_code == 415


def test_a_day_has_ten_photos_at_most(anas, treatment, monkeypatch):
    monkeypatch.setattr(verbs, "MOST_A_DAY", 1)
    assert put_picture(anas, treatment, jpeg()).status_code == 201
    assert put_picture(anas, treatment, jpeg()).status_code == 422


def test_a_photo_is_taken_away_once(anas, treatment):
    id = uuid4()
    put_picture(anas, treatment, jpeg(), id)
    assert anas.delete(of(treatment, "photos", id)).status_code == 204
    assert anas.delete(of(treatment, "photos", id)).status_code == 404


def test_a_clinic_sees_photos_while_the_patient_agrees(anas, noors, ana, treatment):
    id = uuid4()
    put_picture(anas, treatment, jpeg(), id)
    assert noors.get(of(treatment, "photos", id)).status_code == 200
    withdraw_consent(ana, "photos", treatment.recorded_at)
    assert noors.get(of(treatment, "photos")).json()["results"] == []
    assert noors.get(of(treatment, "photos", id)).status_code == 404


def test_an_id_that_belongs_to_somebody_else_s_photo_does_not_exist(anas, treatment, clinic):
    id, picture = uuid4(), jpeg()
    put_picture(anas, treatment, picture, id)
    ben = people.patient(clinic, "Ben")
    assert put_picture(program(ben), pen(ben, days_ago=3), picture, id).status_code == 404
