"""The photos of all backups of a folder, each kept once: a file of a photo never changes once it has its name.

They lie sealed under `photos/`, by names that say nothing of a patient. A backup names those that belong to it; what no
backup names any more is removed.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from hmac import HMAC
from io import BufferedReader
from pathlib import Path
from typing import Any

from django.core.files.storage import Storage

from accounts.keys.master import MasterKey
from symptoms.photos.files import store_of_photos
from symptoms.photos.storage import StoreAway
from tracker.backups.faults import Refused
from tracker.backups.files import written
from tracker.backups.sealed import Opening, Sealing, sealed_size

SIZE, DIGEST = 0, 1


@dataclass
class Kept:
    """What became of the photos that the rows name."""

    photos: dict[str, list[Any]] = field(default_factory=dict)  # size and SHA-256 of each file
    absent: list[str] = field(default_factory=list)  # names of files that are not there
    added: int = 0


def keep(folder: Path, key: MasterKey, names: Collection[str], known: Mapping[str, list[Any]]) -> Kept:
    """See to it that these photos lie in the pool; `known`: those of an earlier backup, which lie there already.

    Raises:
        Refused: the store of photos is away. A backup without them would look like one of photos that were lost.
    """
    kept, store = Kept(), store_of_photos()
    for name in sorted(names):
        if (facts := known.get(name)) and _is_there(place_of(folder, key, name), facts[SIZE]):
            kept.photos[name] = facts
            continue
        if (content := _content_in(store, name)) is None:
            kept.absent.append(name)
            continue
        _put(place_of(folder, key, name), key, name, content)
        kept.photos[name] = [len(content), sha256(content).hexdigest()]
        kept.added += 1
    return kept


def _content_in(store: Storage, name: str) -> bytes | None:
    """The file of that name; None when it is not there, or cannot be read and others can. Raises Refused."""
    try:
        with store.open(name) as file:
            content: bytes = file.read()
            return content
    except StoreAway as fault:
        raise Refused(f"the store of photos cannot be read: {fault}") from fault
    except OSError as fault:
        try:
            is_there = any(store.listdir(""))
        except OSError as away:
            raise Refused(
                f"the store of photos cannot be read ({away.strerror or away}): mount what belongs there"
            ) from fault
        if not is_there:  # as where nothing is mounted
            raise Refused("the store of photos is empty, and there are photos: mount what belongs there") from fault
        return None


def content_of(folder: Path, key: MasterKey, name: str, facts: list[Any]) -> bytes:
    """The file of a photo as it lay in the store.

    Raises:
        Refused: it is missing, or not what was kept.
    """
    try:
        with place_of(folder, key, name).open("rb") as file:
            content = BufferedReader(Opening(file, [key], _what(name))).read()
    except OSError as fault:
        raise Refused(f"a file of its photos cannot be read ({fault.strerror})") from fault
    if sha256(content).hexdigest() != facts[DIGEST]:
        raise Refused("a file of its photos is not the one that was kept")
    return content


def place_of(folder: Path, key: MasterKey, name: str) -> Path:
    """Where a photo lies in the pool."""
    digest = HMAC(key.secret, b"mendline backup of a photo\0" + name.encode(), sha256).hexdigest()[:40]
    return folder / "photos" / digest[:2] / digest


def remove_others(folder: Path, used: Collection[Path]) -> int:
    """Remove what no backup names any more; gives how many files went."""
    removed = 0
    for path in list(_all(folder)):
        if path not in used:
            path.unlink()
            removed += 1
    return removed


def _all(folder: Path) -> Iterator[Path]:
    yield from (path for path in (folder / "photos").glob("*/*") if path.is_file())


def _is_there(path: Path, size: int) -> bool:
    try:
        return path.stat().st_size == sealed_size(size)
    except OSError:
        return False


def _put(path: Path, key: MasterKey, name: str, content: bytes) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with written(path, is_flushed=False) as file:  # all are flushed together, before the backup gets its name
        out = Sealing(file, key, _what(name))
        out.write(content)
        out.finish()


def _what(name: str) -> str:
    return f"photo {name}"
