"""Whom a practice tells and when, as its manager writes it down: steps by urgency, the weekly rota, quiet hours."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from itertools import pairwise
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.dates import WEEKDAYS as WEEKDAY_NAMES
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.fields import set_choices
from accounts.members import user_name
from accounts.models import Membership, Practice
from accounts.spans import SpansField
from symptoms.alerts.policy import LONGEST_WAIT, MOST_STEPS, TOLD_OF, Group, MorningList
from symptoms.alerts.policy_changes import WEEKDAYS, turn_fields
from symptoms.recovery.vocabulary import Urgency
from symptoms.wording.practitioner import URGENCIES

GROUPS = {
    Group.HOLDER: _("Whoever has it"),
    Group.TREATED: _("Whoever treated"),
    Group.ON_CALL: _("On call"),
    Group.EVERYBODY: _("Every practitioner"),
    Group.ADMINS: _("Admins"),
}
MORNING = "morning"
MINUTES = (0, 5, 10, 15, 20, 30, 45, 60, 120, 240, 480, 1440)  # that are offered; a program may have set others
AT_ONCE = (Urgency.EMERGENCY, Urgency.URGENT)  # their first step waits for nothing

Steps = list[dict[str, Any]]  # as `Step.as_json`


def when_in_words(minutes: int | None) -> str:
    """After how long a step is taken."""
    if minutes is None:
        return gettext("next working morning")
    if minutes == 0:
        return gettext("at once")
    if minutes % 60:
        return gettext("after {count} min").format(count=minutes)
    return gettext("after {count} h").format(count=minutes // 60)


def step_in_words(step: Mapping[str, Any]) -> str:
    """One step: "after 10 min: Admins"."""
    who = ", ".join(str(GROUPS[Group(group)]) for group in step["groups"])
    return gettext("{when}: {who}").format(when=when_in_words(step["minutes"]), who=who)


def steps_in_words(steps: Steps) -> str:
    """The steps in a row: "at once: Every practitioner; after 10 min: Admins"."""
    return "; ".join(step_in_words(step) for step in steps)


class StepsWidget(forms.Widget):
    """Rows of a time and of groups to tick; one more than there are steps."""

    template_name = "practitioner/steps.html"
    use_fieldset = True

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[dict[str, Any]]:
        rows = [
            {"when": data.get(f"{name}_{row}_when", ""), "groups": data.getlist(f"{name}_{row}_groups")}
            for row in range(MOST_STEPS)
        ]
        return [row for row in rows if row["when"] or row["groups"]]

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return f"{name}_0_when" not in data

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        steps = [{"when": _when(step), "groups": step["groups"]} for step in value or []]
        steps += [{"when": "", "groups": []}] * min(1, MOST_STEPS - len(steps))
        context = super().get_context(name, value, attrs)
        rows = [{**step, "choices": _choices(step["when"], is_first=not row)} for row, step in enumerate(steps)]
        context["widget"] |= {"rows": rows, "groups": [(str(group), label) for group, label in GROUPS.items()]}
        context["widget"]["is_invalid"] = "aria-invalid" in context["widget"]["attrs"]
        return context


def _when(step: Mapping[str, Any]) -> str:
    """What is chosen in the row of a step, as stored or as sent."""
    if "when" in step:
        return str(step["when"])
    return MORNING if step["minutes"] is None else str(step["minutes"])


def _minutes(when: str) -> int | None:
    """The minutes until a step, as sent; None for what is no number of them, or more than may be waited."""
    is_number = when.isascii() and when.isdecimal() and len(when) < 6
    return int(when) if is_number and timedelta(minutes=int(when)) <= LONGEST_WAIT else None


def _choices(current: str, *, is_first: bool) -> list[tuple[str, str]]:
    chosen = _minutes(current)
    minutes = sorted({*MINUTES, *([] if chosen is None else [chosen])})
    choices = [(str(count), when_in_words(count)) for count in minutes]
    return [*([] if is_first else [("", gettext("no further step"))]), *choices, (MORNING, when_in_words(None))]


class StepsField(forms.Field):
    """The steps of one urgency: each tells somebody, each later than the one before; cleaned as they are stored."""

    widget = StepsWidget

    def __init__(self, urgency: Urgency) -> None:
        super().__init__(label=URGENCIES[urgency], required=False)
        self.urgency = urgency

    def clean(self, value: Any) -> Steps:
        steps = [self._step(number, row) for number, row in enumerate(value or [], 1)]
        if not steps or (self.urgency in AT_ONCE and steps[0]["minutes"] != 0):
            raise ValidationError(gettext("Somebody must be told at once: tick who, and choose “at once”."))
        if steps[0]["groups"] == [Group.ADMINS] and self.urgency in AT_ONCE:
            raise ValidationError(gettext("An admin may not open the record: tick somebody else in the first step."))
        for number, (earlier, later) in enumerate(pairwise(steps), 2):
            if _order(later) <= _order(earlier):
                sentence = gettext("Step %(number)s is not later than the step before it.")
                raise ValidationError(sentence, params={"number": number})
        return steps

    def _step(self, number: int, row: Mapping[str, Any]) -> dict[str, Any]:
        params = {"number": number}
        groups, when = sorted(set(row["groups"])), row["when"]
        if not groups:
            sentence = gettext("Step %(number)s tells nobody. Tick who is told, or choose “no further step”.")
            raise ValidationError(sentence, params=params)
        if not set(groups) <= set(map(str, Group)):
            raise ValidationError(gettext("Step %(number)s: tick groups from the list."), params=params)
        if when != MORNING and _minutes(when) is None:
            raise ValidationError(gettext("Step %(number)s: choose after how long."), params=params)
        return {"groups": groups, "minutes": None if when == MORNING else _minutes(when)}


def _order(step: Mapping[str, Any]) -> float:
    return float("inf") if step["minutes"] is None else step["minutes"]


class TellingForm(forms.Form):
    """Steps by urgency, the weekly rota, quiet hours and when the morning's list comes."""

    quiet = SpansField(
        label=_("Quiet hours"),
        most=1,
        help_text=_("Then only Emergency and See today are sent. The rest is sent when they end."),
    )
    morning_list = forms.ChoiceField(
        label=_("Morning list"),
        required=False,
        choices=[
            ("", _("Every morning")),
            (MorningList.WHILE_OPEN, _("Only while something is open")),
            (MorningList.NEVER, _("Never")),
        ],
        help_text=_(
            "To every practitioner who is there, on days on which you open. Every morning, it also shows that alerts "
            "arrive, by e-mail and by push."
        ),
    )
    morning_list_at = forms.TimeField(
        label=_("Morning list at"),
        required=False,
        widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}),
        input_formats=["%H:%M", "%H:%M:%S"],
        help_text=_("Empty: as you open, or at 08:00 where you have set no hours."),
        error_messages={"invalid": _("Write a time, like 08:00.")},
    )

    def __init__(self, *args: Any, practice: Practice, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for urgency in reversed(TOLD_OF):
            self.fields[urgency.slug] = StepsField(urgency)
        here = Membership.objects.practitioners().filter(practice=practice).select_related("user")
        choices = [(str(member.pk), user_name(member.user)) for member in here.order_by("user__name", "user__email")]
        former = self._no_longer_here(practice, {value for value, _name in choices})
        for day in WEEKDAYS:
            labels = gettext("{weekday}, on call"), gettext("{weekday}, if no answer")
            for name, label in zip(turn_fields(day), labels, strict=True):
                self.fields[name] = _turn(label.format(weekday=WEEKDAY_NAMES[day]), choices, former)

    def _no_longer_here(self, practice: Practice, here: set[str]) -> dict[str, str]:
        """Who stands on the rota and may not: an empty choice in their place would hide that."""
        named = {str(self.initial.get(name, "")) for day in WEEKDAYS for name in turn_fields(day)} - here - {""}
        members = Membership.objects.filter(practice=practice, pk__in=named).select_related("user") if named else ()
        return {str(member.pk): user_name(member.user) for member in members}

    @property
    def steps(self) -> Iterator[tuple[forms.BoundField, list[str]]]:
        """The fields of the steps, the most urgent first, each with its steps in words."""
        known = self.cleaned_data if self.is_bound else self.initial
        for urgency in reversed(TOLD_OF):
            yield self[urgency.slug], [step_in_words(step) for step in known.get(urgency.slug) or []]

    @property
    def turns(self) -> Iterator[tuple[int, str, forms.BoundField, forms.BoundField]]:
        """Each weekday: its number, its name, and its two turns."""
        for day in WEEKDAYS:
            first, second = turn_fields(day)
            yield day, str(WEEKDAY_NAMES[day]), self[first], self[second]

    def clean_morning_list_at(self) -> str:
        time = self.cleaned_data["morning_list_at"]
        return time.strftime("%H:%M") if time else ""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for quiet in cleaned.get("quiet", []):
            if quiet[0] == quiet[1]:
                self.add_error("quiet", gettext("They begin and end at the same time."))
        for day in WEEKDAYS:
            first, second = turn_fields(day)
            if first in self.errors or not cleaned.get(second):
                continue
            if not cleaned.get(first):
                self.add_error(first, gettext("Choose who is on call first."))
            elif cleaned[first] == cleaned[second]:
                self.add_error(second, gettext("Choose somebody else, or nobody."))
        return cleaned


def _turn(label: str, choices: list[tuple[str, str]], former: Mapping[str, str]) -> forms.ChoiceField:
    left = gettext("{name}, no longer a practitioner here")
    gone = [(member, left.format(name=name)) for member, name in former.items()]
    field = TurnField(label=label, required=False, former=frozenset(former))
    set_choices(field, [("", gettext("Nobody")), *choices, *gone])
    return field


class TurnField(forms.ChoiceField):
    """Who is on call: a practitioner who works here, as the id of their membership; empty for nobody."""

    default_error_messages = {"invalid_choice": _("Choose a practitioner who works here.")}

    def __init__(self, *, former: frozenset[str], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._former = former

    def valid_value(self, value: Any) -> bool:
        return super().valid_value(value) and value not in self._former
