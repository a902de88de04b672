"""From what was said about an entry to what practitioners must look at, and whom to tell."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from enum import Enum
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db.models import QuerySet

from accounts.compiled_queries import CompiledQuery
from symptoms.alerts.events import write_events
from symptoms.alerts.patient_status import keep_status, refresh_status
from symptoms.alerts.telling import tell
from symptoms.alerts.treatment_access import give_access_to_present_practice
from symptoms.models import Alert, AlertEvent, Delivery, Entry, Treatment
from symptoms.recovery.vocabulary import Urgency

if TYPE_CHECKING:
    from symptoms.recovery.assessment import Assessment

What = AlertEvent.What
FOLLOWED = ["urgency", "current_urgency", "entry", "worsened_at", "cleared_at", "answers_changed_at"]


def open_alerts_about(patient_id: UUID) -> QuerySet[Alert]:
    """What is open about a patient's recovery, whichever practice must answer it."""
    return Alert.objects.open().exclude(kind=Alert.Kind.LEFT).filter(treatment__patient=patient_id)


read_open_alerts = CompiledQuery(open_alerts_about)


class Change(Enum):
    """Why days were judged: it decides what an alert that no longer holds has to say."""

    WRITTEN = "a day was written down"
    AMENDED = "a day was answered anew"
    JUDGED = "an entry that could not be judged has been"
    TREATMENT = "the treatment was corrected"
    PROTOCOL = "another version of the protocol judges"
    LINKED = "a practice came to care for the patient"


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
    keeps it. One message to a recipient, however many concerns opened, rose or relapsed. Without a practice there is
    nobody to alert. `newest_treatment` is the one by which the patient stands; `entry` may belong to an earlier one.
    Gives the messages that were queued.
    """
    queued: list[Delivery] = []
    treatment, patient = entry.treatment, entry.treatment.patient
    open_alerts = read_open_alerts(patient.pk)
    if patient.practice is not None:
        here = {a.concern: a for a in open_alerts if a.treatment_id == treatment.id and a.kind == Alert.Kind.CONCERN}
        assessments = [assessment for _, assessment in assessed]
        opened, worsened = _follow(here, entry, assessments, now, change, before or {}, lost)
        if opened:
            give_access_to_present_practice(treatment, now)
        if opened or worsened:
            urgency = max(alert.urgency for alert in [*opened, *worsened])
            queued = tell(patient.practice, treatment, entry, urgency, now=now, open_alerts=open_alerts)
        open_alerts += opened
    if newest_treatment.id == treatment.id:
        newest, assessment = assessed[-1]
        keep_status(patient, treatment, newest, assessment.urgency, open_alerts)
    else:
        refresh_status(patient)
    return queued


def _follow(
    here: dict[str, Alert],
    entry: Entry,
    assessments: list[Assessment],
    now: datetime,
    change: Change,
    before: Mapping[str, Urgency],
    lost: Callable[[Alert], bool],
) -> tuple[list[Alert], list[Alert]]:
    """Open alerts, and bring those open `here` (by concern) to what was assessed; gives the opened and the worsened."""
    raised, current = _urgencies(assessments), _urgencies(assessments[-1:])
    states = {alert.pk: _state(alert) for alert in here.values()}
    news = {*_urgencies(assessments[:-1]), *(c for c, at in current.items() if at > before.get(c, Urgency.ON_TRACK))}
    opened = _open(entry, {c: urgency for c, urgency in raised.items() if c in news and c not in here}, current, now)
    risen = [alert for concern, alert in here.items() if raised.get(concern, 0) > alert.urgency]
    relapsed = [alert for alert in here.values() if alert not in risen and _has_relapsed(alert, current, change)]
    for alert in [*risen, *relapsed]:
        alert.urgency, alert.entry, alert.worsened_at, alert.cleared_at = raised[alert.concern], entry, now, None
    changed_away = _note_what_changed(here, raised, current, now, change, lost)
    changed = [alert for alert in here.values() if _state(alert) != states[alert.pk]]
    if changed:
        Alert.objects.bulk_update(changed, FOLLOWED)
    for what, alerts in (
        (What.OPENED, opened),
        (What.ROSE, risen),
        (What.RELAPSED, relapsed),
        (What.ANSWERS_CHANGED, changed_away),
    ):
        write_events(alerts, what, at=now)
    return opened, [*risen, *relapsed]


def _has_relapsed(alert: Alert, current: Mapping[str, Urgency], change: Change) -> bool:
    """Whether a new entry brings the concern back to its peak after the answers had been well in between."""
    is_by_an_entry = change in (Change.WRITTEN, Change.AMENDED, Change.JUDGED)
    return is_by_an_entry and alert.cleared_at is not None and current.get(alert.concern) == alert.urgency


def raise_unjudged(entry: Entry, *, now: datetime) -> list[Delivery]:
    """Ask the practice to read an entry that could not be judged, at `contact`; gives the messages that were queued."""
    queued: list[Delivery] = []
    treatment, practice = entry.treatment, entry.treatment.patient.practice
    waiting = Alert.objects.open().filter(treatment=treatment, kind=Alert.Kind.UNJUDGED)
    if practice is not None and not waiting.exists():
        give_access_to_present_practice(treatment, now)
        alert = _new(entry, Urgency.CONTACT, now, kind=Alert.Kind.UNJUDGED)
        alert.save(force_insert=True)
        write_events([alert], What.OPENED, at=now)
        open_alerts = read_open_alerts(treatment.patient_id)
        queued = tell(practice, treatment, entry, Urgency.CONTACT, now=now, open_alerts=open_alerts)
    refresh_status(treatment.patient)
    return queued


def _urgencies(assessments: Any) -> dict[str, Urgency]:
    """The highest urgency of each concern, from `contact` up."""
    highest: dict[str, Urgency] = {}
    for flag in (flag for assessment in assessments for flag in assessment.flags):
        if flag.urgency >= Urgency.CONTACT:
            highest[str(flag.concern)] = max(flag.urgency, highest.get(str(flag.concern), flag.urgency))
    return highest


def _new(entry: Entry, urgency: Urgency, now: datetime, **kind: Any) -> Alert:
    return Alert(
        treatment=entry.treatment,
        practice=entry.treatment.patient.practice,
        entry=entry,
        urgency=urgency,
        current_urgency=urgency,
        opened_at=now,
        worsened_at=now,
        **kind,
    )


def _open(entry: Entry, raised: dict[str, Urgency], current: dict[str, Urgency], now: datetime) -> list[Alert]:
    """Open an alert for each concern of `raised`; a late day may raise what the newest answers no longer do."""
    alerts = [_new(entry, urgency, now, concern=concern) for concern, urgency in raised.items()]
    for alert in alerts:
        alert.current_urgency = current.get(alert.concern, Urgency.ON_TRACK)
        alert.cleared_at = None if alert.concern in current else now
    return Alert.objects.bulk_create(alerts)


def _state(alert: Alert) -> tuple[Any, ...]:
    return alert.urgency, alert.current_urgency, alert.worsened_at, alert.cleared_at, alert.answers_changed_at


def _note_what_changed(
    open_alerts: dict[str, Alert],
    raised: dict[str, Urgency],
    current: dict[str, Urgency],
    now: datetime,
    change: Change,
    lost: Callable[[Alert], bool],
) -> list[Alert]:
    """Keep what the newest answers raise beside each alert; gives those from which changed answers took the ground."""
    changed_away = []
    for concern, alert in open_alerts.items():
        alert.current_urgency = current.get(concern, Urgency.ON_TRACK)
        if concern in current:
            alert.answers_changed_at = None  # something does raise it
        elif alert.cleared_at is None:
            alert.cleared_at = now
        is_noted = alert.answers_changed_at is not None and change is not Change.AMENDED
        if concern not in raised and not is_noted and lost(alert):
            alert.answers_changed_at = now
            changed_away.append(alert)
    return changed_away
