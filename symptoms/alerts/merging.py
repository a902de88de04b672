"""Two open alerts that turn out to be about one and the same."""

from collections.abc import Iterable
from typing import Any

from symptoms.models import Alert, AlertEvent


def merge(alerts: Iterable[Alert], *, as_one: bool = False) -> list[Alert]:
    """Of open alerts about one matter, keep the more urgent (else the first) with the events of all; gives those kept.

    `as_one`: their treatments are becoming one record.
    """
    kept: dict[tuple[Any, ...], Alert] = {}
    for alert in alerts:
        matter = _matter(alert) if as_one else (alert.treatment_id, *_matter(alert))
        same = kept.setdefault(matter, alert)
        if same is not alert:
            less, more = (same, alert) if alert.urgency > same.urgency else (alert, same)
            AlertEvent.objects.filter(alert=less).carry_over(to=more)
            less.delete()
            kept[matter] = more
    return list(kept.values())


def _matter(alert: Alert) -> tuple[Any, ...]:
    """What an alert is about; what is no concern is a matter of its own for each practice."""
    is_for_one = alert.kind in (Alert.Kind.LEFT, Alert.Kind.DETAILS)
    return alert.kind, alert.concern, alert.practice_id if is_for_one else None
