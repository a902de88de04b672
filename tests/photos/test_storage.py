"""The private store: files nobody can guess or read, written whole or not at all, and swept when nothing knows them."""

import errno
import os
import stat
import time
from datetime import timedelta
from hashlib import sha256
from importlib import import_module
from uuid import uuid4

import pytest
from django.apps import apps
from django.core.exceptions import SuspiciousFileOperation
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage, storages
from django.utils import timezone

from accounts.keys.patients import new_keys
from accounts.models import Patient
from symptoms.management.commands import run_worker
from symptoms.models import Photo
from symptoms.photos import files
from symptoms.photos.storage import PrivateStorage
from tests import images
from tests.treatments import attached, pen

HOUR = timedelta(hours=1)


@pytest.fixture
def root(photo_folder):
    return photo_folder


def put(data: bytes = b"a picture") -> str:
    return files.store(data, patient=Patient(data_keys=new_keys()), photo_id=uuid4())


def on_disk(root):
    return sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())


def grow_old(path, by=timedelta(hours=2)):
    then = time.time() - by.total_seconds()
    os.utime(path, (then, then))


def test_what_is_stored_can_be_opened_until_it_is_removed(root):
    photo_id = uuid4()
    key = files.store(b"a picture", patient=Patient(data_keys=new_keys()), photo_id=photo_id)
    assert files.read(Photo(id=photo_id, key=key, sha256=sha256(b"a picture").hexdigest())) == b"a picture"
    files.remove(key)
    files.remove(key)
    assert on_disk(root) == []


def test_keys_name_patient_and_photo_and_never_meet(root):
    patient, photo_id = Patient(data_keys=new_keys()), uuid4()
    keys = {files.store(b"the same picture", patient=patient, photo_id=photo_id) for _ in range(20)}
    assert len(keys) == 20 and on_disk(root) == sorted(keys)
    assert all(key.startswith(f"{patient.pk}/{photo_id}-") for key in keys)


def test_files_are_for_the_server_alone_and_have_no_address(root):
    key = put()
    assert {stat.S_IMODE(path.stat().st_mode) for path in root.rglob("*") if path.is_file()} == {0o600}
    folders = [root, *(path for path in root.rglob("*") if path.is_dir())]
    assert {stat.S_IMODE(path.stat().st_mode) for path in folders} == {0o700}
    with pytest.raises(ValueError, match="not accessible"):
        storages["photos"].url(key)


def test_a_name_outside_the_store_reaches_no_file(root):
    for name in ("../../etc/passwd", "/etc/passwd"):
        with pytest.raises(SuspiciousFileOperation):
            storages["photos"].open(name)


def test_a_file_that_any_other_part_stores_is_kept_on_the_disk(settings, tmp_path):
    store = settings.STORAGES["default"] | {"OPTIONS": {"location": tmp_path}}
    settings.STORAGES = settings.STORAGES | {"default": store}
    default_storage.save("logo.png", ContentFile(b"a logo"))
    assert (tmp_path / "logo.png").read_bytes() == b"a logo"


def test_file_and_folders_are_flushed_before_the_key_is_given(root, monkeypatch):
    flushed = []

    def flush(descriptor, really=os.fsync):
        flushed.append(os.readlink(f"/proc/self/fd/{descriptor}"))
        really(descriptor)

    monkeypatch.setattr(os, "fsync", flush)
    key = put()
    unfinished, *folders = flushed
    assert unfinished.startswith(f"{root / key}.") and unfinished.endswith(".part")
    assert folders == [str((root / key).parent), str(root)]


@pytest.mark.faults("F4")
def test_a_full_disk_leaves_nothing_behind_and_the_store_works_again(root, monkeypatch):
    def full(descriptor):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="No space"):
            put()
    assert on_disk(root) == []
    key = put()
    assert on_disk(root) == [key]


@pytest.mark.faults("F1")
@pytest.mark.django_db
def test_old_files_that_no_row_knows_are_swept_and_others_stay(root, ana, monkeypatch):
    monkeypatch.setattr(files, "AT_ONCE", 2)
    photos = [attached(pen(ana, days_ago=5), view=view)[0] for view in ("front", "left", "right")]
    orphan, young = put(), put()
    unfinished = root / (photos[0].key + ".part")
    unfinished.write_bytes(b"half a pic")
    as_before = root / "ab" / f"ab{'0' * 30}.jpg"
    as_before.parent.mkdir()
    as_before.write_bytes(b"a picture")
    for path in (unfinished, as_before, root / orphan, *(root / photo.key for photo in photos)):
        grow_old(path)
    assert files.sweep_orphans(HOUR, timezone.now()) == 3
    assert on_disk(root) == sorted([young, *(photo.key for photo in photos)])


@pytest.mark.django_db
def test_the_worker_leaves_a_file_the_time_that_its_row_may_take(root):
    recent, left_over = put(), put()
    grow_old(root / recent)
    grow_old(root / left_over, timedelta(days=2))
    run_worker.sweep_photos()
    assert on_disk(root) == [recent]


@pytest.mark.django_db
def test_a_store_that_was_never_written_to_has_nothing_to_sweep(root):
    assert files.sweep_orphans(HOUR, timezone.now()) == 0


@pytest.mark.django_db
def test_a_file_that_goes_while_it_is_swept_stops_nothing(root, monkeypatch):
    gone, orphan = put(), put()
    for key in (gone, orphan):
        grow_old(root / key)
    asked = PrivateStorage.get_modified_time

    def removed_meanwhile(store, name):
        if name == gone:
            store.delete(name)
        return asked(store, name)

    monkeypatch.setattr(PrivateStorage, "get_modified_time", removed_meanwhile)
    assert files.sweep_orphans(HOUR, timezone.now()) == 1
    assert on_disk(root) == []


@pytest.mark.django_db
def test_a_photo_kept_under_a_key_of_the_first_schema_is_still_read(root, ana):
    photo, new = (attached(pen(ana, days_ago=5), view=view)[0] for view in ("front", "left"))
    (root / "ab").mkdir()
    key = f"ab{'0' * 30}"
    (root / photo.key).rename(root / "ab" / f"{key}.jpg")
    Photo.objects.filter(pk=photo.pk).update(key=key)
    import_module("symptoms.migrations.0005_photo_files").keys_become_names(apps, None)
    assert set(Photo.objects.values_list("key", flat=True)) == {f"ab/{key}.jpg", new.key}
    photo.refresh_from_db()
    assert images.shown(files.read(photo)).size == (photo.width, photo.height)
