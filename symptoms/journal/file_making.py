"""Files that the worker makes: small steps of one file a turn, sealed as they are written, there for a day.

What goes into a file is written by a generator (`own_file`, `practice_file`), which pauses after each record and photo:
a file of thousands of photos takes its time, and no message waits for it.
"""

import logging
import time
import zipfile
from collections.abc import Callable, Generator, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import IO, Any
from uuid import UUID

from django.conf import settings
from django.core.files.storage import storages
from django.db.models import F, Q, QuerySet

from accounts.durable_files import private_file
from accounts.keys import patients as keys
from accounts.keys import sealing, store
from symptoms.journal.own_contents import own_file
from symptoms.journal.practice_contents import practice_file
from symptoms.journal.sealed_files import Seal, SealedWriter, pieces
from symptoms.models import EXPORT_LASTS, Export, PracticeExport
from symptoms.models.own_data import MadeFile

log = logging.getLogger(__name__)

A_TURN = 0.2  # seconds of a turn of the worker that a file of each kind may take, and the step that has begun
LEASE = timedelta(minutes=4)  # said again while it is made; a worker that died is followed by another
RENEWED = timedelta(minutes=1)
TRIES = 3
SHOWN_AFTER_FAILING = timedelta(days=1)
KINDS: tuple[type[MadeFile], ...] = (Export, PracticeExport)


class Maker:
    """Makes one file of each kind after another, so that no patient waits for a practice's, which may take an hour:
    whoever calls `work` waits for `A_TURN` of each kind, and for the step that has begun by then.

    `clock` counts seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._making: dict[type[MadeFile], Making] = {}

    def work(self, now: datetime) -> bool:
        """Go on with the files that are being made, or begin the next; False when nobody waits for one."""
        had_work = [self._go_on(kind, now) for kind in KINDS]
        return any(had_work)

    def _go_on(self, kind: type[MadeFile], now: datetime) -> bool:
        making = self._making.pop(kind, None) or _begun(kind, now)
        if making is None:
            return False
        until = self._clock() + A_TURN
        try:
            while making.step(now):
                if self._clock() >= until:
                    self._making[kind] = making
                    break
        except Exception:
            log.exception("the file %s could not be made", making.file.pk)
            making.fail(now)
        return True


class Making:
    """A file that is being made, leased to this worker."""

    def __init__(self, file: MadeFile, now: datetime) -> None:
        self.file, self._leased_at = file, now
        self._part = path_of(file.pk).with_suffix(f".sealed.part{file.tries}")
        self._steps, self._without, self._size = self._written(), 0, 0

    def step(self, now: datetime) -> bool:
        """Write a little more; False once the file is there, or is wanted no more."""
        if now >= self._leased_at + RENEWED:
            self._leased_at = now
            if not self._row().update(leased_until=now + LEASE):
                return self._forget()
        for lost in self._steps:
            self._without += lost
            return True
        if self._row().exists():
            _hand_in(self._part, self.file.pk)
            if self._row().update(made_at=now, size=self._size, without=self._without):
                return False
        return self._forget()

    def fail(self, now: datetime) -> None:
        """What was written goes; after the last try it is said."""
        self._steps.close()
        remove(self.file.pk)
        if self.file.tries >= TRIES:
            self._row().update(failed_at=now)

    def _row(self) -> Any:
        """The row, while it waits for what this worker makes: another one that took over counts one try more."""
        waiting = type(self.file)._default_manager.filter(pk=self.file.pk, tries=self.file.tries)
        return waiting.filter(made_at=None, failed_at=None)

    def _forget(self) -> bool:
        """Leave it: another worker makes it, or its patient was erased meanwhile."""
        self._steps.close()
        self._part.unlink(missing_ok=True)
        if not type(self.file)._default_manager.filter(pk=self.file.pk).exists():
            remove(self.file.pk)
        return False

    def _written(self) -> Generator[int]:
        """Write the file; it gets its name only once all of it is on the disk."""
        self._part.parent.mkdir(mode=0o700, exist_ok=True)
        with private_file(self._part, "wb") as file:
            out = SealedWriter(file, _seal_of(self.file), name_of(self.file.pk))
            with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
                yield from _contents(self.file, archive, self._leased_at)
            out.finish()
        self._size = out.size


def _begun(kind: type[MadeFile], now: datetime) -> Making | None:
    """What has waited longest, leased; None when nobody waits. What a worker left half done is made anew."""
    waiting = kind._default_manager.filter(made_at=None, failed_at=None)
    waiting = waiting.filter(Q(leased_until=None) | Q(leased_until__lte=now))
    file = waiting.order_by("asked_at").first()
    if file is None or not waiting.filter(pk=file.pk).update(leased_until=now + LEASE, tries=F("tries") + 1):
        return None
    file.tries += 1
    return Making(file, now)


def _seal_of(file: MadeFile) -> Seal:
    """By what a file is sealed: its patient's key, or the one that was made for it."""
    if isinstance(file, PracticeExport):
        return lambda data, bound: sealing.seal(data, file.key, bound)
    assert isinstance(file, Export)
    return partial(keys.seal, file.patient)


def _contents(file: MadeFile, archive: zipfile.ZipFile, now: datetime) -> Iterator[int]:
    if isinstance(file, PracticeExport):
        return practice_file(archive, file, now)
    assert isinstance(file, Export)
    return own_file(archive, file.patient, now)


def newest_of(files: QuerySet[Any], now: datetime) -> Any:
    """Of somebody's files the newest that is being made, can still be fetched, or failed today; None where there is
    none."""
    alive = Q(made_at=None, failed_at=None) | Q(made_at__gt=now - EXPORT_LASTS)
    return files.filter(alive | Q(failed_at__gt=now - SHOWN_AFTER_FAILING)).order_by("-asked_at").first()


def handed_out(file: MadeFile) -> Iterator[bytes]:
    """A file, piece by piece.

    Raises:
        OSError: it is not there.
    """
    return pieces(_made(file.pk), name_of(file.pk))


def remove_old(now: datetime) -> None:
    """Remove the files of which the day is over, with the keys that are theirs alone, and those of which nobody knows
    any more."""
    for kind in KINDS:
        over = kind._default_manager.filter(
            Q(made_at__lte=now - EXPORT_LASTS) | Q(failed_at__lte=now - SHOWN_AFTER_FAILING)
        )
        for file in over:
            remove(file.pk)
            if isinstance(file, PracticeExport):
                store.forget(file.key)
        over.delete()
    known = {str(id) for kind in KINDS for id in kind._default_manager.values_list("pk", flat=True)}
    for path in _folder().iterdir() if _folder().is_dir() else ():
        if path.name.partition(".")[0] not in known:
            path.unlink(missing_ok=True)
    if (bucket := _bucket()) is not None and bucket.is_ours():
        for name in [name for name in bucket.walk() if name.partition(".")[0] not in known]:
            bucket.delete(name)


def path_of(id: UUID) -> Path:
    """Where the file lies."""
    return _folder() / f"{id}.sealed"


def name_of(id: UUID) -> str:
    """What its pieces are bound to."""
    return f"export {id}"


def _made(id: UUID) -> Path | IO[bytes]:
    if (bucket := _bucket()) is not None:
        file: IO[bytes] = bucket.open(f"{id}.sealed")
        return file
    path_of(id).stat()
    return path_of(id)


def remove(id: UUID) -> None:
    """Remove the file, and what is written of it; what a bucket keeps because it is away goes with `remove_old`."""
    if (bucket := _bucket()) is not None:
        with suppress(OSError):
            bucket.delete(f"{id}.sealed")
    for path in _folder().glob(f"{id}.sealed*"):
        path.unlink(missing_ok=True)


def _hand_in(part: Path, id: UUID) -> None:
    """Give the file its name. Raises OSError."""
    if (bucket := _bucket()) is not None:
        bucket.take(part, f"{id}.sealed")
    else:
        part.rename(path_of(id))


def _bucket() -> Any:
    """Where several machines keep what they made; None where one has it in its own folder."""
    return storages["exports"] if "exports" in settings.STORAGES else None


def _folder() -> Path:
    return settings.DATA_DIR / "exports"
