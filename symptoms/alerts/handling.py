"""What practitioners do about alerts: read, "I have this", resolve, write."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from accounts.access import record_access
from accounts.models import Patient, User
from symptoms.alerts.reading import RECORD
from symptoms.alerts.standing import refresh_standing
from symptoms.models import Alert, AlertEvent, Delivery, Note, Treatment
from symptoms.recovery.vocabulary import Urgency

What = AlertEvent.What


class SameIdOtherNote(Exception):
    """The id was used for another note before."""


def read_record(patient: Patient, *, by: User, now: datetime) -> None:
    """A practitioner opened the patient's page: keep who and when; `reading.first_read` tells from it what was read."""
    record_access(by, patient, RECORD, now)


@transaction.atomic
def acknowledge(treatment: Treatment, *, by: User, now: datetime, over_from: UUID | None = None) -> list[Alert]:
    """ "I have this": take all open alerts of the treatment that nobody holds; gives those taken.

    `over_from` is a colleague from whom what they hold is taken over as well.
    """
    # Found and taken in one writing transaction: of two who tap at once the second finds nothing free.
    ours = Alert.objects.open().managed_by(by).with_holder().filter(treatment=treatment)
    free = Q(is_held=False)
    if over_from not in (None, by.pk):
        free |= Q(acknowledged_by=over_from)
    taken = list(ours.filter(free))
    if taken:
        Alert.objects.filter(pk__in=[alert.pk for alert in taken]).update(acknowledged_at=now, acknowledged_by=by)
        _note(taken, What.ACKNOWLEDGED, by, now)
    return taken


def resolve(alert: Alert, *, outcome: str, reason: str = "", by: User, now: datetime, seen: int | None = None) -> bool:
    """Close an alert as `resolve_all` does; False when it stays as it is."""
    return bool(resolve_all({alert: seen}, outcome=outcome, reason=reason, by=by, now=now))


@transaction.atomic
def resolve_all(
    alerts: Mapping[Alert, int | None], *, outcome: str, reason: str = "", by: User, now: datetime
) -> list[Alert]:
    """Close alerts of one patient with what became of them; gives those closed. "Not a concern" needs a reason.

    One that somebody closed before stays as it is, and so does one that rose above the urgency at which it was read
    (None: at whichever it has): nobody closes what they have not seen.

    Raises:
        ValueError: "no_concern" without a reason.
    """
    if outcome == "no_concern" and not reason.strip():
        raise ValueError("Say why it is not a concern.")
    said = {"resolved_at": now, "resolved_by": by, "outcome": outcome, "reason": reason.strip()}
    closed = []
    for alert, seen in alerts.items():
        known = Alert.objects.open().filter(pk=alert.pk, urgency__lte=Urgency.EMERGENCY if seen is None else seen)
        closed += [alert] if known.update(**said) else []
    if closed:
        detail = f"{dict(Alert.outcome.field.choices)[outcome]}{': ' if reason.strip() else ''}{reason.strip()}"
        _note(closed, What.RESOLVED, by, now, detail=detail[:500])
        refresh_standing(closed[0].treatment.patient)
    return closed


@transaction.atomic
def write_note(treatment: Treatment, *, id: UUID, text: str, for_patient: bool, by: User, now: datetime) -> Note:
    """Keep a note for the practice, or a short message that the patient reads and is told of. The same `id` once.

    Raises:
        SameIdOtherNote: the id belongs to another note.
    """
    note, is_new = Note.objects.get_or_create(
        id=id,
        defaults={
            "treatment": treatment, "practice": by.practice_as_practitioner, "author": by, "text": text.strip(),
            "for_patient": for_patient, "written_at": now,
        },
    )  # fmt: skip
    if not is_new:
        if (note.treatment_id, note.text, note.for_patient, note.author_id) != (
            treatment.id, text.strip(), for_patient, by.id,
        ):  # fmt: skip
            raise SameIdOtherNote
        return note
    if for_patient and treatment.patient.user_id is not None:
        Delivery.objects.create(
            note=note, recipient_id=treatment.patient.user_id, why=Delivery.Why.PATIENT, created_at=now, not_before=now
        )
    return note


def _note(alerts: list[Alert], what: str, by: User, now: datetime, detail: str = "") -> None:
    AlertEvent.objects.bulk_create(
        AlertEvent(alert=alert, what=what, urgency=alert.urgency, actor=by, at=now, detail=detail) for alert in alerts
    )
