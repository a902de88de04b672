"""Inviting patients and colleagues, and accepting: a one-time link, mailed to one address or shown as a QR code."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import segno
from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop, ngettext

from accounts import audit
from accounts.durations import in_words
from accounts.locks import lock_patient, lock_practice
from accounts.models import (
    INVITATION_LASTS,
    AccountMail,
    Invitation,
    Membership,
    Patient,
    Practice,
    User,
    hash_token,
)
from accounts.role_mail import tell_colleagues

SUBJECT = gettext_lazy("You are invited to Mendline")
BETWEEN_TWO = timedelta(minutes=3)  # to one address
MOST_A_DAY = 100  # letters of one practice: whoever got into one account must not flood others' mailboxes


class CannotJoin(Exception):
    """An open invitation that this account cannot take, with the reason in a sentence for its owner."""


class TooManyLetters(Exception):
    """No letter goes out now; `str()` says why and when, to whoever invites."""


@transaction.atomic
def invite_patient(patient: Patient, by: User, email: str = "", now: datetime | None = None) -> tuple[Invitation, str]:
    """Invite a patient of `by`'s practice; invitations made before for this patient stop working.

    Gives the invitation and the link to show as a QR code. With an `email` the link is mailed to that address, bound
    to it and given to nobody else (the second value is empty): that is why it proves the mailbox. The address becomes
    the patient's.

    Raises:
        PermissionDenied: when `by` does not treat the patient's practice's patients.
        CannotJoin: when the patient has accepted already.
        TooManyLetters: when one went to that address a moment ago, or the practice has sent very many.
    """
    practice = by.practice_as_practitioner
    if practice is None:
        raise PermissionDenied
    lock_practice(practice.pk)
    patient = lock_patient(patient.pk)
    if patient.practice_id != practice.pk:
        raise PermissionDenied
    if patient.user_id is not None:
        raise CannotJoin(_("This patient has joined already."))
    if email and patient.email != email:
        patient.email = email
        patient.save(update_fields=["email"])
    return _invite(practice, by, now, email=email, patient=patient)


@transaction.atomic
def invite_member(
    practice: Practice, email: str, *, is_practitioner: bool, is_admin: bool, by: User, now: datetime | None = None
) -> Invitation:
    """Invite a colleague by mail; an earlier invitation to the same address stops working.

    Raises:
        PermissionDenied: when `by` does not manage the people of `practice`.
        TooManyLetters: as for a patient.
    """
    if by.practice_as_admin != practice:
        raise PermissionDenied
    lock_practice(practice.pk)
    invitation, _link = _invite(practice, by, now, email=email, is_practitioner=is_practitioner, is_admin=is_admin)
    return invitation


def _invite(practice: Practice, by: User, now: datetime | None, *, email: str, **fields: Any) -> tuple[Invitation, str]:
    now, email = now or timezone.now(), email.lower()
    if email:
        _limit_letters(practice, email, now)
    patient = fields.get("patient")
    earlier = Q(patient=patient) if patient else Q(patient=None, email=email)
    practice.invitations.unsettled().filter(earlier).update(withdrawn_at=now)
    token = Invitation.new_token()
    invitation = practice.invitations.create(
        email=email,
        invited_by=by,
        token_hash=hash_token(token),
        created_at=now,
        expires_at=now + INVITATION_LASTS,
        **fields,
    )
    what = gettext_noop("invited a patient") if patient else gettext_noop("invited a colleague")
    audit.did(what, by=by, patient=patient, practice=practice, thing=invitation.pk, now=now)
    url = settings.SITE_URL + reverse("join", args=[token])
    if not email:
        return invitation, url
    # The same words for everybody: no name, no practice, nothing about health.
    invitation.letter = AccountMail.objects.create(
        to=email,
        subject=str(SUBJECT),
        body=render_to_string("accounts/email/invitation.txt", {"url": url}),
        not_before=now,
    )
    invitation.save(update_fields=["letter"])
    return invitation, ""


def _limit_letters(practice: Practice, email: str, now: datetime) -> None:
    sent = practice.invitations.exclude(email="")
    if sent.filter(email=email, created_at__gt=now - BETWEEN_TWO).exists():
        raise TooManyLetters(
            _(
                "An invitation went to this address less than {time} ago. "
                "Let them look for it, in the spam folder too, before you send another."
            ).format(time=in_words(BETWEEN_TWO))
        )
    if sent.filter(created_at__gt=now - timedelta(days=1)).count() >= MOST_A_DAY:
        sentence = ngettext(
            "Your clinic sent {count} invitation within a day, the most it can. Wait a day.",
            "Your clinic sent {count} invitations within a day, the most it can. Wait a day.",
            MOST_A_DAY,
        )
        raise TooManyLetters(sentence.format(count=MOST_A_DAY))


def undelivered_to(patient: Patient) -> Invitation | None:
    """The last invitation of somebody who has not joined, where its letter could not be delivered."""
    last = patient.invitations.filter(withdrawn_at=None).select_related("letter").order_by("-created_at").first()
    return last if last is not None and last.used_at is None and last.undelivered_at else None


def qr_code(url: str) -> SafeString:
    """A link as an inline SVG of a QR code, black on white so that cameras read it in the dark theme too."""
    svg = segno.make(url, error="m").svg_inline(
        scale=6, border=4, dark="#000", light="#fff", omitsize=True, svgclass="qr", lineclass=None, title=_("QR code")
    )
    return mark_safe(svg)  # noqa: S308  our own link, drawn by segno


def find(token: str, now: datetime) -> Invitation | None:
    """The invitation that `token` still opens; None for one used, withdrawn, replaced, expired or never made."""
    rows = Invitation.objects.open(now).filter(token_hash=hash_token(token))
    return rows.select_related("practice", "patient").first()


def is_for(invitation: Invitation, user: User) -> bool:
    """Whether `user` may take it: anybody an unbound one, only the owner of the address one that is bound."""
    if not invitation.is_bound:
        return True
    addresses = EmailAddress.objects.filter(user=user, verified=True, email__iexact=invitation.email)
    return bool(addresses.exists())


def accept(token: str, user: User, now: datetime, choices: Mapping[str, bool] | None = None) -> Invitation | None:
    """Use an invitation up for `user`: exactly one of many at the same time gets it, the others get None.

    A colleague is a member at once. A patient's record is attached by the caller, at once for a bound invitation and
    after the practice confirmed it for an unbound one, which `is_to_confirm`; `choices` are kept until then. Call it
    inside a transaction.

    Raises:
        CannotJoin: when this account cannot take an invitation that is open; it stays open.
    """
    invitation = find(token, now)
    if invitation is None or not is_for(invitation, user):
        return None
    _refuse_mixing(invitation, user)
    changes = {"used_at": now, "used_by": user, "choices": dict(choices or {})}
    if invitation.patient is None or invitation.is_bound:
        changes["confirmed_at"] = now
    free = Invitation.objects.open(now).filter(Q(patient=None) | Q(patient__user=None), pk=invitation.pk)
    if not free.update(**changes):
        return None
    for name, value in changes.items():
        setattr(invitation, name, value)
    if invitation.patient is None:
        _become_member(invitation, user, now)
    return invitation


def confirm(invitation: Invitation, now: datetime) -> bool:
    """The practice says that the person who showed the QR code's link is the patient; False when it was settled before.

    Call it inside a transaction, which also attaches the record.

    Raises:
        CannotJoin: when that account works in a clinic by now.
    """
    if invitation.used_by is None:  # that account is gone
        return False
    _refuse_mixing(invitation, invitation.used_by)
    unsettled = Invitation.objects.to_confirm().filter(pk=invitation.pk, patient__user=None)
    return unsettled.update(confirmed_at=now) == 1


def refuse(invitation: Invitation, now: datetime) -> bool:
    """The practice says that it was somebody else; False when it was settled before."""
    return Invitation.objects.to_confirm().filter(pk=invitation.pk).update(withdrawn_at=now) == 1


def end_waiting(user: User, now: datetime) -> None:
    """Codes that `user` took and no practice has confirmed yet stop counting: they have decided otherwise since."""
    Invitation.objects.to_confirm().filter(used_by=user).update(withdrawn_at=now)


def withdraw(invitation: Invitation, now: datetime) -> bool:
    """Take an invitation back before it is used; False when it is too late."""
    return Invitation.objects.filter(pk=invitation.pk, used_at=None, withdrawn_at=None).update(withdrawn_at=now) == 1


def _refuse_mixing(invitation: Invitation, user: User) -> None:
    """A member and a patient are two accounts: what one reads at work never mixes with what one logs."""
    if invitation.patient is not None and user.membership is not None:
        raise CannotJoin(
            _(
                "You are signed in with your work account, and a work account cannot become a patient. "
                "Sign out and join with an account of your own, under another e-mail address."
            )
        )
    if invitation.patient is None and user.as_patient is not None:
        raise CannotJoin(
            _(
                "You are signed in with the account of your own recovery, and it cannot become a work account. "
                "Ask the clinic to invite another e-mail address of yours."
            )
        )
    if invitation.patient is None and user.membership is not None:
        sentence = _("This account works at {clinic} already. It can work at one clinic only.")
        raise CannotJoin(sentence.format(clinic=user.membership.practice))


def _become_member(invitation: Invitation, user: User, now: datetime) -> None:
    try:
        with transaction.atomic():
            member = Membership.objects.create(
                user=user,
                practice=invitation.practice,
                is_practitioner=invitation.is_practitioner,
                is_admin=invitation.is_admin,
                joined_at=now,
            )
    except IntegrityError:
        sentence = _("This account works at a clinic already. It can work at one clinic only.")
        raise CannotJoin(sentence) from None
    audit.note_role(member, by=user, now=now)
    roles = {"is_practitioner": invitation.is_practitioner, "is_admin": invitation.is_admin}
    tell_colleagues(member, roles, invitation.invited_by)
    user.look_up_again()
