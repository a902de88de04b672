"""Whom a practice tells of what is open, and after how long of nobody taking it: its steps, rota and quiet hours.

Plain values, read from `Practice.telling`. A practice that set nothing has `DEFAULT_STEPS`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from accounts.models import Practice
from symptoms.models import Alert
from symptoms.recovery.vocabulary import Urgency

TOLD_OF = (Urgency.CONTACT, Urgency.URGENT, Urgency.EMERGENCY)
WAITS_FOR_MORNING = (Urgency.CONTACT,)  # what quiet hours hold back; the others never wait
MOST_STEPS = 6
LONGEST_WAIT = timedelta(days=3)  # until a step


class Group(StrEnum):
    """Who is told in a step."""

    HOLDER = "holder"  # who has it; always told of a worsening as well
    TREATED = "treated"
    ON_CALL = "on_call"
    EVERYBODY = "everybody"  # every practitioner
    ADMINS = "admins"


class MorningList(StrEnum):
    """On which mornings the list is sent."""

    EVERY_MORNING = ""  # of a day on which the practice opens: so it shows that alerts arrive
    WHILE_OPEN = "open"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Step:
    """Tell these groups, `minutes` after it opened or got worse; None: on the next working morning."""

    groups: frozenset[Group]
    minutes: int | None = 0

    def as_json(self) -> dict[str, Any]:
        return {"groups": sorted(self.groups), "minutes": self.minutes}


INVOLVED = frozenset({Group.HOLDER, Group.TREATED})
EVERYBODY, ADMINS = frozenset({Group.EVERYBODY}), frozenset({Group.ADMINS})
DEFAULT_STEPS: Mapping[Urgency, tuple[Step, ...]] = {
    Urgency.EMERGENCY: (Step(EVERYBODY), Step(EVERYBODY, 10), Step(ADMINS, 20)),
    Urgency.URGENT: (Step(INVOLVED), Step(EVERYBODY, 30), Step(ADMINS, 60)),
    Urgency.CONTACT: (Step(INVOLVED), Step(EVERYBODY, None)),
}


@dataclass(frozen=True, slots=True)
class OnCall:
    """The members on call on a weekday: the first, and whoever is told where the first is away."""

    first: UUID
    second: UUID | None = None


@dataclass(frozen=True)
class Policy:
    """What a practice has set: steps by urgency, the weekly rota, when nothing but what is urgent is sent, and on which
    mornings its list is.

    Times are by the practice's clock; `rota` maps a weekday (0: Monday) to ids of memberships. `successors`: which user
    is told in the place of which who has left.
    """

    steps: Mapping[Urgency, tuple[Step, ...]] = field(default_factory=lambda: DEFAULT_STEPS)
    rota: Mapping[int, OnCall] = field(default_factory=dict)
    quiet_from: time | None = None
    quiet_until: time | None = None
    morning_list_at: time | None = None  # None: as the practice opens
    morning_list: str = ""  # a value of MorningList
    successors: Mapping[UUID, UUID] = field(default_factory=dict)  # of users who work there no more

    def on_call(self, day: date) -> list[UUID]:
        """The memberships on call on a day of the practice's calendar, the first first."""
        turn = self.rota.get(day.weekday())
        return [member for member in (turn.first, turn.second) if member] if turn else []

    def quiet_ends(self, practice: Practice, now: datetime) -> datetime | None:
        """When the quiet hours in which `now` lies are over; None outside them."""
        if self.quiet_from is None or self.quiet_until is None or self.quiet_from == self.quiet_until:
            return None
        local = now.astimezone(practice.zone)
        crosses_midnight = self.quiet_until < self.quiet_from
        is_late, is_early = local.time() >= self.quiet_from, local.time() < self.quiet_until
        is_quiet = (is_late or is_early) if crosses_midnight else (is_late and is_early)
        if not is_quiet:
            return None
        ends_on = local.date() + timedelta(days=1 if crosses_midnight and is_late else 0)
        return datetime.combine(ends_on, self.quiet_until, practice.zone)

    def due_at(self, urgency: int, step: int, since: datetime, practice: Practice) -> datetime | None:
        """When a step (0: the first) is due for what opened or got worse at `since`; None past the last one."""
        steps = self.steps[Urgency(urgency)]
        if step >= len(steps):
            return None
        minutes = steps[step].minutes
        if minutes is None:
            return practice.hours.next_working_morning(since)
        due = since + timedelta(minutes=minutes)
        if Urgency(urgency) in WAITS_FOR_MORNING and (ends := self.quiet_ends(practice, due)):
            return ends
        return due

    def in_charge_by(self, alert: Alert, practice: Practice) -> datetime | None:
        """By when somebody should have it: when the next step tells others, or the last one did. None of what is held
        (`with_holder`)."""
        if alert.is_held:
            return None
        if alert.next_step_at is not None or alert.steps_from is None:
            return alert.next_step_at
        return self.last_step_at(alert.urgency, alert.steps_from, practice)

    def last_step_at(self, urgency: int, since: datetime, practice: Practice) -> datetime | None:
        """When the last step is due for what opened or got worse at `since`."""
        return self.due_at(urgency, len(self.steps[Urgency(urgency)]) - 1, since, practice)


def policy_of(practice: Practice) -> Policy:
    """What `practice` has set, and the defaults for what it has not."""
    stored = practice.telling
    steps = {
        Urgency.of(slug): tuple(Step(frozenset(map(Group, step["groups"])), step["minutes"]) for step in rows)
        for slug, rows in stored.get("steps", {}).items()
    }
    rota = {
        int(day): OnCall(UUID(turn[0]), UUID(turn[1]) if turn[1] else None)
        for day, turn in stored.get("rota", {}).items()
    }
    times = {name: _time(stored.get(name)) for name in ("quiet_from", "quiet_until", "morning_list_at")}
    successors = {UUID(was): UUID(now) for was, now in stored.get("successors", {}).items()}
    morning_list = stored.get("morning_list", MorningList.EVERY_MORNING)
    return Policy({**DEFAULT_STEPS, **steps}, rota, **times, morning_list=morning_list, successors=successors)


def _time(text: str | None) -> time | None:
    return time.fromisoformat(text) if text else None
