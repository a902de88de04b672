"""F10: photos in a bucket that refuses, fails, is slow or says yes and has nothing: entries are kept, photos come
again, no row is without its file, and nobody reads an error."""

import time
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditRecord
from symptoms.journal.exporting import ask_export
from symptoms.journal.file_making import SHOWN_AFTER_FAILING, remove_old
from symptoms.models import Entry, Export, Photo
from symptoms.photos import bucket, files
from tests import images
from tests.api.programs import QUIET, jpeg, of, program, put_entry
from tests.made_files import make_next
from tests.many import buckets
from tests.treatments import attached, pen
from tests.tries import some_of
from tracker import preflight
from tracker.doctor import examine
from tracker.preflight import CannotStart, refuse_unready

pytestmark = pytest.mark.django_db

FAULTS = [mood for mood in buckets.MOODS if mood != "well"]


@pytest.fixture(scope="module")
def server():
    with buckets.a_bucket() as between:
        yield between


@pytest.fixture
def between(server, settings, monkeypatch):
    """The bucket, where photos and exports lie from now on; empty."""
    settings.STORAGES = settings.STORAGES | buckets.stores(server.address)
    monkeypatch.setattr(preflight, "check_promises", lambda connection: None)  # the tests' server promises little
    monkeypatch.setattr(bucket, "breaker", bucket.Breaker())
    server.mood = "well"
    for name in ("photos", "exports"):
        for file in list(storages[name].walk()):
            storages[name].delete(file)
    yield server
    server.mood = "well"


def recovered() -> None:
    """The pause after a fault is over."""
    bucket.breaker = bucket.Breaker()


def kept() -> list[str]:
    return sorted(files.names_in(files.store_of_photos()))


def send(client, treatment, id, picture: bytes):
    address = f"{of(treatment, 'photos', id)}?day=3&view=front"
    return client.generic("PUT", address, picture, content_type="image/jpeg")


@pytest.mark.faults("F10")
@pytest.mark.parametrize("mood", some_of(FAULTS, 2, "whatever the bucket does"))
def test_whatever_the_bucket_does_the_entry_is_kept_and_the_photo_comes_again(between, mood, ana):
    treatment, anas = pen(ana, days_ago=5), program(ana)
    id, picture = uuid4(), jpeg()
    between.mood = mood
    began = time.monotonic()
    assert put_entry(anas, treatment, QUIET).status_code == 201 and Entry.objects.count() == 1
    refused = send(anas, treatment, id, picture)
    if mood == "trickles":  # what is sent is taken at once; what is read comes a byte at a time
        assert refused.status_code == 201
        between.mood = "well"
    else:
        assert refused.status_code == 503 and refused["Retry-After"] and not Photo.objects.exists()
        # The breaker is open within five seconds, with all that a request does around them; then nobody waits.
        assert time.monotonic() - began < 15
        asked = between.asked
        began = time.monotonic()
        assert send(anas, treatment, uuid4(), picture).status_code == 503
        assert between.asked == asked and time.monotonic() - began < 15
        between.mood = "well"
        recovered()
        assert send(anas, treatment, id, picture).status_code == 201
    assert send(anas, treatment, id, picture).status_code == 200  # sent twice, kept once
    photo = Photo.objects.get()
    assert photo.key in kept() and files.read(photo)


@pytest.mark.faults("F10")
@pytest.mark.parametrize("mood", some_of(["refuses", "trickles"], 1, "cannot be had"))
def test_a_photo_that_cannot_be_had_just_now_is_a_drawing_that_says_so(between, mood, ana, phone):
    photo = attached(pen(ana, days_ago=5), day=2, data=images.photo())[0]
    between.mood = mood
    for address in (reverse("photo", args=[photo.id]), reverse("photo_page", args=[photo.id])):
        answer = phone.get(address)
        assert "cannot be shown just now" in answer.content.decode()
        assert answer.status_code == (200 if answer["Content-Type"].startswith("text/html") else 503)
    between.mood = "well"
    recovered()
    assert phone.get(reverse("photo", args=[photo.id])).content == files.read(photo)
    files.remove(photo.key)  # said yes, and later 404
    lost = phone.get(reverse("photo", args=[photo.id]))
    assert lost.status_code == 404 and "cannot be shown any more" in lost.content.decode()
    assert phone.get(reverse("photo_page", args=[photo.id])).status_code == 200


def test_what_no_row_names_is_swept_and_of_another_sites_bucket_nothing(between, ana, settings):
    photo = attached(pen(ana, days_ago=5), day=2, data=images.photo())[0]
    left = files.store_of_photos().save(f"{ana.pk}/{uuid4()}-0000.jpg", ContentFile(b"left over"))
    later, exports = timezone.now() + timedelta(days=2), storages["exports"]
    file = exports.save(f"{uuid4()}.sealed", ContentFile(b"left over too"))
    assert files.store_of_photos().is_ours() and exports.is_ours()  # as the first start asks
    settings.SITE_URL = "https://other.example"
    assert files.sweep_orphans(timedelta(days=1), later) == 0
    remove_old(later)
    assert list(exports.walk()) == [file]
    with pytest.raises(CannotStart, match="another site's"):
        refuse_unready()
    settings.SITE_URL = "http://testserver"
    assert files.sweep_orphans(timedelta(days=1), timezone.now()) == 0
    assert files.sweep_orphans(timedelta(days=1), later) == 1
    remove_old(later)
    assert not list(exports.walk())
    assert kept() == [photo.key] and left != photo.key
    with pytest.raises(ValueError, match="not accessible"):
        files.store_of_photos().url(photo.key)


def test_a_file_to_take_along_waits_for_a_bucket_that_is_away_and_leaves_out_no_photo(between, ana, phone, settings):
    treatment = pen(ana, days_ago=5)
    attached(treatment, day=2, data=images.photo())
    now = timezone.now()
    export = ask_export(ana, now)
    everywhere = settings.STORAGES
    settings.STORAGES = {
        name: store for name, store in everywhere.items() if name != "exports"
    }  # photos alone are away
    between.mood = "503"
    make_next(now)
    assert Export.objects.get().made_at is None
    settings.STORAGES = everywhere
    for minutes, mood in ((5, "says yes"), (10, "well")):  # then the file itself is not taken
        recovered()
        between.mood = mood
        make_next(now + timedelta(minutes=minutes))
        assert (Export.objects.get().made_at is not None) == (mood == "well")
    export.refresh_from_db()
    assert export.made_at is not None and export.without == 0
    assert list(storages["exports"].walk()) == [f"{export.pk}.sealed"]
    assert b"".join(phone.get(reverse("own_data_file", args=[export.pk])).streaming_content)[:2] == b"PK"
    assert AuditRecord.objects.filter(kind="exported").count() == 1
    remove_old(now + timedelta(hours=25) + SHOWN_AFTER_FAILING)
    assert not list(storages["exports"].walk())


def test_doctor_tries_the_bucket_out(between, ana):
    for mood, state in (("well", "well"), ("says yes", "wrong")):
        between.mood = mood
        (found,) = [finding for finding in examine(timezone.now()) if finding.what == "bucket"]
        assert found.state == state, found.text
    recovered()
    assert not kept()
