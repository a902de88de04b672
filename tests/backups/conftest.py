"""A site of the test's own: database, data folder, keys, master key, the places of its backups, and who is there."""

from types import SimpleNamespace

import pytest

from accounts.keys import store
from accounts.keys.master import make_file
from tests import images, people
from tests.backups.places import database
from tests.treatments import attached, logged, pen
from tracker import preflight


def live_in(settings, data, keys) -> None:
    """Data and keys lie there from now on."""
    private = {"BACKEND": "symptoms.photos.storage.PrivateStorage"}
    places = {"photos": data / "photos", "keys": keys}
    settings.STORAGES = settings.STORAGES | {
        name: private | {"OPTIONS": {"location": location}} for name, location in places.items()
    }
    settings.DATA_DIR, settings.KEYS_DIR, settings.UPLOAD_ROOT = data, keys, data / "uploads"
    store.forget_unwrapped()


@pytest.fixture
def site(tmp_path, settings, django_db_setup, django_db_blocker, monkeypatch):
    monkeypatch.setattr(preflight, "check_promises", lambda connection: None)  # the tests' server promises little
    for name in ("data", "backups", "key-copies"):
        (tmp_path / name).mkdir(mode=0o700)
    live_in(settings, tmp_path / "data", tmp_path / "keys")
    settings.MASTER_KEY_FILE, settings.BACKUP_KEY_FILE = tmp_path / "master-key", tmp_path / "backup-key"
    for file in (settings.MASTER_KEY_FILE, settings.BACKUP_KEY_FILE):
        make_file(file)
    settings.BACKUP_DIR, settings.KEYS_BACKUP_DIR = tmp_path / "backups", tmp_path / "key-copies"
    store.begin()
    with django_db_blocker.unblock(), database(tmp_path / "data"):
        yield SimpleNamespace(
            data=settings.DATA_DIR, keys=settings.KEYS_DIR, photos=settings.DATA_DIR / "photos",
            backups=settings.BACKUP_DIR, copies=settings.KEYS_BACKUP_DIR,
            backup_key=settings.BACKUP_KEY_FILE, master_key=settings.MASTER_KEY_FILE,
        )  # fmt: skip
    store.forget_unwrapped()


@pytest.fixture
def noor(site):
    return people.dr_noor(people.practice())


@pytest.fixture
def session(noor):
    """Ana's, with a note and two photos."""
    made = pen(people.ana(noor.membership.practice), days_ago=6, by=noor)
    logged(made, 1, note="zq9-note")
    for day in (1, 2):
        attached(made, day=day, data=images.photo((day, 90, 9)))
    return made
