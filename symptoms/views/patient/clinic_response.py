"""What a patient reads of how the clinic received an entry."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from accounts.models import Patient
from symptoms.journal.practice_response import Told, reception_of
from symptoms.journal.verdicts import lines_for
from symptoms.models import Assessment, Entry
from symptoms.recovery.vocabulary import Urgency
from symptoms.wording.patient import Verdict

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
    is_closed = reception.closed_at is not None  # and stays so when the patient leaves
    if reception.told is Told.NOT_NEEDED or (patient.practice is None and not is_closed):
        return None
    return asdict(reception) | {
        "state": reception.told.name.lower(),
        "is_unread": reception.read_at is None and (reception.taken_at is None or reception.is_worse_since),
        "closed": CLOSED.get(reception.outcome, LOOKED_AT) if is_closed else "",
        "do_not_wait": _do_not_wait(assessment, verdict, patient),
        "practice": patient.practice,
    }


def _do_not_wait(assessment: Assessment | None, verdict: Verdict, patient: Patient) -> str:
    """What to do instead of waiting for the clinic to read the entry; empty while there is time for that."""
    if verdict.is_emergency:
        return f"don’t wait for them, call {lines_for(patient).emergency}."
    return "please call, don’t wait." if assessment is not None and assessment.urgency >= Urgency.URGENT else ""
