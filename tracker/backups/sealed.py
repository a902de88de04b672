"""Files that lie sealed where a backup lies: AES-256-GCM under the backup key, piece by piece.

Each file has a key of its own, made from the backup key, a random salt and what the file is, so that a piece is bound
to its file by that, to its place by its nonce, and the last to being the last: none is missed, moved or cut off.
"""

import io
import os
from collections.abc import Sequence
from typing import Any, BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from accounts.keys.master import MasterKey
from tracker.backups.faults import Refused

MAGIC = b"MNDB1"
KEY_ID, SALT, TAG = 8, 32, 16  # bytes
HEADER = len(MAGIC) + KEY_ID + SALT
PIECE = 1 << 20  # bytes, before they are sealed


class Sealing(io.RawIOBase):
    """A file to write to from beginning to end; `finish` makes it whole. `what`: what it is, as opening must say."""

    def __init__(self, file: BinaryIO, key: MasterKey, what: str):
        super().__init__()
        self._file, self._waiting, self._number = file, bytearray(), 0
        header = MAGIC + bytes.fromhex(key.id) + os.urandom(SALT)
        self._header, self._cipher = header, _cipher(key, header, what)
        file.write(header)

    def writable(self) -> bool:
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]  # anything that is like bytes, as tarfile writes it
        self._waiting += data
        while len(self._waiting) > PIECE:
            self._seal(bytes(self._waiting[:PIECE]), is_last=False)
            del self._waiting[:PIECE]
        return len(data)

    def finish(self) -> None:
        """Write the last piece."""
        self._seal(bytes(self._waiting), is_last=True)

    def _seal(self, piece: bytes, *, is_last: bool) -> None:
        self._file.write(self._cipher.encrypt(_nonce(self._number, is_last), piece, self._header))
        self._number += 1


class Opening(io.RawIOBase):
    """The same back, to be read from beginning to end. What is read was proved to be what was written; that it is
    whole is known once the end was read.

    Raises:
        Refused: it is no such file, was sealed by another key, or was changed or cut short.
    """

    def __init__(self, file: BinaryIO, keys: Sequence[MasterKey], what: str):
        super().__init__()
        self._file, self._number, self._rest = file, 0, b""
        self._header = self._read(HEADER)
        if len(self._header) < HEADER or not self._header.startswith(MAGIC):
            raise Refused("it is no file of a backup, or its beginning was cut off")
        id = self._header[len(MAGIC) : len(MAGIC) + KEY_ID].hex()
        key = next((key for key in keys if key.id == id), None)
        if key is None:
            raise Refused(f"it was sealed by the backup key {id}, and given is {', '.join(key.id for key in keys)}")
        self.key = key
        self._cipher = _cipher(key, self._header, what)
        self._following = self._read(PIECE + TAG)
        self._is_over = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if not self._rest and not self._is_over:
            self._rest = self._next()
        count = min(len(buffer), len(self._rest))
        buffer[:count], self._rest = self._rest[:count], self._rest[count:]
        return count

    def _read(self, size: int) -> bytes:
        try:
            return self._file.read(size)
        except OSError as fault:
            raise Refused(f"it cannot be read ({fault.strerror})") from fault

    def _next(self) -> bytes:
        sealed, self._following = self._following, self._read(PIECE + TAG)
        self._is_over = not self._following
        try:
            piece = self._open(sealed, is_last=self._is_over)
        except InvalidTag:
            raise Refused("it was changed" if not self._is_over else self._why_no_end(sealed)) from None
        self._number += 1
        return piece

    def _open(self, sealed: bytes, *, is_last: bool) -> bytes:
        try:
            return self._cipher.decrypt(_nonce(self._number, is_last), sealed, self._header)
        except ValueError:  # shorter than a tag
            raise InvalidTag from None

    def _why_no_end(self, sealed: bytes) -> str:
        try:
            self._open(sealed, is_last=False)
        except InvalidTag:
            is_short = len(sealed) < PIECE + TAG
            return "it was cut short, or changed at its end" if is_short else "it was changed"
        return "it was cut short"


def sealed_size(size: int) -> int:
    """How long a file of `size` bytes is once it is sealed."""
    return HEADER + size + TAG * max(1, -(-size // PIECE))


def _cipher(key: MasterKey, header: bytes, what: str) -> AESGCM:
    salt = header[-SALT:]
    return AESGCM(HKDF(SHA256(), 32, salt, b"mendline backup\0" + what.encode()).derive(key.secret))


def _nonce(number: int, is_last: bool) -> bytes:
    """Of one file, each is used once: the file's key is its own."""
    return number.to_bytes(11) + bytes([is_last])
