"""Links to a practice's wall screen: made and ended by a manager, kept as a hash, good for nothing but numbers."""

import secrets
from contextlib import suppress
from datetime import datetime, timedelta

from django.core.cache import caches
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_noop

from accounts import audit
from accounts.database_errors import is_transient
from accounts.limits import network_asking
from accounts.locks import lock_practice
from accounts.models import Membership, Practice, User, WallLink, hash_token

# No letter or digit that is taken for another: the address is typed in where there is no keyboard. 79 random bits.
LETTERS, GROUPS, IN_A_GROUP = "abcdefghjkmnpqrstuvwxyz23456789", 4, 4
MOST_LINKS = 20  # of a practice, at a time
USED_EVERY = timedelta(minutes=5)  # how exactly it is known when a link was last used
MOST_GUESSES, GUESSES_COUNT_FOR = 30, 3600  # from one network, by each process; seconds
IN_USE = timedelta(days=7)  # since a screen showed it: holidays are shorter
SAID_FOR = timedelta(days=14)  # that screens went blank as whoever made their links works there no more


class TooManyLinks(Exception):
    """The practice has as many links as it may."""


@transaction.atomic
def make_link(practice: Practice, label: str, *, by: User, now: datetime) -> tuple[WallLink, str]:
    """A new link of the practice, and its token, which is written down nowhere.

    Raises:
        PermissionDenied: `by` does not manage the practice.
        TooManyLinks: it has so many that one must be ended first.
    """
    if by.practice_as_admin != practice:
        raise PermissionDenied
    lock_practice(practice.pk)
    if links_of(practice).count() >= MOST_LINKS:
        raise TooManyLinks
    groups = ("".join(secrets.choice(LETTERS) for _ in range(IN_A_GROUP)) for _ in range(GROUPS))
    token = "-".join(groups)
    hashed = hash_token(token)
    link = practice.wall_links.create(label=label, token_hash=hashed, made_at=now, made_by=by)
    audit.did(gettext_noop("made a wall link"), by=by, practice=practice, thing=link.pk, now=now)
    return link, token


def links_of(practice: Practice) -> QuerySet[WallLink]:
    """The links that work, the newest first."""
    return practice.wall_links.filter(ended_at=None).select_related("made_by").order_by("-made_at", "pk")


def end_link(link: WallLink, *, by: User, now: datetime) -> bool:
    """Let a link lead nowhere from now on; False when it was ended before."""
    ended = WallLink.objects.filter(pk=link.pk, ended_at=None).update(ended_at=now, ended_by=by) == 1
    if ended:
        what = gettext_noop("ended a wall link")
        audit.did(what, by=by, practice=link.practice_id, thing=link.pk, now=now)
    return ended


def end_links_of(member: Membership, *, by: User | None, now: datetime) -> None:
    """Let the links lead nowhere that a member made who goes at `now`: they may have kept the addresses."""
    links_of(member.practice).filter(made_by=member.user_id).update(ended_at=now, ended_by=by)


def gone_with_their_maker(practice: Practice, now: datetime) -> QuerySet[WallLink]:
    """Links that screens showed until the membership of whoever made them ended, while no other was made since: for two
    weeks, as a screen may have been left off on purpose."""
    ends = {"user": OuterRef("made_by"), "practice": OuterRef("practice"), "removed_at": OuterRef("ended_at")}
    since = WallLink.objects.filter(practice=practice, made_at__gt=OuterRef("ended_at"))
    ended = WallLink.objects.filter(practice=practice, ended_at__gt=now - SAID_FOR)
    in_use = ended.filter(used_at__gt=F("ended_at") - IN_USE)
    return in_use.filter(Exists(Membership.objects.filter(**ends)), ~Exists(since))


def find_link(request: HttpRequest, token: str, now: datetime) -> WallLink | None:
    """The link that `token` opens; None for one that was ended or never made.

    Who has guessed too often finds only what a screen shows already: guesses from a waiting room must not turn off the
    screen that hangs in its network. Nor is a screen with an ended link a guess.
    """
    guesses, key = caches["throttle"], f"wall:{network_asking(request)}"
    link = WallLink.objects.filter(token_hash=hash_token(token)).select_related("practice").first()
    if link is None:
        guesses.add(key, 0, GUESSES_COUNT_FOR)
        with suppress(ValueError):  # the hour ended in between
            guesses.incr(key)
        return None
    is_in_use = link.used_at is not None and link.used_at > now - IN_USE
    if not is_in_use and guesses.get(key, 0) >= MOST_GUESSES:
        return None
    return link if link.ended_at is None and link.practice.closed_at is None else None


def note_use(link: WallLink, now: datetime) -> None:
    """Write down, every few minutes, that a screen shows it, as it is written when a session was last used.

    The screen shows its numbers all the same where that cannot be written.
    """
    is_old = Q(used_at=None) | Q(used_at__lt=now - USED_EVERY)
    try:
        WallLink.objects.filter(is_old, pk=link.pk).update(used_at=now)
    except DatabaseError as fault:
        if not is_transient(fault):
            raise
