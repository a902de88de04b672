"""Who works in a practice: what they are called, changing what they may do, ending it at once and everywhere."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts import audit
from accounts.edits import Reading, refuse_if_changed
from accounts.locks import lock_practice
from accounts.models import Membership, User
from accounts.role_mail import mail_change, mail_removal, mail_signed_out, tell_colleagues
from accounts.walls import end_links_of
from accounts.web.sessions import end_sessions


class LastAdmin(Exception):
    """A practice without an admin could not manage its people any more."""


class NeedsSecondYes(Exception):
    """It takes another admin, or whoever runs the server."""


def user_name(user: User | None) -> str:
    """How a member is named to others; somebody who left the service is still somebody."""
    return str(user) if user else _("A former member")


def editor_name(editor: User | None, reader: User) -> str:
    """How whoever changed something meanwhile is named to `reader`, who may have done it themselves."""
    return _("you, in another window or on another device") if editor == reader else user_name(editor)


@transaction.atomic
def change_member(
    member: Membership, *, is_practitioner: bool, is_admin: bool, by: User | None = None, now: datetime | None = None,
    reading: Reading | None = None, except_key: str | None = None,
) -> None:  # fmt: skip
    """Give a member these roles, end their sessions, save `except_key`, and mail it to them, unless they are `by`.

    Raises:
        ChangedMeanwhile: other roles stand there by now than `reading`, what `by` had before them.
        LastAdmin: when it would leave the practice without an admin.
        NeedsSecondYes: nobody gives themselves the sight of records (accounts/second_yes.py).
    """
    lock_practice(member.practice_id)
    member.refresh_from_db(fields=["is_practitioner", "is_admin", "removed_at", "changed_by", "changed_at"])
    refuse_if_changed(reading, roles_of(member), by=member.changed_by, at=member.changed_at)
    if (member.is_practitioner, member.is_admin) == (is_practitioner, is_admin):
        return
    if not is_admin:
        _keep_an_admin(member)
    if by == member.user and is_practitioner and not member.is_practitioner:
        raise NeedsSecondYes
    roles = {"is_practitioner": is_practitioner, "is_admin": is_admin}
    if Membership.objects.current().filter(pk=member.pk).update(**roles, changed_by=by, changed_at=now):
        mail_change(member, roles, by)
        audit.note_role(member, roles, by=by, now=now)
        tell_colleagues(member, roles, by, roles_of(member))
    end_sessions(member.user, except_key)


@transaction.atomic
def remove_member(member: Membership, now: datetime, by: User | None = None) -> None:
    """End a membership, every session of the member and the wall links that they made, and mail it to them, unless
    they are `by`.

    What they did stays written under their name.

    Raises:
        LastAdmin: when it would leave the practice without an admin.
    """
    lock_practice(member.practice_id)
    member.refresh_from_db(fields=["is_admin", "removed_at"])
    _keep_an_admin(member)
    if Membership.objects.filter(pk=member.pk, removed_at=None).update(removed_at=now):
        what = gettext_noop("removed a member")
        audit.note(audit.Kind.ROLE, what, user=by, practice=member.practice_id, thing=member.pk, now=now)
        mail_removal(member, by)
        end_links_of(member, by=by, now=now)
    end_sessions(member.user)


@transaction.atomic
def sign_out_member(user: User, *, by: User | None) -> None:
    """End every session and token of a user, and mail it to them; `by` is None for whoever runs the server."""
    practice = user.membership.practice if user.membership else None
    audit.did(gettext_noop("ended somebody’s sessions"), by=by, practice=practice, thing=user.pk)
    end_sessions(user)
    mail_signed_out(user, by)


def roles_of(member: Membership) -> dict[str, bool]:
    """What a member may do, as a page's reading carries it."""
    return {"is_practitioner": member.is_practitioner, "is_admin": member.is_admin}


def _keep_an_admin(member: Membership) -> None:
    """The practice is locked: of two admins who remove each other the second is the last one."""
    others = Membership.objects.admins().filter(practice=member.practice_id).exclude(pk=member.pk)
    if member.is_admin and member.removed_at is None and not others.exists():
        raise LastAdmin
