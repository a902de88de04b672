"""Break-glass: whoever runs the site, who has no page with records, opens one patient's for an hour, with a reason.

It takes a second factor. The clinic's admins and the patient are told at once by mail, and each look is in the audit
record, where both read it.
"""

from contextlib import suppress
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q, QuerySet
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts import audit
from accounts.durations import in_words
from accounts.models import GLASS_LASTS, AccountMail, BreakGlass, Membership, Patient, User
from accounts.second_factors import has_second_factor

LOOKED = gettext_noop("record, opened by whoever runs this site")
ENDED = gettext_noop("closed a record again, before its hour was over")
# What the audit record keeps, by reason.
BROKEN = {
    BreakGlass.Reason.HARM: gettext_noop("broke the glass of a record: harm"),
    BreakGlass.Reason.ASKED: gettext_noop("broke the glass of a record: asked for help"),
    BreakGlass.Reason.FAULT: gettext_noop("broke the glass of a record: a fault"),
    BreakGlass.Reason.LAW: gettext_noop("broke the glass of a record: the law"),
}


class NoSecondFactor(Exception):
    """Whoever asks signs in with a password alone."""


def found_by(words: str) -> Patient | None:
    """The one patient with this e-mail address or number of a record (its id, as it stands in a clinic's address)."""
    named = Q(user__email__iexact=words.strip())
    with suppress(ValueError):
        named |= Q(pk=UUID(words.strip()))
    return Patient.objects.filter(named).first()


@transaction.atomic
def break_glass(patient: Patient, reason: str, *, by: User, now: datetime) -> BreakGlass:
    """Open a patient's record to `by` for an hour, and tell the clinic's admins and the patient.

    Raises:
        PermissionDenied: `by` does not run the site.
        NoSecondFactor: nothing was opened.
    """
    if not by.is_staff:
        raise PermissionDenied
    if not has_second_factor(by):
        raise NoSecondFactor
    glass = BreakGlass.objects.create(user=by, patient=patient, reason=reason, at=now, ends_at=now + GLASS_LASTS)
    audit.did(BROKEN[BreakGlass.Reason(reason)], by=by, patient=patient, thing=glass.pk, now=now)
    _tell(glass, patient, now)
    return glass


def open_to(user: User, now: datetime) -> QuerySet[BreakGlass]:
    """What `user` opened and may still look at, the newest first."""
    if not user.is_staff or not has_second_factor(user):
        return BreakGlass.objects.none()
    return BreakGlass.objects.filter(user=user, ends_at__gt=now).select_related("patient__practice").order_by("-at")


@transaction.atomic
def end_glass(glass: BreakGlass, now: datetime) -> None:
    """Close the record before its hour is over; that is written down, where its patient and the clinic read it."""
    if BreakGlass.objects.filter(pk=glass.pk, ends_at__gt=now).update(ends_at=now):
        audit.did(ENDED, by=glass.user, patient=glass.patient, thing=glass.pk, now=now)


def note_look(glass: BreakGlass, now: datetime) -> None:
    """Write down that the record was looked at: the patient and the clinic read it."""
    patient = glass.patient
    audit.note(audit.Kind.READ, LOOKED, user=glass.user_id, patient=patient, practice=patient.practice_id,
               thing=glass.pk, now=now)  # fmt: skip


def _tell(glass: BreakGlass, patient: Patient, now: datetime) -> None:
    """No name of the patient: the letters say that it was done, by whom and why, and where it is written down."""
    words = {"by": glass.user, "reason": glass.get_reason_display(), "lasts": in_words(GLASS_LASTS)}
    admins = Membership.objects.current().filter(practice=patient.practice_id, is_admin=True).select_related("user")
    told = [(member.user.email, False, reverse("practice_audit")) for member in admins]
    if patient.user is not None:
        told.append((patient.user.email, True, reverse("profile")))
    for address, is_patient, page in told:
        facts = {**words, "is_patient": is_patient, "url": settings.SITE_URL + page}
        body = render_to_string("accounts/email/glass_broken.txt", facts)
        subject = _("Whoever runs Mendline opened a record")
        AccountMail.objects.create(to=address, subject=subject, body=body, not_before=now)
