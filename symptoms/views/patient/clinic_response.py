"""What a patient reads of how the clinic received an entry."""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from accounts.models import Patient
from symptoms.journal.clinic_response import Reception, Told, reception_of
from symptoms.models import Assessment, Entry
from symptoms.recovery.vocabulary import Urgency
from symptoms.wording.times import at

CLOSED = {
    "advice": "Your clinic gave you advice",
    "seen": "You were seen",
    "referred": "You were referred",
}
LOOKED_AT = "Your clinic looked at this"


def received(entry: Entry, said: Assessment | None, patient: Patient, now: datetime) -> dict[str, Any] | None:
    """What `patient/received.html` takes: how the clinic received the entry; None when there was nothing to tell."""
    reception = reception_of(entry, said, now=now)
    is_answered = reception.closed_at is not None  # and stays so when the patient leaves
    if reception.told is Told.NOT_NEEDED or (patient.practice is None and not is_answered):
        return None
    today, zone = patient.today(now), patient.zone
    return {
        "state": reception.told.name.lower(),
        "told": _at(reception.told_at, zone, today),
        "read": _at(reception.read_at, zone, today),
        "read_by": reception.read_by,
        "taken": _at(reception.taken_at, zone, today),
        "taken_by": reception.taken_by,
        "is_worse_since": reception.is_worse_since,
        "is_unread": reception.read_at is None and (reception.taken_at is None or reception.is_worse_since),
        "closed": _closed(reception),
        "closed_by": reception.closed_by,
        "closed_at": _at(reception.closed_at, zone, today),
        "is_urgent": said is not None and said.urgency >= Urgency.URGENT,
        "practice": patient.practice,
    }


def _closed(reception: Reception) -> str:
    return CLOSED.get(reception.outcome, LOOKED_AT) if reception.closed_at else ""


def _at(moment: datetime | None, zone: ZoneInfo, today: date) -> str:
    return at(moment, zone, today) if moment else ""
