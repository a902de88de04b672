"""Gives the patient's practice access to a treatment from a moment on, and ends what a former one kept of it."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Max

from accounts.models import Practice
from symptoms.models import Alert, Treatment, TreatmentAccess


def give_access(
    treatment: Treatment, practice: Practice, now: datetime, *, notes: bool = False, photos: bool = False
) -> None:
    """Let the patient's present practice see a treatment: `notes` and `photos` from before `now` only where shared."""
    Treatment.objects.filter(pk=treatment.pk).update(open_to=practice)
    treatment.open_to = practice
    limits = {"since": now, "notes": notes, "photos": photos}
    TreatmentAccess.objects.get_or_create(treatment=treatment, practice=practice, until=None, defaults=limits)


def carry_limits_over(duplicate: Treatment, treatment: Treatment) -> None:
    """What of `duplicate` the practice of `treatment` may not see, it may not see either once both are one record.

    Notes and photos from before the patient joined stay hidden, as far as they were not shared.
    """
    practice, present = treatment.open_to, TreatmentAccess.objects.present()
    limit = present.filter(treatment=duplicate, practice=practice).first()
    if limit is None and duplicate.open_to_id != treatment.open_to_id:
        joined = treatment.patient.invitations.filter(practice=practice).aggregate(at=Max("confirmed_at"))["at"]
        limit = TreatmentAccess(since=joined or treatment.recorded_at)
    if limit is not None:
        limits = {"since": limit.since, "notes": limit.notes, "photos": limit.photos}
        present.get_or_create(treatment=treatment, practice=practice, until=None, defaults=limits)


def give_access_to_present_practice(treatment: Treatment, now: datetime) -> None:
    """What is recorded while at a practice is open to it, and so is what it must answer: an alert must be readable."""
    practice = treatment.patient.practice
    if practice is not None and treatment.open_to_id != practice.pk:
        give_access(treatment, practice, now)


def end_kept_access(closed: Iterable[Alert], practice: Practice) -> None:
    """A practice that was left keeps a session it did not do only as long as something about it is open there."""
    treatments = {alert.treatment_id for alert in closed}
    still_open = Alert.objects.open().filter(practice=practice, treatment__in=treatments).values("treatment")
    accesses = TreatmentAccess.objects.kept().filter(practice=practice, treatment__in=treatments)
    accesses = accesses.exclude(treatment__practice=practice).exclude(treatment__duplicates__practice=practice)
    accesses.exclude(treatment__in=still_open).update(ended=True)
