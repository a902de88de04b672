"""The time zones that people may choose."""

from zoneinfo import available_timezones

NO_PLACES = frozenset({"Factory", "localtime"})  # "nobody has set this clock" and "as this machine": no zone of anybody


def known_zones() -> set[str]:
    """The names of the IANA time zones, old spellings among them, as browsers still send them."""
    return available_timezones() - NO_PLACES
