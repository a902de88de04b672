"""What the open alerts of a treatment become by what was made of its days: worked out here, stored by `raising`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import TYPE_CHECKING, Any

from symptoms.models import Alert, Entry, Treatment
from symptoms.recovery.vocabulary import Urgency

if TYPE_CHECKING:
    from symptoms.recovery.assessment import Assessment

    Assessed = list[tuple[Entry, Assessment]]


class Change(Enum):
    """Why days were judged: it decides what an alert that no longer holds has to say."""

    WRITTEN = "a day was written down"
    AMENDED = "a day was answered anew"
    JUDGED = "an entry that could not be judged has been"
    TREATMENT = "the treatment was corrected"
    PROTOCOL = "another version of the protocol judges"
    LINKED = "a practice came to care for the patient"


BY_AN_ENTRY = (Change.WRITTEN, Change.AMENDED, Change.JUDGED)


@dataclass(frozen=True)
class Followed:
    """Alerts that are new, that rose, that came back, whose answers were changed; `changed`: all to be stored again."""

    opened: list[Alert]
    risen: list[Alert]
    relapsed: list[Alert]
    changed_away: list[Alert]
    changed: list[Alert]


def follow(
    open_alerts: Iterable[Alert],
    entry: Entry,
    assessed: Assessed,
    *,
    now: datetime,
    change: Change,
    before: Mapping[str, Urgency],
    lost: Callable[[Alert], bool],
) -> Followed:
    """Say which alerts open, and bring those of `open_alerts` that are of the entry's treatment to what was assessed.

    Stores nothing; no open alert falls or closes here. `assessed`, `before` and `lost` as in `raising.raise_alerts`;
    each of `open_alerts` with its `entry_day`.
    """
    open_by_concern = _by_concern(open_alerts, entry.treatment)
    raised, current = _raised_by(assessed), _urgencies(assessed[-1:])
    alerts = open_by_concern.values()
    states = {alert.pk: _state(alert) for alert in alerts}
    is_new = {
        *_urgencies(assessed[:-1]),
        *(c for c, level in current.items() if level > before.get(c, Urgency.ON_TRACK)),
    }
    opened = _opened({c: raised[c] for c in raised if c in is_new and c not in open_by_concern}, current, now)
    risen = [alert for alert in alerts if alert.concern in raised and raised[alert.concern][0] > alert.urgency]
    relapsed = [alert for alert in alerts if alert not in risen and _has_relapsed(alert, current, change)]
    for alert in [*risen, *relapsed]:
        (alert.urgency, alert.entry), alert.worsened_at, alert.cleared_at = raised[alert.concern], now, None
        alert.comes_back_at = None  # it is back now
    if change in BY_AN_ENTRY:
        _follow_the_entries(alerts, entry, assessed, current, is_amended=change is Change.AMENDED)
    changed_away = _note_what_changed(open_by_concern, raised, current, now, change, lost)
    changed = [alert for alert in alerts if _state(alert) != states[alert.pk]]
    return Followed(opened, risen, relapsed, changed_away, changed)


def _by_concern(open_alerts: Iterable[Alert], treatment: Treatment) -> dict[str, Alert]:
    """What is open of a treatment at the practice that its patient has now, or, alone, at none."""
    now_at = treatment.id, treatment.patient.practice_id, Alert.Kind.CONCERN
    here = (alert for alert in open_alerts if (alert.treatment_id, alert.practice_id, alert.kind) == now_at)
    return {alert.concern: alert for alert in here}


def _has_relapsed(alert: Alert, current: Mapping[str, Urgency], change: Change) -> bool:
    """Whether a new entry brings the concern back to its peak after the answers had been well in between."""
    return change in BY_AN_ENTRY and alert.cleared_at is not None and current.get(alert.concern) == alert.urgency


def _follow_the_entries(
    alerts: Iterable[Alert],
    entry: Entry,
    assessed: Assessed,
    current: Mapping[str, Urgency],
    *,
    is_amended: bool,
) -> None:
    """An alert is about the newest answer of its day that raises it; of an emergency, about the newest day that is one.

    Another day may still raise it: what is said of it must not come from an answer that does not.
    """
    newest, of_entry = assessed[-1][0], _urgencies([one for one in assessed if one[0] == entry])
    for alert in alerts:
        if is_amended and alert.entry_day == entry.day and alert.concern in of_entry:
            alert.entry = entry
        if current.get(alert.concern) == alert.urgency == Urgency.EMERGENCY:
            alert.entry = newest


def _raised_by(assessed: Assessed) -> dict[str, tuple[Urgency, Entry]]:
    """The highest urgency of each concern, from `contact` up, and the entry that raised it so high."""
    highest: dict[str, tuple[Urgency, Entry]] = {}
    for entry, assessment in assessed:
        for flag in assessment.flags:
            concern = str(flag.concern)
            if flag.urgency >= Urgency.CONTACT and (concern not in highest or flag.urgency > highest[concern][0]):
                highest[concern] = flag.urgency, entry
    return highest


def _urgencies(assessed: Assessed) -> dict[str, Urgency]:
    """The highest urgency of each concern, from `contact` up."""
    return {concern: urgency for concern, (urgency, _entry) in _raised_by(assessed).items()}


def new_alert(entry: Entry, urgency: Urgency, now: datetime, **kind: Any) -> Alert:
    """An alert about an entry, not yet stored, for the practice that its patient has now."""
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


def _opened(raised: dict[str, tuple[Urgency, Entry]], current: dict[str, Urgency], now: datetime) -> list[Alert]:
    """Open an alert for each concern of `raised`; a late day may raise what the newest answers no longer do."""
    alerts = [new_alert(entry, urgency, now, concern=concern) for concern, (urgency, entry) in raised.items()]
    for alert in alerts:
        alert.current_urgency = current.get(alert.concern, Urgency.ON_TRACK)
        alert.cleared_at = None if alert.concern in current else now
    return alerts


def _state(alert: Alert) -> tuple[Any, ...]:
    return (
        alert.urgency, alert.current_urgency, alert.entry_id, alert.worsened_at, alert.cleared_at,
        alert.answers_changed_at,
    )  # fmt: skip


def _note_what_changed(
    open_by_concern: Mapping[str, Alert],
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
