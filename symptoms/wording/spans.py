"""How long ago, in the fewest words: "14 min", "5 h", "3 days"."""

from datetime import datetime, timedelta


def span(since: datetime, now: datetime) -> str:
    """The time from `since` to `now` in minutes, hours (to two days) or days."""
    waited = max(now - since, timedelta(0))
    minutes, hours = waited // timedelta(minutes=1), waited // timedelta(hours=1)
    if minutes < 60:
        return f"{minutes} min"
    return f"{hours} h" if hours < 48 else f"{waited.days} days"
