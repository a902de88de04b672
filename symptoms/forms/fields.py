"""Fields that forms share: free words, numbers as people write them, a year of birth, a time where the patient is."""

import re
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from accounts.fields import NameField
from accounts.patients import is_adult
from symptoms.forms.numbers import plain_number
from symptoms.recovery.questions import Question
from symptoms.wording.phrases import SEVERITIES

LONGEST_NUMBER = 12  # characters; more is no number that anybody measures
LONGEST_LIFE = 120  # years
WHICH_LEVEL = {
    "required": _("Choose an answer. “None” is fine."),
    "invalid_choice": _("Choose one of the five answers."),
}
BUDDHIST_YEARS, PERSIAN_YEARS = 543, 621  # that those calendars are ahead of the international one, or behind it


class LedToMistake(forms.Form):
    """A form far down on a page: its address ends in `#mistake`, and the browser goes to the first field with one."""

    @property
    def mistake(self) -> str:
        """The name of that field, which its template calls "mistake"; empty where all is well."""
        fields = [*self.visible_fields(), *self.hidden_fields()]
        return next((field.name for field in fields if field.errors), "")


def typed_id(typed: QueryDict, name: str) -> UUID | None:
    """The id that a page carried along under `name`; None for anything that is no id."""
    try:
        return UUID(typed.get(name, ""))
    except ValueError:
        return None


def translated(question: Question) -> Question:
    """The question with its texts in the reader's language."""
    title, text, help = (gettext(part) if part else "" for part in (question.title, question.text, question.help))
    return replace(question, title=title, text=text, help=help, steps=tuple(map(gettext, question.steps)))


def level_field(question: Question, *, required: bool = False) -> forms.TypedChoiceField:
    """The field of a symptom's level; gives a severity, or None where nothing was chosen."""
    return forms.TypedChoiceField(
        label=_(question.title),
        required=required,
        choices=SEVERITIES,
        coerce=int,
        empty_value=None,
        error_messages=WHICH_LEVEL,
    )


class LineField(NameField):
    """A line of free words, left out unless asked for; spaces made single."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"required": False, **kwargs})


class WholeNumberField(forms.IntegerField):
    """A whole number from `least` to `most`, in whatever digits; left out unless asked for."""

    keyboard = "numeric"  # that a phone shows
    unit = ""
    default_error_messages = {"invalid": _("Write a whole number.")}

    def __init__(self, *, least: Decimal | int = 0, most: float = 0, **kwargs: Any) -> None:
        self.least, self.most = least, most
        widget = forms.TextInput(attrs={"inputmode": self.keyboard, "autocomplete": "off"})
        super().__init__(**{"required": False, "widget": widget, **kwargs})

    def to_python(self, value: Any) -> Any:
        if isinstance(value, str):
            value = plain_number(value, self.unit)
            if len(value) > LONGEST_NUMBER or "e" in value.lower():  # 1e9 is a number to Python, not to people
                raise ValidationError(self.error_messages["invalid"], code="invalid")
        return super().to_python(value)

    def validate(self, value: Any) -> None:
        super().validate(value)
        if value is not None and (refusal := self.refusal(value)):
            raise ValidationError(refusal)

    def refusal(self, value: Any) -> str:
        """Why a number is refused; empty when it is not."""
        if self.least <= value <= self.most:
            return ""
        if not self.unit:
            return gettext("Between {least} and {most}.").format(least=self.least, most=self.most)
        sentence = gettext("Between {least} and {most} {unit}.")
        return sentence.format(least=self.least, most=self.most, unit=gettext(self.unit))


class NumberField(WholeNumberField, forms.DecimalField):
    """A number of some `unit`, with two decimals at most, after a comma or a point."""

    keyboard = "decimal"
    default_error_messages = {"max_decimal_places": _("At most two decimal places.")}

    def __init__(self, *, least: Decimal, unit: str, **kwargs: Any) -> None:
        self.unit = unit
        super().__init__(least=least, decimal_places=2, **kwargs)
        self.error_messages["invalid"] = format_lazy(_("Write a number, like {number}."), number=least)


class BirthYearField(WholeNumberField):
    """The year in which an adult who is alive was born; `too_young` is why others are refused, `now` the form sets."""

    now: datetime

    def __init__(self, *, too_young: str | Promise, **kwargs: Any) -> None:
        self.too_young = too_young
        super().__init__(label=_("Year of birth"), required=True, **kwargs)

    def refusal(self, value: int) -> str:
        if self._may_be(value):
            return "" if is_adult(value, self.now) else str(self.too_young)
        if value < 1000:
            return gettext("Write all four digits of the year, like 1990.")
        if self._may_be(value - BUDDHIST_YEARS):
            sentence = gettext("Did you mean {year}? Write the year of the international calendar.")
            return sentence.format(year=value - BUDDHIST_YEARS)
        if self._may_be(value + PERSIAN_YEARS):
            return gettext("Write the year of the international calendar, like 1990.")
        if value > self.now.year:
            return gettext("Check the year. {year} is still to come.").format(year=value)
        return gettext("Check the year. {year} is too long ago.").format(year=value)

    def _may_be(self, year: int) -> bool:
        return self.now.year - LONGEST_LIFE <= year <= self.now.year


class MonthField(forms.Field):
    """A month as a packet or a browser writes it, "2027-03" or "03/2027"; gives its first day, None where empty."""

    widget = forms.TextInput(attrs={"type": "month", "autocomplete": "off", "placeholder": "2027-03"})
    default_error_messages = {"invalid": _("Write a month, like 2027-03 or 03/2027.")}
    YEAR_FIRST, YEAR_LAST = re.compile(r"(\d{4})[-/. ](\d{1,2})"), re.compile(r"(\d{1,2})[-/. ](\d{4}|\d{2})")

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"required": False, **kwargs})

    def prepare_value(self, value: Any) -> Any:
        return f"{value:%Y-%m}" if isinstance(value, date) else value

    def to_python(self, value: Any) -> date | None:
        typed = " ".join(plain_number(value or "", "").split())
        if not typed:
            return None
        if found := self.YEAR_FIRST.fullmatch(typed):
            year, month = map(int, found.groups())
        elif found := self.YEAR_LAST.fullmatch(typed):
            month, year = map(int, found.groups())
        else:
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        year += 2000 if year < 100 else 0
        if not (1 <= month <= 12 and 2000 <= year <= 2100):
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return date(year, month, 1)


class LocalTimeField(forms.fields.BaseTemporalField):
    """A date and time on the clock of `zone`, `longest_ago` to `now` (both set by the form); gives an aware time."""

    zone: ZoneInfo
    now: datetime
    widget = forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"})
    input_formats = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"]
    default_error_messages = {
        "required": _("Say when it was done."),
        "invalid": _("Write a date and a time, like 2026-01-12 14:30."),
    }

    def __init__(self, *, longest_ago: timedelta, **kwargs: Any) -> None:
        self.longest_ago = longest_ago
        super().__init__(**kwargs)

    def on(self, zone: ZoneInfo, now: datetime) -> None:
        """Say whose clock counts and what time it is."""
        self.zone, self.now = zone, now
        self.widget.attrs["max"] = now.astimezone(zone).strftime("%Y-%m-%dT%H:%M")

    def prepare_value(self, value: Any) -> Any:
        return value.astimezone(self.zone).replace(tzinfo=None) if isinstance(value, datetime) else value

    def to_python(self, value: Any) -> Any:
        return super().to_python(value) if value else None

    def strptime(self, value: str, format: str) -> datetime:
        return datetime.strptime(value, format).replace(tzinfo=self.zone)

    def validate(self, value: Any) -> None:
        super().validate(value)
        if value > self.now:
            raise ValidationError(_("That is in the future. Record it after the treatment."))
        if value < self.now - self.longest_ago:
            days = self.longest_ago.days
            sentence = ngettext(
                "That is more than {days} day ago, too long to follow. Check the year.",
                "That is more than {days} days ago, too long to follow. Check the year.",
                days,
            )
            raise ValidationError(sentence.format(days=days))
