"""When something was, on the clock and calendar of the reader, and how long ago."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils.formats import date_format

from accounts.zones import clock_of, differ, place_of

MOST_NAMED = 7  # days in a sentence
HALF_A_YEAR = timedelta(days=182)


def at(moment: datetime, zone: ZoneInfo, today: date) -> str:
    """ "today at 09:12", "yesterday at 20:14", "Fri 16 Jan at 09:12"; with the year when it is another."""
    there = moment.astimezone(zone)
    clock = date_format(there, "H:i")
    if there.date() == today:
        return f"today at {clock}"
    if there.date() == today - timedelta(days=1):
        return f"yesterday at {clock}"
    return f"{short(there.date(), today)} at {clock}"


def short(day: date, today: date) -> str:
    """ "Fri 16 Jan"; with the year when it is another."""
    return date_format(day, "D j M" if day.year == today.year else "D j M Y")


def on_both_clocks(moment: datetime, reader: ZoneInfo, other: ZoneInfo, form: str = "D j M Y, H:i") -> str:
    """ "Sun 8 Nov 2026, 09:30"; where the other side's clock shows another time, both with their names:
    "Sun 8 Nov 2026, 09:30 (London time), 01:30 in Los Angeles"."""
    here, there = moment.astimezone(reader), moment.astimezone(other)
    shown = date_format(here, form)
    if not differ(reader, other, moment):
        return shown
    elsewhere = date_format(there, "H:i" if there.date() == here.date() else "D j M, H:i")
    place = place_of(other)
    return f"{shown} ({clock_of(reader)}), {elsewhere} {place if place.startswith('UTC') else f'in {place}'}"


def clock_by(reader: ZoneInfo, other: ZoneInfo, now: datetime) -> str:
    """By whose clock a time is typed in, and how far the other side's is from it; empty where both show the same.

    Summer time may begin on different days, so both halves of the year are looked at.
    """
    if not any(differ(reader, other, at) for at in (now, now - HALF_A_YEAR)):
        return ""
    gap = _minutes(other, now) - _minutes(reader, now)
    hours, minutes = divmod(abs(gap), 60)
    long = " ".join(filter(None, [f"{hours} h" if hours else "", f"{minutes} min" if minutes else ""]))
    is_now = f"{long} {'ahead' if gap > 0 else 'behind'}" if gap else "the same just now"
    return f"By your clock, {clock_of(reader)}. {place_of(other)} is {is_now}."


def _minutes(zone: ZoneInfo, at: datetime) -> int:
    return round((at.astimezone(zone).utcoffset() or timedelta()).total_seconds() / 60)


def outside_the_course(before: Sequence[date], after: Sequence[date]) -> list[str]:
    """What a new date of the treatment does to logged days that lie before its day 0, or past day 365."""
    sentences = []
    if before:
        lie = "lies" if len(before) == 1 else "lie"
        sentences.append(f"{_days(before)} {lie} before it and would be shown on day 0.")
    if after:
        sentences.append(f"{_days(after)} would come more than a year after the treatment.")
    return sentences


def _days(dates: Sequence[date]) -> str:
    """ "3 logged days (Sat 12 Sep, Sun 13 Sep, Mon 14 Sep)"."""
    named = ", ".join(date_format(day, "D j M Y") for day in dates[:MOST_NAMED])
    more = f" and {len(dates) - MOST_NAMED} more" if len(dates) > MOST_NAMED else ""
    return f"{len(dates)} logged day{'' if len(dates) == 1 else 's'} ({named}{more})"


def full(day: date) -> str:
    """ "Friday 16 January"."""
    return date_format(day, "l j F")


def span(since: datetime, now: datetime) -> str:
    """How long it is from `since` to `now`, in the fewest words: "14 min", "5 h" (to two days), "3 days"."""
    waited = max(now - since, timedelta(0))
    minutes, hours = waited // timedelta(minutes=1), waited // timedelta(hours=1)
    if minutes < 60:
        return f"{minutes} min"
    return f"{hours} h" if hours < 48 else f"{waited.days} days"
