"""When something was, on the clock and calendar of the reader, and how long ago."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.zones import clock_of, differ, place_of
from symptoms.wording.phrases import in_a_row

MOST_NAMED = 7  # days in a sentence
HALF_A_YEAR = timedelta(days=182)


def at(moment: datetime, zone: ZoneInfo, today: date) -> str:
    """ "today at 09:12", "yesterday at 20:14", "Fri 16 Jan at 09:12"; with the year when it is another."""
    there = moment.astimezone(zone)
    if there.date() == today:
        pattern = _("today at {time}")
    elif there.date() == today - timedelta(days=1):
        pattern = _("yesterday at {time}")
    else:
        pattern = _("{date} at {time}")
    return pattern.format(date=short(there.date(), today), time=date_format(there, "TIME_FORMAT"))


def clock(moment: datetime, zone: ZoneInfo, now: datetime) -> str:
    """ "09:12" of today; of another day "Fri 16 Jan, 09:12"."""
    there, today = moment.astimezone(zone), now.astimezone(zone).date()
    time = date_format(there, "TIME_FORMAT")
    return time if there.date() == today else _("{date}, {time}").format(date=short(there.date(), today), time=time)


def short(day: date, today: date) -> str:
    """ "Fri 16 Jan"; with the year when it is another."""
    return date_format(day, _("D j M") if day.year == today.year else _("D j M Y"))


def on_both_clocks(moment: datetime, reader: ZoneInfo, other: ZoneInfo, form: str = "SHORT_DATETIME_FORMAT") -> str:
    """ "Sun 8 Nov 2026, 09:30"; where the other side's clock shows another time, both with their names:
    "Sun 8 Nov 2026, 09:30 (London time), 01:30 in Los Angeles"."""
    here, there = moment.astimezone(reader), moment.astimezone(other)
    shown = date_format(here, form)
    if not differ(reader, other, moment):
        return shown
    elsewhere = date_format(there, "TIME_FORMAT" if there.date() == here.date() else _("D j M, H:i"))
    place = place_of(other)
    is_utc = place.startswith("UTC")
    pattern = _("{here} ({clock}), {there} {place}") if is_utc else _("{here} ({clock}), {there} in {place}")
    return pattern.format(here=shown, clock=clock_of(reader), there=elsewhere, place=place)


def clock_by(reader: ZoneInfo, other: ZoneInfo, now: datetime) -> str:
    """By whose clock a time is typed in, and how far the other side's is from it; empty where both show the same.

    Summer time may begin on different days, so both halves of the year are looked at.
    """
    if not any(differ(reader, other, at) for at in (now, now - HALF_A_YEAR)):
        return ""
    minutes = _minutes(other, now) - _minutes(reader, now)
    if minutes > 0:
        pattern = _("By your clock, {clock}. {place} is {gap} ahead.")
    elif minutes < 0:
        pattern = _("By your clock, {clock}. {place} is {gap} behind.")
    else:
        pattern = _("By your clock, {clock}. {place} is the same just now.")
    return pattern.format(clock=clock_of(reader), place=place_of(other), gap=_hours_and_minutes(abs(minutes)))


def _minutes(zone: ZoneInfo, at: datetime) -> int:
    return round((at.astimezone(zone).utcoffset() or timedelta()).total_seconds() / 60)


def _hours_and_minutes(count: int) -> str:
    hours, minutes = divmod(count, 60)
    if hours and minutes:
        return _("{hours} h {minutes} min").format(hours=hours, minutes=minutes)
    return _("{count} h").format(count=hours) if hours else _("{count} min").format(count=minutes)


def outside_the_course(before: Sequence[date], after: Sequence[date]) -> list[str]:
    """What a new date of the treatment does to logged days that lie before its day 0, or past day 365."""
    sentences = []
    if before:
        pattern = ngettext(
            "{count} logged day ({dates}) lies before it and would be shown on day 0.",
            "{count} logged days ({dates}) lie before it and would be shown on day 0.",
            len(before),
        )
        sentences.append(pattern.format(count=len(before), dates=_dates(before)))
    if after:
        pattern = ngettext(
            "{count} logged day ({dates}) would come more than a year after the treatment.",
            "{count} logged days ({dates}) would come more than a year after the treatment.",
            len(after),
        )
        sentences.append(pattern.format(count=len(after), dates=_dates(after)))
    return sentences


def _dates(dates: Sequence[date]) -> str:
    """ "Sat 12 Sep 2026, Sun 13 Sep 2026 and 3 more"."""
    named = in_a_row(date_format(day, _("D j M Y")) for day in dates[:MOST_NAMED])
    more = len(dates) - MOST_NAMED
    if more <= 0:
        return named
    return ngettext("{dates} and {count} more", "{dates} and {count} more", more).format(dates=named, count=more)


def full(day: date) -> str:
    """ "Friday 16 January"."""
    return date_format(day, _("l j F"))


def span(since: datetime, now: datetime) -> str:
    """How long it is from `since` to `now`, as `lasted` says it."""
    return lasted(now - since)


def lasted(duration: timedelta) -> str:
    """A duration in the fewest words: "14 min", "5 h" (to two days), "3 days"."""
    waited = max(duration, timedelta(0))
    minutes, hours = waited // timedelta(minutes=1), waited // timedelta(hours=1)
    if minutes < 60:
        return _("{count} min").format(count=minutes)
    if hours < 48:
        return _("{count} h").format(count=hours)
    return ngettext("{count} day", "{count} days", waited.days).format(count=waited.days)
