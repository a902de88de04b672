"""Putting a backup back into an empty place. All of it is read and proved first; then rows and photos are written, and
brought up to date: migrations, static files, what was erased since. What is missing is named.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from shutil import disk_usage, rmtree
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.management import CommandError
from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader

from accounts.keys.master import MasterKey
from symptoms.messages.push_keys import FILE as PUSH_KEYS
from symptoms.photos.files import names_in, store_of_photos
from symptoms.photos.storage import StoreAway
from tracker.backups import after_restore, archive, pool, postgres, rows
from tracker.backups.faults import Refused
from tracker.backups.files import written
from tracker.backups.keys import backup_keys
from tracker.backups.manifest import Manifest, release
from tracker.backups.proving import bring_up_to_date
from tracker.databases import direct_connection
from tracker.preflight import RESTORING

MAY_BE_THERE = {"static", "drawn", "lost+found", RESTORING}  # in the data folder: made anew, or nobody's
Say = Callable[[str], object]


@dataclass
class Restored:
    """What was put back, and what is missing or wrong with it, in sentences."""

    manifest: Manifest
    facts: dict[str, Any] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)


def restore(path: Path, *, say: Say, accepts_missing: bool = False) -> Restored:
    """Put a backup back into the place that the settings name.

    Raises:
        Refused: with the reason. Nothing was written then, or what was is gone; or, where that is said, the site does
            not start until the place is emptied.
    """
    keys = backup_keys()
    say(f"Reading {path.name} ...")
    manifest, key, lost = _proved(path, keys)
    if lost and not accepts_missing:
        raise Refused(
            f"{len(lost)} of the {len(manifest.photos)} photos of {path.name} are missing or changed in "
            f"{path.parent}/photos. Bring that folder back, or go on without them with --accept-missing"
        )
    _check_place(manifest)
    say(f"Writing {len(manifest.photos) - len(lost)} photos and the rows ...")
    (settings.DATA_DIR / RESTORING).touch(mode=0o600)
    with _or_nothing():
        _write_photos(path.parent, key, manifest, lost)
        _write_rows(path, keys, manifest)
    restored = Restored(manifest)
    with _or_marked():
        if rows.in_database().tables != manifest.tables:
            raise Refused("the rows that were put back are not those of the backup")
        restored.facts, restored.missing = bring_up_to_date(manifest, say)
        after_restore.ask(manifest.made)
    restored.missing += [f"{len(lost)} photos were missing or changed in the backup."] if lost else []
    return restored


def _proved(path: Path, keys: Sequence[MasterKey]) -> tuple[Manifest, MasterKey, list[str]]:
    """Read all of a backup; gives what it says of itself, its key, and the photos that cannot be read."""
    with archive.opened(path, keys) as found:
        manifest, key = found.manifest, found.key
        _check_fits(manifest)
        for _piece in archive.pieces(found):
            pass
    lost = []
    for name, facts in manifest.photos.items():
        try:
            pool.content_of(path.parent, key, name, facts)
        except Refused:
            lost.append(name)
    return manifest, key, lost


def _check_fits(manifest: Manifest) -> None:
    if manifest.database != connection.vendor:
        raise Refused(
            f"its rows are of {manifest.database}, and MENDLINE_DATABASE_URL names {connection.vendor}: records are "
            "not moved from one to the other"
        )
    known = MigrationLoader(None)
    ours = set(known.disk_migrations).union(*(squashed.replaces for squashed in known.replacements.values()))
    unknown = [name for app, name in manifest.migrations if app in known.migrated_apps and (app, name) not in ours]
    if unknown or _number(manifest.release) > _number(release()):
        raise Refused(
            f"it was made by a newer Mendline ({manifest.release}), and this is {release()}: install that one"
        )


def _number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdecimal())


def _check_place(manifest: Manifest) -> None:
    """See to it that nothing is there that could be mixed up with what is put back, and that there is room."""
    folder = settings.DATA_DIR
    there = sorted({path.name for path in folder.iterdir()} - MAY_BE_THERE)
    if there:
        raise Refused(f"the data folder {folder} is not empty ({', '.join(there[:5])}): name an empty one")
    if (folder / RESTORING).exists():
        (folder / RESTORING).unlink()
    if next(_photos_there(), None):
        raise Refused("the store of photos is not empty")
    if connection.vendor == "postgresql" and connection.introspection.table_names():
        raise Refused("the database has tables already: make an empty one, and name it in MENDLINE_DATABASE_URL")
    photos = sum(size for size, _digest in manifest.photos.values())
    need, free = photos + 3 * manifest.size + 100_000_000, disk_usage(folder).free
    if free < need:
        raise Refused(f"{folder} has {free // 10**6} MB left, and {need // 10**6} are needed")


def _write_photos(folder: Path, key: MasterKey, manifest: Manifest, lost: Sequence[str]) -> None:
    without = set(lost)
    for name, facts in manifest.photos.items():
        if name not in without:
            store_of_photos().save(name, ContentFile(pool.content_of(folder, key, name, facts)))


def _write_rows(path: Path, keys: Sequence[MasterKey], manifest: Manifest) -> None:
    if manifest.push_keys:
        with written(settings.DATA_DIR / PUSH_KEYS) as file:
            file.write(manifest.push_keys.encode())
    is_file = connection.vendor == "sqlite"
    place = Path(str(connection.settings_dict["NAME"])) if is_file else settings.DATA_DIR / "rows"
    with archive.opened(path, keys) as found, written(place) as file:
        for piece in archive.pieces(found):
            file.write(piece)
    if not is_file:
        with direct_connection() as direct:
            postgres.put_back(direct, place)
        place.unlink()


def _photos_there() -> Iterator[str]:
    yield from names_in(store_of_photos())


@contextmanager
def _or_nothing() -> Iterator[None]:
    """What fails in the block leaves nothing: the place is as empty as it was."""
    try:
        yield
    except (OSError, Refused) as fault:
        why = f"it could not be written ({fault.strerror or fault})" if isinstance(fault, OSError) else str(fault)
        try:
            _empty_again()
        except StoreAway as away:
            raise Refused(
                f"{why}. Photos of it may be left in the bucket, and the site does not start so. Empty the bucket and "
                f"{settings.DATA_DIR}, and restore again"
            ) from away
        raise Refused(f"{why}. Nothing of it was left") from fault
    except BaseException:  # stopped by hand
        _empty_again()
        raise


def _empty_again() -> None:
    for name in list(_photos_there()):
        store_of_photos().delete(name)
    for path in settings.DATA_DIR.iterdir():
        if path.name not in MAY_BE_THERE:
            rmtree(path) if path.is_dir() else path.unlink()
    (settings.DATA_DIR / RESTORING).unlink()


@contextmanager
def _or_marked() -> Iterator[None]:
    """What fails in the block leaves the mark with which no server and no worker starts; without a fault it goes."""
    try:
        yield
    except (OSError, Refused, DatabaseError, CommandError) as fault:
        raise Refused(
            f"rows and photos were put back, but then: {fault}. The site does not start so. Empty the data folder "
            f"{settings.DATA_DIR}, and with PostgreSQL the database, and restore again"
        ) from fault
    (settings.DATA_DIR / RESTORING).unlink()
