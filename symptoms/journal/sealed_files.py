"""Files that hold a lot of somebody's record: sealed piece by piece as they are written, so none lies in the clear."""

import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, BinaryIO

from accounts.keys.faults import Damaged
from accounts.keys.sealing import opened

Seal = Callable[[bytes, str], bytes]  # seals some bytes; the text says what they are

PIECE = 1 << 20  # bytes
LENGTH = 4  # bytes before each piece, its length


class SealedWriter(io.RawIOBase):
    """A file to write to from beginning to end; what lies in `file` can be opened with the key of `seal` alone.

    Each piece is bound to `name` and its place, and the last to being the last: none is missed, moved or cut off.
    """

    def __init__(self, file: BinaryIO, seal: Seal, name: str):
        super().__init__()
        self._file, self._seal_bytes, self._name = file, seal, name
        self._waiting, self._number, self.size = bytearray(), 0, 0

    def writable(self) -> bool:
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]  # anything that is like bytes, as a zip writes it
        self._waiting += data
        self.size += len(data)
        while len(self._waiting) >= PIECE:
            self._seal(bytes(self._waiting[:PIECE]))
            del self._waiting[:PIECE]
        return len(data)

    def finish(self) -> None:
        """Write the last piece."""
        self._seal(bytes(self._waiting), is_last=True)

    def _seal(self, piece: bytes, *, is_last: bool = False) -> None:
        sealed = self._seal_bytes(piece, _bound(self._name, self._number, is_last))
        self._file.write(len(sealed).to_bytes(LENGTH) + sealed)
        self._number += 1


def pieces(path: Path | IO[bytes], name: str) -> Iterator[bytes]:
    """What was written, piece by piece; a file that is open is closed at the end.

    Raises:
        OSError: there is no such file.
        Damaged, KeyLost, KeysUnavailable: it cannot be opened; what came before may have been handed out.
    """
    with path.open("rb") if isinstance(path, Path) else path as file:
        number, sealed = 0, _next(file)
        while sealed:
            following = _next(file)
            yield opened(sealed, _bound(name, number, is_last=not following))
            number, sealed = number + 1, following
    if not number:
        raise Damaged


def _next(file: IO[bytes]) -> bytes:
    return file.read(int.from_bytes(file.read(LENGTH)))


def _bound(name: str, number: int, is_last: bool) -> str:
    return f"{name}:{number}:{'last' if is_last else 'more'}"
