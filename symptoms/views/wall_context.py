"""What a wall screen shows of a practice: how many, since when, by when somebody is to be in charge, what is new."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Min, Subquery

from accounts.models import Practice
from symptoms.alerts.changes import questions_about_changes, sign_in
from symptoms.alerts.counts import counted
from symptoms.alerts.open_numbers import OpenNumbers, open_numbers
from symptoms.alerts.policy import TOLD_OF, policy_of
from symptoms.messages.standstill import overdue_of
from symptoms.models import Alert, WorkerBeat
from symptoms.recovery.vocabulary import Urgency
from symptoms.views.clinic.pulse import pulse_in, questions_about_the_pulse
from symptoms.views.clinic.queue_asked import SHOW
from symptoms.views.clinic.queue_left import left_alerts
from symptoms.views.clinic.queue_lists import counted_in, counts
from symptoms.wording.times import clock

NEW_FOR = timedelta(minutes=10)  # how long what came is announced, unless somebody takes it
LISTS = ("waiting", "follow_up", "quiet", "not_joined", "closed")


@dataclass(frozen=True, slots=True)
class Tile:
    """The patients whose highest open urgency this is, and by when somebody should have what nobody has of it: when the
    next step tells others of one of them, or the last one did."""

    urgency: str  # slug
    numbers: OpenNumbers | None
    in_charge_by: str


@dataclass(frozen=True, slots=True)
class Arrival:
    """How many came a short while ago and nobody has, and the most urgent of them."""

    count: int
    urgency: str  # slug
    at: str


def wall_context(practice: Practice, now: datetime) -> dict[str, Any]:
    """Everything on the screen: three statements, whatever the number of patients."""
    known = _known(practice, now)  # first: what changes after it is a change to the screen
    numbers, by_urgency = counted_in(known), {row.urgency: row for row in open_numbers(practice)}
    free = Alert.objects.open().filter(practice=practice, acknowledged_by=None)
    steps = free.values("urgency").annotate(by=Min("next_step_at")).values_list("urgency", "by")
    told_on = dict(steps.order_by())
    return {
        "practice": practice,
        "now": now,
        "sign": sign_in(known),
        "tiles": [
            _tile(urgency, by_urgency.get(urgency), told_on.get(urgency), practice, now)
            for urgency in reversed(TOLD_OF)
        ],
        "need_action": numbers["open"] + numbers["left"],
        "arrival": _arrival(known, practice, now),
        "lists": [(SHOW[name], numbers[name]) for name in LISTS],
        "pulse": pulse_in(known, practice, now),
        "is_blind": not known["is_alive"],
        "stuck_since": known["stuck_since"],
    }


def _tile(
    urgency: Urgency, numbers: OpenNumbers | None, told_on: datetime | None, practice: Practice, now: datetime
) -> Tile:
    last = None
    if numbers is not None and numbers.told_out_from is not None:
        last = policy_of(practice).last_step_at(urgency, numbers.told_out_from, practice)
    by = min(filter(None, (told_on, last)), default=None)
    return Tile(urgency.slug, numbers, clock(by, practice.zone, now) if by else "")


def _known(practice: Practice, now: datetime) -> dict[str, Any]:
    new = Alert.objects.open().filter(practice=practice, acknowledged_by=None, worsened_at__gt=now - NEW_FOR)
    new = new.exclude(kind=Alert.Kind.LEFT)
    first = new.order_by("-urgency", "-worsened_at")
    known: Any = Practice.objects.filter(pk=practice.pk).values(
        **questions_about_changes(now),
        **questions_about_the_pulse(practice, now, None),
        **counts(practice, None, now),
        count_left=counted(left_alerts(practice)),
        is_alive=WorkerBeat.alive(now),
        stuck_since=Subquery(overdue_of(practice, now).values("created_at")[:1]),
        new_count=counted(new, distinct="treatment__patient"),
        new_urgency=Subquery(first.values("urgency")[:1]),
        new_at=Subquery(first.values("worsened_at")[:1]),
    )
    answers: dict[str, Any] = known.get()
    return answers


def _arrival(known: dict[str, Any], practice: Practice, now: datetime) -> Arrival | None:
    if not known["new_count"]:
        return None
    return Arrival(known["new_count"], Urgency(known["new_urgency"]).slug, clock(known["new_at"], practice.zone, now))
