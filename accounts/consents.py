"""What people agree to, in which words, and how they take it back."""

from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Q

from accounts.database_errors import violated_constraint
from accounts.invitations import end_waiting
from accounts.models import CONSENT_VERSION, Consent, Patient, Practice


@dataclass(frozen=True)
class ConsentText:
    """The words beside one tick box: what is agreed to, and what follows from it and from taking it back."""

    purpose: str
    title: str
    detail: str
    withdrawn: str
    is_needed: bool


CARE_WITHDRAWN = "You can no longer log. What you logged so far stays until you ask for it to be erased."
WITH_A_CLINIC = [
    ConsentText(
        "care",
        "Mendline may keep my logs, and my clinic may see them.",
        "Needed. What you log is about your health: Mendline compares it with the usual recovery and shows it to your "
        "clinic. You can take this back at any time.",
        CARE_WITHDRAWN,
        is_needed=True,
    ),
    ConsentText(
        "photos",
        "My clinic may see my photos.",
        "Optional, change any time.",
        "Your clinic no longer sees your photos. They stay visible to you.",
        is_needed=False,
    ),
]
ALONE = [
    ConsentText(
        "care",
        "Mendline may keep my logs.",
        "Needed. What you log is about your health: Mendline compares it with the usual recovery. Nobody else sees it. "
        "You can take this back at any time.",
        CARE_WITHDRAWN,
        is_needed=True,
    ),
]
HAVING_LEFT = [
    ConsentText(
        "care",
        "Mendline may keep my logs.",
        "Needed. What you log is about your health: Mendline compares it with the usual recovery. The clinic you left "
        "keeps what it saw until then; nobody else sees what you log now. You can take this back at any time.",
        CARE_WITHDRAWN,
        is_needed=True,
    ),
]


def consent_texts(practice: Practice | None, *, has_left: bool = False) -> list[ConsentText]:
    """The texts of version CONSENT_VERSION, the needed one first, for somebody with or without a clinic.

    Nobody but a clinic is ever shown photos, so without one there is nothing to agree to. `has_left`: the patient is
    alone now and left a clinic before, which keeps something.
    """
    if practice is not None:
        return WITH_A_CLINIC
    return HAVING_LEFT if has_left else ALONE


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
    given = patient.consents.filter(purpose=purpose, withdrawn_at=None)
    same = Q(version=CONSENT_VERSION, practice=patient.practice)
    try:
        with transaction.atomic():
            given.exclude(same).update(withdrawn_at=now)
            return given.first() or patient.consents.create(
                purpose=purpose, practice=patient.practice, version=CONSENT_VERSION, given_at=now
            )
    except IntegrityError as clash:
        if violated_constraint(clash) != "one_standing_consent_per_purpose":
            raise
        return given.get()  # two taps at once: the other one wrote it down


def withdraw_consent(patient: Patient, purpose: str, now: datetime) -> None:
    """Take a yes back. Without consent to care logging stops; what was logged stays until it is erased.

    A code that was taken and waits for a clinic to confirm it counts no more: it was taken with that consent.
    """
    if purpose == Consent.Purpose.CARE and patient.user is not None:
        end_waiting(patient.user, now)
    patient.consents.filter(purpose=purpose, withdrawn_at=None).update(withdrawn_at=now)
