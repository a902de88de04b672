"""Files for the server's own user alone, which are on the disk before anybody is told that they are there."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Literal


@contextmanager
def private_file(path: Path, mode: Literal["wb", "xb", "ab"], *, is_flushed: bool = True) -> Iterator[BinaryIO]:
    """A file to write to, whole on the disk once the block ends; `is_flushed` says whether that is waited for.

    Raises:
        OSError: as on a full disk; what was written so far stays.
    """
    with open(path, mode, opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
        yield file
        if is_flushed:
            file.flush()
            os.fsync(file.fileno())


def flush_names(folder: Path) -> None:
    """See to it that the names in a folder are on the disk: a file that is flushed may still be without one."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def make_once(path: Path, text: str) -> bool:
    """Make a file, whole or not at all; False where there is one: of two who do it at once the first one's stays."""
    unfinished = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        with private_file(unfinished, "xb") as file:
            file.write(text.encode())
        os.link(unfinished, path)
    except FileExistsError:
        return False
    finally:
        unfinished.unlink(missing_ok=True)
    return True
