"""Fields for stretches of time, each from one time or day to another: opening hours, days off, quiet hours."""

from collections.abc import Mapping, Sequence
from datetime import date, time, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.numerals import with_plain_digits

Pairs = list[list[str]]  # as ISO, which is how they are stored
MIDNIGHT = "00:00"
LONGEST = timedelta(days=366)  # of a closure: longer is a slip of the pen in the year


class SpansWidget(forms.Widget):
    """Rows of two inputs, "from" and "to"; a row that is left empty is none. `spare` rows are empty, `most` in all."""

    template_name = "accounts/spans.html"
    use_fieldset = True

    def __init__(self, kind: str, labels: Sequence[str | Promise], *, most: int, spare: int) -> None:
        super().__init__()
        self.kind, self.labels, self.most, self.spare = kind, labels, most, spare

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> Pairs:
        rows = [
            [str(data.get(f"{name}_{row}_{end}", "")).strip() for end in ("from", "to")] for row in range(self.most)
        ]
        return [row for row in rows if any(row)]

    def value_omitted_from_data(self, data: Mapping[str, Any], files: Any, name: str) -> bool:
        return f"{name}_0_from" not in data

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        rows = [list(row) for row in value or []]
        rows += [["", ""]] * min(self.spare, self.most - len(rows))
        context = super().get_context(name, value, attrs)
        context["widget"] |= {"kind": self.kind, "labels": self.labels, "rows": rows}
        context["widget"]["is_invalid"] = "aria-invalid" in context["widget"]["attrs"]
        return context


class SpansField(forms.Field):
    """Pairs of times of a day or of days, cleaned to ISO in their order.

    Refused are half a pair and what is no time (or day).
    """

    kind = "time"
    labels: tuple[str | Promise, str | Promise] = (_("from"), _("to"))
    unreadable = _("“%(typed)s” is not a time. Write it like 09:00.")

    def __init__(self, *, most: int, spare: int | None = None, **kwargs: Any) -> None:
        widget = SpansWidget(self.kind, self.labels, most=most, spare=most if spare is None else spare)
        super().__init__(required=False, widget=widget, **kwargs)

    def clean(self, value: Any) -> Pairs:
        pairs = [self._pair(start, end) for start, end in value or []]
        return sorted(pairs)

    def _pair(self, start: str, end: str) -> list[str]:
        if not (start and end):
            raise ValidationError(self.half(start or end))
        pair = [self.read(start), self.read(end)]
        self.check(*pair)
        return pair

    def half(self, typed: str) -> str:
        return gettext("Write both times: from when, and until when.")

    def read(self, typed: str) -> str:
        """One end as ISO."""
        try:
            clock = time.fromisoformat(_two_digits(with_plain_digits(typed)))
        except ValueError as wrong:
            raise ValidationError(self.unreadable, params={"typed": typed}) from wrong
        if clock.tzinfo is not None:  # it is by the clinic's clock
            raise ValidationError(self.unreadable, params={"typed": typed})
        return clock.strftime("%H:%M")

    def check(self, start: str, end: str) -> None:
        """Refuse a pair that cannot be: a time that ends as it begins is the whole day, from midnight to midnight."""
        if start == end and start != MIDNIGHT:
            raise ValidationError(
                gettext("It begins and ends at the same time. For day and night write 00:00 to 00:00.")
            )


class DaySpansField(SpansField):
    """The same for days: first and last, both belonging to it; one day alone is both."""

    kind = "date"
    labels = (_("first day"), _("last day"))
    unreadable = _("“%(typed)s” is not a day. Write it like 2026-12-24.")

    def _pair(self, start: str, end: str) -> list[str]:
        return super()._pair(start, end or start)

    def half(self, typed: str) -> str:
        return gettext("Write the first day as well.")

    def read(self, typed: str) -> str:
        try:
            return date.fromisoformat(with_plain_digits(typed)).isoformat()
        except ValueError as wrong:
            raise ValidationError(self.unreadable, params={"typed": typed}) from wrong

    def check(self, start: str, end: str) -> None:
        if end < start:
            sentence = gettext("The last day, %(end)s, is before the first, %(start)s.")
            raise ValidationError(sentence, params={"start": start, "end": end})
        if date.fromisoformat(end) - date.fromisoformat(start) > LONGEST:
            sentence = gettext("From %(start)s to %(end)s is more than a year. Write a year at most.")
            raise ValidationError(sentence, params={"start": start, "end": end})


def _two_digits(typed: str) -> str:
    """ "9:00" as "09:00", which is how ISO wants it."""
    return typed.zfill(5) if ":" in typed and len(typed) == 4 else typed
