"""What stands on top of a patient's pages."""

from datetime import datetime
from typing import Any

from django.utils import timezone

from accounts.access import PatientRequest
from accounts.models import Patient
from accounts.web.whereabouts import numbers_abroad
from symptoms.alerts.patient_answers import OpenConcern
from symptoms.forms.seen import SeenForm
from symptoms.forms.temperature import unit_for
from symptoms.journal.standing import standing_on_top
from symptoms.journal.verdicts import phone_numbers_for
from symptoms.wording.seen import SeenAnswer


def standing(request: PatientRequest, form: SeenForm | None = None) -> dict[str, Any]:
    """What `patient/standing.html` takes: what is open on top, whether to ask about it, and what was dealt with."""
    patient, now = request.patient, timezone.now()
    numbers = phone_numbers_for(patient, numbers_abroad(request))
    standing_box, settled = standing_on_top(patient, numbers, unit_for(request, patient))
    concern = standing_box.concern if standing_box else None
    said_once = {(c.alert.entry_id, c.alert.practice_id, c.answer, c.words): c for c in settled}
    return {
        "standing": standing_box,
        "dealt_with": list(said_once.values()),
        "seen_form": (form or SeenForm()) if concern else None,
        "has_stopped": lambda: not patient.agreed_to("care"),  # asked where an answer would be
        "asks": concern is not None and _asks(patient, concern, now),
        "numbers": numbers,
        "shares_photos": lambda: patient.agreed_to("photos"),  # asked where a photo is asked for
        "now": now,
    }


def _asks(patient: Patient, concern: OpenConcern, now: datetime) -> bool:
    """Not once it went away by itself; on the next day where somebody told the patient to wait."""
    if concern.answer == SeenAnswer.WAIT and concern.answered_at is not None:
        return patient.today(concern.answered_at) != patient.today(now)
    return concern.answer != SeenAnswer.GONE
