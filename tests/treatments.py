"""Sessions and days for tests that need the database: `pen(ana)`, `logged(treatment, 3, pain=3, signs=["pus"])`."""

from collections.abc import Iterable
from contextlib import AbstractContextManager
from datetime import datetime, time, timedelta
from unittest.mock import patch
from uuid import UUID, uuid4

from django.utils import timezone

from accounts.models import Patient, User
from symptoms.journal.entries import Recorded, record_entry
from symptoms.journal.photos import attach_photo
from symptoms.journal.treatments import start_treatment
from symptoms.models import Entry, Photo, Treatment
from symptoms.recovery.vocabulary import Sign
from tests import images

FOUR = ("redness", "swelling", "pain", "warmth")  # asked every day


def pen(patient: Patient, *, days_ago: int = 0, by=None, now: datetime | None = None, **facts) -> Treatment:
    """A pen session at 1.5 mm on the face (band C), `days_ago` before the patient's today, at noon there."""
    now = now or timezone.now()
    on = patient.today(now) - timedelta(days=days_ago)
    performed_at = min(now, datetime.combine(on, time(12), tzinfo=patient.zone))
    details = {"device": "pen", "needle_depth_mm": "1.5", "areas": ["face"], "fitzpatrick": 2, **facts}
    treatment = start_treatment(patient, by=by or patient.user, now=now, performed_at=performed_at, **details)
    treatment.refresh_from_db()
    return treatment


def on_day(treatment: Treatment, day: int) -> dict:
    """What a row of an entry or a photo says about its day."""
    return {"treatment": treatment, "day": day, "date": treatment.date_of(day)}


def answers(*, signs=(), temperature_c: float | None = None, exposures=(), asked=None, **symptoms: int) -> dict:
    """The document of an entry in which the four that matter are answered, with none where nothing is said."""
    levels = {**dict.fromkeys(FOUR, 0), **symptoms}
    document = {
        "symptoms": levels,
        "asked": sorted(asked or [*levels, *Sign]),
        "signs": sorted(signs),
        "exposures": sorted(exposures),
    }
    return document if temperature_c is None else {**document, "temperature_c": temperature_c}


def logged(
    treatment: Treatment, day: int, *, id: UUID | None = None, note: str = "", now: datetime | None = None, **reported
) -> Recorded:
    """Day `day` written down as the patient would."""
    return record_entry(
        treatment.id,
        id=id or uuid4(),
        day=day,
        answers=answers(**reported),
        note=note,
        by=treatment.patient.user,
        now=now or timezone.now(),
    )


def stored(treatment: Treatment, days: Iterable[int], **reported) -> list[Entry]:
    """Entries on these days that took no judging, where only their number matters."""
    document, now = answers(**reported), timezone.now()
    return Entry.objects.bulk_create(
        Entry(**on_day(treatment, day), answers=document, digest="", received_at=now, is_judged=True) for day in days
    )


def attached(
    treatment: Treatment, *, id: UUID | None = None, day: int = 3, view: str = "front", data: bytes | None = None,
    by: User | None = None, now: datetime | None = None,
) -> tuple[Photo, bool]:  # fmt: skip
    """A photo sent by the patient, and whether it is new."""
    data, by = images.photo() if data is None else data, by or treatment.patient.user
    return attach_photo(treatment.id, id=id or uuid4(), day=day, view=view, data=data, by=by, now=now or timezone.now())


def broken_rules() -> AbstractContextManager:
    """While it is entered, no entry can be judged."""
    return patch("symptoms.journal.judging.core.assess", side_effect=ZeroDivisionError)
