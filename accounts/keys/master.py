"""The keys that an operator gives: the master keys, by which the keys of patients are wrapped, and those of backups.

From a file, or from what a command prints. One a line: 32 random bytes in base64url. The first is current; the others
still open what they sealed, until everything is wrapped by the first (`manage.py rotate_master_key`). Lines that begin
with # are for people.
"""

import base64
import binascii
import secrets
import shlex
import subprocess
import time
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from django.conf import settings

from accounts.durable_files import make_once
from accounts.keys.faults import KeysUnavailable

LENGTH = 32  # bytes: AES-256
TOO_OPEN = 0o037  # a group may read the file, as systemd hands it out; nobody else may do anything with it
COMMAND_MAY_TAKE = 30  # seconds
ASKED_AGAIN_AFTER = 60  # seconds: a new key that the command knows is used from then on


@dataclass(frozen=True, slots=True)
class MasterKey:
    """One key of an operator's; `id` tells it from others and says nothing about it."""

    id: str
    secret: bytes = field(repr=False)

    @classmethod
    def of(cls, secret: bytes) -> "MasterKey":
        return cls(sha256(b"mendline master key\0" + secret).hexdigest()[:16], secret)


@dataclass(frozen=True, slots=True)
class Source:
    """Where keys of one kind come from: a file or a command, which the settings beginning with `setting` name."""

    kind: str
    setting: str
    file: Path | None
    command: str


def new_line() -> str:
    """A new key as it stands in a file."""
    return base64.urlsafe_b64encode(secrets.token_bytes(LENGTH)).decode()


def master_keys() -> tuple[MasterKey, ...]:
    """Those that are given, the current one first.

    Raises:
        KeysUnavailable: there is none, or it cannot be read.
    """
    file, command = settings.MASTER_KEY_FILE, settings.MASTER_KEY_COMMAND
    return keys_of(Source("master key", "MENDLINE_MASTER_KEY", file, command))


def keys_of(source: Source) -> tuple[MasterKey, ...]:
    """The keys of one kind that are given, the current one first.

    Raises:
        KeysUnavailable: there is none, or it cannot be read.
    """
    if source.command:
        return _of_command(source, int(time.monotonic()) // ASKED_AGAIN_AFTER)
    if source.file is None:
        raise KeysUnavailable(f"there is no {source.kind}: name its file in {source.setting}_FILE")
    return _of_file(Path(source.file), source.kind)


def make_file(path: Path) -> bool:
    """Make a file with a new key, for its owner only; False where there is a file: it is never written to."""
    return make_once(path, new_line() + "\n")


_files: dict[Path, tuple[tuple[int, ...], tuple[MasterKey, ...]]] = {}  # what was read, with the state of the file
_printed: dict[str, tuple[int, tuple[MasterKey, ...]]] = {}


def _of_file(path: Path, kind: str) -> tuple[MasterKey, ...]:
    """Read again whenever the file has changed, so that a new key needs no restart."""
    try:
        stat = path.stat()
        state = (stat.st_ino, stat.st_size, stat.st_mtime_ns, stat.st_mode)
        known = _files.get(path)
        if known is None or known[0] != state:
            if stat.st_mode & TOO_OPEN:
                raise KeysUnavailable(f"the file of the {kind}, {path}, is open to others: chmod 600 {path}")
            known = _files[path] = (state, _parsed(path.read_text(encoding="ascii", errors="replace"), str(path), kind))
    except OSError as fault:
        raise KeysUnavailable(f"the file of the {kind}, {path}, cannot be read ({fault.strerror})") from fault
    return known[1]


def _of_command(source: Source, period: int) -> tuple[MasterKey, ...]:
    command = source.command
    known = _printed.get(command)
    if known is not None and known[0] == period:
        return known[1]
    what = f"the command of {source.setting}_COMMAND"
    try:
        # The operator's own words, run without a shell. What it prints is a secret, and so may be what it complains of.
        ran = subprocess.run(  # noqa: S603
            shlex.split(command), capture_output=True, timeout=COMMAND_MAY_TAKE, check=True, text=True
        )
    except (OSError, ValueError, subprocess.SubprocessError) as fault:
        if known is not None:  # it is away for now; what it said before still holds
            return known[1]
        raise KeysUnavailable(f"{what} failed ({type(fault).__name__})") from None
    keys = _parsed(ran.stdout, what, source.kind)
    _printed[command] = (period, keys)
    return keys


def _parsed(text: str, source: str, kind: str) -> tuple[MasterKey, ...]:
    lines = [line.strip() for line in text.splitlines()]
    keys = []
    for line in lines:
        if line and not line.startswith("#"):
            keys.append(MasterKey.of(_secret(line, source, kind)))
    if not keys:
        raise KeysUnavailable(f"there is no {kind} in {source}")
    return tuple(keys)


def _secret(line: str, source: str, kind: str) -> bytes:
    try:
        secret = base64.b64decode(line + "=" * (-len(line) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        secret = b""
    if len(secret) != LENGTH:
        # The line itself is not repeated: it may be a key that was cut.
        raise KeysUnavailable(f"a line of {source} is no {kind}: {LENGTH} bytes in base64 are needed")
    return secret
