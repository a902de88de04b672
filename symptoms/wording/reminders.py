"""Reminders in words: on which days they come, and when the next one does."""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from symptoms.wording.phrases import listed
from symptoms.wording.times import short

DAILY_UNTIL, FIRST_WEEKS, FIRST_MONTH = 7, 14, 28  # last days of the stretches that a patient reads


def rhythm(days: Collection[int]) -> list[tuple[str, str]]:
    """The days on which somebody is asked, by stretches: ("Days 8 to 14", "days 9, 11 and 14")."""
    stretches = [
        (_("Days 8 to 14"), DAILY_UNTIL, FIRST_WEEKS),
        (_("Then"), FIRST_WEEKS, FIRST_MONTH),
        (_("After that"), FIRST_MONTH, max(days)),
    ]
    named = [(title, [day for day in sorted(days) if after < day <= last]) for title, after, last in stretches]
    rows = [(title, _days(asked)) for title, asked in named if asked]
    return [(_("Days 0 to 7"), _("every day")), *rows, *_after_a_verdict()]


def _days(days: list[int]) -> str:
    return ngettext("day {days}", "days {days}", len(days)).format(days=listed(map(str, days)))


def _after_a_verdict() -> list[tuple[str, str]]:
    return [
        (_("Keep an eye on it"), _("the next day as well")),
        (_("More than is usual"), _("the next two mornings")),
        (_("Contact your clinic"), _("each day, until on track twice or closed")),
        (_("Be seen today, or emergency"), _("after 4 hours, then each day for a week")),
    ]


def next_reminder(at: datetime, day: int, zone: ZoneInfo, today: date) -> str:
    """ "today at 19:30, for day 5"."""
    there = at.astimezone(zone)
    if there.date() == today:
        pattern = _("today at {time}, for day {day}")
    elif there.date() == today + timedelta(days=1):
        pattern = _("tomorrow at {time}, for day {day}")
    else:
        pattern = _("{date} at {time}, for day {day}")
    return pattern.format(date=short(there.date(), today), time=date_format(there, "TIME_FORMAT"), day=day)


def is_later(at: datetime, zone: ZoneInfo) -> str:
    """That today's reminder comes at another time."""
    return _("We remind you at {time}.").format(time=date_format(at.astimezone(zone), "TIME_FORMAT"))
