"""What allauth leaves open about the codes of an app: that none is taken twice, and what a wrong clock looks like.

A code is good for its own half minute and for the one before and after it. One that fits a clock further off is told as
such: whoever guesses learns nothing by it, since from then on it is spent, also when its time comes.
"""

import time
from datetime import timedelta
from hashlib import sha256

from allauth.core.internal.cryptokit import compare_user_code, normalize_user_code
from allauth.mfa import app_settings
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.core.cache import cache

from accounts.models import User

FARTHEST = 10  # steps of a clock that is off and is told so: five minutes


def is_spent(user: User, code: str) -> bool:
    """Whether this code was used, or told to be off, a while ago."""
    return cache.get(_key(user, code)) is not None


def spend(user: User, code: str) -> None:
    """Take the code no more, for as long as a clock might show it."""
    cache.set(_key(user, code), "spent", timeout=2 * (FARTHEST + 1) * app_settings.TOTP_PERIOD)


def clock_off(user: User, secret: str, code: str) -> timedelta:
    """How far the clock that shows this code is ahead, or behind (less than nothing); nothing if it fits none."""
    now = int(time.time()) // app_settings.TOTP_PERIOD if secret else 0
    for steps in range(app_settings.TOTP_TOLERANCE + 1, FARTHEST + 1 if secret else 0):
        for off in (-steps, steps):
            if compare_user_code(actual=code, expected=format_hotp_value(hotp_value(secret, now + off))):
                spend(user, code)
                return timedelta(seconds=off * app_settings.TOTP_PERIOD)
    return timedelta()


def _key(user: User, code: str) -> str:
    return "accounts:spent:" + sha256(f"{user.pk} {normalize_user_code(code)}".encode()).hexdigest()
