"""The private store: one file a picture under a random key, outside everything that a web server hands out."""

import os
import re
import secrets
import time
from collections.abc import Container
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from django.conf import settings

KEY = re.compile(r"[0-9a-f]{32}")


def put(jpeg: bytes) -> str:
    """Store a picture and give its key (128 random bits, hex), once its bytes and its name are on the disk.

    Raises:
        OSError: it could not be stored, as on a full disk; nothing of it is left.
    """
    key = secrets.token_hex(16)
    path = _path(key)
    settings.PHOTO_ROOT.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.parent.mkdir(mode=0o700, exist_ok=True)
    unfinished = path.with_suffix(".part")
    try:
        _write(unfinished, jpeg)
        unfinished.rename(path)
        _sync_folder(path.parent)
        _sync_folder(path.parent.parent)  # the folder may be new as well
    except OSError:  # a full disk: nothing half-written stays, and nobody is told a key
        unfinished.unlink(missing_ok=True)
        path.unlink(missing_ok=True)
        raise
    return key


def read(key: str) -> bytes:
    """The picture of a key. Raises FileNotFoundError when there is none."""
    return _path(key).read_bytes()


def delete(key: str) -> None:
    """Remove the picture of a key; nothing happens when it is gone already."""
    _path(key).unlink(missing_ok=True)


def sweep_orphans(known_keys: Container[str], older_than: timedelta) -> int:
    """Remove files that no row knows and unfinished ones, once `older_than` has passed; gives how many went."""
    before = time.time() - older_than.total_seconds()
    swept = 0
    for path in settings.PHOTO_ROOT.glob("??/*"):
        orphaned = path.suffix == ".part" or path.stem not in known_keys
        with suppress(FileNotFoundError):  # somebody else took it away meanwhile
            if orphaned and path.stat().st_mtime < before:
                path.unlink()
                swept += 1
    return swept


def _path(key: str) -> Path:
    """Where a key's picture lies. Raises ValueError for anything that is no key, such as a path."""
    if not KEY.fullmatch(key):
        raise ValueError("not a photo key")
    return settings.PHOTO_ROOT / key[:2] / f"{key}.jpg"


def _write(path: Path, data: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
