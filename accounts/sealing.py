"""Short secrets that lie in the database sealed with a key made from SECRET_KEY: a copy of the database opens none."""

import base64
from hashlib import sha256

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings


class CannotOpen(Exception):
    """It was sealed under another SECRET_KEY than this site has or had."""


def seal(text: str) -> str:
    """`text` as it may lie in the database."""
    return _box().encrypt(text.encode()).decode()


def unseal(sealed: str) -> str:
    """What `seal` was given.

    Raises:
        CannotOpen: neither SECRET_KEY nor one of SECRET_KEY_FALLBACKS sealed it.
    """
    try:
        return _box().decrypt(sealed.encode()).decode()
    except InvalidToken as fault:
        raise CannotOpen from fault


def _box() -> MultiFernet:
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    digests = (sha256(b"accounts.sealing" + str(key).encode()).digest() for key in keys)
    return MultiFernet([Fernet(base64.urlsafe_b64encode(digest)) for digest in digests])
