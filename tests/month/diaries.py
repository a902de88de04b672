"""Patients in eight zones with their hours, and by hand, apart from the site's code: when each is to be reminded."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from accounts.models import Patient
from symptoms.models import Treatment

ZONES = (
    "Europe/London", "America/New_York", "America/Los_Angeles", "Asia/Kolkata", "Asia/Kathmandu", "Australia/Lord_Howe",
    "Pacific/Auckland", "America/Sao_Paulo",
)  # fmt: skip
HOURS = (
    time(6),
    time(8, 30),
    time(9),
    time(12, 10),
    time(19, 30),
    time(19, 30),
    time(21, 45),
    time(23, 30),
    time(2, 30),
)
EVERYBODY = {0, 1, 2, 3, 4, 5, 6, 7, 9, 11, 14, 21, 28, 60, 90, 180}
KELOID, RADIOFREQUENCY = {35, 42, 75, 120, 270, 365}, {42, 120}
DAY = timedelta(days=1)


@dataclass
class Log:
    """What was logged last, of which day, and when."""

    day: int
    at: datetime
    is_worse: bool = False
    is_watched: bool = False
    is_urgent: bool = False


@dataclass
class Diary:
    """One patient: what they chose, what they logged, what is due and what they were sent."""

    patient: Patient
    treatment: Treatment
    hour: time
    zone: ZoneInfo
    days: set[int]
    once_more: bool
    recorded_at: datetime
    is_on: bool = True
    newest: Log | None = None  # by its day
    logged_at: datetime | None = None
    urgent_at: datetime | None = None  # when something urgent was raised last, which nobody closes
    has_calmed: bool = True  # since then: the same again is news
    is_open: bool = False  # something to tell the clinic of, which nobody closes
    on_track: dict[int, bool] = field(default_factory=dict)  # by day, what counts of it
    open_since: datetime | None = None  # when what is due, and was not said, fell due
    asked_for: datetime | None = None  # the moment at which they wanted what is due, "in two hours"
    said_on: date | None = None
    not_on: date | None = None
    later_at: datetime | None = None
    told: list[datetime] = field(default_factory=list)
    generation: int = 0  # of its moments: another after a journey

    def today(self, now: datetime) -> date:
        return now.astimezone(self.zone).date()

    def day_of(self, on: date) -> int:
        return (on - self.treatment.day_zero).days

    @property
    def urgent_since(self) -> int | None:
        """The day from which a week of logs is asked for, by the clock of where they are now; None for none."""
        days = [self.day_of(self.today(self.urgent_at))] if self.urgent_at else []
        days += [self.newest.day] if self.newest and self.newest.is_urgent else []
        return max(days, default=None)

    def is_asked(self, on: date) -> bool:
        """Whether a log of that date is asked for, and has not come."""
        day = self.day_of(on)
        if self.newest is None:
            return day in self.days and day >= self.day_of(self.today(self.recorded_at))
        since = day - self.newest.day
        if since <= 0 or day < self.day_of(self.today(self.newest.at)):
            return False
        is_followed = self.urgent_since is not None and day - self.urgent_since <= 7
        is_calm = [self.on_track[day] for day in sorted(self.on_track)[-2:]] == [True, True]
        is_followed |= self.is_open and not is_calm
        is_worse = self.newest.is_worse and since <= 2
        return day in self.days or is_followed or is_worse or (self.newest.is_watched and since == 1)

    def was_said(self, on: date) -> bool:
        """Whether a reminder has come on that date, or on a later one before a journey west."""
        return self.said_on is not None and self.said_on >= on

    def moments(self, on: date) -> list[datetime]:
        """When something may fall due on a date."""
        hours = [self.hour] if self.hour <= time(9) else [time(9), self.hour]
        return [datetime.combine(on, hour, self.zone) for hour in hours]

    def falls_due(self, at: datetime) -> bool:
        """Whether a reminder falls due at one of the moments of its date."""
        on = self.today(at)
        if not self.is_on or self.not_on == on or self.was_said(on) or not self.is_asked(on):
            return False
        if self.later_at is not None and self.today(self.later_at) == on:
            return at == self.later_at
        if at == datetime.combine(on, self.hour, self.zone):
            return True
        left_out = self.once_more and 0 <= self.day_of(on - DAY) <= 7 and self.is_asked(on - DAY)
        newest = self.newest
        return left_out or (newest is not None and newest.is_worse and self.day_of(on) - newest.day <= 2)

    def is_night(self, now: datetime) -> bool:
        """Whether nothing may come: from 22:00 to 07:00, but for an hour from a moment that they chose in there."""
        if not self._is_dark(now):
            return False
        on = self.today(now)
        chosen = [datetime.combine(on - day * DAY, self.hour, self.zone) for day in (0, 1)]
        chosen += [self.asked_for] if self.asked_for else []
        return not any(self._is_dark(at) and timedelta(0) <= now - at < timedelta(hours=1) for at in chosen)

    def _is_dark(self, at: datetime) -> bool:
        return not time(7) <= at.astimezone(self.zone).time() < time(22)

    def arrives(self, zone: ZoneInfo, now: datetime) -> None:
        """Go by another clock. What fell due by the one they leave, and was not said, is due all the same; whose hour
        has passed already where they arrive is to be reminded at once."""
        self.zone = zone
        on = self.today(now)
        is_past = datetime.combine(on, self.hour, zone) <= now
        if not is_past or not self.is_on or self.not_on == on or self.was_said(on) or not self.is_asked(on):
            return
        self.open_since = self.open_since or now

    def closes(self) -> None:
        """Nothing is due any more."""
        self.open_since = self.asked_for = None


def facts_of(chance: Random) -> tuple[dict, set[int]]:
    """What was done to somebody, and on which days that asks for a log."""
    kind = chance.random()
    if kind < 0.2:
        return {"conditions": ["keloid_history"]}, EVERYBODY | KELOID
    if kind < 0.4:
        return {"device": "rf"}, EVERYBODY | RADIOFREQUENCY
    return {}, set(EVERYBODY)
