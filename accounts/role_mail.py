"""What members are told when somebody else changes what they may do, or removes them: by mail, and once on a page."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import AccountMail, Membership, User

# What a member reads of each role that they have or had: (role, whether they had it, whether they have it).
ABOUT_ROLES = {
    ("is_practitioner", False, True): gettext_lazy(
        "You are a practitioner now: you can open all records, and are told when something needs you."
    ),
    ("is_practitioner", True, False): gettext_lazy(
        "You are no longer a practitioner: you can open no record any more. "
        "Your past work stays in the history under your name."
    ),
    ("is_practitioner", True, True): gettext_lazy("You are still a practitioner."),
    ("is_admin", False, True): gettext_lazy(
        "You are an admin now: you can invite and remove colleagues, and change what the clinic says of itself "
        "and who is told."
    ),
    ("is_admin", True, False): gettext_lazy(
        "You are no longer an admin: you can no longer invite or remove colleagues, or change who is told."
    ),
    ("is_admin", True, True): gettext_lazy("You are still an admin."),
}


# What their colleagues read of it.
BECAME = {
    "is_practitioner": gettext_lazy("{name} ({email}) is a practitioner of your clinic now, and can open all records."),
    "is_admin": gettext_lazy("{name} ({email}) is an admin of your clinic now, and manages who works there."),
}


def mail_change(member: Membership, became: Mapping[str, bool], by: User | None) -> None:
    """Queue a mail to a member, whose roles were those of `member`, unless they changed them themselves.

    `by` is None where whoever runs the server did it.
    """
    if by == member.user:
        return
    changes = ((role, getattr(member, role), has) for role, has in became.items())
    about = [ABOUT_ROLES[change] for change in changes if change in ABOUT_ROLES]
    words = {"by": by, "about_roles": about, "url": settings.SITE_URL + reverse("account_login")}
    _mail(member, _("What you may do on Mendline has changed"), "accounts/email/roles_changed.txt", words)


def tell_colleagues(
    member: Membership, has: Mapping[str, bool], by: User | None, had: Mapping[str, bool] | None = None
) -> None:
    """Queue a mail to all others who work there where `member` has become practitioner or admin.

    `has`: what they are, `had`: what they were, None for who is new.

    Whoever has it done is not mailed: an admin who lets in a second self is seen by the others.
    """
    sentences = [
        str(sentence).format(name=member.user, email=member.user.email)
        for role, sentence in BECAME.items()
        if has[role] and not (had or {}).get(role)
    ]
    others = Membership.objects.current().filter(practice=member.practice_id).exclude(pk=member.pk)
    others = others.exclude(user=by) if by else others
    body = render_to_string("accounts/email/colleague_became.txt", {"sentences": sentences, "by": by})
    subject = _("A colleague on Mendline may do more now")
    for other in others.select_related("user") if sentences else ():
        AccountMail.objects.create(to=other.user.email, subject=subject, body=body)


def mail_removal(member: Membership, by: User | None) -> None:
    """Queue a mail to a member who was removed; as `mail_change`."""
    if by != member.user:
        _mail(member, _("You were removed from your clinic’s members"), "accounts/email/removed.txt", {"by": by})


def mail_signed_out(user: User, by: User | None) -> None:
    """Queue a mail to a user whose sessions somebody else ended."""
    body = render_to_string("accounts/email/signed_out.txt", {"by": by})
    AccountMail.objects.create(to=user.email, subject=_("You were signed out on all devices"), body=body)


def mail_closing(member: Membership) -> None:
    """Queue a mail to a member of a practice that is no more."""
    _mail(member, _("Your clinic no longer uses Mendline"), "accounts/email/clinic_closed_member.txt", {})


def news_since(user: User, since: datetime) -> str:
    """What somebody else changed about where a user works, or what they may do there, after `since`; else empty."""
    member = user.membership
    if member is None:
        former = user.memberships.filter(removed_at__gt=since).select_related("practice").order_by("removed_at").last()
        return _("You no longer work at {clinic} on Mendline.").format(clinic=former.practice) if former else ""
    if member.changed_at is None or member.changed_at <= since or member.changed_by == user:
        return ""
    if member.is_practitioner and member.is_admin:
        return _("What you may do here has changed: you are a practitioner and an admin now.")
    if member.is_practitioner:
        return _("What you may do here has changed: you are a practitioner now, and no admin.")
    return _("What you may do here has changed: you are an admin now, and open no records.")


def _mail(member: Membership, subject: str, template: str, words: dict[str, Any]) -> None:
    AccountMail.objects.create(to=member.user.email, subject=subject, body=render_to_string(template, words))
