"""What a patient and their clinic write to one another."""

import uuid
from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.formats import number_format, time_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from symptoms.forms.fields import LedToMistake
from symptoms.forms.handling import WordsField
from symptoms.models.alert import LONGEST_NOTE
from symptoms.wording.conversation import QuickAnswer, QuickReply


class MessageForm(LedToMistake):
    """A message: one of the ready-made ones, free words, or both. `words` is what is sent."""

    id = forms.UUIDField(widget=forms.HiddenInput)
    seen = forms.UUIDField(required=False, widget=forms.HiddenInput)  # the last message that stood on the page
    quick = forms.ChoiceField(required=False, widget=forms.RadioSelect)
    text = WordsField(label=_("Your message"), required=False)

    @property
    def words(self) -> str:
        """What is sent: the ready-made words, then the writer's own."""
        return "\n".join(filter(None, [self.quick_words(), self.cleaned_data["text"]]))

    def quick_words(self) -> str:
        """The words of the chosen ready-made message, if one is."""
        raise NotImplementedError

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.errors:
            return cleaned
        if not self.words:
            self.add_error("text", gettext("Choose a ready sentence, or write something."))
        elif len(self.words) > LONGEST_NOTE:
            most = number_format(LONGEST_NOTE, force_grouping=True)
            count = number_format(len(self.words), force_grouping=True)
            sentence = gettext("{most} characters at most. Yours has {count}.")
            self.add_error("text", sentence.format(most=most, count=count))
        return cleaned


class PatientMessageForm(MessageForm):
    """From the patient; `practice` is the one that they had before them."""

    practice = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        quick: Any = self.fields["quick"]
        quick.label, quick.choices = _("Quick answers"), QuickAnswer.choices

    @classmethod
    def blank(cls, practice: uuid.UUID, seen: uuid.UUID | None) -> "PatientMessageForm":
        """A fresh form; its id makes that sending it twice writes one message."""
        return cls(initial={"id": uuid.uuid4(), "practice": practice, "seen": seen})

    def quick_words(self) -> str:
        chosen = self.cleaned_data["quick"]
        return str(QuickAnswer(chosen).label) if chosen else ""


class PracticeMessageForm(MessageForm):
    """From a practitioner; `replies` are the ready-made sentences of `quick_replies`."""

    at = forms.TimeField(
        label=_("At what time"),
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        help_text=_("Only for “come in today”."),
        error_messages={"invalid": _("Write a time, like 14:30.")},
    )

    def __init__(self, *args: Any, replies: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.replies = replies
        quick: Any = self.fields["quick"]
        quick.label = _("Quick replies")
        quick.choices = [(key, sentence.format(time="…").replace("….", "…")) for key, sentence in replies.items()]

    @classmethod
    def blank(cls, replies: Mapping[str, str], seen: uuid.UUID | None, text: str = "") -> "PracticeMessageForm":
        """A fresh form; its id makes that sending it twice writes one message."""
        return cls(initial={"id": uuid.uuid4(), "seen": seen, "text": text}, replies=replies, auto_id="id_message_%s")

    def quick_words(self) -> str:
        chosen, at = self.cleaned_data["quick"], self.cleaned_data.get("at")
        return self.replies[chosen].format(time=time_format(at) if at else "…") if chosen else ""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("quick") == QuickReply.COME_TODAY and not cleaned.get("at") and "at" not in self.errors:
            self.add_error("at", gettext("Say at what time."))
        return cleaned
