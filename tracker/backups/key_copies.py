"""Copies of the store of patients' keys: apart from the backups of rows and photos, and gone after 35 days at most.

With both, and the master key, everything can be read; an erased patient is gone for good once the last copy has ended
that was made before. What was erased is written down beside the keys, and is copied with them.
"""

import tarfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from io import BufferedReader, BytesIO
from pathlib import Path

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import storages

from symptoms.journal.erasing import register
from tracker.backups.faults import Refused
from tracker.backups.files import alone_in, backups_in, made_at, new_name, written
from tracker.backups.keys import backup_keys
from tracker.backups.sealed import Opening, Sealing

KIND, WHAT = "mendline-keys", "keys of patients"
REGISTER = "erased/register.jsonl"


def copy_keys(now: datetime) -> tuple[Path, int, list[Path]]:
    """Copy the store of keys, and remove copies whose time is over; gives the copy, how many files, and which went.

    Raises:
        Refused: with the reason; there is no new copy then, and none was removed.
    """
    key = backup_keys()[0]
    with alone_in(settings.KEYS_BACKUP_DIR, "MENDLINE_KEYS_BACKUP_DIR") as folder:
        path, count = folder / new_name(KIND, now), 0
        try:
            with written(path) as file:
                out = Sealing(file, key, WHAT)
                with tarfile.open(fileobj=out, mode="w|") as tar:
                    for name, content in _files():
                        entry = tarfile.TarInfo(name)
                        entry.size = len(content)
                        tar.addfile(entry, BytesIO(content))
                        count += 1
                out.finish()
        except OSError as fault:
            raise Refused(f"the keys could not be copied ({fault.strerror})") from fault
        over = [old for old in backups_in(folder, KIND) if made_at(old) < now - timedelta(settings.KEYS_BACKUP_DAYS)]
        for old in over:
            old.unlink()
    return path, count, over


def put_keys_back(path: Path) -> int:
    """Put a copy into the store of keys, which must be empty; gives how many files there are. All of it is read first.

    Raises:
        Refused: with the reason; nothing was written.
    """
    store = storages["keys"]
    there = _names_of_store() or register().exists()
    if there:
        raise Refused(f"the store of keys at {settings.KEYS_DIR} is not empty: name another in MENDLINE_KEYS_DIR")
    contents = _read(path)
    for name, content in contents.items():
        if name != REGISTER:
            store.save(name, ContentFile(content))
    if REGISTER in contents:
        register().parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with written(register()) as file:
            file.write(contents[REGISTER])
    return len(contents)


def write_files(folder: Path) -> None:
    """Write every file of the store into a folder, as another store of the same keys."""
    for name, content in _files():
        path = folder / name
        path.parent.mkdir(mode=0o700, exist_ok=True)
        with written(path, is_flushed=False) as file:
            file.write(content)


def _read(path: Path) -> dict[str, bytes]:
    contents = {}
    try:
        with path.open("rb") as file:
            reader = BufferedReader(Opening(file, backup_keys(), WHAT))
            with tarfile.open(fileobj=reader, mode="r|") as tar:
                for entry in tar:
                    found = tar.extractfile(entry)
                    if found is not None and (entry.name == REGISTER or "/" not in entry.name):
                        contents[entry.name] = found.read()
            while reader.read(1 << 20):  # to the end, which proves that it is whole
                pass
    except OSError as fault:
        raise Refused(f"{path} cannot be read ({fault.strerror or fault})") from fault
    except (Refused, tarfile.TarError) as fault:
        raise Refused(f"the copy {path.name} cannot be used: {fault}") from fault
    return contents


def _files() -> Iterator[tuple[str, bytes]]:
    """Every file of the store. A rotation adds one before it removes another: what went meanwhile is there anew."""
    store, done = storages["keys"], set()
    while waiting := [name for name in _names_of_store() if name not in done]:
        for name in waiting:
            done.add(name)
            try:
                with store.open(name) as file:
                    yield name, file.read()
            except FileNotFoundError:
                continue
    if register().exists():
        yield REGISTER, register().read_bytes()


def _names_of_store() -> list[str]:
    try:
        return [name for name in storages["keys"].listdir("")[1] if not name.endswith(".part")]
    except FileNotFoundError:
        return []
