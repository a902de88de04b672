"""When something was, on the clock and calendar of the reader."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils.formats import date_format


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


def full(day: date) -> str:
    """ "Friday 16 January"."""
    return date_format(day, "l j F")
