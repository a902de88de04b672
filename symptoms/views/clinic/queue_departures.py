"""Who left the practice with something open: what stands beside the queue until somebody closes it."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef

from accounts.models import Patient, Practice
from symptoms.journal.visibility import patients_shown
from symptoms.models import Alert, Delivery, PatientStatus
from symptoms.models.alert import AlertQuerySet
from symptoms.views.clinic.queue_rows import FAILED, NOBODY, TOLD
from symptoms.wording.practitioner import left_in_words
from symptoms.wording.times import span


@dataclass(frozen=True)
class LeftRow:
    """One patient who left; `words` is what was open then, `told` what went wrong with telling somebody."""

    patient: Patient
    alert: Alert
    words: str
    waits: str
    taken_by: str
    told: str


def left_alerts(practice: Practice) -> AlertQuerySet:
    """Open alerts about patients who left; not of those who stand in the queue, as what was open stayed here."""
    stayed = PatientStatus.objects.filter(
        patient=OuterRef("treatment__patient"), practice=practice, alert_urgency__gt=0
    )
    return Alert.objects.open().filter(~Exists(stayed), practice=practice, kind=Alert.Kind.LEFT)


def left_rows(practice: Practice, now: datetime) -> list[LeftRow]:
    """Those who left, the most urgent and longest waiting first, as the practice knew them: two statements."""
    about = Delivery.objects.filter(alert=OuterRef("pk"))
    alerts = (
        left_alerts(practice)
        .with_holder()
        .with_what_was_left()
        .with_messages(about)
        .select_related("treatment__patient", "acknowledged_by")
        .order_by("-urgency", "worsened_at")
    )
    found = list(alerts)
    seen = patients_shown(practice, [alert.treatment.patient for alert in found])
    return [
        LeftRow(
            patient=seen[alert.treatment.patient_id],
            alert=alert,
            words=left_in_words(alert.left_open or ""),
            waits=span(alert.worsened_at, now),
            taken_by=f"{alert.acknowledged_by} has it" if alert.is_held else "",
            told=TOLD if alert.reached else FAILED if alert.tried else NOBODY,
        )
        for alert in found
    ]
