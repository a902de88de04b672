"""Sealed values: AES-256-GCM under a key of the store, bound to what they are, so that none opens anywhere else.

A sealed value begins with its format and the id of its key, which is all that reading needs; then come a random nonce
and what was sealed.
"""

import base64
import binascii
import os
from hashlib import sha256
from hmac import HMAC
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from accounts.keys import store
from accounts.keys.faults import Damaged

MAGIC = b"MNDS1"  # no picture begins so
NONCE = 12  # bytes
HEADER = len(MAGIC) + 16
TEXT = "sealed:"  # how a sealed value begins where text is kept


def seal(data: bytes, key: UUID, bound: str) -> bytes:
    """Seal bytes. `bound` says what they are, and of which row: to open them the same must be said.

    Raises:
        KeyLost, KeysUnavailable: as `store.unwrapped` does.
    """
    header, nonce = MAGIC + key.bytes, os.urandom(NONCE)
    return header + nonce + AESGCM(store.unwrapped(key)).encrypt(nonce, data, header + bound.encode())


def is_sealed(data: bytes) -> bool:
    """Whether these bytes say that they are sealed."""
    return data.startswith(MAGIC)


def key_of(sealed: bytes) -> UUID:
    """The id of the key that opens it. Raises Damaged when there is none."""
    if not is_sealed(sealed) or len(sealed) < HEADER:
        raise Damaged
    return UUID(bytes=sealed[len(MAGIC) : HEADER])


def opened(sealed: bytes, bound: str) -> bytes:
    """What was sealed.

    Raises:
        Damaged: it was changed, or is not what `bound` says.
        KeyLost, KeysUnavailable: as `store.unwrapped` does.
    """
    secret = store.unwrapped(key_of(sealed))
    nonce, rest = sealed[HEADER : HEADER + NONCE], sealed[HEADER + NONCE :]
    try:
        return AESGCM(secret).decrypt(nonce, rest, sealed[:HEADER] + bound.encode())
    except (InvalidTag, ValueError) as fault:
        raise Damaged from fault


def as_text(sealed: bytes) -> str:
    """A sealed value where text is kept."""
    return TEXT + base64.urlsafe_b64encode(sealed).decode()


def from_text(text: str) -> bytes:
    """The same back. Raises Damaged."""
    try:
        return base64.b64decode(text.removeprefix(TEXT), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as fault:
        raise Damaged from fault


def mark(key: UUID, digest: str) -> str:
    """A mark by which the same digest is known again; without the key it tells nothing, also of a word or two.

    Raises:
        KeyLost, KeysUnavailable: as `store.unwrapped` does.
    """
    for_marks = HMAC(store.unwrapped(key), b"mendline marks", sha256).digest()
    return base64.urlsafe_b64encode(HMAC(for_marks, digest.encode(), sha256).digest()).decode().rstrip("=")


def seal_for_site(text: str, bound: str) -> str:
    """Seal what is no patient's record under the key of the site."""
    store.of_the_site()
    return as_text(seal(text.encode(), store.OF_THE_SITE, bound))


def open_for_site(text: str, bound: str) -> str:
    """The same back. Raises Damaged, KeyLost, KeysUnavailable."""
    return opened(from_text(text), bound).decode()
