"""What a patient reads of how the clinic received an entry."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.models import Patient
from symptoms.journal.practice_response import Told, reception_of
from symptoms.models import Assessment, Entry

CLOSED = {
    "advice": _("Your clinic gave you advice"),
    "seen": _("You were seen"),
    "treated": _("You were treated"),
    "referred": _("You were referred"),
    "emergency": _("Your clinic sent you to an emergency department"),
    "elsewhere": _("Your clinic knows that you went elsewhere"),
}
LOOKED_AT = _("Your clinic looked at this")  # not a concern, and whatever an older version knew


def received(entry: Entry, assessment: Assessment | None, patient: Patient, now: datetime) -> dict[str, Any] | None:
    """What `patient/received.html` takes: how the clinic received the entry; None when there was nothing to tell.

    `assessment` is None while the entry is unjudged.
    """
    reception = reception_of(entry, assessment, now=now)
    is_closed = reception.closed_at is not None  # and stays so when the patient leaves
    if reception.told is Told.NOT_NEEDED or (patient.practice is None and not is_closed):
        return None
    is_unread = reception.read_at is None and (reception.taken_at is None or reception.is_worse_since)
    # Whoever reads it or has it knows of it, whether or not a message arrived.
    told = reception.told if is_unread or reception.told is not Told.NOT_TOLD else Told.TOLD
    return asdict(reception) | {
        "state": told.name.lower(),
        "is_unread": is_unread,
        "closed": CLOSED.get(reception.outcome, LOOKED_AT) if is_closed else "",
        "practice": patient.practice,
    }
