"""A private, durable file store: for the server's own user, without addresses, on the disk before it answers."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from django.core.files.base import File
from django.core.files.storage import FileSystemStorage

from accounts.durable_files import flush_names, private_file

_together: ContextVar[bool] = ContextVar("together", default=False)
UNFINISHED = ".part"  # how the name of a file ends while it is being written


class StoreAway(OSError):
    """A store over a network does not answer, or not as it should: what it holds may well be there."""


class PrivateStorage(FileSystemStorage):
    """Files under `location` that nobody but the server's user may read, and that a web server never hands out.

    A file is whole or not there: it is written beside its place, flushed to the disk, then renamed. Names should be
    random, since a file of the same name is replaced.
    """

    def __init__(self, location: str | os.PathLike[str]):
        super().__init__(location, file_permissions_mode=0o600, directory_permissions_mode=0o700)

    @contextmanager
    def together(self) -> Iterator[None]:
        """What is stored inside is on the disk when this is over, all at once, and not before."""
        token = _together.set(True)
        try:
            yield
            os.sync()
        finally:
            _together.reset(token)

    def url(self, name: str | None) -> str:
        """Raises ValueError: whoever may see a file is given it by a view that has asked whether they may."""
        raise ValueError("This file is not accessible via a URL.")

    def _save(self, name: str, content: "File[Any]") -> str:
        """Store a file under its name. Raises OSError, as on a full disk; nothing of it is left then."""
        path = Path(self.path(name))
        for folder in (Path(self.location), path.parent):  # `mode` is for the last part of a path alone
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        # With a name of its own: what a process that was killed left behind is in nobody's way.
        unfinished = path.with_name(f"{path.name}.{secrets.token_hex(4)}{UNFINISHED}")
        try:
            _write(unfinished, content)
            unfinished.rename(path)
            if not _together.get():
                for folder in (path.parent, Path(self.location)):  # the folder may be new as well
                    flush_names(folder)
        except OSError:
            unfinished.unlink(missing_ok=True)
            path.unlink(missing_ok=True)
            raise
        return name


def _write(path: Path, content: "File[Any]") -> None:
    with private_file(path, "xb", is_flushed=not _together.get()) as file:
        for chunk in content.chunks():
            file.write(chunk)
