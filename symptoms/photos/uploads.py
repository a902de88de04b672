"""What is being uploaded: how much at once, and where it lies until it is taken in; nothing of it may stay behind."""

import fcntl
import logging
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from io import BytesIO
from threading import BoundedSemaphore
from typing import Any, BinaryIO, cast
from uuid import UUID

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, TemporaryFileUploadHandler

from symptoms.photos.refusals import PhotoRefused, Refusal

log = logging.getLogger(__name__)

AT_ONCE = 2  # photos of one person being taken in, in all processes together
WHOLE_IN_MEMORY = 2  # pictures in one process, as they were sent, before they are decoded
WAIT_SECONDS = 20.0  # for other people's pictures
LEFT_OVER_AFTER = timedelta(hours=1)  # longer than any upload takes


class NamelessFileHandler(TemporaryFileUploadHandler):
    """Streams a file of a form to the disk as Django's own does, but without a name: when its process dies, it is gone.

    Originals hold where a picture was taken; they must outlive neither a broken line nor a killed process. Where the
    disk is full the rest of the form is read all the same, and whoever reads the file is told.
    """

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        FileUploadHandler.new_file(self, *args, **kwargs)
        self.file = UploadedFile(  # type: ignore[assignment]  # has no path, unlike the file of the base class
            NoRoom(), self.file_name, self.content_type, 0, self.charset, self.content_type_extra
        )
        with self._or_no_room():
            self.file.file = nameless_file()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        with self._or_no_room():
            self.file.write(raw_data)

    def file_complete(self, file_size: int) -> Any:
        with self._or_no_room():
            self.file.seek(0)  # writes what is left
        self.file.size = file_size
        return self.file

    @contextmanager
    def _or_no_room(self) -> Iterator[None]:
        try:
            with or_refused():
                yield
        except PhotoRefused:
            self.file.file = NoRoom()

    def upload_interrupted(self) -> None:
        if getattr(self, "file", None) is not None:
            self.file.close()


class NoRoom(BytesIO):
    """Stands for a file that the disk had no room for. Reading it raises PhotoRefused."""

    def write(self, data: Any) -> int:
        return len(data)

    def read(self, size: int | None = -1) -> bytes:
        raise PhotoRefused(Refusal.NOT_STORED)


@contextmanager
def or_refused() -> Iterator[None]:
    """What the disk does not take in the block is refused as a photo that there is no room for. Raises PhotoRefused."""
    try:
        yield
    except OSError as fault:
        log.error("no room for what is uploaded: %s", fault.strerror)
        raise PhotoRefused(Refusal.NOT_STORED) from fault


def nameless_file() -> BinaryIO:
    """An empty file for something that is being sent; it ends with its last reader."""
    return cast(BinaryIO, tempfile.TemporaryFile(dir=settings.UPLOAD_ROOT))


@contextmanager
def place_for_upload(person: UUID) -> Iterator[None]:
    """Hold one of the places for taking in a photo, from before it is read into memory until it is kept.

    Raises:
        PhotoRefused: as busy; at once when the person has AT_ONCE photos on the way already.
    """
    with _one_of_theirs(person):
        if not _in_memory.acquire(timeout=WAIT_SECONDS):
            raise PhotoRefused(Refusal.BUSY)
        try:
            yield
        finally:
            _in_memory.release()


def make_folder() -> None:
    """Make the folder for what is being uploaded, for Mendline's user only, and empty it of what a crash left there."""
    folder = settings.UPLOAD_ROOT
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    sweep(LEFT_OVER_AFTER)


def sweep(older_than: timedelta) -> int:
    """Remove what has been lying in the folder for longer than `older_than`; gives how many files went."""
    before = time.time() - older_than.total_seconds()
    swept = 0
    for path in settings.UPLOAD_ROOT.glob("*"):
        with suppress(OSError):  # another process took it away meanwhile
            if path.stat().st_mtime < before:
                path.unlink()
                swept += 1
    return swept


_in_memory = BoundedSemaphore(WHOLE_IN_MEMORY)


@contextmanager
def _one_of_theirs(person: UUID) -> Iterator[None]:
    """A lock on one of AT_ONCE files: it holds across processes, and ends with its process however that ends."""
    for number in range(AT_ONCE):
        with or_refused():
            descriptor = os.open(settings.UPLOAD_ROOT / f"{person}.{number}", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            continue
        try:
            os.utime(descriptor)  # in use: not to be swept
            yield
        finally:
            os.close(descriptor)
        return
    raise PhotoRefused(Refusal.BUSY)
