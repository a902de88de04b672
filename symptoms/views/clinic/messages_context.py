"""The messages with a patient and the notes about them on a practitioner's page, and ready-made words for the next."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from accounts.models import Patient, Practice, User
from symptoms.alerts.conversation import newest_of
from symptoms.forms.conversation import PracticeMessageForm
from symptoms.journal.verdicts import titles_of_flags
from symptoms.models import Alert, Note
from symptoms.views.clinic.open_alerts import UNDONE_WITHIN, OpenAlert
from symptoms.wording.conversation import quick_replies

SHOWN, UNFOLDED = 30, 3  # messages


def messages_with(
    patient: Patient,
    practice: Practice,
    open_alerts: Sequence[OpenAlert],
    now: datetime,
    form: PracticeMessageForm | None = None,
) -> dict[str, Any]:
    """What `messages.html` and `note.html` take, and whether a message waited lately; `form`: one that came back."""
    notes, inside = newest_of(patient, practice, SHOWN, UNFOLDED)
    seen = notes[0].pk if notes else None
    return {
        "notes_inside": inside,
        "talk_newest": notes[:UNFOLDED],
        "talk_earlier": notes[UNFOLDED:],
        "unread_message": next((note for note in notes if is_unread(note)), None),
        "is_just_read": any(note.read_at and note.read_at >= now - UNDONE_WITHIN for note in notes if is_theirs(note)),
        "message_form": form or PracticeMessageForm.blank(replies_about(_worst_of(open_alerts, patient)), seen),
    }


def is_theirs(note: Note) -> bool:
    """Whether the patient wrote it."""
    return note.kind == Note.Kind.FROM_PATIENT


def is_unread(note: Note) -> bool:
    """Whether it is a message of the patient that nobody here has read."""
    return is_theirs(note) and note.read_at is None


def replies_about(alert: Alert | None) -> Mapping[str, str]:
    """The ready-made replies: they name the concern of `alert`, which has its `flags`, as the patient has read it."""
    if alert is None:
        return quick_replies()
    (title,) = titles_of_flags([alert])
    return quick_replies(title, alert.raised_by.day)


def worst_concern(patient: Patient, by: User) -> Alert | None:
    """The most urgent concern that is open, with its `flags`."""
    concerns = Alert.objects.managed_by(by).open().filter(treatment__patient=patient, kind=Alert.Kind.CONCERN)
    concerns = concerns.with_flags().select_related("entry__treatment__patient")
    return concerns.order_by("-urgency", "worsened_at", "concern").first()


def _worst_of(open_alerts: Sequence[OpenAlert], patient: Patient) -> Alert | None:
    """The same, of what the page has read already: without a statement."""
    shown = next((each for each in open_alerts if each.alert.kind == Alert.Kind.CONCERN), None)
    if shown is None:
        return None
    alert = shown.alert
    alert.flags = list(shown.assessment.flags) if shown.assessment else []
    alert.raised_by.treatment = alert.treatment
    alert.treatment.patient = patient
    return alert
