"""Two people who change the same thing: the second is told what the first changed, and nothing is undone unseen.

A page (or a program) carries along what it was filled from. The verb that saves compares it, with the row locked, and
raises `ChangedMeanwhile` where something else stands there now. The page then comes back with the differences above,
and with what stands there now in every field that its reader had left as it was.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core import signing
from django.utils.translation import gettext as _

from accounts.models import User

SALT = "accounts.edits.Reading"

Values = Mapping[str, Any]  # of fields by name: text, numbers, booleans, lists and objects of them, None


@dataclass(frozen=True)
class Reading:
    """What somebody had before them when they began to change it, and since when."""

    values: Values
    at: datetime

    def __str__(self) -> str:
        """As a hidden field carries it: signed, so that what comes back is what a page of ours once held."""
        return signing.dumps({"values": dict(self.values), "at": self.at.isoformat()}, salt=SALT)

    def after(self, change: "ChangedMeanwhile", now: datetime) -> "Reading":
        """The reading of the page that comes back and tells of `change`."""
        return Reading({**self.values, **{name: became for name, (_was, became) in change.changes.items()}}, now)

    @classmethod
    def carried_by(cls, text: str | None) -> "Reading | None":
        """The reading that a form carried along; None where there is none, or none that we signed."""
        try:
            document = signing.loads(text or "", salt=SALT)
        except signing.BadSignature:
            return None
        return cls(document["values"], datetime.fromisoformat(document["at"]))


class ChangedMeanwhile(Exception):
    """Something else stands there than what was read: `became`; `by` and `at` say who changed it last, if known."""

    def __init__(self, reading: Reading, became: Values, *, by: User | None = None, at: datetime | None = None):
        super().__init__(reading, became)
        self.became, self.by, self.at = became, by, at
        self.changes = changes_since(reading, became)


def refuse_if_changed(reading: Reading | None, current: Values, *, by: User | None, at: datetime | None) -> None:
    """Nothing, if what was read still stands there, or nobody says what was read; `by` changed it last, `at` that time.

    Raises:
        ChangedMeanwhile: otherwise.
    """
    if reading is not None and changes_since(reading, current):
        raise ChangedMeanwhile(reading, current, by=by, at=at)


def changes_since(reading: Reading, became: Values) -> dict[str, tuple[Any, Any]]:
    """For each field of the reading that reads otherwise now: what it was and what it became."""
    read = {name: was for name, was in reading.values.items() if name in became}
    return {name: (was, became[name]) for name, was in read.items() if was != became[name]}


def kept(change: ChangedMeanwhile, typed: Values) -> dict[str, Any]:
    """What the form shows when it comes back: what was typed, and what stands there now in fields left as they were."""
    untouched = {name: became for name, (was, became) in change.changes.items() if typed.get(name, was) == was}
    return {**typed, **untouched}


def plainly(name: str, value: Any) -> str:
    """A simple value in a word."""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return _("nothing") if value in (None, "") else str(value)


def in_words(
    change: ChangedMeanwhile, typed: Values, *, who: str, label: Callable[[str], str],
    plain: Callable[[str, Any], str] = plainly,
) -> dict[str, Any]:  # fmt: skip
    """What `components/changed_meanwhile.html` takes; `plain(field, value)` says a value in a few words."""
    rows = [
        {
            "what": label(name),
            "was": plain(name, was),
            "became": plain(name, became),
            "yours": plain(name, typed[name]) if typed.get(name, was) not in (was, became) else "",
        }
        for name, (was, became) in change.changes.items()
    ]
    return {"who": who, "at": change.at, "rows": rows}
