"""What people agree to, in which words, and how they take it back."""

from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts import audit
from accounts.database_errors import violated_constraint
from accounts.invitations import end_waiting
from accounts.models import CONSENT_VERSION, Consent, Patient, Practice

# As the audit record keeps them.
AGREED = {"care": gettext_noop("agreed to the care"), "photos": gettext_noop("agreed to show photos")}
WITHDREW = {"care": gettext_noop("withdrew the consent to the care"), "photos": gettext_noop("hid the photos")}


@dataclass(frozen=True)
class ConsentText:
    """The words beside one tick box: what is agreed to, and what follows from it and from taking it back."""

    purpose: str
    title: str
    detail: str
    withdrawn: str
    is_needed: bool


def _care(title: str, detail: str) -> ConsentText:
    withdrawn = _("You can no longer log. What you logged so far is kept until you ask us to erase it.")
    return ConsentText("care", title, detail, withdrawn, is_needed=True)


def _with_a_clinic() -> list[ConsentText]:
    care = _care(
        _("Mendline may keep my logs, and my clinic may see them."),
        _(
            "Needed. What you log is about your health: Mendline compares it with the usual recovery "
            "and shows it to your clinic. You can withdraw at any time."
        ),
    )
    photos = ConsentText(
        "photos",
        _("My clinic may see my photos."),
        _("Optional, change any time."),
        _("Your clinic no longer sees your photos. They stay visible to you."),
        is_needed=False,
    )
    return [care, photos]


def _alone() -> list[ConsentText]:
    detail = _(
        "Needed. What you log is about your health: Mendline compares it with the usual recovery. Nobody else sees it. "
        "You can withdraw at any time."
    )
    return [_care(_("Mendline may keep my logs."), detail)]


def _having_left() -> list[ConsentText]:
    detail = _(
        "Needed. What you log is about your health: Mendline compares it with the usual recovery. "
        "The clinic you left keeps what it saw until then; nobody else sees what you log now. "
        "You can withdraw at any time."
    )
    return [_care(_("Mendline may keep my logs."), detail)]


def consent_texts(practice: Practice | None, *, has_left: bool = False) -> list[ConsentText]:
    """The texts of version CONSENT_VERSION, the needed one first, for somebody with or without a clinic.

    Nobody but a clinic is ever shown photos, so without one there is nothing to agree to. `has_left`: the patient is
    alone now and left a clinic before, which keeps something.
    """
    if practice is not None:
        return _with_a_clinic()
    return _having_left() if has_left else _alone()


def texts_for(patient: Patient) -> list[ConsentText]:
    """The texts for a patient as they stand now."""
    return consent_texts(patient.practice, has_left=patient.departures.exists())


def give_consent(patient: Patient, purpose: str, now: datetime) -> Consent:
    """Write down a yes to the current text for `purpose` ("care" or "photos"), given to the patient's practice.

    One that stands already for that text and practice is kept.

    Raises:
        ValueError: for a purpose that is none of ours.
    """
    Consent.Purpose(purpose)
    standing = patient.consents.filter(purpose=purpose, withdrawn_at=None)
    same = Q(version=CONSENT_VERSION, practice=patient.practice)
    try:
        with transaction.atomic():
            standing.exclude(same).update(withdrawn_at=now)
            if kept := standing.first():
                return kept
            audit.did(AGREED[purpose], by=patient.user_id, patient=patient, now=now)
            return patient.consents.create(
                purpose=purpose, practice=patient.practice, version=CONSENT_VERSION, given_at=now
            )
    except IntegrityError as clash:
        if violated_constraint(clash) != "one_standing_consent_per_purpose":
            raise
        return standing.get()  # two taps at once: the other one wrote it down


def withdraw_consent(patient: Patient, purpose: str, now: datetime) -> None:
    """Take a yes back. Without consent to care logging stops; what was logged stays until it is erased.

    A code that was taken and waits for a clinic to confirm it counts no more: it was taken with that consent.
    """
    if purpose == Consent.Purpose.CARE and patient.user is not None:
        end_waiting(patient.user, now)
    if patient.consents.filter(purpose=purpose, withdrawn_at=None).update(withdrawn_at=now):
        what = WITHDREW[purpose]
        audit.did(what, by=patient.user_id, patient=patient, now=now)
