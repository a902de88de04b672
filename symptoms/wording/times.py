"""When something was, on the clock and calendar of the reader."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils.formats import date_format

MOST_NAMED = 7  # days in a sentence


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
