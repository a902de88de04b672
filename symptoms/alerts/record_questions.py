"""What a patient says is wrong with what their practice recorded: it alone can correct that, and is told."""

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction

from accounts.locks import lock_patient
from accounts.models import User
from symptoms.alerts.escalation import begin_steps
from symptoms.alerts.events import write_events
from symptoms.alerts.patient_status import refresh_status
from symptoms.alerts.telling import tell_of_alert
from symptoms.models import Alert, AlertEvent, Treatment
from symptoms.recovery.vocabulary import Urgency


@transaction.atomic
def question_record(treatment: Treatment, words: str, *, by: User, now: datetime) -> Alert:
    """Tell the practice, at `contact`, what its patient says is wrong with a treatment that it recorded.

    Said again while the first is open, it is one alert with both sayings, and the practice is told again.

    Raises:
        PermissionDenied: `by` is not the patient, or the practice that recorded it is not theirs any more.
    """
    patient = lock_patient(treatment.patient_id)
    if patient.user_id != by.pk or patient.practice is None or treatment.practice_id != patient.practice_id:
        raise PermissionDenied
    treatment.patient = patient
    about = {"treatment": treatment, "practice": patient.practice, "kind": Alert.Kind.DETAILS}
    alert = Alert.objects.open().filter(**about).first() or Alert(**about, opened_at=now)
    alert.urgency = alert.current_urgency = Urgency.CONTACT
    alert.worsened_at = now
    told_now = begin_steps([alert], patient.practice, now)
    alert.save()
    (event,) = write_events([alert], AlertEvent.What.QUESTIONED, at=now, by=by, detail=words)
    if told_now:
        tell_of_alert(alert, event, now=now)
    refresh_status(patient)
    return alert


def open_question(treatment: Treatment) -> str | None:
    """What the patient said is wrong and the practice has still to answer; None where nothing is open."""
    alerts = Alert.objects.open().filter(treatment=treatment, kind=Alert.Kind.DETAILS).with_what_was_told()
    return next((alert.questioned for alert in alerts), None)
