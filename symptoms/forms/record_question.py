"""What a patient says is wrong with what their clinic recorded."""

from django import forms
from django.utils.translation import gettext_lazy as _

from symptoms.forms.fields import LineField


class RecordQuestionForm(forms.Form):
    """One line, which the practice reads beside its record."""

    words = LineField(
        label=_("What is wrong?"),
        required=True,
        max_length=400,
        help_text=_("In your words: the date, the device, how deep, where on the skin."),
        error_messages={"required": _("Write in a few words what is wrong.")},
    )
