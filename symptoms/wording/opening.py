"""What a patient reads of when their clinic is open: by its clock, which is named where the patient's shows another."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from django.utils.formats import date_format, time_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Practice
from accounts.opening_hours import OpeningHours
from accounts.practices import NEXT_DAY, SAME_DAY
from accounts.zones import clock_of, differ
from symptoms.wording.phrases import in_a_row
from symptoms.wording.times import full, short

A_MONDAY = date(2024, 1, 1)
MIDNIGHT = time(0)
A_WEEK = timedelta(days=7)
CLOSURES_AHEAD = timedelta(days=30)


def answer_within(hours: int | None) -> str:
    """How soon an answer usually comes while the clinic is open; empty where it has not said."""
    if not hours:
        return ""
    if hours < SAME_DAY:
        return ngettext("within {count} hour when open", "within {count} hours when open", hours).format(count=hours)
    return _("on the same working day") if hours < NEXT_DAY else _("by the next working day")


@dataclass(frozen=True)
class Opening:
    """When a clinic that has said so is open, seen at `now` by somebody whose clock is that of `reader`."""

    clinic: str
    hours: OpeningHours
    reader: ZoneInfo
    now: datetime
    usual_answer: str = ""

    @property
    def is_open(self) -> bool:
        """Whether somebody is there now."""
        return self.hours.is_open(self.now)

    @property
    def closed_line(self) -> str:
        """ "Larkfield is closed now. It opens on Monday at 09:00."; empty while it is open."""
        if self.is_open:
            return ""
        opens = self.hours.opens_next(self.now)
        if opens is None:
            return _("{clinic} is closed now.").format(clinic=self.clinic)
        pattern = {
            "today": _("{clinic} is closed now. It opens today at {time}."),
            "tomorrow": _("{clinic} is closed now. It opens tomorrow at {time}."),
            "on": _("{clinic} is closed now. It opens on {day} at {time}."),
        }[self._near(opens)]
        return pattern.format(clinic=self.clinic, day=self._day(opens), time=self._clock(opens))

    @property
    def beside_call(self) -> str:
        """Beside the clinic's number: "open now, until 18:00", "closed; opens Monday at 09:00"."""
        span = self.hours.span_at(self.now)
        if span is None:
            return self._closed_beside_call(self.hours.opens_next(self.now))
        if span.closes - self.now > A_WEEK:
            return _("open now, day and night")
        if span.closes - self.now < timedelta(hours=24):
            return _("open now, until {time}").format(time=self._clock(span.closes))
        return _("open now, until {day} at {time}").format(day=self._day(span.closes), time=self._clock(span.closes))

    def _closed_beside_call(self, opens: datetime | None) -> str:
        if opens is None:
            return _("closed now")
        pattern = {
            "today": _("closed; opens today at {time}"),
            "tomorrow": _("closed; opens tomorrow at {time}"),
            "on": _("closed; opens {day} at {time}"),
        }[self._near(opens)]
        return pattern.format(day=self._day(opens), time=self._clock(opens))

    @property
    def week(self) -> list[tuple[str, str]]:
        """The week in rows: days that are alike as one, with their hours or that it is closed."""
        days = groupby(range(7), key=lambda day: self.hours.week.get(day, ()))
        return [(_days(list(weekdays)), _spans(sorted(spans))) for spans, weekdays in days]

    @property
    def closures(self) -> list[str]:
        """On which days of the next weeks it is closed as well."""
        return list(self._closures())

    def _closures(self) -> Iterator[str]:
        today = self.now.astimezone(self.hours.zone).date()
        for first, last in sorted(self.hours.days_off):
            if last < today or first > today + CLOSURES_AHEAD:
                continue
            if first == last:
                yield _("Closed on {day}.").format(day=short(first, today))
            else:
                yield _("Closed from {first} to {last}.").format(first=short(first, today), last=short(last, today))

    @property
    def by_which_clock(self) -> str:
        """Whose clock the week is by, where it is not the reader's."""
        return _("By {clock}.").format(clock=clock_of(self.hours.zone)) if self._is_elsewhere else ""

    @property
    def _is_elsewhere(self) -> bool:
        return differ(self.reader, self.hours.zone, self.now)

    def _near(self, moment: datetime) -> str:
        """How its day is named: "today" is not the same day for somebody whose clock shows another time."""
        ahead = moment.astimezone(self.hours.zone).date() - self.now.astimezone(self.hours.zone).date()
        if self._is_elsewhere or ahead > timedelta(days=1):
            return "on"
        return "tomorrow" if ahead else "today"

    def _day(self, moment: datetime) -> str:
        day = moment.astimezone(self.hours.zone).date()
        is_near = moment - self.now < timedelta(days=6)
        return date_format(day, "l") if is_near else full(day)

    def _clock(self, moment: datetime) -> str:
        shown = date_format(moment.astimezone(self.hours.zone), "TIME_FORMAT")
        if not self._is_elsewhere:
            return shown
        return _("{time} ({clock})").format(time=shown, clock=clock_of(self.hours.zone))


def opening_of(practice: Practice | None, reader: ZoneInfo, now: datetime) -> Opening | None:
    """What is said of when `practice` is open; None without a practice, and where no hours are known."""
    if practice is None or not practice.hours.are_known:
        return None
    return Opening(practice.name, practice.hours, reader, now, answer_within(practice.answers_within))


def _days(weekdays: list[int]) -> str:
    names = [capfirst(date_format(A_MONDAY + timedelta(days=day), "D")) for day in weekdays]
    if len(names) < 3:
        return in_a_row(names)
    return _("{first} to {last}").format(first=names[0], last=names[-1])


def _spans(spans: list[tuple[time, time]]) -> str:
    if not spans:
        return _("closed")
    return in_a_row(
        _("day and night")
        if opens == closes == MIDNIGHT
        else _("{opens} to {closes}").format(opens=time_format(opens), closes=time_format(closes))
        for opens, closes in spans
    )
