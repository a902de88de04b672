"""What practitioners write about alerts: what became of one, a note inside the practice."""

import re
import uuid
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, time, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.formats import date_format
from django.utils.text import format_lazy
from django.utils.translation import gettext, ngettext_lazy
from django.utils.translation import gettext_lazy as _

from accounts.durations import in_words
from accounts.models import Practice
from symptoms.alerts.changed_since import PageSeen
from symptoms.alerts.coming_back import EMERGENCY_AGAIN, SOON, URGENT_AGAIN
from symptoms.forms.fields import LedToMistake
from symptoms.models.alert import KEEP_OPEN, LONGEST_NOTE
from symptoms.wording.outcomes import OUTCOMES

SEEN = r"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}) ([0-9])"


class WordsField(forms.CharField):
    """Free words over several lines; a line break counts as one character, as the browser counts it."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.Textarea(attrs={"rows": 3}))
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> str:
        return (super().to_python(value) or "").replace("\r\n", "\n")


YEARS = range(2, 9999)  # at either end of the calendar a moment may have no time in another zone
AT_TWO, MORNING = time(14), time(9)
OTHER, NOT_AGAIN = "other", "no"


class ResolveForm(LedToMistake):
    """What became of an alert, and when somebody looks again. What goes with an outcome is asked for by the verb.

    `known_holders` and `news` belong to a form that came back so that its reader confirms it.
    """

    outcome = forms.ChoiceField(
        label=_("Outcome"),
        widget=forms.RadioSelect,
        choices=OUTCOMES,
        error_messages={"required": _("Choose an outcome.")},
    )
    again = forms.ChoiceField(
        label=_("Look again"),
        required=False,
        widget=forms.RadioSelect,
        error_messages={"invalid_choice": _("Choose when.")},
    )
    on = forms.DateTimeField(
        label=_("On another day"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        error_messages={"invalid": _("Choose a day and a time.")},
    )
    reason = WordsField(
        label=_("What was agreed"),
        required=False,
        max_length=500,
        help_text=_("Required for “Not a concern”, and for “Treated with”."),
    )

    def __init__(self, *args: Any, practice: Practice, now: datetime, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.practice, self.now = practice, now
        self.known_holders: frozenset[uuid.UUID] = frozenset()
        self.news: list[str] = []
        moments = {moment.isoformat(): words for moment, words in _moments(practice, now)}
        typed = str(self.data.get("again", ""))
        if typed not in moments and (moment := _parsed(typed)) is not None:
            moments[typed] = date_format(moment.astimezone(practice.zone), gettext("D j M, H:i"))
        again = self.fields["again"]
        assert isinstance(again, forms.ChoiceField)
        again.help_text = gettext(
            "It stays open, and comes back to the list by itself. Without it, it closes. “Could not reach” always "
            "comes back: an emergency in {emergency}, what is urgent in {urgent} at most, anything else on the next "
            "working morning, unless you choose here."
        ).format(emergency=in_words(EMERGENCY_AGAIN), urgent=in_words(URGENT_AGAIN))
        again.choices = [
            ("", ""),
            *moments.items(),
            (OTHER, gettext("Another day")),
            (NOT_AGAIN, gettext("Not again")),
        ]

    @property
    def page_at(self) -> str:
        """When the page with this form is made, as `page_seen_in` reads it."""
        return str(self.now.timestamp())

    def clean_on(self) -> datetime | None:
        """The moment that the practice's clock shows so; an hour that a change of the clocks skips is an hour on."""
        typed: datetime | None = self.cleaned_data["on"]
        if typed is None:
            return None
        if typed.year not in YEARS:
            raise ValidationError(self.fields["on"].error_messages["invalid"])
        return typed.replace(tzinfo=self.practice.zone).astimezone(UTC)

    def clean(self) -> dict[str, Any]:
        """Bring both ways of saying when together as `comes_back_at`; None: not again."""
        again, on = self.cleaned_data.pop("again", ""), self.cleaned_data.pop("on", None)
        if again == NOT_AGAIN:
            on = None  # typed before, and no longer shown
        self.when_field = "on" if on is not None or again == OTHER else "again"
        if again == OTHER and on is None and "on" not in self.errors:
            self.add_error("on", gettext("Choose a day and a time."))
        moment = _parsed(again)
        self.cleaned_data["comes_back_at"] = on if again in ("", OTHER) else moment
        return self.cleaned_data

    def add_refusal(self, field: str, words: str) -> None:
        """Put what the verb found wrong beside the field that it is about."""
        when = getattr(self, "when_field", "again")
        self.add_error(when if field in ("until", "comes_back_at") else field, words)


class CloseTogetherForm(LedToMistake):
    """What became of what is open about several patients: an outcome that closes."""

    outcome = forms.ChoiceField(
        label=_("Outcome"),
        widget=forms.RadioSelect,
        choices=[(value, label) for value, label in OUTCOMES if value not in KEEP_OPEN],
        error_messages={"required": _("Choose an outcome.")},
    )
    reason = WordsField(
        label=_("What was agreed"),
        required=False,
        max_length=500,
        help_text=_("Required for “Not a concern”, and for “Treated with”."),
    )

    def __init__(self, *args: Any, now: datetime, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.now = now

    @property
    def page_at(self) -> str:
        """When the page with this form is made, as `page_seen_in` reads it."""
        return str(self.now.timestamp())


def _moments(practice: Practice, now: datetime) -> Iterator[tuple[datetime, str]]:
    """When one can look again with one tap: in an hour, today at two, tomorrow, in two days, on the next Monday."""
    local = now.astimezone(practice.zone)
    in_an_hour = now.replace(second=0, microsecond=0) + SOON
    yield (
        in_an_hour,
        gettext("In an hour, {time}").format(time=date_format(in_an_hour.astimezone(practice.zone), "TIME_FORMAT")),
    )
    at_two = datetime.combine(local.date(), AT_TWO, practice.zone)
    if at_two > now:
        yield at_two, gettext("Today, {time}").format(time=date_format(at_two, "TIME_FORMAT"))
    days_ahead = range(1, 8)
    mornings = {n: datetime.combine(local.date() + timedelta(days=n), MORNING, practice.zone) for n in days_ahead}
    yield mornings[1], gettext("Tomorrow, {time}").format(time=date_format(mornings[1], "TIME_FORMAT"))
    yield mornings[2], gettext("In 2 days, {date}").format(date=date_format(mornings[2], gettext("D H:i")))
    for morning in (mornings[n] for n in days_ahead[2:]):
        if morning.weekday() == 0:
            yield morning, date_format(morning, gettext("D j M, H:i"))


def _parsed(text: str) -> datetime | None:
    """An aware moment as `_moments` offers it; None for anything else."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None and moment.year in YEARS else None


def seen_in(typed: QueryDict) -> dict[uuid.UUID, int]:
    """Which alerts stood on the page that was sent, with the urgency each had there; anything else is left out."""
    matches = (re.fullmatch(SEEN, words, re.I) for words in typed.getlist("seen"))
    return {uuid.UUID(match[1]): int(match[2]) for match in matches if match}


def page_seen_in(typed: QueryDict) -> PageSeen:
    """When the page that was sent was made, and whose having it was told on it; anything else is left out."""
    try:
        timestamp: float | None = float(typed.get("page_at", ""))
    except ValueError:
        timestamp = None
    holders = []
    for text in typed.getlist("known_holder"):
        with suppress(ValueError):
            holders.append(uuid.UUID(text))
    return PageSeen.of(timestamp, holders)


class NoteForm(LedToMistake):
    """A note kept inside the practice."""

    id = forms.UUIDField(widget=forms.HiddenInput)
    text = WordsField(
        label=_("Note"),
        max_length=LONGEST_NOTE,
        error_messages={"required": _("Write something first.")},
        help_text=format_lazy(
            ngettext_lazy("At most {count} character.", "At most {count} characters.", LONGEST_NOTE), count=LONGEST_NOTE
        ),
    )

    @classmethod
    def blank(cls, text: str = "") -> "NoteForm":
        """A fresh form; its id makes that sending it twice writes one note."""
        return cls(initial={"id": uuid.uuid4(), "text": text}, auto_id="id_note_%s")
