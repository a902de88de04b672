"""Fields that forms share: free words, numbers as people write them, a year of birth, a time where the patient is."""

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict

from accounts.fields import NameField
from accounts.patients import is_adult
from symptoms.forms.numbers import plain_number

LONGEST_NUMBER = 12  # characters; more is no number that anybody measures
ANY_NUMBER = 10**LONGEST_NUMBER
LONGEST_LIFE = 120  # years
BUDDHIST_YEARS, PERSIAN_YEARS = 543, 621  # that those calendars are ahead of the international one, or behind it


def typed_id(typed: QueryDict, name: str) -> UUID | None:
    """The id that a page carried along under `name`; None for anything that is no id."""
    try:
        return UUID(typed.get(name, ""))
    except ValueError:
        return None


class LineField(NameField):
    """A line of free words, left out unless asked for; spaces made single."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"required": False, **kwargs})


class NumberField(forms.DecimalField):
    """A number between `least` and `most`, with a comma or a point; `too_much(value)` says why one is refused."""

    def __init__(
        self, *, least: str, most: str, unit: str, too_much: Callable[[Decimal], str] | None = None, **kwargs: Any
    ) -> None:
        self.least, self.most, self.unit, self.too_much = Decimal(least), Decimal(most), unit, too_much
        kwargs.setdefault("decimal_places", 2)
        kwargs.setdefault("widget", forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}))
        kwargs.setdefault("error_messages", {})
        kwargs["error_messages"] = {
            "invalid": f"Write a number, like {self.least}.",
            "max_decimal_places": "Two places after the point at most.",
            **kwargs["error_messages"],
        }
        super().__init__(**{"required": False, **kwargs})

    def to_python(self, value: Any) -> Any:
        if isinstance(value, str):
            value = plain_number(value, self.unit.strip())
            if len(value) > LONGEST_NUMBER or "e" in value.lower():
                raise ValidationError(self.error_messages["invalid"], code="invalid")
        return super().to_python(value)

    def validate(self, value: Any) -> None:
        super().validate(value)
        if value is None or self.least <= value <= self.most:
            return
        if self.too_much is not None and value > self.most:
            raise ValidationError(self.too_much(value), code="too_much")
        raise ValidationError(f"Between {self.least} and {self.most}{self.unit}.", code="range")


class WholeNumberField(forms.IntegerField):
    """A whole number between `least` and `most`."""

    def __init__(self, *, least: int, most: int, **kwargs: Any) -> None:
        self.least, self.most = least, most
        kwargs.setdefault("widget", forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}))
        kwargs.setdefault("error_messages", {"invalid": "Write a whole number."})
        super().__init__(**{"required": False, **kwargs})

    def to_python(self, value: Any) -> Any:
        if isinstance(value, str):
            value = plain_number(value)
            if len(value) > LONGEST_NUMBER:
                raise ValidationError(self.error_messages["invalid"], code="invalid")
        return super().to_python(value)

    def validate(self, value: Any) -> None:
        super().validate(value)
        if value is not None and not self.least <= value <= self.most:
            raise ValidationError(f"Between {self.least} and {self.most}.", code="range")


class BirthYearField(WholeNumberField):
    """The year in which an adult who is alive was born; `too_young` is why others are refused, `now` the form sets."""

    now: datetime

    def __init__(self, *, too_young: str, **kwargs: Any) -> None:
        self.too_young = too_young
        super().__init__(
            **{"label": "Year of birth", "required": True, "least": -ANY_NUMBER, "most": ANY_NUMBER, **kwargs}
        )

    def validate(self, value: Any) -> None:
        super().validate(value)
        if not self._may_be(value):
            raise ValidationError(self._what_is_wrong(value), code="range")
        if not is_adult(value, self.now):
            raise ValidationError(self.too_young, code="too_young")

    def _may_be(self, year: int) -> bool:
        return self.now.year - LONGEST_LIFE <= year <= self.now.year

    def _what_is_wrong(self, year: int) -> str:
        if year < 1000:
            return "Write all four digits of the year, like 1990."
        if self._may_be(year - BUDDHIST_YEARS):
            return f"Did you mean {year - BUDDHIST_YEARS}? Write the year of the international calendar."
        if self._may_be(year + PERSIAN_YEARS):
            return "Write the year of the international calendar, like 1990."
        return f"Check the year. {year} is {'still to come' if year > self.now.year else 'too long ago'}."


class LocalTimeField(forms.DateTimeField):
    """A date and time on the clock of `zone`, `longest_ago` to `now` (both set by the form); gives an aware time."""

    zone: ZoneInfo
    now: datetime

    def __init__(self, *, longest_ago: timedelta, **kwargs: Any) -> None:
        self.longest_ago = longest_ago
        kwargs.setdefault("widget", forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"}))
        kwargs.setdefault("input_formats", ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"])
        kwargs.setdefault(
            "error_messages",
            {"required": "Say when it was done.", "invalid": "Write a date and a time, like 2026-01-12 14:30."},
        )
        super().__init__(**kwargs)

    def on(self, zone: ZoneInfo, now: datetime) -> None:
        """Say whose clock counts and what time it is."""
        self.zone, self.now = zone, now
        self.widget.attrs["max"] = now.astimezone(zone).strftime("%Y-%m-%dT%H:%M")

    def prepare_value(self, value: Any) -> Any:
        return value.astimezone(self.zone).replace(tzinfo=None) if isinstance(value, datetime) else value

    def to_python(self, value: Any) -> datetime | None:
        if value in self.empty_values:
            return None
        moment = value if isinstance(value, datetime) else self._read(str(value).strip())
        return moment if moment.tzinfo else moment.replace(tzinfo=self.zone)

    def validate(self, value: Any) -> None:
        super().validate(value)
        if value is None:
            return
        if value > self.now:
            raise ValidationError("That is in the future. Record it once it is done.", code="future")
        if value < self.now - self.longest_ago:
            raise ValidationError(
                f"That is more than {self.longest_ago.days} days ago, too long to follow. Check the year.", code="past"
            )

    def _read(self, words: str) -> datetime:
        for form in self.input_formats or ():
            try:
                return datetime.strptime(words, form)
            except ValueError:
                continue
        raise ValidationError(self.error_messages["invalid"], code="invalid")
