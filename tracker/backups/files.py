"""How files come to lie in the folder of backups: whole or not there, for their owner only, one writer at a time."""

import fcntl
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from accounts.durable_files import flush_names, private_file
from tracker.backups.faults import Refused

PART = ".part"  # how the name of a file ends while it is being written
AT = "%Y%m%dT%H%M%S.%f"
NAME = re.compile(r"(\d{8}T\d{6}\.\d{6})Z\.backup$")


def new_name(kind: str, now: datetime) -> str:
    """A name for a backup of a kind (`mendline`, `mendline-keys`) that says when it was made."""
    return f"{kind}-{now.astimezone(UTC):{AT}}Z.backup"


def made_at(path: Path) -> datetime:
    """When a backup was made, as its name says."""
    found = NAME.search(path.name)
    if found is None:
        raise Refused(f"{path.name} is no name of a backup")
    return datetime.strptime(found[1], AT).replace(tzinfo=UTC)


def backups_in(folder: Path, kind: str) -> list[Path]:
    """The whole backups of a kind, the oldest first."""
    named = re.compile(rf"{re.escape(kind)}-{NAME.pattern}")
    return sorted((path for path in folder.iterdir() if named.match(path.name)), key=lambda path: path.name)


@contextmanager
def written(path: Path, *, is_flushed: bool = True) -> Iterator[BinaryIO]:
    """A file to write to, which gets its name once all of it is there; of one that fails nothing is left."""
    part = path.with_name(path.name + PART)
    try:
        with private_file(part, "wb", is_flushed=is_flushed) as file:
            yield file
        part.rename(path)
        if is_flushed:
            flush_names(path.parent)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


@contextmanager
def alone_in(folder: Path | None, setting: str) -> Iterator[Path]:
    """Work in a folder of backups, in which nobody else does meanwhile; what others left half written is removed.

    Raises:
        Refused: there is no such folder, or somebody is at work in it.
    """
    if folder is None:
        raise Refused(f"{setting} names no folder: set it to where backups are to lie, on another disk or machine")
    if not folder.is_dir():
        raise Refused(f"there is no folder {folder}, which {setting} names: make it, or mount what belongs there")
    try:
        descriptor = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as fault:
        raise Refused(f"{folder}, which {setting} names, takes nothing ({fault.strerror})") from fault
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Refused(f"another backup or drill is at work in {folder}") from None
        for left in folder.rglob(f"*{PART}"):
            left.unlink(missing_ok=True)
        yield folder
    finally:
        os.close(descriptor)
