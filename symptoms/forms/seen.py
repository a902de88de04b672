""" "Were you seen?", asked while something is open."""

import time

from django import forms
from django.utils.translation import gettext_lazy as _

from symptoms.forms.fields import LineField
from symptoms.wording.seen import SeenAnswer

LONGEST = 400  # characters; an event holds them with the answer's word


class SeenForm(forms.Form):
    """What became of it, and what they said or gave."""

    asked_at = forms.FloatField(required=False, initial=time.time, widget=forms.HiddenInput)
    answer = forms.ChoiceField(
        label=_("Were you seen?"),
        widget=forms.RadioSelect,
        choices=SeenAnswer.choices,
        error_messages={"required": _("Choose one answer.")},
    )
    words = LineField(
        label=_("What did they say, or give you?"),
        max_length=LONGEST,
        help_text=_("In your words. If you got medicine: the name on the packet."),
    )
