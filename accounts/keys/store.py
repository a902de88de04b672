"""The keys of patients, wrapped by a master key, in a store of their own: `storages["keys"]`.

One small file a key, `<id>.<id of the master key>`, which never changes: wrapping anew adds a file and then removes the
other, so a process that is killed at any moment loses nothing, and any store behind Django's storage API will do. A
file `check.<id of the master key>` tells which master keys the store needs. Beside them lie empty files that say
something: `all-sealed`, and `unowned.<id>` since when no patient has a key.
"""

import os
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime
from uuid import UUID, uuid4

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.core.files.base import ContentFile
from django.core.files.storage import Storage, storages

from accounts.keys.faults import KeyLost, KeysUnavailable
from accounts.keys.master import MasterKey, master_keys

MAGIC = b"MNDK1"
NONCE = 12  # bytes
KNOWN_FOR = 60.0  # seconds that a process keeps a key: an erased one is gone everywhere after that
KNOWN_AT_MOST = 2000
AT_A_TIME = 500  # keys that are wrapped anew before the disk is waited for
CHECK = "check"
ALL_SEALED, UNOWNED = "all-sealed", "unowned."
OF_THE_SITE = UUID(int=1)  # the key of what is no patient's: forms that wait an hour for their sender

_all_sealed_until = 0.0  # the moment (monotonic) until which this process knows so
_known: dict[UUID, tuple[float, bytes]] = {}  # unwrapped, with the moment (monotonic) until which they may be used


def make(key: UUID | None = None) -> UUID:
    """Make a new key, on the disk before this returns, and give its id.

    Raises:
        KeysUnavailable: nothing was made.
    """
    key, master = key or uuid4(), master_keys()[0]
    _begin(master)
    _put(_name(key, master), _wrapped(AESGCM.generate_key(256), str(key), master))
    return key


def unwrapped(key: UUID) -> bytes:
    """The key of an id, for at most `KNOWN_FOR` seconds.

    Raises:
        KeyLost: it was erased, or its file is lost.
        KeysUnavailable: the master key is missing or another one, or the store does not answer.
    """
    now = time.monotonic()
    until, secret = _known.get(key, (0.0, b""))
    if until > now:
        return secret
    secret = _read(key)
    if len(_known) >= KNOWN_AT_MOST:
        _known.clear()
    _known[key] = (now + KNOWN_FOR, secret)
    return secret


def of_the_site() -> bytes:
    """The key of the site itself, which is made at first need."""
    try:
        return unwrapped(OF_THE_SITE)
    except KeyLost:
        make(OF_THE_SITE)
        return unwrapped(OF_THE_SITE)


def forget(key: UUID) -> bool:
    """Erase a key for good: nothing that it sealed can be read again, in no copy; False where it is gone already.

    Other processes may know it for up to `KNOWN_FOR` seconds; copies of the store itself end with their own time.
    """
    _known.pop(key, None)
    names = [name for name in _names() if name.startswith(f"{key}.")]
    for name in names:
        _store().delete(name)
    return bool(names)


def forget_unwrapped() -> None:
    """Let go of every key that this process knows, and of what the store says."""
    global _all_sealed_until
    _all_sealed_until = 0.0
    _known.clear()


def all_is_sealed() -> bool:
    """Whether whatever patients' keys are for was sealed once: what lies plain since then was not written by us.

    It stands here, not in the database: who writes plain words there could as well take back that they are refused.
    """
    global _all_sealed_until
    now = time.monotonic()
    if now >= _all_sealed_until and _store().exists(ALL_SEALED):
        _all_sealed_until = now + KNOWN_FOR
    return now < _all_sealed_until


def say_all_is_sealed() -> None:
    """Write that down, for good. Raises KeysUnavailable."""
    if not _store().exists(ALL_SEALED):
        _put(ALL_SEALED, b"")


def unowned() -> dict[str, datetime]:
    """The keys that no patient had when somebody last looked, and since when that is known."""
    notes = [name for name in _files() if name.startswith(UNOWNED)]
    return {name.removeprefix(UNOWNED): _store().get_modified_time(name) for name in notes}


def note_unowned(key: str) -> None:
    """Write down that no patient has this key. Raises KeysUnavailable."""
    _put(UNOWNED + key, b"")


def drop_note(key: str) -> None:
    """It has an owner after all, or is gone."""
    _store().delete(UNOWNED + key)


def check() -> bool:
    """See to it that the store needs no other master keys than those given; False for a store that is still empty.

    Raises:
        KeysUnavailable: with what is wrong, and what to do. Nothing was changed.
    """
    masters = {master.id: master for master in master_keys()}
    names = list(_names())
    needed = [name.partition(".")[2] for name in names if name.startswith(f"{CHECK}.")]
    if not needed and names:
        raise KeysUnavailable("the store of keys has no check value, so a part of it is missing: put all of it back")
    for id in needed:
        if id not in masters:
            raise KeysUnavailable(_other_master(id, masters))
        _unwrap(_get(f"{CHECK}.{id}"), CHECK, masters[id])
    return bool(needed)


def begin() -> None:
    """Write down that the current master key is needed from now on. Call it after `check`."""
    _begin(master_keys()[0])


def rotate() -> Iterator[tuple[int, int]]:
    """Wrap every key by the current master key; gives after each how many are done, and of how many.

    What was wrapped already stays, so that a run that was ended is taken up by the next. When all is done, the other
    master keys are not needed any more.

    Raises:
        KeysUnavailable: a master key is missing; what was wrapped until then stays.
    """
    check()
    masters = {master.id: master for master in master_keys()}
    current = master_keys()[0]
    _begin(current)
    old = [name for name in _names() if name.partition(".")[2] != current.id and not name.startswith(f"{CHECK}.")]
    for start in range(0, len(old), AT_A_TIME):
        batch = old[start : start + AT_A_TIME]
        with together():
            for name in batch:
                _wrap_anew(name, masters, current)
        for done, name in enumerate(batch, start + 1):  # what takes their place is on the disk
            _store().delete(name)
            yield done, len(old)
    for name in [name for name in _names() if name.startswith(f"{CHECK}.") and name != f"{CHECK}.{current.id}"]:
        _store().delete(name)


def together() -> AbstractContextManager[None]:
    """What is stored inside is durable when this is over; a store that can, waits for the disk only once."""
    waits_once = getattr(_store(), "together", nullcontext)
    context: AbstractContextManager[None] = waits_once()
    return context


def ids() -> set[str]:
    """Of every key that is there, the id."""
    return {name.partition(".")[0] for name in _names()} - {CHECK}


def is_empty() -> bool:
    """Whether nothing was ever stored there."""
    return next(_names(), None) is None


def _read(key: UUID) -> bytes:
    masters, damaged = master_keys(), None
    for _again in range(2):  # a rotation may add one file and remove the other between two looks
        for master in masters:
            try:
                return _unwrap(_get(_name(key, master)), str(key), master)
            except FileNotFoundError:
                continue
            except KeysUnavailable as fault:  # the other one may be whole, where a power cut ended a rotation
                damaged = fault
    if damaged is not None:
        raise damaged
    # It is lost only where the store is the one that these master keys belong to.
    if not any(_store().exists(f"{CHECK}.{master.id}") for master in masters):
        raise KeysUnavailable("the store of keys is empty, or belongs to another master key")
    raise KeyLost


def _wrap_anew(name: str, masters: dict[str, MasterKey], current: MasterKey) -> None:
    key, _dot, id = name.partition(".")
    if id not in masters:
        raise KeysUnavailable(_other_master(id, masters))
    secret, anew = _unwrap(_get(name), key, masters[id]), f"{key}.{current.id}"
    if _store().exists(anew):  # by a run that was ended; after a power cut it may hold nothing
        try:
            if _unwrap(_get(anew), key, current) == secret:
                return
        except KeysUnavailable:
            pass
        _store().delete(anew)
    _put(anew, _wrapped(secret, key, current))


def _begin(master: MasterKey) -> None:
    if not _store().exists(f"{CHECK}.{master.id}"):
        _put(f"{CHECK}.{master.id}", _wrapped(os.urandom(32), CHECK, master))


def _wrapped(secret: bytes, name: str, master: MasterKey) -> bytes:
    header, nonce = MAGIC + bytes.fromhex(master.id), os.urandom(NONCE)
    return header + nonce + AESGCM(master.secret).encrypt(nonce, secret, header + name.encode())


def _unwrap(stored: bytes, name: str, master: MasterKey) -> bytes:
    header = MAGIC + bytes.fromhex(master.id)
    nonce, sealed = stored[len(header) : len(header) + NONCE], stored[len(header) + NONCE :]
    try:
        if not stored.startswith(header):
            raise InvalidTag
        return AESGCM(master.secret).decrypt(nonce, sealed, header + name.encode())
    except (InvalidTag, ValueError) as fault:
        raise KeysUnavailable(f"{name}.{master.id} in the store of keys is damaged: put it back from a copy") from fault


def _name(key: UUID, master: MasterKey) -> str:
    return f"{key}.{master.id}"


def _put(name: str, content: bytes) -> None:
    """Store a file that is not there. Raises KeysUnavailable, as on a full disk."""
    try:
        kept = _store().save(name, ContentFile(content))
        if kept != name:  # somebody else was first: theirs stays
            _store().delete(kept)
    except OSError as fault:
        raise KeysUnavailable(f"the store of keys takes nothing ({fault.strerror or type(fault).__name__})") from fault


def _get(name: str) -> bytes:
    """Raises FileNotFoundError, and KeysUnavailable for any other fault."""
    try:
        with _store().open(name) as file:
            content: bytes = file.read()
    except FileNotFoundError:
        raise
    except OSError as fault:
        raise KeysUnavailable(f"the store of keys cannot be read ({fault.strerror or type(fault).__name__})") from fault
    return content


def _names() -> Iterator[str]:
    """Every key and check value of the store."""
    yield from (name for name in _files() if name != ALL_SEALED and not name.startswith(UNOWNED))


def _files() -> Iterator[str]:
    """Every file of the store but what a process that was killed left unfinished."""
    try:
        _folders, names = _store().listdir("")
    except FileNotFoundError:
        return
    except OSError as fault:
        raise KeysUnavailable(f"the store of keys cannot be read ({fault.strerror or type(fault).__name__})") from fault
    yield from (name for name in names if not name.endswith(".part"))


def _store() -> Storage:
    return storages["keys"]


def _other_master(needed: str, given: dict[str, MasterKey]) -> str:
    return (
        f"the keys were wrapped by the master key {needed}, and what is given is {', '.join(given)}. Give the right "
        "one; after a rotation that is not done, both"
    )
