"""By which ways a patient is reminded."""

from datetime import datetime
from uuid import UUID

from django.db.models import Exists, QuerySet

from accounts.models import ContactMethod, ContactMethodQuerySet, Patient
from symptoms.models import Delivery, Reminding

Kind, Why = ContactMethod.Kind, Delivery.Why


def message_to(patient: Patient, reason: str, way: str, at: datetime, now: datetime, step: int = 0) -> Delivery:
    """A message by one of the ways, of what was due at `at`; not stored yet."""
    assert patient.user_id is not None  # somebody who has an account
    return Delivery(
        recipient_id=patient.user_id, practice=None, why=Why.REMINDER, reason=reason, channel=way, step=step,
        created_at=at, not_before=now,
    )  # fmt: skip


def ways_of(patient: Patient, reminding: Reminding | None) -> list[str]:
    """The channels of what a patient wants to be reminded of: those that were chosen, as far as they reach anybody;
    e-mail where none does, and where nothing was chosen."""
    by_push = reminding is not None and reminding.by_push and browsers_of(patient).working().exists()
    by_email = reminding is None or reminding.by_email or not by_push
    return [str(Kind.EMAIL)] * by_email + [str(Kind.PUSH)] * by_push


def browsers_of(patient: Patient) -> ContactMethodQuerySet:
    """The browsers that a patient has added."""
    return ContactMethod.objects.filter(user=patient.user_id, kind=Kind.PUSH)


def lost_phones(patient_id: UUID) -> QuerySet[ContactMethod]:
    """The browsers by which somebody who wants to be reminded by push was reached, where none reaches them any more."""
    wants = Reminding.objects.filter(patient=patient_id, is_on=True, by_push=True)
    browsers = ContactMethod.objects.filter(user__patient=patient_id, kind=Kind.PUSH)
    return browsers.exclude(failing_since=None).filter(Exists(wants)).exclude(Exists(browsers.working()))
