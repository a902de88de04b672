"""What a patient reads of how the clinic received an entry."""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from accounts.models import Patient
from symptoms.journal.clinic_response import Reception, Told, reception_of
from symptoms.journal.verdicts import lines_for
from symptoms.models import Assessment, Entry
from symptoms.recovery.vocabulary import Urgency
from symptoms.wording.patient import Verdict
from symptoms.wording.times import at

CLOSED = {
    "advice": "Your clinic gave you advice",
    "seen": "You were seen",
    "referred": "You were referred",
}
LOOKED_AT = "Your clinic looked at this"


def received(
    entry: Entry, assessment: Assessment | None, verdict: Verdict, patient: Patient, now: datetime
) -> dict[str, Any] | None:
    """What `patient/received.html` takes: how the clinic received the entry; None when there was nothing to tell.

    `assessment` is None while the entry is unjudged; `verdict` is how it reads to the patient.
    """
    reception = reception_of(entry, assessment, now=now)
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
        "do_not_wait": _do_not_wait(assessment, verdict, patient),
        "practice": patient.practice,
    }


def _closed(reception: Reception) -> str:
    return CLOSED.get(reception.outcome, LOOKED_AT) if reception.closed_at else ""


def _do_not_wait(assessment: Assessment | None, verdict: Verdict, patient: Patient) -> str:
    """What to do instead of waiting for the clinic to read the entry; empty while there is time for that."""
    if verdict.is_emergency:
        return f"don’t wait for them, call {lines_for(patient).emergency}."
    return "please call, don’t wait." if assessment is not None and assessment.urgency >= Urgency.URGENT else ""


def _at(moment: datetime | None, zone: ZoneInfo, today: date) -> str:
    return at(moment, zone, today) if moment else ""
