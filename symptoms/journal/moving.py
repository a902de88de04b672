"""What happens to sessions and alerts when a patient joins, changes or leaves a practice."""

from datetime import datetime

from django.db import transaction

from accounts.models import Patient, Practice
from symptoms.alerts.events import write_events
from symptoms.alerts.standing import refresh_standing
from symptoms.alerts.telling import tell
from symptoms.journal.judging import judge_all, raise_newest
from symptoms.models import Alert, AlertEvent, Standing, Treatment


@transaction.atomic
def moved_to_practice(patient: Patient, practice: Practice | None, now: datetime) -> None:
    """Carry the alerts along after `patient.practice` changed to `practice`.

    Open alerts move to the new practice, and the newest entry raises its own there, so that nothing that is known now
    stays unseen. Left alone, what is open stays with the practice that had it: nobody else could answer it.
    """
    patient.practice = practice
    if practice is not None:
        moved = _move_open_alerts(patient, practice, now)
        raise_newest(patient, now=now)
        _tell_of(moved, practice, now)
    refresh_standing(patient)


@transaction.atomic
def join_records(kept: Patient, invited: Patient, now: datetime) -> None:
    """Make the record that a practice began for somebody part of the record they already had."""
    if kept.pk == invited.pk:
        return
    Treatment.objects.filter(patient=invited).update(patient=kept)
    Standing.objects.filter(patient=invited).delete()
    invited.access_records.update(patient=kept)
    invited.invitations.update(patient=kept)
    invited.delete()
    judge_all(kept, now=now)  # sessions that stood apart are assessed along with one another from now on


def _move_open_alerts(patient: Patient, practice: Practice, now: datetime) -> list[Alert]:
    elsewhere = Alert.objects.open().filter(treatment__patient=patient).exclude(practice=practice)
    elsewhere = elsewhere.exclude(kind=Alert.Kind.LEFT)  # that is for the practice that was left
    moving = list(elsewhere.select_related("treatment__patient", "entry"))
    Alert.objects.filter(pk__in=[alert.pk for alert in moving]).update(
        practice=practice, acknowledged_at=None, acknowledged_by=None
    )
    write_events(moving, AlertEvent.What.MOVED, at=now, detail=practice.name)
    return moving


def _tell_of(moved: list[Alert], practice: Practice, now: datetime) -> None:
    """Tell the new practice of what came along: it is open already, so nothing else would send a message about it."""
    if moved:
        worst = max(moved, key=lambda alert: (alert.urgency, alert.worsened_at))
        worst.treatment.patient.practice = practice
        tell(worst.treatment, worst.entry, worst.urgency, now=now)
