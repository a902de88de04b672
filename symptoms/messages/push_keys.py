"""The key by which push services know that a message comes from this site, kept in the data folder.

Browsers are subscribed with it: with another key they would have to be added again.
"""

import base64
import json
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from accounts.durable_files import make_once

FILE = "push-keys.json"


def make_keys() -> bool:
    """Make the key where there is none, readable by Mendline's user only; False where there was one.

    Two processes may start at once: the file is there whole or not at all, and the first one's stays.
    """
    path = _path()
    if path.exists():
        return False
    from cryptography.hazmat.primitives import serialization  # a start that finds the key does not load it
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    point = key.public_key().public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
    keys = {"private": private.decode(), "public": base64.urlsafe_b64encode(point).rstrip(b"=").decode()}
    return make_once(path, json.dumps(keys))


def public_key() -> str:
    """What a browser is subscribed with: the point of the public key in base64url; empty while there is no key."""
    return _read(_path()).get("public", "")


def private_key() -> bytes:
    """The private key, as PEM.

    Raises:
        KeyError: there is none.
    """
    return _read(_path())["private"].encode()


def _path() -> Path:
    return settings.DATA_DIR / FILE


def _read(path: Path) -> dict[str, str]:
    return _read_once(path) if path.exists() else {}


@lru_cache(maxsize=2)
def _read_once(path: Path) -> dict[str, str]:
    keys: dict[str, str] = json.loads(path.read_text())
    return keys
