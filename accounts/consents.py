"""What people agree to, in which words, and how they take it back."""

from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction

from accounts.models import CONSENT_VERSION, Consent, Patient, Practice


@dataclass(frozen=True)
class ConsentText:
    """The words beside one tick box: what is agreed to, and what follows from it and from taking it back."""

    purpose: str
    title: str
    detail: str
    withdrawn: str
    is_needed: bool


WITH_A_CLINIC = {
    "care": ConsentText(
        "care",
        "Mendline may keep my logs, and my clinic may see them.",
        "Needed. What you log is about your health: Mendline compares it with the usual recovery and shows it to your "
        "clinic. You can take this back at any time.",
        "You can no longer log. What you logged so far stays until you ask for it to be erased.",
        is_needed=True,
    ),
    "photos": ConsentText(
        "photos",
        "My clinic may see my photos.",
        "Optional, change any time.",
        "Your clinic no longer sees your photos. They stay visible to you.",
        is_needed=False,
    ),
}
ALONE = {
    "care": ConsentText(
        "care",
        "Mendline may keep my logs.",
        "Needed. What you log is about your health: Mendline compares it with the usual recovery. Nobody else sees it. "
        "You can take this back at any time.",
        "You can no longer log. What you logged so far stays until you ask for it to be erased.",
        is_needed=True,
    ),
    "photos": ConsentText(
        "photos",
        "If I join a clinic, it may see my photos.",
        "Optional, change any time. Until then only you see them.",
        "A clinic you join does not see your photos. They stay visible to you.",
        is_needed=False,
    ),
}


def consent_texts(practice: Practice | None) -> list[ConsentText]:
    """The texts of version CONSENT_VERSION, the needed one first, for somebody with or without a clinic."""
    return list((WITH_A_CLINIC if practice else ALONE).values())


def give_consent(patient: Patient, purpose: str, now: datetime) -> Consent:
    """Write down a yes to the current text for `purpose` ("care" or "photos"); one that stands already is kept.

    Raises:
        ValueError: for a purpose that is none of ours.
    """
    Consent.Purpose(purpose)
    standing = patient.consents.filter(purpose=purpose, withdrawn_at=None)
    try:
        with transaction.atomic():
            standing.exclude(version=CONSENT_VERSION).update(withdrawn_at=now)
            return standing.first() or patient.consents.create(
                purpose=purpose, practice=patient.practice, version=CONSENT_VERSION, given_at=now
            )
    except IntegrityError:  # two taps at once: the other one wrote it down
        return standing.get()


def withdraw_consent(patient: Patient, purpose: str, now: datetime) -> None:
    """Take a yes back. Without consent to care logging stops; what was logged stays until it is erased."""
    patient.consents.filter(purpose=purpose, withdrawn_at=None).update(withdrawn_at=now)
