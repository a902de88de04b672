"""A cartridge's lot and expiry in words."""

from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

EXPIRED = gettext_lazy("It had expired on the day of the treatment. Check the packet, or say that it is right.")


def expires_in_words(expiry: date | None) -> str:
    """ "03/2027"; empty where it is not known."""
    return date_format(expiry, _("m/Y")) if expiry else ""


def cartridge_in_words(lot: str, expiry: date | None, *, is_expired: bool) -> str:
    """ "P24-07B, expires 03/2027", as far as it is known; of one that had expired, that it had."""
    if expiry is None:
        return lot
    pattern = _("expired {month}, before the treatment") if is_expired else _("expires {month}")
    words = pattern.format(month=expires_in_words(expiry))
    return _("{lot}, {expiry}").format(lot=lot, expiry=words) if lot else words
