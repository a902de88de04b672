"""What happens to sessions and alerts when a patient joins, changes or leaves a practice."""

import logging
from datetime import datetime

from django.db import transaction

from accounts.models import Patient, Practice
from symptoms.alerts.raising import Change, raise_alerts, raise_unjudged
from symptoms.alerts.standing import refresh_standing
from symptoms.alerts.telling import tell
from symptoms.journal.courses import read_journal
from symptoms.journal.treatments import judge_all
from symptoms.models import Alert, AlertEvent, Entry, Standing, Treatment
from symptoms.recovery import assessment as core

log = logging.getLogger(__name__)


@transaction.atomic
def moved_to_practice(patient: Patient, practice: Practice | None, now: datetime) -> None:
    """Carry the alerts along after `patient.practice` changed to `practice`.

    Open alerts move to the new practice, and the newest entry raises its own there, so that nothing that is known now
    stays unseen. Left alone, what is open stays with the practice that had it: nobody else could answer it.
    """
    patient.practice = practice
    if practice is not None:
        moved = _move_open_alerts(patient, practice, now)
        _raise_newest(patient, now)
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
    oldest = kept.treatments.order_by("day_zero").first()
    if oldest is not None:  # sessions that stood alone now speak to one another
        judge_all(oldest, now=now)
    refresh_standing(kept)


def _move_open_alerts(patient: Patient, practice: Practice, now: datetime) -> list[Alert]:
    elsewhere = Alert.objects.open().filter(treatment__patient=patient).exclude(practice=practice)
    moving = list(elsewhere.select_related("treatment__patient", "entry"))
    Alert.objects.filter(pk__in=[alert.pk for alert in moving]).update(
        practice=practice, acknowledged_at=None, acknowledged_by=None
    )
    AlertEvent.objects.bulk_create(
        AlertEvent(alert=alert, what=AlertEvent.What.MOVED, at=now, detail=practice.name) for alert in moving
    )
    return moving


def _tell_of(moved: list[Alert], practice: Practice, now: datetime) -> None:
    """Tell the new practice of what came along: it is open already, so nothing else would send a message about it."""
    if moved:
        worst = max(moved, key=lambda alert: (alert.urgency, alert.worsened_at))
        worst.treatment.patient.practice = practice
        tell(worst.treatment, worst.entry, worst.urgency, now=now)


def _raise_newest(patient: Patient, now: datetime) -> None:
    newest = (
        Entry.objects.current()
        .filter(treatment__patient=patient, treatment__same_as=None)
        .select_related("treatment__patient__practice")
        .order_by("-treatment__day_zero", "-day")
        .first()
    )
    if newest is None or not newest.is_judged:
        return
    newest.treatment.patient.practice = patient.practice
    course = read_journal(newest.treatment).course(newest.treatment)
    try:
        spoken = [(newest, core.assess(course, day=newest.day))]
    except Exception:
        # A fault in the rules must not keep anybody from joining a clinic: a person there is asked to read the entry.
        log.exception("entry %s could not be judged for the new practice", newest.id)
        raise_unjudged(newest, now=now)
        return
    raise_alerts(newest.treatment, newest, spoken, now=now, change=Change.LINKED)
