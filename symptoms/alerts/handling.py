"""What practitioners do about alerts: read, "I have this", resolve, write."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.access import record_access
from accounts.locks import lock_patient
from accounts.models import Patient, User
from symptoms.alerts.conversation import SameIdOtherNote, keep, kept_before, message_to_patient
from symptoms.alerts.events import write_events
from symptoms.alerts.patient_status import refresh_status
from symptoms.alerts.read_receipts import RECORD
from symptoms.alerts.treatment_access import end_kept_access
from symptoms.models import Alert, AlertEvent, Note, Treatment
from symptoms.models.alert import KEEP_OPEN, OUTCOMES
from symptoms.recovery.vocabulary import Urgency

What = AlertEvent.What
LONGEST_WATCH = timedelta(days=366)


class IncompleteOutcome(ValueError):
    """An outcome lacks what goes with it: `field` is "reason" or "until", and the words say what is missing."""

    def __init__(self, field: str, words: str):
        super().__init__(words)
        self.field = field


def read_record(patient: Patient, *, by: User, now: datetime) -> None:
    """A practitioner opened the patient's page: keep who and when; `reading.first_read` tells from it what was read."""
    record_access(by, patient, RECORD, now)


@transaction.atomic
def acknowledge(treatment: Treatment, *, by: User, now: datetime, over_from: UUID | None = None) -> list[Alert]:
    """ "I have this": take all open alerts of the treatment that nobody holds; gives those taken.

    `over_from` is a colleague from whom what they hold is taken over as well.
    """
    lock_patient(treatment.patient_id)  # of two who tap at once the second finds nothing free
    ours = Alert.objects.open().managed_by(by).with_holder().filter(treatment=treatment)
    free = Q(is_held=False)
    if over_from not in (None, by.pk):
        free |= Q(acknowledged_by=over_from)
    taken = list(ours.filter(free))
    if taken:
        taking = {"acknowledged_at": now, "acknowledged_by": by, "next_step_at": None}
        Alert.objects.filter(pk__in=[alert.pk for alert in taken]).update(**taking)
        write_events(taken, What.ACKNOWLEDGED, at=now, by=by)
    return taken


def resolve(
    alert: Alert,
    *,
    outcome: str,
    reason: str = "",
    until: date | None = None,
    by: User,
    now: datetime,
    seen: int | None = None,
) -> bool:
    """Close an alert as `resolve_all` does; False when it stays as it is."""
    return bool(resolve_all({alert: seen}, outcome=outcome, reason=reason, until=until, by=by, now=now))


@transaction.atomic
def resolve_all(
    alerts: Mapping[Alert, int | None],
    *,
    outcome: str,
    reason: str = "",
    until: date | None = None,
    by: User,
    now: datetime,
) -> list[Alert]:
    """Write down what became of alerts of one patient; gives those of which it was. They close, but for an outcome of
    `KEEP_OPEN`: whoever was not reached, or is watched `until` a date, is still to be dealt with.

    One that somebody closed before stays as it is, and so does one that rose above the urgency that the user was
    shown; None skips that check.

    Raises:
        IncompleteOutcome: "no_concern" without a reason; "watching" without a day to come, a year ahead at most.
    """
    practice = by.practice_as_practitioner
    if outcome == "no_concern" and not reason.strip():
        raise IncompleteOutcome("reason", _("Say why it is not a concern."))
    if outcome == "watching":
        _check_day(until, now.astimezone(practice.zone).date() if practice else now.date())
    for patient_id in {alert.treatment.patient_id for alert in alerts}:
        lock_patient(patient_id)
    ours = set(Alert.objects.open().managed_by(by).filter(pk__in=[alert.pk for alert in alerts]))
    ours_as_seen = {alert: seen for alert, seen in alerts.items() if alert in ours}
    if outcome in KEEP_OPEN:
        return _keep_open(ours_as_seen, outcome, reason, until if outcome == "watching" else None, by, now)
    closed = close(ours_as_seen, outcome, reason, by, now)
    if closed and practice is not None:
        end_kept_access(closed, practice)
    return closed


def _check_day(until: date | None, today: date) -> None:
    """Raises IncompleteOutcome where `until` is no day on which somebody could look again."""
    if until is None:
        raise IncompleteOutcome("until", _("Say until which day."))
    if not today <= until <= today + LONGEST_WATCH:
        raise IncompleteOutcome("until", _("Choose a day from today on, a year ahead at most."))


def close(alerts: Mapping[Alert, int | None], outcome: str, reason: str, by: User, now: datetime) -> list[Alert]:
    """Close alerts of one patient as `resolve_all` does, whether or not `by` may still read what they are about.

    Call it inside a transaction, with the patient locked.
    """
    closing = {"resolved_at": now, "resolved_by": by, "kept_open_at": None, "watched_until": None}
    closing |= {"next_step_at": None, "comes_back_at": None}
    closed = _written(alerts, {**closing, "outcome": outcome, "reason": reason.strip()})
    if closed:
        write_events(closed, What.RESOLVED, at=now, by=by, detail=_detail(outcome, reason))
        refresh_status(closed[0].treatment.patient)
    return closed


def _keep_open(
    alerts: Mapping[Alert, int | None], outcome: str, reason: str, until: date | None, by: User, now: datetime
) -> list[Alert]:
    keeping = {"kept_open_at": now, "watched_until": until, "outcome": outcome, "reason": reason.strip()}
    still_open = _written(alerts, keeping)
    write_events(still_open, What.KEPT_OPEN, at=now, by=by, detail=_detail(outcome, reason, until))
    return still_open


def _written(alerts: Mapping[Alert, int | None], values: Mapping[str, Any]) -> list[Alert]:
    """Those of the open alerts, no worse than the user was shown, that took the values."""
    return [
        alert
        for alert, seen in alerts.items()
        if Alert.objects.open()
        .filter(pk=alert.pk, urgency__lte=Urgency.EMERGENCY if seen is None else seen)
        .update(**values)
    ]


def _detail(outcome: str, reason: str, until: date | None = None) -> str:
    """ "Watching until 5 Dec 2026: rang her"."""
    words = str(dict(OUTCOMES)[outcome])
    if until is not None:
        words = _("{watching} {date}").format(watching=words, date=date_format(until, _("j M Y")))
    return _("{outcome}: {reason}").format(outcome=words, reason=reason.strip()) if reason.strip() else words


@transaction.atomic
def write_note(
    treatment: Treatment, *, id: UUID, text: str, for_patient: bool, by: User, now: datetime, seen: UUID | None = None
) -> Note:
    """Keep a note for the practice, or a short message that the patient reads and is told of. The same `id` once.

    A message answers what the patient wrote up to the message `seen` (None: all of it), which then counts as read.

    Raises:
        SameIdOtherNote: the writer used the id for another note.
        ForeignNoteId: the id belongs to a note that somebody else wrote.
        PermissionDenied: the treatment is not open to the practice of `by`.
    """
    patient, text = lock_patient(treatment.patient_id), text.strip()
    practice = by.practice_as_practitioner
    if practice is None or not Treatment.objects.managed_by(by).filter(pk=treatment.pk).exists():
        raise PermissionDenied
    kind = Note.Kind.TO_PATIENT if for_patient else Note.Kind.INSIDE
    earlier = kept_before(id, by=by, text=text, kind=kind, practice=practice)
    if earlier is not None:
        if earlier.treatment_id != treatment.pk:
            raise SameIdOtherNote
        return earlier
    note = keep(id, treatment=treatment, practice=practice, author=by, text=text, kind=kind, written_at=now)
    if for_patient:
        message_to_patient(note, patient, by=by, now=now, seen=seen)
    return note
