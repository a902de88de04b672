"""The log of one day as it is typed in, and how it becomes the document of an entry."""

import contextlib
from collections.abc import Collection, Mapping
from typing import Any
from uuid import uuid4

from django import forms
from django.core.exceptions import ValidationError
from django.forms import BoundField
from django.http import QueryDict
from django.utils.formats import number_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from symptoms.forms import temperature
from symptoms.forms.fields import level_field
from symptoms.forms.questionnaire import DayQuestions
from symptoms.journal.loading import entry_values
from symptoms.models import Entry, Treatment
from symptoms.models.entry import LONGEST_NOTE
from symptoms.recovery.course import LAST_DAY, entry_from_answers
from symptoms.recovery.course import Entry as EntryValues
from symptoms.recovery.phrases import thermometer
from symptoms.recovery.questions import QUESTIONS, REQUIRED
from symptoms.recovery.vocabulary import Sign, Symptom
from symptoms.wording.phrases import SEVERITIES

FROM_LIST = dict.fromkeys(["invalid_choice", "invalid_list"], _("Choose from the list."))
AGAIN = dict.fromkeys(["required", "invalid"], _("Part of the form did not arrive. Please save again."))
WHICH_DAY = dict.fromkeys(["required", "invalid", "min_value", "max_value"], _("Choose the day you mean."))
NOTE_HELP = _(
    "Only you read this. It does not change the advice you get now. If you feel worse, answer the questions above."
)
NOTE_HELP_WITH_CLINIC = _(
    "Your clinic can read this later. "
    "It does not change the advice you get now. If you feel worse, answer the questions above."
)
LISTS = {"signs": "sign", "exposures": "exposure"}  # fields that take several words, and their kind of question
LIST_LABELS = {"signs": _("Any signs"), "exposures": _("Any exposures")}
# The "None of these" of the signs in the red box and of the day's: each group wants a tick, if only there.
NO_BOX, NO_SIGNS = "none_right_now", "nothing_new"
NEITHER = _("Please tick what you see, or “None of these”.")
BOTH = _("You ticked a sign and “None of these”. Please keep one.")
LOOK_AGAIN = _("Your answers bring up more signs. Please look at these again.")


class EntryForm(forms.Form):
    """One day. Nothing is answered beforehand: `previous_entry` only marks what was said then; `is_known`: two days
    were logged before; `signs_denied`: the signs that are known not to be there, of a day that is changed."""

    id = forms.UUIDField(label=_("This page"), widget=forms.HiddenInput, error_messages=AGAIN)
    neither, look_again = NEITHER, LOOK_AGAIN  # said by the page's script as well
    day = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=LAST_DAY, error_messages=WHICH_DAY)
    temperature_c = forms.CharField(
        label=_("Temperature"),
        required=False,
        max_length=12,
        widget=forms.TextInput(attrs={"class": "input short", "inputmode": "decimal", "autocomplete": "off"}),
        error_messages={"max_length": _("Write a number, like 37.2.")},
    )
    unit = forms.ChoiceField(label=_("Unit"), required=False, choices=temperature.UNITS, error_messages=FROM_LIST)
    none_right_now = forms.BooleanField(label=_("Right now?"), required=False)
    nothing_new = forms.BooleanField(label=_("Anything new?"), required=False)
    shown = forms.MultipleChoiceField(  # the day's signs that stood on the page: only they can be answered
        required=False, choices=[(sign, sign) for sign in Sign], widget=forms.MultipleHiddenInput
    )
    note = forms.CharField(
        required=False,
        max_length=LONGEST_NOTE,
        widget=forms.Textarea(attrs={"rows": 3, "class": "input"}),
    )

    def __init__(
        self,
        *,
        treatment: Treatment,
        day: int,
        previous_entry: Entry | None,
        is_known: bool = False,
        unit: str = "c",
        signs_denied: Collection[Sign] = frozenset(),
        **kwargs: Any,
    ):
        super().__init__(auto_id=True, **kwargs)  # a field's id is its name, which the scales rely on
        self.default_unit = unit
        self.initial.setdefault("id", uuid4())
        self.initial.setdefault("day", day)
        has_clinic = treatment.patient.practice_id is not None
        note = self.fields["note"]
        note.label = _("A note for your clinic") if has_clinic else _("A note")
        note.error_messages["max_length"] = _too_long_a_note()
        self.note_help = NOTE_HELP_WITH_CLINIC if has_clinic else NOTE_HELP
        for question in QUESTIONS:
            if question.kind == "symptom":
                self.fields[question.word] = level_field(question, required=question.word in REQUIRED)
        for name, kind in LISTS.items():
            words = [(question.word, question.title) for question in QUESTIONS if question.kind == kind]
            self.fields[name] = forms.MultipleChoiceField(
                label=LIST_LABELS[name], required=False, choices=words, error_messages=FROM_LIST
            )
        previous = entry_values(previous_entry) if previous_entry else None
        self.questions = DayQuestions(self, treatment, day, previous, self._so_far(day), is_known=is_known)
        for none, signs in self.sign_groups.items():
            self.initial.setdefault(none, bool(signs) and set(signs_denied).issuperset(signs))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        self._check_signs(cleaned)
        if typed := cleaned.get("temperature_c"):
            try:
                cleaned["temperature_c"] = temperature.in_celsius(typed, cleaned.get("unit") or self.default_unit)
            except ValidationError as refusal:
                self.add_error("temperature_c", refusal)
        return cleaned

    def _check_signs(self, cleaned: dict[str, Any]) -> None:
        """A group of signs with nothing ticked was perhaps never seen: each is answered, if only by "None of these"."""
        ticked = frozenset(cleaned.get("signs", ()))
        for none, signs in self.sign_groups.items():
            is_ticked = not ticked.isdisjoint(signs)
            if signs and is_ticked == cleaned[none]:
                self.add_error(none, BOTH if is_ticked else NEITHER)
        # An answer below the signs can bring up more of them, which nobody has seen yet.
        if not set(self.questions.asked.signs).issubset(cleaned.get("shown", ())) and NO_SIGNS not in self.errors:
            self.add_error(NO_SIGNS, LOOK_AGAIN)

    @property
    def sign_groups(self) -> dict[str, tuple[Sign, ...]]:
        """The signs that are asked openly, by the field of their "None of these"."""
        return {NO_BOX: self.questions.asked.box, NO_SIGNS: self.questions.asked.signs}

    def clean_note(self) -> str:
        note: str = self.cleaned_data["note"]
        return note.replace("\r\n", "\n")

    def answers(self) -> dict[str, Any]:
        """The document of `Entry.answers`; only what was answered counts as asked, a skipped scale is not "none"."""
        cleaned = self.cleaned_data
        levels = {word: cleaned[word] for word in map(str, Symptom) if cleaned.get(word) is not None}
        lists = {name: sorted(set(cleaned[name])) for name in LISTS}
        signs = {*lists["signs"], *self.questions.asked.box, *self.questions.asked.signs}
        document = {"symptoms": levels, "asked": sorted({*levels, *signs}), **lists}
        return {**document, "temperature_c": cleaned["temperature_c"]} if cleaned.get("temperature_c") else document

    @property
    def chosen_unit(self) -> str:
        """The unit that the page shows."""
        typed = self["unit"].value()
        return typed if typed in dict(temperature.UNITS) else self.default_unit

    def summary_fields(self) -> list[BoundField]:
        """In the order of the page, for the summary of mistakes; the id last, whose error no field shows."""
        first = self.questions.asked.symptoms
        rest = [symptom for symptom in Symptom if symptom not in first]
        names = (NO_BOX, NO_SIGNS, "signs", *first, "exposures", "temperature_c", "unit", "note", *rest, "id")
        return [self[name] for name in names]

    def _so_far(self, day: int) -> EntryValues | None:
        """What was answered on this page so far, as far as it can be read; None before anything was."""
        levels = {str(s): int(self[s].value()) for s in Symptom if str(self[s].value()) in dict(SEVERITIES)}
        signs = [sign for sign in self["signs"].value() or () if sign in set(Sign)]
        document: dict[str, Any] = {"symptoms": levels, "asked": list(levels), "signs": signs}
        with contextlib.suppress(ValidationError):
            document["temperature_c"] = temperature.in_celsius(self["temperature_c"].value() or "", self.chosen_unit)
        has_begun = levels or signs or "temperature_c" in document
        return entry_from_answers(day, document) if has_begun else None


def _too_long_a_note() -> str:
    most = number_format(LONGEST_NOTE, force_grouping=True)
    return gettext("{most} characters at most. Yours has %(show_value)d.").format(most=most)


def answers_of(entry: Entry, unit: str) -> dict[str, Any]:
    """An entry as the form's initial values, for its patient to amend."""
    values = entry_values(entry)
    initial: dict[str, Any] = {str(symptom): values.symptoms.get(symptom, 0) for symptom in values.answered}
    if values.temperature_c is not None:
        initial["temperature_c"] = thermometer(values.temperature_c, unit)
    lists = {"signs": sorted(values.signs), "exposures": sorted(values.exposures)}
    return {**initial, **lists, "note": entry.note}


def signs_denied_in(entry: Entry) -> frozenset[Sign]:
    """The signs that an entry says are not there."""
    values = entry_values(entry)
    return values.signs_answered - values.signs


def as_typed(typed: QueryDict) -> dict[str, Any]:
    """What was typed into a form that is not to be judged yet, as initial values."""
    return {name: typed.getlist(name) if name in LISTS else typed.get(name) for name in typed}


def filled_from(typed: Mapping[str, Any], levels: Mapping[Symptom, int]) -> dict[str, Any]:
    """What was typed, with the scales that are still empty filled with these `levels`."""
    return {**typed, **{str(word): level for word, level in levels.items() if typed.get(word) in (None, "")}}
