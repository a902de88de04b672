"""Two open alerts that turn out to be about one and the same."""

from collections.abc import Iterable
from typing import Any

from symptoms.models import Alert, AlertEvent


def merge(alerts: Iterable[Alert], *, as_one: bool = False) -> list[Alert]:
    """Of open alerts about one matter, keep the more urgent (else the first) with the events of all; gives those kept.

    `as_one`: their treatments are becoming one record.
    """
    by_matter: dict[tuple[Any, ...], Alert] = {}
    for alert in alerts:
        matter = _matter(alert) if as_one else (alert.treatment_id, *_matter(alert))
        other = by_matter.setdefault(matter, alert)
        if other is not alert:
            less, more = (other, alert) if alert.urgency > other.urgency else (alert, other)
            AlertEvent.objects.filter(alert=less).carry_over(to=more)
            _carry_plan(less, more)
            less.delete()
            by_matter[matter] = more
    return list(by_matter.values())


def _carry_plan(less: Alert, more: Alert) -> None:
    """What stays comes back as soon as either of the two would have been told on, or would have come back."""
    if more.comes_back_at is None:
        return  # it does not wait for any day
    sooner = [at for at in (less.comes_back_at, less.next_step_at) if at is not None and at < more.comes_back_at]
    if sooner:
        more.comes_back_at = min(sooner)
        more.save(update_fields=["comes_back_at"])


def _matter(alert: Alert) -> tuple[Any, ...]:
    """What an alert is about; what is no concern is a matter of its own for each practice."""
    is_for_one = alert.kind in Alert.FOR_ONE_PRACTICE
    return alert.kind, alert.concern, alert.practice_id if is_for_one else None
