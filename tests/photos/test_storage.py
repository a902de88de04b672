"""The private store: files nobody can guess or read, written whole or not at all, and swept when nothing knows them."""

import errno
import os
import stat
import time
from datetime import timedelta

import pytest

from symptoms.photos import storage

HOUR = timedelta(hours=1)


@pytest.fixture
def root(tmp_path, settings):
    settings.PHOTO_ROOT = tmp_path / "photos"
    return settings.PHOTO_ROOT


def files(root):
    return [path for path in root.rglob("*") if path.is_file()]


def grow_old(path):
    os.utime(path, (time.time() - 7200, time.time() - 7200))


def test_what_is_put_can_be_read_until_it_is_deleted(root):
    key = storage.put(b"a picture")
    assert storage.read(key) == b"a picture"
    storage.delete(key)
    storage.delete(key)
    with pytest.raises(FileNotFoundError):
        storage.read(key)


def test_keys_are_random_and_files_are_for_the_server_alone(root):
    keys = {storage.put(b"the same picture") for _ in range(20)}
    assert len(keys) == 20
    assert all(len(key) == 32 and int(key, 16) >= 0 for key in keys)
    assert {stat.S_IMODE(path.stat().st_mode) for path in files(root)} == {0o600}
    folders = [root, *(path for path in root.rglob("*") if path.is_dir())]
    assert {stat.S_IMODE(path.stat().st_mode) for path in folders} == {0o700}


@pytest.mark.parametrize("key", ["", "../../etc/passwd", "A" * 32, "0" * 31, "0" * 33, "0" * 32 + "\n", "/" * 32])
def test_what_is_no_key_reaches_no_file(root, key):
    with pytest.raises(ValueError, match="not a photo key"):
        storage.read(key)


def test_a_full_disk_leaves_nothing_behind_and_the_store_works_again(root, monkeypatch):
    def full(descriptor):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="No space"):
            storage.put(b"a picture")
    assert files(root) == []
    assert storage.read(storage.put(b"a picture")) == b"a picture"


def test_old_files_that_no_row_knows_are_swept_and_others_stay(root):
    known, orphan, young = (storage.put(name) for name in (b"known", b"orphan", b"young"))
    unfinished = root / known[:2] / f"{'0' * 32}.part"
    unfinished.write_bytes(b"half a pic")
    for path in files(root):
        if path.stem != young:
            grow_old(path)
    assert storage.sweep_orphans({known}, HOUR) == 2
    assert sorted(path.stem for path in files(root)) == sorted([known, young])
    assert orphan not in {path.stem for path in files(root)}


def test_a_file_that_goes_while_it_is_swept_stops_nothing(root):
    class RemovedMeanwhile:
        def __contains__(self, key):
            storage.delete(key)
            return False

    grow_old(root / (key := storage.put(b"a picture"))[:2] / f"{key}.jpg")
    assert storage.sweep_orphans(RemovedMeanwhile(), HOUR) == 0
    assert files(root) == []
