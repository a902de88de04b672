"""What became of an entry at the practice, as the patient may know it: told, read, in hand, answered."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import Enum

from accounts.members import user_name
from symptoms.alerts.read_receipts import first_read
from symptoms.messages.standstill import UNTRIED_FOR
from symptoms.models import Alert, Assessment, Delivery, Entry, WorkerBeat
from symptoms.recovery.vocabulary import Urgency

ON_ITS_WAY = timedelta(minutes=5)  # longer than that, and the patient is asked to call instead of waiting


class Told(Enum):
    """Whether a message about the entry reached anybody."""

    NOT_NEEDED = "nothing was to be told"
    ON_ITS_WAY = "a message is being sent"
    TOLD = "a message was sent"
    NOT_TOLD = "no message could be sent"


@dataclass(frozen=True, slots=True)
class Reception:
    """Told when, read and taken by whom and when. Times are aware; names are ready to be shown."""

    told: Told
    told_at: datetime | None = None
    read_at: datetime | None = None
    read_by: str = ""
    taken_at: datetime | None = None
    taken_by: str = ""
    is_worse_since: bool = False  # it got worse after it was taken, and nobody has read it since
    closed_at: datetime | None = None
    outcome: str = ""
    closed_by: str = ""  # the practice, which the patient may have left since
    tried_at: datetime | None = None  # it could not reach the patient
    watched_until: date | None = None  # it waits for a day to look again
    is_blind: bool = False  # nobody has read it, and nobody is being told of anything now: no worker runs


def reception_of(entry: Entry, assessment: Assessment | None, *, now: datetime) -> Reception:
    """What became of `entry`, given its assessment (None: unjudged). Four statements at most.

    An alert that an earlier day opened speaks for later days that show the same concern.
    """
    alerts = _alerts(entry, assessment)
    if not alerts:
        return Reception(Told.NOT_NEEDED)
    told, told_at = _told(entry, alerts, now)
    readings = first_read(alerts)
    # 'Read' only when every alert was read since it last rose, 'in hand' only when every open one is held.
    read_at, read_by = max(readings.values(), key=lambda r: r[0]) if len(readings) == len(alerts) else (None, None)
    still_open = [alert for alert in alerts if alert.is_open]
    taken = still_open[0] if still_open and all(alert.is_held for alert in still_open) else None
    closed = None if still_open else max(alerts, key=lambda alert: alert.resolved_at or now)
    is_blind = bool(still_open) and read_at is None and not WorkerBeat.is_alive(now)
    return Reception(
        told=Told.NOT_TOLD if is_blind and told is Told.ON_ITS_WAY else told,
        told_at=told_at,
        read_at=read_at,
        read_by=user_name(read_by) if read_at else "",
        taken_at=taken.acknowledged_at if taken else None,
        taken_by=user_name(taken.acknowledged_by) if taken else "",
        is_worse_since=taken is not None
        and read_at is None
        and any(alert.is_worse_since_taken for alert in still_open),
        closed_at=closed.resolved_at if closed else None,
        outcome=closed.outcome if closed else "",
        closed_by=str(closed.practice) if closed else "",
        tried_at=max((at for alert in still_open if (at := tried_at(alert))), default=None),
        watched_until=min((day for alert in still_open if (day := watched_until(alert))), default=None),
        is_blind=is_blind,
    )


def tried_at(alert: Alert) -> datetime | None:
    """When the practice could not reach the patient about what is open; None where it does not say so."""
    return alert.kept_open_at if alert.kept_open == "not_reached" else None


def watched_until(alert: Alert) -> date | None:
    """The day until which the practice watches what is open, if it does; not once that came and somebody is to look."""
    is_watched = alert.kept_open not in ("", "not_reached") and alert.comes_back_at is not None
    return alert.watched_until if is_watched else None


def _alerts(entry: Entry, assessment: Assessment | None) -> list[Alert]:
    """The alerts that speak of the entry: of its concerns, open or closed since; the newest of each."""
    if assessment is not None:
        concerns = [flag["concern"] for flag in assessment.flags if Urgency.of(flag["urgency"]) >= Urgency.CONTACT]
        about = {"kind": Alert.Kind.CONCERN, "concern__in": concerns}
        if not concerns:
            return []
    else:
        about = {"kind": Alert.Kind.UNJUDGED}
    at_a_practice = Alert.objects.with_holder().exclude(practice=None)
    rows = at_a_practice.filter(treatment=entry.treatment_id, **about).order_by("opened_at")
    newest: dict[str, Alert] = {}
    for alert in rows.select_related("treatment", "acknowledged_by", "practice"):
        if alert.resolved_at is None or alert.resolved_at >= entry.received_at:
            newest[alert.concern] = alert
    return list(newest.values())


def _told(entry: Entry, alerts: list[Alert], now: datetime) -> tuple[Told, datetime | None]:
    about = {entry.id, *(alert.entry_id for alert in alerts)}
    practices = {alert.practice_id for alert in alerts}
    # An alert goes on to a newer answer or day without a new message: what was sent since it last rose is about it.
    since = max(alert.worsened_at for alert in alerts)
    messages = Delivery.objects.filter(entry__treatment=entry.treatment_id, practice__in=practices)
    deliveries = [message for message in messages if message.entry_id in about or message.created_at >= since]
    own_deliveries = [delivery for delivery in deliveries if delivery.entry_id == entry.id] or deliveries
    sent = [delivery.sent_at for delivery in own_deliveries if delivery.sent_at]
    waiting = [delivery for delivery in own_deliveries if delivery.is_on_its_way]
    if sent:
        return Told.TOLD, max(sent)
    is_tried = any(delivery.not_before > now - UNTRIED_FOR for delivery in waiting)
    if is_tried and now - min(delivery.created_at for delivery in waiting) <= ON_ITS_WAY:
        return Told.ON_ITS_WAY, None
    return Told.NOT_TOLD, None
