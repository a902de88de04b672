"""What a backup says of itself: when it was made, of which release, what is in it, and what was missing."""

import json
import tomllib
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, BinaryIO

from django.conf import settings

from tracker.backups.faults import Refused

FORMAT = 1
LENGTH = 8  # bytes before the manifest, its length
LONGEST = 1 << 30  # bytes


@dataclass(frozen=True)
class Manifest:
    """Written before the rows, in the same sealed file."""

    made_at: str
    release: str
    database: str  # sqlite or postgresql
    size: int  # of the rows' file, in bytes
    sha256: str  # of the rows' file
    tables: dict[str, list[Any]]  # how many rows, and their digest
    migrations: list[list[str]]
    photos: dict[str, list[Any]]  # of each file, by its name, the size and the SHA-256 as it lies in the store
    removed_meanwhile: list[str] = field(default_factory=list)  # ids of photos that somebody removed after the rows
    missing: list[str] = field(default_factory=list)  # ids of photos whose file was missing already
    push_keys: str = ""
    format: int = FORMAT

    @property
    def made(self) -> datetime:
        return datetime.fromisoformat(self.made_at)


def release() -> str:
    """Which version of Mendline this is."""
    version: str = tomllib.loads((settings.BASE_DIR / "pyproject.toml").read_text())["project"]["version"]
    return version


def write(manifest: Manifest, out: Any) -> None:
    """Write it in front of what it is about."""
    data = json.dumps(asdict(manifest)).encode()
    out.write(len(data).to_bytes(LENGTH) + data)


def read(file: BinaryIO) -> Manifest:
    """The same back. Raises Refused when it is none, or of a newer version than this."""
    length = int.from_bytes(file.read(LENGTH))
    if not 0 < length < LONGEST:
        raise Refused("it is no backup of rows and photos")
    said = json.loads(file.read(length))
    if said["format"] > FORMAT:
        raise Refused(f"it was made by a newer Mendline ({said['release']}), and this is {release()}")
    return Manifest(**said)
