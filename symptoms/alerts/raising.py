"""From what was said about an entry to what practitioners must look at, and whom to tell."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import F, QuerySet

from accounts.compiled_queries import CompiledQuery
from symptoms.alerts.answering import close_settled
from symptoms.alerts.escalation import STEPS, begin_steps
from symptoms.alerts.events import write_events
from symptoms.alerts.following import BY_AN_ENTRY, Change, Followed, follow, new_alert
from symptoms.alerts.patient_status import keep_status, refresh_status
from symptoms.alerts.quiet import note_log
from symptoms.alerts.telling import tell
from symptoms.alerts.treatment_access import give_access_to_present_practice
from symptoms.models import Alert, AlertEvent, Delivery, Entry, Treatment
from symptoms.recovery.vocabulary import Urgency

if TYPE_CHECKING:
    from symptoms.recovery.assessment import Assessment

What = AlertEvent.What
FOLLOWED = [
    "urgency", "current_urgency", "entry", "worsened_at", "cleared_at", "answers_changed_at", "comes_back_at", *STEPS,
]  # fmt: skip


# Named one by one: SQLite plans anew, each time, a statement that says not "left", since conditions of indexes do.
ABOUT_RECOVERY = [kind for kind in Alert.Kind if kind != Alert.Kind.LEFT]


def open_alerts_about(patient_id: UUID) -> QuerySet[Alert]:
    """What is open about a patient's recovery, whichever practice must answer it; each with its `entry_day`."""
    alerts = Alert.objects.open().filter(kind__in=ABOUT_RECOVERY, treatment__patient=patient_id)
    return alerts.annotate(entry_day=F("entry__day"))  # type: ignore[no-redef]  # declared on the model


read_open_alerts = CompiledQuery(open_alerts_about)


def raise_alerts(
    newest_treatment: Treatment,
    entry: Entry,
    assessed: list[tuple[Entry, Assessment]],
    *,
    now: datetime,
    change: Change,
    before: Mapping[str, Urgency] | None = None,
    lost: Callable[[Alert], bool] = lambda alert: False,
) -> list[Delivery]:
    """Open, raise or note alerts for what was made of the entries in `assessed`, the newest of the treatment last.

    `before`: where the newest was only judged again, what each concern stood at before. What it was raised for then is
    not raised again: a practitioner may have closed it since. `lost` says of an open alert whether the answers that
    raised it no longer do.

    One open alert for a concern of a treatment: its urgency only rises, it never closes by itself, and whoever holds it
    keeps it. One message to a recipient, however many concerns opened, rose or relapsed. Without a practice nobody is
    told; the alert stands on the patient's own pages. `newest_treatment` is the one by which the patient stands;
    `entry` may belong to an earlier one. Gives the messages that were queued.
    """
    queued: list[Delivery] = []
    treatment, patient = entry.treatment, entry.treatment.patient
    open_alerts = read_open_alerts(patient.pk)
    followed = follow(open_alerts, entry, assessed, now=now, change=change, before=before or {}, lost=lost)
    told_now = begin_steps([*followed.opened, *followed.risen, *followed.relapsed], patient.practice, now)
    _store(followed, open_alerts if change in BY_AN_ENTRY else [], now)
    open_alerts += followed.opened
    if patient.practice is None:
        open_alerts = close_settled(open_alerts, now=now)
    elif followed.opened:
        give_access_to_present_practice(treatment, now)
    if patient.practice is not None and told_now:
        urgency = max(alert.urgency for alert in told_now)
        queued = tell(patient.practice, treatment, entry, urgency, now=now, open_alerts=open_alerts)
    _keep_status(newest_treatment, entry, assessed[-1], open_alerts, change)
    return queued


def _keep_status(
    newest_treatment: Treatment,
    entry: Entry,
    newest: tuple[Entry, Assessment],
    open_alerts: list[Alert],
    change: Change,
) -> None:
    patient = entry.treatment.patient
    logged_at = entry.received_at if change in (Change.WRITTEN, Change.AMENDED) else None
    if newest_treatment.id == entry.treatment.id:
        keep_status(patient, newest_treatment, newest[0], newest[1].urgency, open_alerts, logged_at=logged_at)
    else:
        refresh_status(patient, logged_at=logged_at)


def _store(followed: Followed, logged_with: list[Alert], now: datetime) -> None:
    """`logged_with`: what is open of a patient who has just logged."""
    note_log(logged_with, now)
    if followed.opened:
        Alert.objects.bulk_create(followed.opened)
    if followed.changed:
        Alert.objects.bulk_update(followed.changed, FOLLOWED)
    for what, alerts in (
        (What.OPENED, followed.opened),
        (What.ROSE, followed.risen),
        (What.RELAPSED, followed.relapsed),
        (What.ANSWERS_CHANGED, followed.changed_away),
    ):
        if alerts:
            write_events(alerts, what, at=now)


def raise_unjudged(entry: Entry, *, now: datetime) -> list[Delivery]:
    """Ask the practice to read an entry that could not be judged, at `contact`; gives the messages that were queued."""
    queued: list[Delivery] = []
    treatment, practice = entry.treatment, entry.treatment.patient.practice
    waiting = Alert.objects.open().filter(treatment=treatment, kind=Alert.Kind.UNJUDGED)
    if practice is not None and not waiting.exists():
        give_access_to_present_practice(treatment, now)
        alert = new_alert(entry, Urgency.CONTACT, now, kind=Alert.Kind.UNJUDGED)
        told_now = begin_steps([alert], practice, now)
        alert.save(force_insert=True)
        write_events([alert], What.OPENED, at=now)
        if told_now:
            open_alerts = read_open_alerts(treatment.patient_id)
            queued = tell(practice, treatment, entry, Urgency.CONTACT, now=now, open_alerts=open_alerts)
    note_log(list(Alert.objects.open().filter(treatment__patient=treatment.patient_id)), now)
    refresh_status(treatment.patient, logged_at=entry.received_at)
    return queued
