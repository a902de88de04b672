"""What a practice says of itself: its name and phone, where it is, when it is open, and how soon it answers."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_noop

from accounts import audit
from accounts.edits import Reading, refuse_if_changed
from accounts.locks import lock_practice
from accounts.models import Practice, User

PLAIN = ("name", "phone", "country", "time_zone", "answers_within")
WEEKDAYS = range(7)
SAME_DAY, NEXT_DAY = 8, 24  # hours to an answer that read as days


def weekday_field(day: int) -> str:
    """What the hours of a weekday (0: Monday) are called in forms and readings."""
    return f"day_{day}"


def settings_of(practice: Practice, now: datetime) -> dict[str, Any]:
    """What its manager may change, by name: each weekday's hours apart, and the closures that are not over."""
    today = now.astimezone(practice.zone).date().isoformat()
    return {
        **{name: getattr(practice, name) for name in PLAIN},
        **{weekday_field(day): practice.week.get(str(day), []) for day in WEEKDAYS},
        "days_off": [closure for closure in practice.days_off if closure[1] >= today],
    }


@transaction.atomic
def change_settings(
    practice: Practice, settings: Mapping[str, Any], *, by: User, now: datetime, reading: Reading | None = None
) -> bool:
    """Write down what a practice says of itself, cleaned and by the names of `settings_of`; whether that is new.

    Raises:
        ChangedMeanwhile: something else stands there by now than `reading`, what `by` had before them.
    """
    stored = lock_practice(practice.pk)
    current = settings_of(stored, now)
    refuse_if_changed(reading, current, by=stored.changed_by, at=stored.changed_at)
    if {**current, **settings} == current:
        return False
    for name in PLAIN:
        setattr(stored, name, settings[name])
    stored.week = {str(day): spans for day in WEEKDAYS if (spans := settings[weekday_field(day)])}
    stored.days_off = settings["days_off"]
    stored.changed_by, stored.changed_at = by, now
    stored.save(update_fields=[*PLAIN, "week", "days_off", "changed_by", "changed_at"])
    what = gettext_noop("changed the details of the practice")
    audit.did(what, by=by, practice=practice, now=now)
    return True
