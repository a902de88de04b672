"""What is open about patients who left: it stands beside the queue until somebody closes it."""

from django.db.models import Exists, OuterRef

from accounts.models import Practice
from symptoms.journal.visibility import patients_shown
from symptoms.models import Alert, Delivery, PatientStatus
from symptoms.models.alert import AlertQuerySet
from symptoms.views.clinic.queue_row import Row


def left_alerts(practice: Practice) -> AlertQuerySet:
    """Open alerts about patients who left; not of those who stand in the queue, as what was open stayed here."""
    stayed = PatientStatus.objects.filter(
        patient=OuterRef("treatment__patient"), practice=practice, alert_urgency__gt=0
    )
    return Alert.objects.open().filter(~Exists(stayed), practice=practice, kind=Alert.Kind.LEFT)


def read_left(practice: Practice) -> list[Alert]:
    """Those alerts, the most urgent and longest waiting first, each patient as the practice knew them: two statements.

    They stand beside the queue until somebody closes them.
    """
    alerts = list(
        left_alerts(practice)
        .with_holder()
        .with_what_was_told()
        .with_messages(Delivery.objects.filter(alert=OuterRef("pk")))
        .select_related("treatment__patient", "acknowledged_by")
        .order_by("-urgency", "worsened_at")
    )
    patients = patients_shown(practice, [alert.treatment.patient for alert in alerts])
    for alert in alerts:
        alert.treatment.patient = patients[alert.treatment.patient_id]
    return alerts


def stand_first(left: list[Alert], rows: list[Row]) -> bool:
    """Whether those who left come before the list: where one of them is more urgent than everybody in it."""
    urgency = max((row.worst.urgency for row in rows if row.worst), default=0)
    return bool(left) and left[0].urgency > urgency
