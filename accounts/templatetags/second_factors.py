"""What pages about passkeys and codes say."""

import json
from collections.abc import Iterable
from typing import Any

from allauth.mfa.models import Authenticator
from django import template

from accounts import allauth_mfa, recovery_codes

register = template.Library()


@register.filter
def codes_left(authenticator: Any) -> int:
    """How many recovery codes of allauth's wrapper are not used yet."""
    return recovery_codes.codes_left(authenticator.instance)


@register.filter
def as_json(options: Any) -> str:
    """What a browser is to ask a passkey, for an attribute that a script reads."""
    return json.dumps(options)


@register.filter
def has_passkeys(options: Any) -> bool:
    """Whether a browser that is asked so has one of the account's passkeys to look for."""
    return bool(json.loads(json.dumps(options))["publicKey"].get("allowCredentials"))


@register.filter
def wrapped(authenticators: Iterable[Authenticator]) -> list[Any]:
    """Each as allauth's wrapper, which knows its name."""
    return [authenticator.wrap() for authenticator in authenticators]


@register.filter
def in_fours(secret: str) -> str:
    """A secret as one can type it: "ABCD EFGH"."""
    return " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))


@register.simple_tag
def passkeys_at() -> str:
    """The address under which passkeys work."""
    return allauth_mfa.pages_with_passkeys()[-1]
