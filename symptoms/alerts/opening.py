"""Letting the patient's practice see a treatment from a moment on."""

from datetime import datetime

from accounts.models import Practice
from symptoms.models import Treatment, TreatmentAccess


def open_treatment(
    treatment: Treatment, practice: Practice, now: datetime, *, notes: bool = False, photos: bool = False
) -> None:
    """Let the patient's present practice see a treatment: `notes` and `photos` from before `now` only where shared."""
    Treatment.objects.filter(pk=treatment.pk).update(open_to=practice)
    treatment.open_to = practice
    TreatmentAccess.objects.get_or_create(
        treatment=treatment, practice=practice, until=None, defaults={"since": now, "notes": notes, "photos": photos}
    )


def open_what_is_written_to(treatment: Treatment, now: datetime) -> None:
    """What is recorded while at a practice is open to it, and so is what it must answer: an alert must be readable."""
    practice = treatment.patient.practice
    if practice is not None and treatment.open_to_id != practice.pk:
        open_treatment(treatment, practice, now)
