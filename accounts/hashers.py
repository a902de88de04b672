"""How passwords are kept and spelled, and how long they may be."""

import unicodedata

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

LONGEST = 128


def spellings_of(password: str) -> list[str]:
    """Every way in which the same password may have been typed, the one that is kept first; one for most passwords.

    Hashes from before there was one spelling were made from whatever the keyboard sent, on some from separate accents.
    """
    nfc, nfd = (unicodedata.normalize(form, password) for form in ("NFC", "NFD"))
    return list(dict.fromkeys((nfc, password, nfd)))


class Argon2(Argon2PasswordHasher):
    """argon2id at 64 MiB, three passes, two lanes: half the time of Django's default at the same memory hardness."""

    time_cost = 3
    memory_cost = 65_536
    parallelism = 2


class Argon2OfCodes(Argon2):
    """The same at OWASP's least, for recovery codes: random, of 40 bits, and ten of them are hashed at once."""

    time_cost = 2
    memory_cost = 19_456
    parallelism = 1


class MaximumLength:
    """Refuses passwords so long that hashing them would be a burden."""

    def validate(self, password: str, user: AbstractBaseUser | None = None) -> None:
        if len(password) > LONGEST:
            raise ValidationError(
                _("This password is too long. It can have at most %(most)d characters."), params={"most": LONGEST}
            )

    def get_help_text(self) -> str:
        return _("Your password can have at most %(most)d characters.") % {"most": LONGEST}
