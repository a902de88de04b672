"""The time zones that people may choose, and what their clocks are called."""

from datetime import datetime
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from django.utils.translation import gettext as _

NO_PLACES = frozenset({"Factory", "localtime"})  # "nobody has set this clock" and "as this machine": no zone of anybody


@cache  # Python goes through hundreds of files for them
def known_zones() -> frozenset[str]:
    """The names of the IANA time zones, old spellings among them, as browsers still send them."""
    return frozenset(available_timezones() - NO_PLACES)


def place_of(zone: ZoneInfo) -> str:
    """Where a zone's clock hangs, in words: "Los Angeles", "UTC"."""
    place = zone.key.rpartition("/")[2].replace("_", " ")
    if zone.key in ("UTC", "Etc/UTC", "Etc/UCT", "Etc/Universal", "Etc/Zulu"):
        return "UTC"
    if zone.key.startswith("Etc/GMT"):  # their sign is turned round: Etc/GMT+5 is five hours behind
        return "UTC" + place.removeprefix("GMT").translate(str.maketrans("+-", "−+"))
    return place


def clock_of(zone: ZoneInfo) -> str:
    """Whose clock a time is by, in words: "London time", "UTC"."""
    place = place_of(zone)
    return place if place.startswith("UTC") else _("{place} time").format(place=place)


def differ(zone: ZoneInfo, other: ZoneInfo, at: datetime) -> bool:
    """Whether the clocks of two zones show different times at `at`."""
    return at.astimezone(zone).utcoffset() != at.astimezone(other).utcoffset()
