"""The unit in which people read a thermometer."""

FAHRENHEIT = frozenset({"US"})  # countries


def unit_of(country: str) -> str:
    """The unit of a country: "c" or "f"."""
    return "f" if country in FAHRENHEIT else "c"
