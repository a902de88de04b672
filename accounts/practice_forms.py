"""What a manager writes about the practice and its people's absences, cleaned."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.dates import WEEKDAYS as WEEKDAY_NAMES
from django.utils.formats import time_format
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from accounts.absences import colleagues
from accounts.fields import NameField, PhoneField, ZoneField, set_choices, zone_choices
from accounts.help_numbers import ELSEWHERE, country_choices, numbers_of
from accounts.members import user_name
from accounts.models import Membership, Practice
from accounts.practices import NEXT_DAY, SAME_DAY, WEEKDAYS, weekday_field
from accounts.spans import DaySpansField, Pairs, SpansField

SPANS_A_DAY, MOST_CLOSURES, SPARE_CLOSURES = 2, 30, 2
ANSWERS_WITHIN = (1, 2, 4)  # hours that are offered as such
DAY, WEEK = 24 * 60, 7 * 24 * 60  # minutes


def answer_choices() -> list[tuple[str, str]]:
    """Within how many hours an answer usually comes, in words."""
    hours = [
        (str(count), ngettext("within {count} hour", "within {count} hours", count).format(count=count))
        for count in ANSWERS_WITHIN
    ]
    days = [(str(SAME_DAY), gettext("on the same working day")), (str(NEXT_DAY), gettext("by the next working day"))]
    return [("", gettext("Not said")), *hours, *days]


class PracticeForm(forms.Form):
    """Name, phone, place, opening hours and days off of a practice."""

    name = NameField(label=_("Name"), error_messages={"required": _("Write the clinic’s name.")})
    phone = PhoneField(label=_("Phone that patients call"), help_text=_("Patients see it on every urgent page."))
    country = forms.ChoiceField(
        label=_("Country"),
        error_messages=dict.fromkeys(("required", "invalid_choice"), _("Choose a country from the list.")),
    )
    time_zone = ZoneField()
    days_off = DaySpansField(
        label=_("Days off"),
        most=MOST_CLOSURES,
        spare=SPARE_CLOSURES,
        help_text=_("Holidays and other days on which you are closed, first and last. One day: the first is enough."),
    )
    answers_within = forms.TypedChoiceField(
        label=_("Usual time to an answer when open"), required=False, coerce=int, empty_value=None
    )

    def __init__(self, *args: Any, practice: Practice, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.now = now
        for day in WEEKDAYS:
            self.fields[weekday_field(day)] = SpansField(label=WEEKDAY_NAMES[day], most=SPANS_A_DAY)
        countries = [("", _("Choose")), *country_choices(), (ELSEWHERE, _("Another country"))]
        set_choices(self.fields["country"], countries)
        set_choices(self.fields["time_zone"], zone_choices(practice.time_zone))
        set_choices(self.fields["answers_within"], self._answers(practice.answers_within))
        self._explain(practice)

    def _answers(self, current: int | None) -> list[tuple[str, str]]:
        choices = answer_choices()
        if current and str(current) not in dict(choices):
            words = ngettext("within {count} hour", "within {count} hours", current).format(count=current)
            choices.append((str(current), words))
        return choices

    def _explain(self, practice: Practice) -> None:
        clock = time_format(self.now.astimezone(practice.zone).time())
        self.fields["time_zone"].help_text = gettext("It is {time} there now.").format(time=clock)
        numbers = numbers_of(practice.country)
        if numbers.urgent:
            sentence = gettext("Emergency {emergency}, urgent care {urgent}")
            self.fields["country"].help_text = sentence.format(emergency=numbers.emergency, urgent=numbers.urgent)
        elif numbers.emergency:
            self.fields["country"].help_text = gettext("Emergency {emergency}").format(emergency=numbers.emergency)

    @property
    def weekdays(self) -> Iterator[tuple[BoundField, str, bool]]:
        """The week in its order: each day's field, its hours in words, and whether the inputs stand open."""
        spans = {name: self._spans(name) for name in map(weekday_field, WEEKDAYS)}
        is_unset = not any(spans.values())
        for name, hours in spans.items():
            yield self[name], spans_in_words(hours) or gettext("closed"), is_unset or name in self.errors

    def _spans(self, name: str) -> Pairs:
        """What stands in a field: as typed where it could be read, else as it was."""
        return (self.cleaned_data if self.is_bound else self.initial).get(name) or []

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        spans = [
            (day * DAY + _minutes(opens), day * DAY + _minutes(closes) + (DAY if closes <= opens else 0), day)
            for day in WEEKDAYS
            for opens, closes in cleaned.get(weekday_field(day), [])
        ]
        spans.sort()
        if not spans:
            return cleaned
        first = spans[0]
        following = [*spans[1:], (first[0] + WEEK, first[1] + WEEK, first[2])]  # Sunday's night meets Monday
        for (_opens, closes, day), (opens, _closes, later) in zip(spans, following, strict=True):
            if opens < closes:
                self._add_overlap(later, day)
        return cleaned

    def _add_overlap(self, later: int, day: int) -> None:
        if later == day:
            self.add_error(weekday_field(later), gettext("These hours overlap."))
        else:
            sentence = gettext("These hours begin before those of {day} end.").format(day=WEEKDAY_NAMES[day])
            self.add_error(weekday_field(later), sentence)


def _minutes(clock: str) -> int:
    hours, minutes = clock.split(":")
    return int(hours) * 60 + int(minutes)


def spans_in_words(spans: Pairs) -> str:
    """Hours of a day, or days off, in a few words; empty for none."""
    return ", ".join(gettext("{first} to {last}").format(first=first, last=last) for first, last in spans)


class AbsenceForm(forms.Form):
    """On which days a member is away, and who stands in."""

    first_day = forms.DateField(
        label=_("From"),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        input_formats=["%Y-%m-%d"],
        error_messages={"required": _("Write the first day."), "invalid": _("Write a day, like 2026-12-24.")},
    )
    last_day = forms.DateField(
        label=_("Until"),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        input_formats=["%Y-%m-%d"],
        error_messages={"required": _("Write the last day."), "invalid": _("Write a day, like 2026-12-24.")},
    )
    stands_in = forms.ChoiceField(
        label=_("Who stands in"),
        required=False,
        help_text=_("Is told of what the one who is away would be told of."),
        error_messages={"invalid_choice": _("Choose a practitioner who works here.")},
    )

    def __init__(self, *args: Any, member: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._colleagues = {str(colleague.pk): colleague for colleague in colleagues(member)}
        names = [(id, user_name(colleague.user)) for id, colleague in self._colleagues.items()]
        set_choices(self.fields["stands_in"], [("", _("Nobody")), *names])

    def typed(self) -> dict[str, str]:
        """What was typed and is valid, as `accounts.absences.days_of` writes it."""
        days = {name: self.cleaned_data[name].isoformat() for name in ("first_day", "last_day")}
        stands_in = self.cleaned_data["stands_in"]
        return {**days, "stands_in": str(stands_in.pk) if stands_in else ""}

    def clean_stands_in(self) -> Membership | None:
        return self._colleagues.get(self.cleaned_data["stands_in"])
