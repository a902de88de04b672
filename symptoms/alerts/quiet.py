"""Who falls silent with something open becomes an alert, once; ordinary skipping never does."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from accounts.locks import lock_patient
from symptoms.alerts.escalation import begin_steps
from symptoms.alerts.events import write_events
from symptoms.alerts.following import new_alert
from symptoms.alerts.passing_over import passed_over, trying
from symptoms.alerts.patient_status import refresh_status
from symptoms.alerts.telling import tell_of_alert
from symptoms.alerts.treatment_access import give_access_to_present_practice
from symptoms.models import Alert, AlertEvent, PatientStatus
from symptoms.recovery.prompting import EVERYBODY
from symptoms.recovery.vocabulary import Urgency

What = AlertEvent.What
LAST_ASKED = max(EVERYBODY)
AT_ONCE = 100


def raise_next_quiet(now: datetime) -> bool:
    """Raise an alert about the patient who has been silent longest past their time; False when there is none.

    Nothing is raised of who cannot log (has left, or withdrawn the consent), or has logged meanwhile.
    """
    due = PatientStatus.objects.filter(quiet_at__lte=now).order_by("quiet_at")
    patient_id = due.exclude(patient__in=passed_over()).values_list("patient", flat=True).first()
    if patient_id is None:
        return False
    with trying(patient_id), transaction.atomic():
        patient = lock_patient(patient_id)
        refresh_status(patient)
        status = due.filter(patient=patient).select_related("entry", "treatment").first()
        if status is None:
            return True
        status.patient = status.treatment.patient = patient
        if status.entry is not None and patient.practice is not None and patient.agreed_to("care"):
            _raise_quiet(status, now)
            refresh_status(patient)
        PatientStatus.objects.filter(patient=patient, quiet_at__lte=now).update(quiet_at=None)
    return True


def _raise_quiet(status: PatientStatus, now: datetime) -> None:
    """Open an alert, or raise the one that is open although the patient has logged since: they are silent again."""
    entry, patient = status.entry, status.patient
    assert entry is not None
    entry.treatment = status.treatment
    open_alerts = list(Alert.objects.open().filter(treatment__patient=patient, practice=patient.practice))
    concerns = [alert.urgency for alert in open_alerts if alert.kind not in (Alert.Kind.QUIET, Alert.Kind.LEFT)]
    worst = max([*concerns, status.urgency or 0])
    urgency = Urgency.URGENT if worst >= Urgency.URGENT else Urgency.CONTACT
    known = [
        alert for alert in open_alerts if alert.kind == Alert.Kind.QUIET and alert.treatment_id == entry.treatment_id
    ]
    alert = known[0] if known else new_alert(entry, urgency, now, kind=Alert.Kind.QUIET)
    alert.treatment, alert.practice = status.treatment, patient.practice
    alert.urgency, alert.current_urgency = max(alert.urgency, urgency), urgency
    alert.entry, alert.worsened_at, alert.cleared_at, alert.comes_back_at = entry, now, None, None
    told_now = begin_steps([alert], patient.practice, now)
    give_access_to_present_practice(status.treatment, now)
    alert.save()
    (event,) = write_events([alert], What.RELAPSED if known else What.OPENED, at=now)
    if told_now:
        tell_of_alert(alert, event, now=now, open_alerts=[*open_alerts, alert])


def date_the_undated(now: datetime) -> bool:
    """Work out when logs are due of patients of whom an older version kept no date; False when there are none.

    Until the last day on which anybody is asked, every one of them has a date, and every log one until when it counts.
    """
    asked_still = (now - timedelta(days=LAST_ASKED - 1)).date()
    undated = PatientStatus.objects.filter(
        Q(log_due_on=None) | Q(current_until=None, entry__isnull=False), treatment__day_zero__gt=asked_still
    )
    ids = list(undated.values_list("patient", flat=True)[:AT_ONCE])
    for patient_id in ids:
        with transaction.atomic():
            refresh_status(lock_patient(patient_id))
    return bool(ids)


def note_log(open_alerts: list[Alert], now: datetime) -> None:
    """Note on what is open about their silence that the patient has logged again; it stays open until it is closed."""
    quiet = [alert for alert in open_alerts if alert.kind == Alert.Kind.QUIET and alert.cleared_at is None]
    for alert in quiet:
        alert.cleared_at, alert.current_urgency = now, Urgency.ON_TRACK
    if quiet:
        Alert.objects.bulk_update(quiet, ["cleared_at", "current_urgency"])
