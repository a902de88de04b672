"""One backup as a file: the manifest, then the rows, sealed together."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from io import BufferedReader
from pathlib import Path
from typing import BinaryIO

from accounts.keys.master import MasterKey
from tracker.backups import manifest as manifests
from tracker.backups.faults import Refused
from tracker.backups.files import written
from tracker.backups.manifest import Manifest
from tracker.backups.sealed import Opening, Sealing

KIND, WHAT = "mendline", "rows"
AT_ONCE = 1 << 20  # bytes


@dataclass
class Archive:
    """A backup that was opened: what it says of itself, by which key, and its rows, which are read from beginning to
    end."""

    manifest: Manifest
    key: MasterKey
    rows: BinaryIO


def write(path: Path, key: MasterKey, manifest: Manifest, rows: Path) -> None:
    """Write a backup; it has its name once all of it is on the disk."""
    with written(path) as file, rows.open("rb") as source:
        out = Sealing(file, key, WHAT)
        manifests.write(manifest, out)
        while piece := source.read(AT_ONCE):
            out.write(piece)
        out.finish()


@contextmanager
def opened(path: Path, keys: Sequence[MasterKey]) -> Iterator[Archive]:
    """Open a backup.

    Raises:
        Refused: with what is wrong with it, and its name; also while it is read.
    """
    try:
        file = path.open("rb")
    except OSError as fault:
        raise Refused(f"there is no backup {path} that can be read ({fault.strerror})") from fault
    try:
        with file:
            opening = Opening(file, keys, WHAT)
            reader = BufferedReader(opening, AT_ONCE)
            yield Archive(manifests.read(reader), opening.key, reader)
    except Refused as fault:
        raise Refused(f"the backup {path.name} cannot be used: {fault}") from fault


def pieces(archive: Archive) -> Iterator[bytes]:
    """The rows' file, piece by piece; compared with its SHA-256 at the end. Raises Refused."""
    digest = sha256()
    while piece := archive.rows.read(AT_ONCE):
        digest.update(piece)
        yield piece
    if digest.hexdigest() != archive.manifest.sha256:
        raise Refused("its rows are not those that were kept")
