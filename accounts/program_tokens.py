"""Tokens for programs: made, looked up, marked as used, and ended."""

import logging
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import DatabaseError, IntegrityError, transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop
from knox.crypto import hash_token

from accounts import audit
from accounts.database_errors import is_transient
from accounts.models import AccountMail, ProgramToken, User

log = logging.getLogger(__name__)

Scope = ProgramToken.Scope
LASTS_DAYS = (30, 90, 365)
MOST_TOKENS = 20  # of one person
USE_NOTED_EVERY = timedelta(hours=1)  # so that most calls of a program write nothing more
ENDS_SOON = timedelta(days=7)  # when its owner is told, who has to make another
READS = ("GET", "HEAD", "OPTIONS")


class TokenRefused(Exception):
    """It cannot be made; says why, for whoever asked."""


def scopes_of(user: User) -> list[Scope]:
    """What a token of `user` can be good for; nothing where the API would refuse them anyway."""
    if user.as_patient is not None:
        return [Scope.OWN]
    return [Scope.PRACTICE_READ, Scope.PRACTICE_ACT] if user.practice_as_practitioner else []


@transaction.atomic
def make_token(user: User, *, name: str, scope: str, days: int, now: datetime) -> str:
    """Make a token of `user` that ends after so many `days`; gives the token, which is kept nowhere.

    Raises:
        TokenRefused: there is one of that name, or there are too many.
    """
    tokens = ProgramToken.objects.filter(user=user)
    if tokens.filter(expiry__gt=now).count() >= MOST_TOKENS:
        raise TokenRefused(_("You have as many tokens as one person can have. End one first."))
    made, token = ProgramToken.made(user, expiry=now + timedelta(days=days), name=name, scope=scope)
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError as clash:
        raise TokenRefused(_("You have a token of this name. Take another name, or end that one first.")) from clash
    _note(gettext_noop("made a token for programs"), made, now)
    return token


@transaction.atomic
def end_token(user: User, id: UUID, now: datetime) -> bool:
    """End one token of `user` at once; says whether there was one."""
    token = ProgramToken.objects.filter(user=user, pk=id).first()
    if token is None or not ProgramToken.objects.filter(pk=id).delete()[0]:
        return False
    _note(gettext_noop("ended a token for programs"), token, now)
    return True


def end_tokens(user: User) -> None:
    """End all tokens of `user` at once, as their sessions end."""
    for token in ProgramToken.objects.filter(user=user):
        token.user = user
        if ProgramToken.objects.filter(pk=token.pk).delete()[0]:
            _note(gettext_noop("a token for programs ended with the sessions"), token)


def tell_of_ends(now: datetime) -> int:
    """Queue a letter to the owner of each token that ends within `ENDS_SOON`, once; gives how many."""
    soon = ProgramToken.objects.select_related("user").filter(
        told_at=None, expiry__gt=now, expiry__lte=now + ENDS_SOON, user__is_active=True
    )
    told = 0
    for token in soon:
        with transaction.atomic():
            if not ProgramToken.objects.filter(pk=token.pk, told_at=None).update(told_at=now):
                continue  # another worker was quicker
            day = date_format(timezone.localtime(token.expiry, token.user.zone), "DATE_FORMAT")
            words = {"name": token.name, "day": day, "url": settings.SITE_URL + reverse("profile")}
            body = render_to_string("accounts/email/token_ends.txt", words)
            AccountMail.objects.create(to=token.user.email, subject=str(_("A token for programs ends soon")), body=body)
            told += 1
    return told


def find_token(token: str, now: datetime) -> ProgramToken | None:
    """The row of a token that still lets in, with its user: one statement, by the hash, which no guess comes near."""
    return ProgramToken.objects.select_related("user").filter(digest=hash_token(token), expiry__gt=now).first()


def is_enough(token: ProgramToken, method: str) -> bool:
    """Whether the scope of `token` covers a call by this method."""
    return token.scope != Scope.PRACTICE_READ or method in READS


def note_use(token: ProgramToken, now: datetime) -> None:
    """Write down that it was used, once an hour at most; that it cannot be is no reason to keep a program out."""
    if token.used_at is not None and now - token.used_at < USE_NOTED_EVERY:
        return
    try:
        ProgramToken.objects.filter(pk=token.pk).update(used_at=now)
    except DatabaseError as fault:
        if not is_transient(fault):
            raise
        log.warning("a use of a token was not written down: %s", fault)


def _note(what: str, token: ProgramToken, now: datetime | None = None) -> None:
    user = token.user
    practice = user.membership.practice_id if user.membership else None
    audit.did(what, by=user, practice=practice, thing=token.pk, now=now)
