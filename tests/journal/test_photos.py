"""A photo and its day: kept once, by its owner, within the limits, and never a row without its file."""

from datetime import UTC, date, datetime, timedelta
from functools import partial
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from accounts.consents import withdraw_consent
from symptoms.journal import photos as verbs
from symptoms.journal.entries import DayNotYet, ForeignId, LoggingStopped, NotTheirs
from symptoms.journal.photos import MOST_A_DAY, SameIdOtherPhoto, TooManyPhotos, remove_photo
from symptoms.journal.treatments import say_same
from symptoms.models import Alert, Assessment, Photo
from symptoms.photos import files
from symptoms.photos.intake import take_in
from symptoms.photos.refusals import PhotoRefused
from tests import images
from tests.at_once import at_once
from tests.people import ana, patient
from tests.treatments import attached, logged, pen

pytestmark = pytest.mark.django_db

SENT = images.photo()


@pytest.fixture(autouse=True)
def root(photo_folder):
    return photo_folder


@pytest.fixture
def treatment():
    return pen(ana(), days_ago=5)


def keys_on_disk(root):
    return sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())


def keys_of_rows():
    return sorted(Photo.objects.values_list("key", flat=True))


def fill(treatment, photos):
    for shade in range(photos):
        attached(treatment, data=images.photo((shade, 0, 0)))


def test_what_is_kept_is_the_clean_picture_and_what_is_true_of_it(treatment):
    photo, is_new = attached(treatment, data=images.with_segments(SENT, images.exif_segment(6)), view="left")
    photo.refresh_from_db()
    stored = files.read(photo)
    assert is_new
    assert images.MARK not in stored
    assert images.shown(stored).size == (photo.width, photo.height) == (48, 64)
    assert (photo.treatment, photo.day, photo.view, photo.size) == (treatment, 3, "left", len(stored))
    assert photo.uploaded_by == treatment.patient.user


def test_the_same_photo_sent_twice_is_one(treatment, root):
    id = uuid4()
    first, again = attached(treatment, id=id), attached(treatment, id=id)
    assert (first[1], again[1]) == (True, False)
    assert first[0] == again[0]
    assert keys_of_rows() == keys_on_disk(root) == [first[0].key]


@pytest.mark.parametrize("other", [{"data": images.photo(images.BLUE)}, {"day": 2}])
def test_an_id_is_never_used_for_something_else(treatment, root, other):
    photo, _ = attached(treatment)
    with pytest.raises(SameIdOtherPhoto):
        attached(treatment, id=photo.id, **other)
    assert keys_of_rows() == keys_on_disk(root) == [photo.key]


def test_somebody_else_s_id_does_not_exist_for_the_sender(treatment, root):
    photo, _ = attached(treatment)
    with pytest.raises(ForeignId):
        attached(pen(patient(name="Ben"), days_ago=5), id=photo.id)
    assert keys_of_rows() == keys_on_disk(root) == [photo.key]


@pytest.mark.parametrize("data", [b"", b"<svg></svg>", SENT[:300]])
def test_a_refused_photo_leaves_no_row_and_no_file_and_its_id_is_free(treatment, root, data):
    id = uuid4()
    with pytest.raises(PhotoRefused):
        attached(treatment, id=id, data=data)
    assert keys_of_rows() == keys_on_disk(root) == []
    assert attached(treatment, id=id)[1]


def test_a_day_has_ten_photos_and_the_next_day_has_room(treatment, root):
    fill(treatment, MOST_A_DAY)
    with pytest.raises(TooManyPhotos, match="Day 3 has 10 photos"):
        attached(treatment)
    assert len(keys_on_disk(root)) == 10
    assert attached(treatment, day=4)[1]


def test_the_last_of_a_day_can_be_sent_twice(treatment):
    fill(treatment, MOST_A_DAY - 1)
    photo, _ = attached(treatment)
    assert attached(treatment, id=photo.id) == (photo, False)


def test_a_patient_s_photos_are_counted_over_all_treatments(treatment, root, monkeypatch):
    monkeypatch.setattr(verbs, "MOST_A_PATIENT", 2)
    fill(treatment, 2)
    with pytest.raises(TooManyPhotos, match="You have 2 photos"):
        attached(pen(treatment.patient, days_ago=3), day=1)
    assert attached(pen(patient(name="Ben"), days_ago=5))[1]
    assert len(keys_on_disk(root)) == 3


def test_nothing_is_kept_without_the_consent_to_care(treatment, root):
    withdraw_consent(treatment.patient, "care", timezone.now())
    with pytest.raises(LoggingStopped):
        attached(treatment)
    assert keys_on_disk(root) == []


def test_a_day_to_come_has_no_photo(treatment):
    assert attached(treatment, day=5)[1]
    with pytest.raises(DayNotYet):
        attached(treatment, day=6)


def test_a_day_that_was_logged_stays_open_for_photos_after_a_flight_west(treatment):
    tokyo, los_angeles = ZoneInfo("Asia/Tokyo"), ZoneInfo("America/Los_Angeles")
    now = datetime(2026, 11, 9, 16, tzinfo=UTC)  # the 10th in Tokyo, the 9th in Los Angeles
    traveller = patient(name="Ben", time_zone=str(tokyo), now=now - timedelta(days=9))
    session = pen(traveller, days_ago=5, now=now)
    logged(session, 5, now=now)
    type(traveller).objects.update(time_zone=str(los_angeles))
    traveller.user.look_up_again()
    assert attached(session, day=5, now=now)[0].date == date(2026, 11, 10)
    with pytest.raises(DayNotYet):
        attached(session, day=6, now=now)


def test_only_the_patient_adds_a_photo(treatment, noor):
    for other in (patient(name="Ben").user, noor):
        with pytest.raises(NotTheirs):
            attached(treatment, by=other)


@pytest.fixture
def set_aside(clinic, noor):
    """A patient's own record, a day late, of the session that the clinic recorded too; and the clinic's."""
    ben = patient(clinic, name="Ben")
    clinics, own = pen(ben, days_ago=5, by=noor), pen(ben, days_ago=4)
    say_same(clinics, own, now=timezone.now())
    return own, clinics


def test_a_photo_for_a_record_that_was_set_aside_is_kept_with_the_session_it_is_the_same_as(set_aside):
    own, clinics = set_aside
    photo, _ = attached(own, day=2)
    assert (photo.treatment, photo.date, photo.day) == (clinics, own.date_of(2), 3)
    assert attached(own, id=photo.id, day=2) == (photo, False)
    assert attached(clinics, id=photo.id, day=3) == (photo, False)


def test_a_record_that_is_set_aside_while_the_photo_is_decoded_keeps_its_date(clinic, noor, monkeypatch):
    ben = patient(clinic, name="Ben")
    clinics, own = pen(ben, days_ago=5, by=noor), pen(ben, days_ago=4)
    meanwhile(monkeypatch, lambda: say_same(clinics, own, now=timezone.now()))
    photo, _ = attached(own, day=2)
    assert (photo.treatment, photo.date, photo.day) == (clinics, own.date_of(2), 3)


def meanwhile(monkeypatch, happens):
    """Let something happen once, while the next photo is decoded."""

    def slowly(data):
        monkeypatch.setattr(verbs, "take_in", take_in)
        happens()
        return take_in(data)

    monkeypatch.setattr(verbs, "take_in", slowly)


@pytest.mark.parametrize("before", [0, MOST_A_DAY - 1], ids=["room for more", "the last that fits"])
def test_the_same_photo_that_came_meanwhile_is_that_photo(treatment, root, monkeypatch, before):
    fill(treatment, before)
    id, first = uuid4(), []
    meanwhile(monkeypatch, lambda: first.extend(attached(treatment, id=id)))
    assert attached(treatment, id=id) == (first[0], False)
    assert keys_of_rows() == keys_on_disk(root)
    assert len(keys_of_rows()) == before + 1


def test_consent_withdrawn_while_the_photo_is_decoded_keeps_it_out(treatment, root, monkeypatch):
    meanwhile(monkeypatch, lambda: withdraw_consent(treatment.patient, "care", timezone.now()))
    with pytest.raises(LoggingStopped):
        attached(treatment)
    assert keys_of_rows() == keys_on_disk(root) == []


def test_a_day_that_got_full_meanwhile_takes_no_more(treatment, root, monkeypatch):
    fill(treatment, MOST_A_DAY - 1)
    meanwhile(monkeypatch, lambda: attached(treatment))
    with pytest.raises(TooManyPhotos):
        attached(treatment)
    assert len(keys_of_rows()) == len(keys_on_disk(root)) == MOST_A_DAY


@pytest.mark.django_db(transaction=True)
def test_a_treatment_that_went_meanwhile_leaves_no_file(treatment, root, monkeypatch):
    meanwhile(monkeypatch, lambda: type(treatment).objects.filter(pk=treatment.pk).delete())
    with pytest.raises(NotTheirs):
        attached(treatment)
    assert keys_on_disk(root) == []


def test_a_removed_photo_is_gone_as_a_row_and_as_a_file(treatment, root):
    photo, removed = attached(treatment)[0], attached(treatment)[0]
    remove_photo(removed.id, by=treatment.patient.user)
    assert keys_of_rows() == keys_on_disk(root) == [photo.key]
    with pytest.raises(NotTheirs):
        remove_photo(removed.id, by=treatment.patient.user)


def test_nobody_removes_somebody_elses_photo(treatment, clinic, noor):
    photo, _ = attached(treatment)
    for other in (patient(clinic, name="Ben").user, noor):
        with pytest.raises(NotTheirs):
            remove_photo(photo.id, by=other)
    assert keys_of_rows() == [photo.key]


def test_a_file_that_cannot_be_removed_has_no_row_any_more(treatment, root, monkeypatch):
    def stuck(key):
        raise OSError("the disk is read-only")

    photo, _ = attached(treatment)
    monkeypatch.setattr(files, "remove", stuck)
    remove_photo(photo.id, by=treatment.patient.user)  # the worker's sweep tries again
    assert keys_of_rows() == []
    assert keys_on_disk(root) == [photo.key]


@pytest.mark.django_db(transaction=True)
def test_the_same_photo_from_many_threads_is_one_row_and_one_file(treatment, root):
    results = at_once(*[partial(attached, treatment, id=uuid4())] * 6)
    assert sorted(is_new for _, is_new in results) == [False] * 5 + [True]
    assert keys_of_rows() == keys_on_disk(root)
    assert len(keys_of_rows()) == 1


def test_a_photo_changes_nothing_that_was_judged(clinic):
    treatment = pen(ana(clinic), days_ago=5)
    entry = logged(treatment, 3, signs=["pus"]).entry
    before = list(Assessment.objects.values("id", "flags", "is_current"))
    alerts = list(Alert.objects.values())
    attached(treatment, day=3)
    entry.refresh_from_db()
    assert list(Assessment.objects.values("id", "flags", "is_current")) == before
    assert list(Alert.objects.values()) == alerts and entry.is_judged and len(before) == len(alerts) == 1
