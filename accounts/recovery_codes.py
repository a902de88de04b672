"""Recovery codes: shown once, and kept as hashes from then on; whoever has database and keys reads none.

allauth keeps the seed that an account's codes are made from. It lies sealed until the codes were shown, and then goes;
to allauth such an account has no codes that it could check.
"""

from typing import Any

from allauth.core.internal.cryptokit import normalize_user_code
from allauth.mfa import app_settings
from allauth.mfa.models import Authenticator
from django.db import transaction

from accounts.hashers import Argon2OfCodes
from accounts.models import User

HASHED = "hashed"  # the hashes, in the order of the codes


def hashes_of(codes: list[str]) -> list[str]:
    """Each code's hash, with a salt of its own."""
    hasher = Argon2OfCodes()
    return [hasher.encode(code, hasher.salt()) for code in codes]


def as_hashed(data: dict[str, Any], codes: list[str]) -> dict[str, Any]:
    """What allauth keeps of an account's codes, with their hashes in place of the seed."""
    kept = {name: value for name, value in data.items() if name != "seed"}
    return kept | {HASHED: hashes_of(codes), "migrated_codes": []}


def keep_hashes(user: User) -> int:
    """Keep only the hashes of codes that were shown; gives how many are not used yet."""
    authenticator = _of(user)
    if authenticator is None:
        return 0
    seed = authenticator.data.get("seed")
    if seed and authenticator.data.get("viewed_at"):
        data = as_hashed(authenticator.data, authenticator.wrap().generate_codes())  # outside the transaction: slow
        with transaction.atomic():
            stored = Authenticator.objects.select_for_update().filter(pk=authenticator.pk).first()
            if stored is not None and stored.data.get("seed") == seed:
                stored.data = data | {"used_mask": stored.data["used_mask"]}
                stored.save(update_fields=["data"])
    return codes_left(authenticator)


def take(user: User, code: str) -> Authenticator | None:
    """Use up one code that was shown; None when it is none of the account's, or was used."""
    authenticator = _of(user)
    code = normalize_user_code(code)
    if authenticator is None or len(code) == app_settings.TOTP_DIGITS:
        return None  # an app's: ten slow hashes are not tried on it
    mask, hashes, verify = authenticator.data["used_mask"], authenticator.data.get(HASHED, []), Argon2OfCodes().verify
    at = next((at for at, each in enumerate(hashes) if not mask >> at & 1 and verify(code, each)), None)
    if at is None:
        return None
    with transaction.atomic():  # the same code may be typed twice at once, or new codes be made meanwhile
        stored = Authenticator.objects.select_for_update().filter(pk=authenticator.pk).first()
        if stored is None or stored.data["used_mask"] >> at & 1:
            return None
        stored.data["used_mask"] |= 1 << at
        stored.save(update_fields=["data"])
    stored.user = user
    return stored


def codes_left(authenticator: Authenticator) -> int:
    """How many codes are not used yet; nothing is opened for it."""
    return int(app_settings.RECOVERY_CODE_COUNT) - int(authenticator.data["used_mask"]).bit_count()


def _of(user: User) -> Authenticator | None:
    return Authenticator.objects.filter(user=user, type=Authenticator.Type.RECOVERY_CODES).first()
