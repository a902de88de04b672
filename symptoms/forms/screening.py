"""The questions before a treatment and the lists to tick. Nothing must be answered: what is half filled is kept."""

from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from symptoms.forms.fields import level_field
from symptoms.forms.skin_history import SKIN_ANSWERS, USUAL, SkinTypeForm, usual_level_row
from symptoms.recovery.screening import (
    CHECKLISTS,
    IMPLIED_LEVELS,
    NO,
    QUESTIONS,
    UNSURE,
    YES,
    Answers,
    Question,
)

ANSWERS = [(YES, _("Yes")), (NO, _("No")), (UNSURE, _("Not sure"))]
ONE_OF_THREE = {"invalid_choice": _("Choose one of the three answers.")}
FROM_THE_LIST = {"invalid_choice": _("Choose from the list.")}


class ScreeningForm(SkinTypeForm):
    """all that is asked before a treatment; `before` says what was answered before."""

    def __init__(self, *args: Any, before: Answers, **kwargs: Any) -> None:
        super().__init__(*args, initial=_initial(before), **kwargs)
        for name in SKIN_ANSWERS:
            self.fields[name].required = False
        for question in QUESTIONS:
            self.fields[question.key] = forms.ChoiceField(
                label=gettext(question.ask),
                required=False,
                widget=forms.RadioSelect,
                choices=ANSWERS,
                error_messages=ONE_OF_THREE,
            )
            if question.parts:
                self.fields[f"{question.key}_parts"] = _parts_field(question)
        for word in IMPLIED_LEVELS:
            self.fields[f"usual_{word}"] = level_field(USUAL[f"usual_{word}"])
        for checklist in CHECKLISTS:
            self.fields[checklist.key] = forms.MultipleChoiceField(
                label=gettext(checklist.title),
                required=False,
                widget=forms.CheckboxSelectMultiple,
                choices=[(key, gettext(text)) for key, text in checklist.items],
                error_messages=FROM_THE_LIST,
            )

    @property
    def questions(self) -> list[dict[str, Any]]:
        """Each question with what a yes asks next and says."""
        return [
            {
                "field": self[question.key],
                "parts": self[f"{question.key}_parts"] if question.parts else None,
                "say": gettext(question.say),
            }
            for question in QUESTIONS
        ]

    @property
    def usual(self) -> list[dict[str, Any]]:
        """The usual levels that an answer may imply; the stylesheet shows those whose answer is given."""
        return [usual_level_row(self[f"usual_{word}"]) for word in IMPLIED_LEVELS]

    @property
    def checklists(self) -> list[BoundField]:
        """The lists to tick."""
        return [self[checklist.key] for checklist in CHECKLISTS]

    def answers(self) -> Answers:
        """What was answered and ticked."""
        cleaned = self.cleaned_data
        parts = {question.key: cleaned[f"{question.key}_parts"] for question in QUESTIONS if question.parts}
        usual = {str(word): cleaned[f"usual_{word}"] for word in IMPLIED_LEVELS}
        return Answers(
            {question.key: cleaned[question.key] for question in QUESTIONS if cleaned[question.key]},
            {
                key: frozenset([ticked] if isinstance(ticked, str) else ticked)
                for key, ticked in parts.items()
                if ticked
            },
            cleaned["skin_colour"],
            cleaned["skin_burning"],
            {word: level for word, level in usual.items() if level is not None},
            frozenset(key for checklist in CHECKLISTS for key in cleaned[checklist.key]),
        )


def _parts_field(question: Question) -> forms.ChoiceField:
    """Which of the things that a question asks about it is."""
    details: dict[str, Any] = {
        "label": _("Which of these?"),
        "required": False,
        "choices": [(part.key, gettext(part.text)) for part in question.parts],
        "error_messages": FROM_THE_LIST,
    }
    if question.one:
        return forms.ChoiceField(widget=forms.RadioSelect, **details)
    return forms.MultipleChoiceField(
        widget=forms.CheckboxSelectMultiple, help_text=_("Tick all that apply."), **details
    )


def _initial(before: Answers) -> dict[str, Any]:
    """The answers as the fields' initial values."""
    single_choice = {question.key for question in QUESTIONS if question.one}
    return {
        "skin_colour": before.skin_colour,
        "skin_burning": before.skin_burning,
        **before.answers,
        **{
            f"{key}_parts": next(iter(parts), None) if key in single_choice else sorted(parts)
            for key, parts in before.parts.items()
        },
        **{f"usual_{word}": level for word, level in before.usual.items()},
        **{checklist.key: sorted(before.ticked) for checklist in CHECKLISTS},
    }
