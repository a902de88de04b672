"""Entries that somebody has to be told of, without the way by which they come about."""

from datetime import date
from uuid import uuid4

from django.utils import timezone

from accounts.models import User
from symptoms.models import Delivery, Entry, Treatment
from symptoms.models.delivery import reason_of
from tests import people
from tests.treatments import on_day

PATIENT_STRINGS = ["Ana", "Marrowby", "ana.marrowby@example.org", "pus", "infection", "pen"]
CLINIC_STRINGS = ["Larkfield Skin", "microneedling", "patient", "photo"]


def a_treatment() -> Treatment:
    """Ana's, by Dr Noor at Larkfield, which has no morning's list: a worker may run at any hour."""
    practice = people.practice(telling={"morning_list": "never"})
    noor = people.dr_noor(practice)
    return Treatment.objects.create(
        patient=people.ana(practice), practice=practice, open_to=practice, practitioner=noor, recorded_by=noor,
        day_zero=date(2026, 11, 1), performed_at=timezone.now(), device="pen", areas=["face"],
    )  # fmt: skip


def an_entry(treatment: Treatment | None = None) -> Entry:
    """A day with pus, not judged: what is tested here is the telling."""
    treatment = treatment or a_treatment()
    return Entry.objects.create(
        id=uuid4(), **on_day(treatment, treatment.entries.count()), received_at=timezone.now(), digest="0" * 64,
        answers={"symptoms": {}, "asked": [], "signs": ["pus"], "exposures": []}, is_judged=True,
    )  # fmt: skip


def tell(entry: Entry, urgency: int = 3) -> Delivery:
    """A message to the one who treated, due now."""
    return Delivery.objects.create(**to(entry.treatment.practitioner, entry, urgency), why=Delivery.Why.TREATED)


def to(recipient: User, entry: Entry, urgency: int = 3) -> dict:
    """What a row of a message to `recipient` about `entry` says."""
    practice = entry.treatment.practice
    reason = reason_of("entry", entry.pk, urgency)
    return {"recipient": recipient, "practice": practice, "entry": entry, "urgency": urgency, "reason": reason}
