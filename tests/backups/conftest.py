"""A site of the test's own: data folder, keys, master key, and the places of its backups."""

from types import SimpleNamespace

import pytest

from accounts.keys import store
from accounts.keys.master import make_file
from tests.conftest import photos_in


@pytest.fixture
def site(tmp_path, settings):
    for name in ("data", "backups", "key-copies"):
        (tmp_path / name).mkdir(mode=0o700)
    stores = photos_in(tmp_path / "data" / "photos")
    private = {"BACKEND": "symptoms.photos.storage.PrivateStorage", "OPTIONS": {"location": tmp_path / "keys"}}
    settings.STORAGES = stores | {"keys": private}
    settings.DATA_DIR, settings.KEYS_DIR = tmp_path / "data", tmp_path / "keys"
    settings.MASTER_KEY_FILE, settings.BACKUP_KEY_FILE = tmp_path / "master-key", tmp_path / "backup-key"
    for file in (settings.MASTER_KEY_FILE, settings.BACKUP_KEY_FILE):
        make_file(file)
    settings.BACKUP_DIR, settings.KEYS_BACKUP_DIR = tmp_path / "backups", tmp_path / "key-copies"
    store.forget_unwrapped()
    store.begin()
    yield SimpleNamespace(
        data=settings.DATA_DIR, keys=settings.KEYS_DIR, backups=settings.BACKUP_DIR, copies=settings.KEYS_BACKUP_DIR,
        photos=settings.DATA_DIR / "photos", backup_key=settings.BACKUP_KEY_FILE, master_key=settings.MASTER_KEY_FILE,
    )  # fmt: skip
    store.forget_unwrapped()
