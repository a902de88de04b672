"""How often one may try to sign in or ask for a letter: a stranger's tries are counted as the stranger's.

Each count is kept for what it is about: an account *and* the network that the tries come from, so that nobody elsewhere
can use up somebody's tries; and a device on which somebody signed in before has counts of its own.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta

from allauth.account.adapter import get_adapter
from allauth.core.internal import ratelimit
from allauth.core.internal.ratelimit import RateLimitUsage
from django.conf import settings
from django.db import connection, transaction
from django.http import HttpRequest

from accounts.durations import in_words
from accounts.models import User
from accounts.networks import network_of
from accounts.web.known_devices import known_device

# Wrong passwords, as allauth writes rates: how many, in how long.
ON_DEVICE = "50/1d/key"  # for one account, on a device on which it was signed in to before
FROM_NETWORK = "5/5m/key"  # for one account, from one network
OF_NETWORK = "100/1h/key"  # for all accounts together, from one network
OF_ACCOUNT = "100/1d/key"  # for one account, from all devices on which it was never signed in to
# Wrong codes of a second step; a device on which the account was signed in to before has `ON_DEVICE` for them.
CODES_SOON = "5/5m/key"
CODES_A_DAY = "50/1d/key"
# Letters with a link to a new password.
LETTERS_ON_DEVICE = "5/30m/key"
LETTERS_FROM_NETWORK = "5/30m/key"
LETTERS_OF_ACCOUNT = "20/1d/key"


@dataclass(frozen=True, slots=True)
class Count:
    """Something counted: at most `rate` of `key`; `refusal` names the sentence when there are more."""

    name: str
    rate: str
    key: str
    refusal: str = ""


def wait_after(rate: str) -> str:
    """How long to wait once there were more tries than `rate` allows, in words."""
    (limit,) = ratelimit.parse_rates(rate)
    return in_words(timedelta(seconds=limit.duration))


class TooManyTries(Exception):
    """One more try is refused; `str()` is the key of the sentence that says why (accounts/allauth_adapters.py)."""


def count_try(request: HttpRequest, email: str) -> list[RateLimitUsage]:
    """Count a try to sign in as `email` before its password is looked at: many at once pass no limit.

    It counts as a wrong one until it turns out to be right: then give what this returns to `uncount`.

    Raises:
        TooManyTries: it may not be tried; nothing is counted for it.
    """
    if device := known_device(request, email):
        with suppress(TooManyTries):  # whoever tried so often on a device of theirs is no better than a stranger there
            return _count(request, [Count("on_device", ON_DEVICE, f"{device} {email}")])
    return _count(request, _of_strangers(request, email))


def count_code(request: HttpRequest, user: User) -> list[RateLimitUsage]:
    """Count a code before it is looked at, as `count_try` counts a password.

    Raises:
        TooManyTries: it may not be tried; nothing is counted for it.
    """
    if device := known_device(request, user.email):
        return _count(request, [Count("codes_on_device", ON_DEVICE, f"{device} {user.pk}", "too_many_codes_today")])
    soon = Count("codes_soon", CODES_SOON, str(user.pk), "too_many_codes")
    return _count(request, [soon, Count("codes_a_day", CODES_A_DAY, str(user.pk), "too_many_codes_today")])


def uncount(usages: list[RateLimitUsage]) -> None:
    """Count a try no longer: it was right."""
    with _counting():
        for usage in usages:
            usage.rollback()


def forget_tries(request: HttpRequest, email: str) -> None:
    """Whoever reads the mail of `email` has chosen a new password: what was tried before says nothing any more."""
    for count in _of_strangers(request, email):
        if count.name != "of_network":
            ratelimit.clear(request, app="accounts", action=count.name, config={count.name: count.rate}, key=count.key)


def may_send_letter(request: HttpRequest, email: str) -> bool:
    """Count a letter with a link to a new password, and say whether it may go; asked alike for unknown addresses."""
    if device := known_device(request, email):
        counts = [Count("letters_on_device", LETTERS_ON_DEVICE, f"{device} {email}")]
    else:
        counts = [
            Count("letters_from_network", LETTERS_FROM_NETWORK, f"{network_asking(request)} {email}"),
            Count("letters_of_account", LETTERS_OF_ACCOUNT, email),
        ]
    try:
        _count(request, counts)
    except TooManyTries:
        return False
    return True


def _of_strangers(request: HttpRequest, email: str) -> list[Count]:
    network = network_asking(request)
    return [
        Count("from_network", FROM_NETWORK, f"{network} {email}", "too_many_from_here"),
        Count("of_network", OF_NETWORK, network, "too_many_of_network"),
        Count("of_account", OF_ACCOUNT, email, "too_many_of_account"),
    ]


def network_asking(request: HttpRequest) -> str:
    """The network from which a request comes, under which what its people try is counted."""
    return network_of(get_adapter().get_client_ip(request))


def _count(request: HttpRequest, counts: list[Count]) -> list[RateLimitUsage]:
    """One more of each, or of none when one of them is full.

    Raises:
        TooManyTries: for the reason that the full one names.
    """
    usages: list[RateLimitUsage] = []
    with _counting():
        for count in counts:
            usage = ratelimit.consume(
                request, app="accounts", action=count.name, config={count.name: count.rate}, key=count.key
            )
            if usage is None:
                raise TooManyTries(count.refusal)  # and the transaction undoes the others
            usages.append(usage)
    return usages


@contextmanager
def _counting() -> Iterator[None]:
    """Alone with the counts: each is read and then written, and the cache says nothing when it could not write.

    A database that takes nothing just now refuses the try (OperationalError, answered 503) instead of not counting it.
    """
    with transaction.atomic():  # on SQLite this waits for the only writer
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                table = connection.ops.quote_name(settings.LIMITS_TABLE)
                cursor.execute(f"LOCK TABLE {table} IN SHARE ROW EXCLUSIVE MODE")
        yield
