"""The one place where events of alerts are written: what happened to them, who did it and when."""

from collections.abc import Iterable
from datetime import datetime

from accounts.models import User
from symptoms.models import Alert, AlertEvent

LONGEST_DETAIL = AlertEvent._meta.get_field("detail").max_length


def write_events(
    alerts: Iterable[Alert], what: AlertEvent.What, *, at: datetime, by: User | None = None, detail: str = ""
) -> list[AlertEvent]:
    """Add one event to each of `alerts`, at the urgency that it has now, and give them.

    `by` is who did it, None where Mendline did; a longer `detail` than there is room for is cut.
    """
    return AlertEvent.objects.bulk_create(
        [
            AlertEvent(alert=alert, what=what, urgency=alert.urgency, actor=by, at=at, detail=detail[:LONGEST_DETAIL])
            for alert in alerts
        ]
    )
