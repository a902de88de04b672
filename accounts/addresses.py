"""E-mail addresses: the one spelling in which each is kept, and which of them mail can be sent to."""

from contextlib import suppress

import idna
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext_lazy as _

LONGEST_MAILBOX = 64  # characters (RFC 5321, 4.5.3.1.1)
LONGEST = 320  # characters; what is longer is no address, and is not worth converting
NOT_ONE = _("Write an e-mail address, like name@example.com.")
NOT_ASCII = _(
    "Before the @ we can only take letters without accents (a to z), digits and signs: "
    "mail to any other address would not arrive."
)


def canonical_address(address: str) -> str:
    """The one spelling of `address`: in small letters, its domain as mail servers write it (IDNA 2008, UTS 46).

    "Ana@Müller.example" and "ana@xn--mller-kva.example" give the same. A domain that cannot be
    converted stays as it is.
    """
    mailbox, at, domain = address.strip().lower().rpartition("@")
    if not domain.isascii() and len(domain) <= LONGEST:
        with suppress(idna.IDNAError):
            domain = idna.encode(domain, uts46=True).decode("ascii")
    return f"{mailbox}{at}{domain}"


def validate_known_address(address: str) -> None:
    """Refuse what is no address at all: for pages on which somebody names the one they have here."""
    if not address.rpartition("@")[0].isascii():
        raise ValidationError(NOT_ASCII, code="mailbox")
    try:
        validate_email(address)
    except ValidationError:
        raise ValidationError(NOT_ONE, code="invalid") from None


def validate_address(address: str) -> None:
    """Refuse also what looks like one but cannot be mailed: for pages on which an address is first written down."""
    validate_known_address(address)
    mailbox, _at, domain = address.rpartition("@")
    if len(mailbox) > LONGEST_MAILBOX:
        raise ValidationError(
            _("What stands before the @ is too long: %(most)d characters at most."),
            code="mailbox",
            params={"most": LONGEST_MAILBOX},
        )
    if domain.startswith("["):  # a number of a machine in place of its name
        raise ValidationError(NOT_ONE, code="invalid")
