"""What became of an alert, in words, and how an event keeps it so that each reader has it in their own language."""

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

OUTCOMES = [
    ("advice", gettext_lazy("Advice given")),
    ("seen", gettext_lazy("Seen")),
    ("treated", gettext_lazy("Treated with")),
    ("referred", gettext_lazy("Referred")),
    ("emergency", gettext_lazy("Sent to an emergency department")),
    ("elsewhere", gettext_lazy("Went elsewhere")),
    ("watching", gettext_lazy("Watching until")),
    ("not_reached", gettext_lazy("Could not reach")),
    ("no_concern", gettext_lazy("Not a concern")),
]
CLINIC_CLOSED = "clinic_closed"  # nobody chooses it: the practice uses Mendline no more
WORDS: dict[str, object] = {**dict(OUTCOMES), CLINIC_CLOSED: gettext_lazy("The clinic no longer uses Mendline.")}
KEPT = re.compile(rf"({'|'.join(WORDS)})(?: (\d{{4}}-\S+))?(?:: (.*))?", re.DOTALL)


def detail_of(outcome: str, reason: str = "", comes_back_at: datetime | None = None) -> str:
    """The detail of the event that keeps an outcome: "watching 2026-12-05T09:00:00+00:00: rang her"."""
    moment = f" {comes_back_at.astimezone(UTC).isoformat(timespec='seconds')}" if comes_back_at else ""
    return f"{outcome}{moment}: {reason}" if reason else f"{outcome}{moment}"


def outcome_in_words(detail: str, zone: ZoneInfo) -> str:
    """What an event's detail keeps, in the reader's language and by the clock of `zone`.

    "Watching until 5 Dec 2026, 09:00: rang her", "Advice given, look again 5 Dec 2026, 09:00: rang her". Details of
    before December 2026 are sentences already, and are given as they are.
    """
    kept = KEPT.fullmatch(detail)
    if kept is None:
        return detail
    outcome, moment, reason = kept.groups()
    words = str(WORDS[outcome])
    if moment:
        pattern = _("{watching} {date}") if outcome == "watching" else _("{watching}, look again {date}")
        local = datetime.fromisoformat(moment).astimezone(zone)
        words = pattern.format(watching=words, date=date_format(local, _("j M Y, H:i")))
    return _("{outcome}: {reason}").format(outcome=words, reason=reason) if reason else words
