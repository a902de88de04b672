"""What must be well for a server to be of use: asked by a proxy, or by whoever watches, every few seconds."""

import logging
import os
import tempfile
import time
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.storage import ManifestFilesMixin, staticfiles_storage
from django.core.files.storage import FileSystemStorage
from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader

from accounts.keys import store
from accounts.keys.faults import KeysUnavailable
from accounts.models import Patient
from symptoms.photos.files import store_of_photos

log = logging.getLogger(__name__)

KEYS_ARE_WELL_FOR = 10  # seconds: going through the store of 50,000 patients takes 50 ms


def parts() -> dict[str, bool]:
    """Each thing that a server needs, and whether it is well."""
    store = store_of_photos()  # a bucket that is away takes no photo, and takes no page away
    photos = Path(store.location if isinstance(store, FileSystemStorage) else settings.DATA_DIR)
    folders = {settings.DATA_DIR, photos if photos.exists() else settings.DATA_DIR}  # the first photo makes its folder
    second = int(time.monotonic())
    applied = _applied()
    return {
        "database": bool(applied),
        "migrations": _newest() <= applied,
        "keys": _keys_open(second // KEYS_ARE_WELL_FOR),
        "static": _static_files_are_there(),
        "storage": all(takes_writes(folder, second) for folder in folders),
    }


@lru_cache(maxsize=4)
def takes_writes(folder: Path, second: int) -> bool:
    """Whether a small file reaches the disk; tried once a `second`, however often somebody asks."""
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(bytes(4096))
            file.flush()
            os.fsync(file.fileno())
    except OSError as fault:
        log.error("%s takes nothing: %s", folder, fault)
        return False
    return True


def _applied() -> set[tuple[str, str]]:
    """The migrations that have run; none where the database cannot be read."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT app, name FROM django_migrations")
            return set(cursor.fetchall())
    except DatabaseError:
        connection.close()  # opened again the next time
        return set()


@lru_cache(maxsize=1)
def _newest() -> frozenset[tuple[str, str]]:
    """The last migration of each app, as the code has them."""
    return frozenset(MigrationLoader(None).graph.leaf_nodes())


@lru_cache(maxsize=1)
def _keys_open(now_and_then: int) -> bool:
    """Whether what patients wrote can be read: their keys are there, and the right master key is."""
    try:
        return store.check() or not Patient.objects.exclude(data_keys=[]).exists()
    except KeysUnavailable as fault:
        log.error("%s", fault)
        return False
    except DatabaseError:  # that is said of the database
        connection.close()
        return True


def _static_files_are_there() -> bool:
    """Whether pages find their stylesheets and scripts; in the demo they are served as they are."""
    if not isinstance(staticfiles_storage, ManifestFilesMixin):
        return True
    known: Any = staticfiles_storage
    return bool(known.hashed_files) and known.manifest_storage.exists(known.manifest_name)
