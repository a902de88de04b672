"""Keeps the one row a patient that the queue reads."""

from django.db.models import Min

from accounts.models import Patient
from symptoms.models import Alert, Assessment, Entry, Standing, Treatment


def refresh_standing(patient: Patient, *, newest: tuple[Entry, int] | None = None) -> None:
    """Work out where `patient` stands from what is stored; `newest` spares a look-up when the caller just judged it."""
    treatment = Treatment.objects.filter(patient=patient, same_as=None).order_by("-day_zero", "-performed_at").first()
    if treatment is None:
        Standing.objects.filter(patient=patient).delete()
        return
    entry, urgency = newest if newest and newest[0].treatment_id == treatment.id else _newest(treatment)
    practice_id, alert_urgency, waiting_since = _alerts(patient)
    Standing.objects.update_or_create(
        patient=patient,
        defaults={
            "practice_id": patient.practice_id or practice_id,
            "treatment": treatment,
            "entry": entry,
            "urgency": urgency,
            "alert_urgency": alert_urgency,
            "waiting_since": waiting_since,
        },
    )


def _newest(treatment: Treatment) -> tuple[Entry | None, int | None]:
    entry = treatment.entries.current().order_by("-day").first()
    if entry is None:
        return None, None
    said = Assessment.objects.filter(entry=entry, is_current=True).first() if entry.is_judged else None
    return entry, said.urgency if said else None


def _alerts(patient: Patient) -> tuple:
    worst = (
        Alert.objects.open()
        .filter(treatment__patient=patient)
        .values("practice_id", "urgency")
        .annotate(since=Min("worsened_at"))
        .order_by("-urgency")
        .first()
    )
    return (worst["practice_id"], worst["urgency"], worst["since"]) if worst else (None, 0, None)
