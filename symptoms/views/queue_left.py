"""Who left the practice with something open: what stands above the queue until somebody closes it."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef

from accounts.models import Patient, Practice
from symptoms.models import Alert, Delivery
from symptoms.views.queue_rows import FAILED, NOBODY, TOLD
from symptoms.wording.practitioner import left_in_words
from symptoms.wording.spans import span


@dataclass(frozen=True)
class LeftRow:
    """One patient who left; `words` is what was open then, `told` what went wrong with telling somebody."""

    patient: Patient
    urgency: str
    words: str
    waits: str
    taken_by: str
    told: str


def left_rows(practice: Practice, now: datetime) -> list[LeftRow]:
    """Those who left, the most urgent and longest waiting first: one statement."""
    about = Delivery.objects.filter(alert=OuterRef("pk"))
    alerts = (
        Alert.objects.open()
        .filter(practice=practice, kind=Alert.Kind.LEFT)
        .with_holder()
        .with_what_was_left()
        .annotate(tried=Exists(about), reached=Exists(about.deliverable()))
        .select_related("treatment__patient", "acknowledged_by")
        .order_by("-urgency", "worsened_at")
    )
    return [
        LeftRow(
            patient=alert.treatment.patient,
            urgency=alert.urgency_slug,
            words=left_in_words(alert.left_open),
            waits=span(alert.worsened_at, now),
            taken_by=f"{alert.acknowledged_by} has it" if alert.is_held else "",
            told=TOLD if alert.reached else FAILED if alert.tried else NOBODY,
        )
        for alert in alerts
    ]
