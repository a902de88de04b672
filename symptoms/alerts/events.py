"""The one place where events of alerts are written: what happened to them, who did it and when."""

from collections.abc import Iterable
from datetime import datetime

from django.utils.translation import gettext_noop

from accounts import audit
from accounts.models import User
from symptoms.models import Alert, AlertEvent

# What somebody did, as the audit record keeps it.
DONE = {
    AlertEvent.What.ACKNOWLEDGED: gettext_noop("took what was open"),
    AlertEvent.What.RESOLVED: gettext_noop("closed what was open"),
    AlertEvent.What.KEPT_OPEN: gettext_noop("left something open with a plan"),
    AlertEvent.What.REOPENED: gettext_noop("opened again what was closed"),
    AlertEvent.What.HANDED_OVER: gettext_noop("handed over what was open"),
    AlertEvent.What.ANSWERED: gettext_noop("said whether they were seen"),
    AlertEvent.What.QUESTIONED: gettext_noop("said what is wrong with the record"),
    AlertEvent.What.LEFT: gettext_noop("left with something open"),
}
LONGEST_DETAIL = AlertEvent._meta.get_field("detail").max_length


def write_events(
    alerts: Iterable[Alert], what: AlertEvent.What, *, at: datetime, by: User | None = None, detail: str = ""
) -> list[AlertEvent]:
    """Add one event to each of `alerts`, at the urgency that it has now, and give them.

    `by` is who did it, None where Mendline did; a longer `detail` than there is room for is cut.
    """
    alerts = list(alerts)
    if by is not None:
        audit.note_all(
            audit.row(
                audit.Kind.DID, DONE.get(what, what), user=by, patient=alert.treatment.patient_id,
                practice=alert.practice_id, thing=alert.pk, now=at,
            )
            for alert in alerts
        )  # fmt: skip
    return AlertEvent.objects.bulk_create(
        [
            AlertEvent(alert=alert, what=what, urgency=alert.urgency, actor=by, at=at, detail=detail[:LONGEST_DETAIL])
            for alert in alerts
        ]
    )
