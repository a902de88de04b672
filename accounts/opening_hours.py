"""When a practice is open, by its own clock: worked out from the hours and days off that its manager wrote down."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

LOOK_AHEAD = timedelta(days=60)  # a practice that opens later than that is closed until further notice
WORKING_DAYS = range(5)  # Monday to Friday, where no hours are known
MORNING = time(9)  # likewise


@dataclass(frozen=True, slots=True)
class Span:
    """From one moment to another, both aware; the end does not belong to it."""

    opens: datetime
    closes: datetime


@dataclass(frozen=True)
class OpeningHours:
    """A week of opening hours with days off, by the clock of `zone`.

    `week`: for a weekday (0: Monday) its (opens, closes); a span that closes no later than it opens ends on the next
    day, and 00:00 to 00:00 is the whole day. `days_off`: first and last day, both closed. Without a week nothing is
    known, and nothing is said of it.
    """

    zone: ZoneInfo
    week: Mapping[int, tuple[tuple[time, time], ...]] = field(default_factory=dict)
    days_off: tuple[tuple[date, date], ...] = ()

    @property
    def are_known(self) -> bool:
        """Whether the practice has said when it is open."""
        return any(self.week.values())

    def is_open(self, now: datetime) -> bool:
        """Whether it is open at the aware time `now`."""
        return self.span_at(now) is not None

    def span_at(self, now: datetime) -> Span | None:
        """The span in which `now` lies, up to where it closes for good; None while it is closed."""
        spans = list(self.spans(now - timedelta(days=2), now + timedelta(days=9)))
        current = next((span for span in spans if span.opens <= now < span.closes), None)
        if current is None:
            return None
        closes = current.closes
        for span in spans:  # what goes on without a gap, over midnight or at noon, is one
            if span.opens <= closes < span.closes:
                closes = span.closes
        return Span(current.opens, closes)

    def opens_next(self, now: datetime) -> datetime | None:
        """When it opens next after `now`; None when that is not within two months."""
        opens = (span.opens for span in self.spans(now - timedelta(days=1), now + LOOK_AHEAD) if span.opens > now)
        return next(opens, None)

    def next_working_morning(self, now: datetime) -> datetime:
        """When somebody begins work next, after `now`: as it opens; where no hours are known, at nine on a weekday.

        Where that is not within two months, the next weekday: what is open waits for no closure so long.
        """
        if self.are_known and (opens := self._opens_on_a_later_day(now)) is not None:
            return opens
        today = now.astimezone(self.zone).date()
        days = [today + timedelta(days=ahead) for ahead in range(1, LOOK_AHEAD.days + 1)]
        weekdays = [day for day in days if day.weekday() in WORKING_DAYS]
        return self._at(next((day for day in weekdays if not self._is_off(day)), weekdays[0]), MORNING)

    def _opens_on_a_later_day(self, now: datetime) -> datetime | None:
        """The first opening after `now` that begins a day's work: not the second half of a day with a lunch break."""
        today = now.astimezone(self.zone).date()
        for span in self.spans(now, now + LOOK_AHEAD):
            day = span.opens.astimezone(self.zone).date()
            if span.opens > now and (day > today or not self._has_opened(day, now)):
                return span.opens
        return None

    def _has_opened(self, day: date, now: datetime) -> bool:
        return any(self._at(day, opens) <= now for opens, _ in self.week.get(day.weekday(), ()))

    def spans(self, since: datetime, until: datetime) -> Iterator[Span]:
        """The spans that begin on the days from `since` to `until`, in their order."""
        day, last = since.astimezone(self.zone).date(), until.astimezone(self.zone).date()
        while day <= last:
            if not self._is_off(day):
                for opens, closes in sorted(self.week.get(day.weekday(), ())):
                    ends_on = day + timedelta(days=1) if closes <= opens else day
                    yield Span(self._at(day, opens), self._at(ends_on, closes))
            day += timedelta(days=1)

    def _is_off(self, day: date) -> bool:
        return any(first <= day <= last for first, last in self.days_off)

    def _at(self, day: date, clock: time) -> datetime:
        """The moment at which the practice's clock shows this; one that a change of the clocks skips is an hour on."""
        local = datetime.combine(day, clock, self.zone)
        return local.astimezone(UTC).astimezone(self.zone)


def from_stored(zone: ZoneInfo, week: Mapping[str, Any], days_off: list[list[str]]) -> OpeningHours:
    """The hours as `Practice` keeps them: {"0": [["09:00", "18:00"]]} and [["2026-12-24", "2026-12-26"]]."""
    return OpeningHours(
        zone,
        {
            int(day): tuple((time.fromisoformat(opens), time.fromisoformat(closes)) for opens, closes in spans)
            for day, spans in week.items()
        },
        tuple((date.fromisoformat(first), date.fromisoformat(last)) for first, last in days_off),
    )
