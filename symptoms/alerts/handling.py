"""What practitioners do about alerts: read, "I have this", resolve, write."""

from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.access import record_access
from accounts.locks import lock_patient
from accounts.models import Patient, Practice, User
from symptoms.alerts.changed_since import PageSeen, check_seen
from symptoms.alerts.coming_back import moment_on, tried_again_at
from symptoms.alerts.conversation import SameIdOtherNote, keep, kept_before, message_to_patient, read_of_who_left
from symptoms.alerts.events import write_events
from symptoms.alerts.patient_status import refresh_status
from symptoms.alerts.read_receipts import RECORD
from symptoms.alerts.telling import colleagues_of
from symptoms.alerts.treatment_access import end_kept_access
from symptoms.models import Alert, AlertEvent, Delivery, Note, Treatment
from symptoms.models.alert import NEEDS_WORDS
from symptoms.models.delivery import reason_of
from symptoms.recovery.vocabulary import Urgency
from symptoms.wording.outcomes import detail_of

What = AlertEvent.What
LONGEST_WATCH = timedelta(days=366)


class IncompleteOutcome(ValueError):
    """An outcome lacks what goes with it, or has what does not: `field` is "reason", "until" or "comes_back_at"."""

    def __init__(self, field: str, words: str):
        super().__init__(words)
        self.field = field


def read_record(patient: Patient, *, by: User, now: datetime) -> None:
    """A practitioner opened the patient's page: keep who and when; `reading.first_read` tells from it what was read."""
    record_access(by, patient, RECORD, now)


@transaction.atomic
def acknowledge(treatment: Treatment, *, by: User, now: datetime, over_from: UUID | None = None) -> list[Alert]:
    """ "I have this": take all open alerts of the treatment that nobody holds; gives those taken.

    `over_from` is a colleague from whom what they hold is taken over as well; they are told.
    """
    patient = lock_patient(treatment.patient_id)  # of two who tap at once the second finds nothing free
    ours = Alert.objects.open().managed_by(by).with_holder().filter(treatment=treatment).select_related("practice")
    free = Q(is_held=False)
    if over_from not in (None, by.pk):
        free |= Q(acknowledged_by=over_from)
    taken = list(ours.filter(free))
    lost = [alert for alert in taken if alert.is_held and alert.acknowledged_by_id != by.pk]
    if taken:
        taking = {"acknowledged_at": now, "acknowledged_by": by, "next_step_at": None}
        Alert.objects.filter(pk__in=[alert.pk for alert in taken]).update(**taking)
        events = write_events(taken, What.ACKNOWLEDGED, at=now, by=by)
        if lost:
            lost[0].treatment.patient = patient
            _tell_who_lost_it(lost, events[0], now)
        refresh_status(patient)
    return taken


def _tell_who_lost_it(alerts: list[Alert], event: AlertEvent, now: datetime) -> None:
    """Queue a message to the colleague from whom these alerts of one treatment were taken over."""
    alert, urgency = alerts[0], max(alert.urgency for alert in alerts)
    practice, holder = alert.practice, alert.acknowledged_by_id
    assert practice is not None and holder is not None
    colleague = next((person for person in colleagues_of(practice, now) if person.user == holder), None)
    Delivery.objects.bulk_create(
        Delivery(
            alert=alert, recipient_id=holder, practice=practice, why=Delivery.Why.HOLDS, channel=way, urgency=urgency,
            reason=reason_of(Delivery.TAKEN_OVER, event.pk, urgency), created_at=now, not_before=now,
        )
        for way in (colleague.ways_for(urgency) if colleague else ())
    )  # fmt: skip


def resolve(alert: Alert, *, seen: int | None = None, **what: Any) -> bool:
    """Close an alert as `resolve_all` does; False when it stays as it is."""
    return bool(resolve_all({alert: seen}, **what))


@transaction.atomic
def resolve_all(
    alerts: Mapping[Alert, int | None],
    *,
    outcome: str,
    reason: str = "",
    until: date | None = None,
    comes_back_at: datetime | None = None,
    by: User,
    now: datetime,
    page: PageSeen | None = None,
) -> list[Alert]:
    """Write down what became of alerts of one patient; gives those of which it was.

    They close, but where they come back: at `comes_back_at`, on the day `until`, and with an outcome of `KEEP_OPEN`;
    one that nobody has is taken then. What somebody closed before stays as it is, and so does what rose above the
    urgency that the user was shown; None skips that check.

    Raises:
        IncompleteOutcome: no reason or moment where there must be one, or a moment that is not within a year to come.
        NeedsConfirmation: a colleague has one of them, or something came since the `page` that the user saw.
    """
    practice = by.practice_as_practitioner
    if outcome in NEEDS_WORDS and not reason.strip():
        words = _("Say why it is not a concern.") if outcome == "no_concern" else _("Say what with.")
        raise IncompleteOutcome("reason", words)
    comes_back_at = _moment(alerts, outcome, until, comes_back_at, practice, now)
    for patient_id in {alert.treatment.patient_id for alert in alerts}:
        lock_patient(patient_id)
    wanted = Alert.objects.open().managed_by(by).with_holder().filter(pk__in=[alert.pk for alert in alerts])
    ours = {alert.pk: alert for alert in wanted.select_related("acknowledged_by", "practice", "treatment__patient")}
    if page is not None:
        check_seen(ours.values(), page, by)
    ours_as_seen = {alert: seen for alert, seen in alerts.items() if alert.pk in ours}
    if comes_back_at is not None and practice is not None:
        free = [alert.pk for alert in ours.values() if not alert.is_held]
        return _keep_open(ours_as_seen, free, outcome, reason, comes_back_at, practice, by, now)
    closed = close(ours_as_seen, outcome, reason, by, now)
    if closed and practice is not None:
        end_kept_access(closed, practice)
    return closed


def _moment(
    alerts: Collection[Alert],
    outcome: str,
    until: date | None,
    comes_back_at: datetime | None,
    practice: Practice | None,
    now: datetime,
) -> datetime | None:
    """When it comes back, None where it closes. Raises IncompleteOutcome as `resolve_all` says."""
    field = "comes_back_at" if until is None else "until"
    if until is not None and outcome == "watching" and practice is not None:
        is_past = until < now.astimezone(practice.zone).date()
        comes_back_at = now if is_past else moment_on(until, practice, now)
    if comes_back_at is None and outcome == "not_reached" and practice is not None:
        worst = max((alert.urgency for alert in alerts), default=Urgency.CONTACT)
        return tried_again_at(worst, practice, now)
    if comes_back_at is None and outcome == "watching":
        raise IncompleteOutcome("until", _("Say until when."))
    if comes_back_at is not None and outcome == "no_concern":
        raise IncompleteOutcome(field, _("“Not a concern” closes it. Choose another outcome to look again."))
    if comes_back_at is not None and not now < comes_back_at <= now + LONGEST_WATCH:
        raise IncompleteOutcome(field, _("Choose a time to come, a year ahead at most."))
    return comes_back_at


def close(alerts: Mapping[Alert, int | None], outcome: str, reason: str, by: User, now: datetime) -> list[Alert]:
    """Close alerts of one patient as `resolve_all` does, whether or not `by` may still read what they are about.

    Call it inside a transaction, with the patient locked.
    """
    closing = {"resolved_at": now, "resolved_by": by, "kept_open_at": None, "watched_until": None}
    closing |= {"next_step_at": None, "comes_back_at": None}
    closed = _written(alerts, {**closing, "outcome": outcome}, reason.strip())
    if closed:
        write_events(closed, What.RESOLVED, at=now, by=by, detail=detail_of(outcome, reason.strip()))
        read_of_who_left(closed, by=by, now=now)
        refresh_status(closed[0].treatment.patient)
    return closed


def _keep_open(
    alerts: Mapping[Alert, int | None],
    free: list[UUID],
    outcome: str,
    reason: str,
    comes_back_at: datetime,
    practice: Practice,
    by: User,
    now: datetime,
) -> list[Alert]:
    day = None if outcome == "not_reached" else comes_back_at.astimezone(practice.zone).date()
    keeping = {"kept_open_at": now, "watched_until": day, "outcome": outcome}
    keeping |= {"comes_back_at": comes_back_at, "next_step_at": None}
    still_open = _written(alerts, keeping, reason.strip())
    taken = [alert for alert in still_open if alert.pk in free]
    Alert.objects.filter(pk__in=[alert.pk for alert in taken]).update(acknowledged_at=now, acknowledged_by=by)
    write_events(taken, What.ACKNOWLEDGED, at=now, by=by)
    write_events(still_open, What.KEPT_OPEN, at=now, by=by, detail=detail_of(outcome, reason.strip(), comes_back_at))
    if still_open:
        refresh_status(still_open[0].treatment.patient)
    return still_open


def _written(alerts: Mapping[Alert, int | None], values: Mapping[str, Any], reason: str) -> list[Alert]:
    """Those of the open alerts, no worse than the user was shown, that took the values and the reason."""
    reason_field: Any = Alert._meta.get_field("reason")
    return [
        alert
        for alert, seen in alerts.items()
        if Alert.objects.open()
        .filter(pk=alert.pk, urgency__lte=Urgency.EMERGENCY if seen is None else seen)
        .update(**values, reason=reason_field.sealed(alert, reason))
    ]


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
    treatment.patient = patient  # whose key seals the note
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
