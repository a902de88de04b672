"""What takes two admins: a practitioner's sight for an admin herself, and letting in who lost all second factors."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts import audit
from accounts.locks import lock_practice
from accounts.members import change_member, user_name
from accounts.models import AccountMail, Membership, Practice, SecondYes, User
from accounts.second_factors import let_in_again

MEMBER_FOR = timedelta(days=7)  # who agrees: an admin whom one lets in for it is seen by colleagues meanwhile


class NobodyElse(Exception):
    """There is no other admin who could agree: only whoever runs the server can do it."""


class MayNotAnswer(Exception):
    """It is over, or this is who asked, or whom it is about."""


@transaction.atomic
def ask(member: Membership, about: str, *, by: User, now: datetime) -> SecondYes:
    """Ask the practice's other admins, who are mailed, unless the same is open already.

    Raises:
        NobodyElse: nobody could agree.
    """
    lock_practice(member.practice_id)
    others = _who_may_answer(member, by, now)
    if not others:
        raise NobodyElse
    open_one = SecondYes.objects.open(now).filter(member=member, about=about).first()
    if open_one is not None:
        return open_one
    asked = SecondYes.objects.create(member=member, about=about, asked_by=by, asked_at=now)
    audit.did(
        gettext_noop("asked for a second admin’s yes"), by=by, practice=member.practice_id, thing=member.pk, now=now
    )
    words = {"by": by, "member": member.user, "about": about, "url": settings.SITE_URL + reverse("members")}
    body = render_to_string("accounts/email/second_yes.txt", words)
    for other in others:
        AccountMail.objects.create(to=other.email, subject=_("Your clinic needs your answer on Mendline"), body=body)
    return asked


@transaction.atomic
def answer(asked: SecondYes, *, is_agreed: bool, by: User, now: datetime) -> None:
    """Do what was asked for, or leave it; in either case it is over, and stays written down.

    Raises:
        MayNotAnswer: somebody was quicker, it is too old, or `by` asked for it or is whom it is about.
    """
    lock_practice(asked.member.practice_id)
    member = Membership.objects.select_related("user", "practice").get(pk=asked.member_id)
    is_open = SecondYes.objects.open(now).filter(pk=asked.pk).exists()
    if not is_open or (is_agreed and by not in _who_may_answer(member, asked.asked_by, now)):
        raise MayNotAnswer
    SecondYes.objects.filter(pk=asked.pk).update(answered_by=by, answered_at=now, is_agreed=is_agreed)
    said = (
        gettext_noop("agreed as the second admin") if is_agreed else gettext_noop("did not agree as the second admin")
    )
    audit.did(said, by=by, practice=member.practice_id, thing=member.pk, now=now)
    if is_agreed and asked.about == SecondYes.About.SIGHT:
        change_member(member, is_practitioner=True, is_admin=member.is_admin, by=by, now=now)
    elif is_agreed:
        let_in_again(member.user, by=by)


def record_operator(member: Membership, about: str, now: datetime) -> None:
    """Write down that whoever runs the server did it by a command."""
    SecondYes.objects.create(member=member, about=about, asked_at=now, answered_at=now, is_agreed=True)


def waiting_at(practice: Practice, now: datetime) -> QuerySet[SecondYes]:
    """What waits for an answer there, the oldest first."""
    rows = SecondYes.objects.open(now).filter(member__practice=practice)
    return rows.select_related("member__user", "asked_by").order_by("asked_at")


def sentence_of(asked: SecondYes) -> str:
    """What is asked, as another admin reads it."""
    sentences = {
        SecondYes.About.SIGHT: _("{by} asks to be a practitioner, and so to open all patients’ records."),
        SecondYes.About.FACTORS: _(
            "{by} says that {name} has lost passkey and codes. If you agree, {name} is signed out everywhere, and "
            "chooses a new password by e-mail. Ask {name} first, in person or on a number that you know."
        ),
    }
    sentence = sentences[SecondYes.About(asked.about)]
    return sentence.format(by=user_name(asked.asked_by), name=asked.member.user)


def _who_may_answer(member: Membership, asked_by: User | None, now: datetime) -> list[User]:
    """The admins who neither asked nor are asked about, and have worked there for a while."""
    admins = Membership.objects.admins().filter(practice=member.practice_id, joined_at__lte=now - MEMBER_FOR)
    admins = admins.select_related("user")
    return [admin.user for admin in admins if admin.user not in (asked_by, member.user)]
