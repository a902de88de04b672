"""From what was said about an entry to what practitioners must look at, and whom to tell."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime
from enum import Enum
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db.models import QuerySet

from accounts.compiled_queries import CompiledQuery
from symptoms.alerts.answering import close_settled
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


BY_AN_ENTRY = (Change.WRITTEN, Change.AMENDED, Change.JUDGED)


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
    open_by_concern = _open_by_concern(open_alerts, treatment)
    opened, worsened = _follow(open_by_concern, entry, assessed, now, change, before or {}, lost)
    open_alerts += opened
    if patient.practice is None:
        open_alerts = close_settled(open_alerts, now=now)
    elif opened or worsened:
        if opened:
            give_access_to_present_practice(treatment, now)
        urgency = max(alert.urgency for alert in [*opened, *worsened])
        queued = tell(patient.practice, treatment, entry, urgency, now=now, open_alerts=open_alerts)
    if newest_treatment.id == treatment.id:
        newest, assessment = assessed[-1]
        keep_status(patient, treatment, newest, assessment.urgency, open_alerts)
    else:
        refresh_status(patient)
    return queued


def _open_by_concern(open_alerts: Iterable[Alert], treatment: Treatment) -> dict[str, Alert]:
    """What is open of a treatment at the practice that its patient has now, or, alone, at none."""
    now_at = treatment.id, treatment.patient.practice_id, Alert.Kind.CONCERN
    here = (alert for alert in open_alerts if (alert.treatment_id, alert.practice_id, alert.kind) == now_at)
    return {alert.concern: alert for alert in here}


def _follow(
    open_by_concern: dict[str, Alert],
    entry: Entry,
    assessed: list[tuple[Entry, Assessment]],
    now: datetime,
    change: Change,
    before: Mapping[str, Urgency],
    lost: Callable[[Alert], bool],
) -> tuple[list[Alert], list[Alert]]:
    """Open alerts, and bring those that are open to what was assessed; gives the opened and the worsened."""
    raised, current = _raised_by(assessed), _urgencies(assessed[-1:])
    alerts = open_by_concern.values()
    states = {alert.pk: _state(alert) for alert in alerts}
    is_new = {
        *_urgencies(assessed[:-1]),
        *(c for c, level in current.items() if level > before.get(c, Urgency.ON_TRACK)),
    }
    opened = _open({c: raised[c] for c in raised if c in is_new and c not in open_by_concern}, current, now)
    risen = [alert for alert in alerts if alert.concern in raised and raised[alert.concern][0] > alert.urgency]
    relapsed = [alert for alert in alerts if alert not in risen and _has_relapsed(alert, current, change)]
    for alert in [*risen, *relapsed]:
        (alert.urgency, alert.entry), alert.worsened_at, alert.cleared_at = raised[alert.concern], now, None
    if change in BY_AN_ENTRY:
        _follow_the_entries(alerts, entry, assessed[-1][0], raised, current, is_amended=change is Change.AMENDED)
    changed_away = _note_what_changed(open_by_concern, raised, current, now, change, lost)
    changed = [alert for alert in alerts if _state(alert) != states[alert.pk]]
    if changed:
        Alert.objects.bulk_update(changed, FOLLOWED)
    for what, about in (
        (What.OPENED, opened),
        (What.ROSE, risen),
        (What.RELAPSED, relapsed),
        (What.ANSWERS_CHANGED, changed_away),
    ):
        write_events(about, what, at=now)
    return opened, [*risen, *relapsed]


def _has_relapsed(alert: Alert, current: Mapping[str, Urgency], change: Change) -> bool:
    """Whether a new entry brings the concern back to its peak after the answers had been well in between."""
    return change in BY_AN_ENTRY and alert.cleared_at is not None and current.get(alert.concern) == alert.urgency


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


def _follow_the_entries(
    alerts: Collection[Alert],
    entry: Entry,
    newest: Entry,
    raised: Mapping[str, tuple[Urgency, Entry]],
    current: Mapping[str, Urgency],
    *,
    is_amended: bool,
) -> None:
    """An alert is about the newest answer of its day, and of an emergency about the newest day that is one."""
    others = {id for alert in alerts if alert.concern in raised and (id := alert.entry_id)} - {entry.pk}
    of_this_day = entry.treatment.entries.filter(pk__in=others, day=entry.day).values_list("pk", flat=True)
    replaced = set(of_this_day) if others and is_amended else set()
    for alert in alerts:
        if alert.entry_id in replaced and alert.concern in raised:
            alert.entry = entry
        if current.get(alert.concern) == alert.urgency == Urgency.EMERGENCY:
            alert.entry = newest


def _raised_by(assessed: list[tuple[Entry, Assessment]]) -> dict[str, tuple[Urgency, Entry]]:
    """The highest urgency of each concern, from `contact` up, and the entry that raised it so high."""
    highest: dict[str, tuple[Urgency, Entry]] = {}
    for entry, assessment in assessed:
        for flag in assessment.flags:
            concern = str(flag.concern)
            if flag.urgency >= Urgency.CONTACT and (concern not in highest or flag.urgency > highest[concern][0]):
                highest[concern] = flag.urgency, entry
    return highest


def _urgencies(assessed: list[tuple[Entry, Assessment]]) -> dict[str, Urgency]:
    """The highest urgency of each concern, from `contact` up."""
    return {concern: urgency for concern, (urgency, _entry) in _raised_by(assessed).items()}


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


def _open(raised: dict[str, tuple[Urgency, Entry]], current: dict[str, Urgency], now: datetime) -> list[Alert]:
    """Open an alert for each concern of `raised`; a late day may raise what the newest answers no longer do."""
    alerts = [_new(entry, urgency, now, concern=concern) for concern, (urgency, entry) in raised.items()]
    for alert in alerts:
        alert.current_urgency = current.get(alert.concern, Urgency.ON_TRACK)
        alert.cleared_at = None if alert.concern in current else now
    return Alert.objects.bulk_create(alerts)


def _state(alert: Alert) -> tuple[Any, ...]:
    return (
        alert.urgency, alert.current_urgency, alert.entry_id, alert.worsened_at, alert.cleared_at,
        alert.answers_changed_at,
    )  # fmt: skip


def _note_what_changed(
    open_by_concern: dict[str, Alert],
    raised: Mapping[str, Any],
    current: dict[str, Urgency],
    now: datetime,
    change: Change,
    lost: Callable[[Alert], bool],
) -> list[Alert]:
    """Keep what the newest answers raise beside each alert; gives those from which changed answers took the ground."""
    changed_away = []
    for concern, alert in open_by_concern.items():
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
