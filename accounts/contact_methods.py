"""The ways by which a member is told: what may be added, what is known of each, and who is reached by none."""

import base64
import binascii
import json
import re
from datetime import datetime
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts import audit
from accounts.locks import lock_practice, lock_user
from accounts.models import ContactMethod, Membership, User

Kind = ContactMethod.Kind
POINT, SECRET = 65, 16  # bytes of a browser's public key, and of what it shares with us
LONGEST_ENDPOINT = 1000
PRINTABLE = re.compile(r"[!-~]+")  # as an address stands in a request
HOST = re.compile(r"[a-z0-9.-]+")
NUMBER = re.compile(r"\+[1-9][0-9]{6,14}")  # E.164, as every service takes it
MOST_METHODS = 10
# What the audit record keeps, by whether it is a browser and not a number, and by whether it is on.
ADDED = {
    True: gettext_noop("added a browser in which they are told"),
    False: gettext_noop("added a number by which they are told"),
}
TURNED = {
    True: gettext_noop("turned on a way in which they are told"),
    False: gettext_noop("turned off a way in which they are told"),
}


def is_push_service(endpoint: str) -> bool:
    """Whether a browser's endpoint is at a push service that the operator lets us speak to, over https."""
    try:
        parts = urlsplit(endpoint)
        port = parts.port or 443
    except ValueError:
        return False
    if settings.PUSH_STAND_IN and f"{parts.scheme}://{parts.netloc}" == settings.PUSH_STAND_IN:
        return True
    is_plain_address = parts.scheme == "https" and port == 443 and parts.username is None
    return is_plain_address and any(_is_at(parts.hostname or "", service) for service in settings.PUSH_SERVICES)


def _is_at(host: str, service: str) -> bool:
    """`service` is a host, or "*.domain" for every host of a domain."""
    if not HOST.fullmatch(host):  # a backslash, say, which others read as the end of the host
        return False
    return host.endswith(service[1:]) if service.startswith("*.") else host == service


def read_subscription(text: str) -> dict[str, Any]:
    """What a browser says of its push service, cleaned: its endpoint and its two keys.

    Raises:
        ValidationError: it is none, or at no push service that is let through.
    """
    try:
        given = json.loads(text)
        endpoint, keys = given["endpoint"], given["keys"]
        point, secret = _decoded(keys["p256dh"]), _decoded(keys["auth"])
    except (ValueError, KeyError, TypeError, RecursionError) as fault:
        raise ValidationError(_("This browser gave no address for push messages. Try again.")) from fault
    is_whole = isinstance(endpoint, str) and len(point) == POINT and point[0] == 4 and len(secret) == SECRET
    if not is_whole or len(endpoint) > LONGEST_ENDPOINT or not PRINTABLE.fullmatch(endpoint):
        raise ValidationError(_("This browser gave no address for push messages. Try again."))
    if not is_push_service(endpoint):
        raise ValidationError(_("This browser’s push service is not one that we send to. Use another browser."))
    return {"endpoint": endpoint, "keys": {"p256dh": keys["p256dh"], "auth": keys["auth"]}}


def read_number(text: str) -> str:
    """A phone number in the form that every service takes, as "+447700900300".

    Raises:
        ValidationError: it is none, or does not begin with + and the country.
    """
    number = re.sub(r"[\s()./-]", "", text)
    number = f"+{number[2:]}" if number.startswith("00") else number
    if not NUMBER.fullmatch(number):
        raise ValidationError(_("Write the number with + and the country first, such as +44 7700 900300."))
    return number


@transaction.atomic
def add_browser(member: Membership, subscription: dict[str, Any], label: str) -> ContactMethod:
    """Let `member` be told by push in this browser; the same browser again is turned on again.

    Raises:
        ValidationError: it takes the messages of somebody else, or there are too many.
    """
    lock_practice(member.practice_id)
    return _add_browser(member.user, subscription, label)


@transaction.atomic
def add_browser_of_patient(user: User, subscription: dict[str, Any], label: str) -> ContactMethod:
    """Let a patient be reminded by push in this browser. Of another patient on the same phone it is taken away: what
    comes up there is read by whoever holds it.

    Raises:
        ValidationError: as `add_browser`.
    """
    lock_user(user.pk)
    return _add_browser(user, subscription, label)


def _add_browser(user: User, subscription: dict[str, Any], label: str) -> ContactMethod:
    hashed = _hash(subscription["endpoint"])
    others = ContactMethod.objects.filter(kind=Kind.PUSH, address_hash=hashed).exclude(user=user)
    if others.working().filter(user__in=Membership.objects.current().values("user")).exists():
        raise ValidationError(_("This browser takes the messages of somebody else. Let them turn it off first."))
    others.delete()
    return _add(user, Kind.PUSH, json.dumps(subscription), hashed, label=label, is_on=True)


@transaction.atomic
def renew_browser(old: str, new: str, *, reader: User | None) -> bool:
    """Put the subscription that a browser has renewed by itself in the place of its old one, for the same account.

    Both are JSON, as the browser writes them. Nobody but this browser knows the old one with its keys, so it shows
    whose it is where nobody is signed in any more; `reader`, who is, None for nobody. False: nothing was changed, as
    one cannot be read, the old one is not known, or one of them is of another account.
    """
    try:
        known, fresh = read_subscription(old), read_subscription(new)
    except ValidationError:
        return False
    methods = ContactMethod.objects.filter(kind=Kind.PUSH, address_hash=_hash(known["endpoint"])).select_related("user")
    method = next((row for row in methods if json.loads(row.address).get("keys") == known["keys"]), None)
    if method is None or (reader is not None and reader != method.user):
        return False
    if not _lock_owner(method.user):
        return False
    hashed = _hash(fresh["endpoint"])
    if ContactMethod.objects.filter(kind=Kind.PUSH, address_hash=hashed).exclude(pk=method.pk).exists():
        return False
    renewed = {"address": json.dumps(fresh), "address_hash": hashed, "failing_since": None, "failing_why": ""}
    is_renewed = ContactMethod.objects.filter(pk=method.pk, address=method.address).update(**renewed) == 1
    if is_renewed:
        _note(gettext_noop("renewed a browser in which they are told"), method)
    return is_renewed


def _lock_owner(user: User) -> bool:
    """Let nobody else change how `user` is told; False of somebody who works nowhere any more, and is no patient."""
    if user.membership is not None:
        lock_practice(user.membership.practice_id)
    elif user.as_patient is not None:
        lock_user(user.pk)
    else:
        return False
    return True


@transaction.atomic
def add_number(member: Membership, kind: str, number: str) -> ContactMethod:
    """Add a number of `member`'s; it stays off until a test by it arrived.

    Raises:
        ValidationError: there are too many.
    """
    lock_practice(member.practice_id)
    return _add(member.user, Kind(kind), number, _hash(number), label=number, is_on=False)


def _add(user: User, kind: Kind, address: str, hashed: str, *, label: str, is_on: bool) -> ContactMethod:
    methods = ContactMethod.objects.filter(user=user)
    if methods.exclude(kind=kind, address_hash=hashed).count() >= MOST_METHODS:
        raise ValidationError(_("You have as many as there can be. Remove one first."))
    values: dict[str, Any] = {"address": address, "label": label[:80]}
    made = {**values, "is_on": is_on}
    if kind is Kind.PUSH:  # it has just subscribed anew: whatever was wrong is over
        values |= {"is_on": True, "failing_since": None, "failing_why": ""}
    method = ContactMethod.objects.update_or_create(
        user=user, kind=kind, address_hash=hashed, defaults=values, create_defaults=made
    )[0]
    _note(ADDED[kind is Kind.PUSH], method)
    return method


@transaction.atomic
def turn(method: ContactMethod, *, is_on: bool) -> None:
    """Let its owner be told by it, or not."""
    method.is_on = is_on
    method.save(update_fields=["is_on"])
    _note(TURNED[is_on], method)


@transaction.atomic
def remove(method: ContactMethod) -> None:
    """Its owner is told by it no more, and it is known no more."""
    _note(gettext_noop("removed a way in which they are told"), method)
    method.delete()


def _note(what: str, method: ContactMethod) -> None:
    """Write down what its owner did with it: at their practice, of a patient for nobody's eyes there."""
    member = method.user.membership
    practice = member.practice_id if member else None
    audit.note(audit.Kind.DID, what, user=method.user_id, practice=practice, thing=method.pk)


def email_of(user: User) -> ContactMethod:
    """The row of the user's address, made where nothing was known of it."""
    return ContactMethod.objects.get_or_create(
        user=user, kind=Kind.EMAIL, address_hash=_hash(user.email), defaults={"address": user.email}
    )[0]


def is_by_phone(method: ContactMethod) -> bool:
    """Whether it is a text or a call, by which nobody is told of what can wait."""
    return method.kind in (Kind.SMS, Kind.PHONE)


def is_unproven_number(method: ContactMethod) -> bool:
    """Whether nothing has ever arrived by this number: it may be anybody's, and is not used."""
    return method.proven_at is None and is_by_phone(method)


def mark_failing(methods: QuerySet[ContactMethod], why: str, now: datetime) -> int:
    """Note since when these reach nobody, where that is not noted yet."""
    return methods.filter(failing_since=None).update(failing_since=now, failing_why=why[:200])


def mark_proven(method: ContactMethod, now: datetime) -> None:
    """Note that something arrived by it; a number that was added is used from then on."""
    is_new_number = is_unproven_number(method)
    method.proven_at, method.failing_since, method.failing_why = now, None, ""
    method.is_on = method.is_on or is_new_number
    method.save(update_fields=["proven_at", "failing_since", "failing_why", "is_on"])
    if is_new_number:
        _note(TURNED[True], method)


def _hash(address: str) -> str:
    return sha256(address.encode()).hexdigest()


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, UnicodeEncodeError) as fault:
        raise ValueError("not base64url") from fault
