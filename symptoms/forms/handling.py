"""What practitioners write about alerts: what became of one, a note for the practice, a message to the patient."""

import re
import uuid
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from symptoms.models.alert import LONGEST_NOTE, OUTCOMES

SEEN = r"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}) ([0-9])"


class WordsField(forms.CharField):
    """Free words over several lines; a line break counts as one character, as the browser counts it."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.Textarea(attrs={"rows": 3}))
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> str:
        return (super().to_python(value) or "").replace("\r\n", "\n")


class ResolveForm(forms.Form):
    """What became of an alert. What goes with an outcome (a reason, a day) is asked for by the verb."""

    outcome = forms.ChoiceField(
        label=_("Outcome"),
        widget=forms.RadioSelect,
        choices=OUTCOMES,
        error_messages={"required": _("Choose an outcome.")},
        help_text=_("“Watching until” and “Could not reach” leave it open."),
    )
    until = forms.DateField(
        label=_("Watching until"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("Only for “Watching until”."),
        error_messages={"invalid": _("Choose a day.")},
    )
    reason = WordsField(
        label=_("What was agreed"), required=False, max_length=500, help_text=_("Required for “Not a concern”.")
    )


def seen_in(typed: QueryDict) -> dict[uuid.UUID, int]:
    """Which alerts stood on the page that was sent, with the urgency each had there; anything else is left out."""
    matches = (re.fullmatch(SEEN, words, re.I) for words in typed.getlist("seen"))
    return {uuid.UUID(match[1]): int(match[2]) for match in matches if match}


class NoteForm(forms.Form):
    """A note kept inside the practice, or a short message that the patient reads: two buttons say which."""

    id = forms.UUIDField(widget=forms.HiddenInput)
    text = WordsField(
        label=_("What was agreed, or what the patient should know"),
        max_length=LONGEST_NOTE,
        error_messages={"required": _("Write something first.")},
        help_text=format_lazy(
            ngettext_lazy("At most {count} character.", "At most {count} characters.", LONGEST_NOTE), count=LONGEST_NOTE
        ),
    )
    to = forms.ChoiceField(
        choices=[("practice", _("Keep for the clinic")), ("patient", _("Send to the patient"))],
        error_messages=dict.fromkeys(["required", "invalid_choice"], _("Choose whether to keep it or to send it.")),
    )

    @classmethod
    def blank(cls, text: str = "") -> "NoteForm":
        """A fresh form; its id makes that sending it twice writes one note."""
        return cls(initial={"id": uuid.uuid4(), "text": text})
