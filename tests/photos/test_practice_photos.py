"""A clinic's own photos: taken in as any, shown as the clinic's, never counted as the patient's."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from accounts.consents import withdraw_consent
from symptoms.journal.entries import ForeignId
from symptoms.journal.photos import MOST_A_DAY
from symptoms.journal.practice_photos import Shot, attach_practice_photo
from symptoms.journal.treatments import change_treatment
from symptoms.models import Photo
from symptoms.photos import files
from tests import images, people
from tests.api.programs import program
from tests.moving import joins, leaves
from tests.pages.html import select, text_of, words
from tests.treatments import attached, pen

pytestmark = pytest.mark.django_db


@pytest.fixture
def session(ana, noor, photo_folder):
    return pen(ana, days_ago=3, by=noor)


def shot(session, by, *, is_before=True, id=None, data=None):
    made = Shot(id or uuid4(), "front", is_before, data or images.photo())
    return attach_practice_photo(session, made, by=by, now=timezone.now())[0]


def kept_in(folder) -> list:
    """The files in the store."""
    return [path for path in folder.rglob("*") if path.is_file()]


def sent(**more) -> dict:
    picture = SimpleUploadedFile("x.jpg", images.photo(), "image/jpeg")
    return {"id": str(uuid4()), "when": "before", "front": picture, **more}


def test_it_stands_in_the_strip_as_before_by_the_clinic_and_is_not_the_patients(desk, phone, session, noor):
    attached(session, day=2)
    address = reverse("practice_photo_add", args=[session.pk])
    answer = desk.post(address, sent(), follow=True)
    assert Photo.objects.count() == 2
    captions = [words(part) for part in select(answer, "figcaption")]
    day_zero, day_2 = (f"{on:%a} {on.day} {on:%b}" for on in (session.day_zero, session.date_of(2)))
    assert captions == [f"Before by the clinic {day_zero}", f"Day 2 {day_2}"]
    before = Photo.objects.get(is_before=True)
    assert images.MARK not in files.read(before)
    assert desk.get(reverse("photo", args=[before.pk])).status_code == 200
    assert "by the clinic" in text_of(desk.get(reverse("photo_page", args=[before.pk])))
    # To its patient it is not there, neither to look at nor to move or to delete.
    for name in ("photo", "photo_page", "photo_remove"):
        assert phone.get(reverse(name, args=[before.pk])).status_code == 404
    assert phone.post(reverse("photo_move", args=[before.pk]), {"view": "left"}).status_code == 404
    listed = program(session.patient.user).get(f"/api/v1/treatments/{session.pk}/photos/").json()["results"]
    assert [photo["day"] for photo in listed] == [2]
    listed = program(noor).get(f"/api/v1/treatments/{session.pk}/photos/").json()["results"]
    assert {(photo["by_practice"], photo["is_before"]) for photo in listed} == {(True, True), (False, False)}


def test_it_takes_none_of_the_patients_room_and_needs_no_consent_to_theirs(desk, session, noor, ana):
    for _ in range(MOST_A_DAY):
        shot(session, noor, is_before=False)
    assert attached(session, day=3)[1]
    withdraw_consent(ana, "photos", timezone.now())
    seen = Photo.objects.visible_to(noor)
    assert seen.count() == MOST_A_DAY and not seen.own().exists()


def test_a_new_date_of_the_treatment_leaves_it_before(session, noor):
    photo = shot(session, noor)
    at = session.performed_at - timedelta(days=5)
    change_treatment(session, by=noor, now=timezone.now(), performed_at=at)
    change_treatment(session, by=noor, now=timezone.now(), performed_at=timezone.now())
    photo.refresh_from_db()
    assert (photo.day, photo.is_before) == (0, True)


@pytest.mark.parametrize("data", [b"no picture", b""])
def test_what_is_no_picture_is_said_and_nothing_is_kept(desk, session, photo_folder, data):
    picture = SimpleUploadedFile("x.jpg", data, "image/jpeg")
    answer = desk.post(reverse("practice_photo_add", args=[session.pk]), sent(front=picture))
    assert answer.status_code == 422 and not Photo.objects.exists() and not kept_in(photo_folder)


def test_the_same_photo_twice_is_one_and_another_record_keeps_its_own(session, noor, clinic):
    id, data = uuid4(), images.photo()
    assert shot(session, noor, id=id, data=data) == shot(session, noor, id=id, data=data)
    other = pen(people.patient(clinic, "Ben Hall"), days_ago=1, by=noor)
    with pytest.raises(ForeignId):
        shot(other, noor, id=id, data=data)
    with pytest.raises(PermissionDenied):
        shot(session, people.dr_okafor(), data=data)
    assert Photo.objects.count() == 1


def test_a_clinic_that_was_left_keeps_what_it_took_and_the_next_sees_it_where_it_is_shared(session, noor, ana):
    own = shot(session, noor)
    attached(session, day=2)
    leaves(ana)
    ana.name = "Zara Newname"
    ana.save(update_fields=["name"])
    shown = text_of(people.signed_in(noor).get(reverse("photo_page", args=[own.pk])))
    assert "Ana Marrowby" in shown and "Newname" not in shown  # as the clinic knew her
    assert [photo.practice for photo in Photo.objects.visible_to(noor)] == [session.practice]
    okafor = people.dr_okafor()
    joins(ana, okafor.membership.practice, by=okafor, photos=True, earlier=True)
    assert not Photo.objects.visible_to(okafor).exists()
    leaves(ana)
    joins(ana, okafor.membership.practice, by=okafor, photos=True, earlier=True, earlier_photos=True)
    assert Photo.objects.visible_to(okafor).count() == 2
    page = text_of(people.signed_in(okafor).get(reverse("patient", args=[ana.pk])))
    assert "by another clinic" in page
    with pytest.raises(PermissionDenied):
        shot(session, noor)


def test_a_mistaken_photo_is_deleted_by_the_clinic_that_took_it_after_a_question(desk, session, noor, photo_folder):
    photo = shot(session, noor)
    address = reverse("practice_photo_remove", args=[photo.pk])
    assert "Delete this photo?" in text_of(desk.get(address)) and Photo.objects.exists()
    assert desk.post(address).status_code == 302
    assert not Photo.objects.exists() and not kept_in(photo_folder)
    assert desk.post(address).status_code == 404
