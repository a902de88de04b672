"""Making a backup while people go on: first the rows as they stand at one moment, then the photos that they name.

A photo's file is there before its row and goes after it, so whichever the rows name is found, but for those that
somebody removed in between: the manifest names them, and restoring lets them go as well.
"""

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from hashlib import file_digest
from pathlib import Path

from django.conf import settings
from django.db import connection

from accounts.keys.master import MasterKey
from symptoms.messages.push_keys import FILE as PUSH_KEYS
from symptoms.models import Photo
from tracker.backups import archive, pool, retention, rows
from tracker.backups.faults import Refused
from tracker.backups.files import alone_in, backups_in, new_name
from tracker.backups.keys import backup_keys
from tracker.backups.manifest import Manifest, release

UNDER_WAY = "backup-under-way"  # in the data folder: rows lie there for a moment as they lie beside it
LEFT_FREE = 500_000_000  # bytes of its disk: a backup must not be what keeps people from logging


@dataclass(frozen=True)
class Made:
    """A backup that was made."""

    path: Path
    manifest: Manifest
    added: int  # photos that no earlier backup had
    removed: list[Path]  # backups whose time was over


def make_backup(now: datetime) -> Made:
    """Make a backup, and remove those whose time is over.

    Raises:
        Refused: with the reason; there is no new backup then, and none was removed.
    """
    keys = backup_keys()
    with alone_in(settings.BACKUP_DIR, "MENDLINE_BACKUP_DIR") as folder:
        try:
            made = _made(folder, keys, now)
        except OSError as fault:
            raise Refused(f"the backup could not be written ({fault.strerror})") from fault
        removed, _photos = retention.remove_old(
            folder, keys, days=settings.BACKUP_DAYS, weeks=settings.BACKUP_WEEKS, now=now
        )
    return Made(made.path, made.manifest, made.added, removed)


def _made(folder: Path, keys: Sequence[MasterKey], now: datetime) -> Made:
    known = _known_photos(folder, keys)
    with _place_for_rows() as file:
        taken = rows.take(file)
        kept = pool.keep(folder, keys[0], taken.photos, known)
        alive = set(Photo.objects.filter(key__in=kept.absent).values_list("key", flat=True)) if kept.absent else set()
        manifest = Manifest(
            made_at=now.isoformat(), release=release(), database=connection.vendor, size=file.stat().st_size,
            sha256=_sha256(file), tables=taken.tables, migrations=taken.migrations, photos=kept.photos,
            removed_meanwhile=[taken.photos[name] for name in kept.absent if name not in alive],
            missing=[taken.photos[name] for name in kept.absent if name in alive],
            push_keys=_push_keys(),
        )  # fmt: skip
        if kept.added:
            os.sync()  # all photos at once, before the backup that names them
        path = folder / new_name(archive.KIND, now)
        archive.write(path, keys[0], manifest, file)
    return Made(path, manifest, kept.added, [])


def _known_photos(folder: Path, keys: Sequence[MasterKey]) -> dict[str, list[object]]:
    """Those that the newest backup under today's key names, which need not be read again."""
    for path in reversed(backups_in(folder, archive.KIND)):
        try:
            with archive.opened(path, keys[:1]) as found:
                return found.manifest.photos
        except Refused:
            continue
    return {}


@contextmanager
def _place_for_rows() -> Iterator[Path]:
    """A file in the data folder, where rows may lie in clear as they do beside it; gone at the end."""
    folder = Path(settings.DATA_DIR) / UNDER_WAY
    shutil.rmtree(folder, ignore_errors=True)  # of one that was killed
    need, free = rows.size_now() + LEFT_FREE, shutil.disk_usage(settings.DATA_DIR).free
    if free < need:
        raise Refused(f"the disk of the data folder has {free // 10**6} MB left, and {need // 10**6} are needed")
    folder.mkdir(mode=0o700)
    try:
        yield folder / "rows"
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def _push_keys() -> str:
    path = Path(settings.DATA_DIR) / PUSH_KEYS
    return path.read_text() if path.exists() else ""
