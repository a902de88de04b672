"""Whether the needles were new and whether somebody else used them: asked of a practitioner and of the patient."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.fields import set_choices
from symptoms.models import Treatment
from symptoms.recovery.vocabulary import Answer
from symptoms.wording import treatment as words

NEEDLES = ("needles_new", "needles_shared")


class NeedlesForm(forms.Form):
    """What a practitioner says of the needles; left out is not known."""

    needles_new = forms.ChoiceField(
        label=_("Were the needles new?"),
        required=False,
        widget=forms.RadioSelect,
        choices=list(words.ANSWERS.items()),
        help_text=_("New needles come in a sealed pack with a date on it."),
    )
    needles_shared = forms.ChoiceField(
        label=_("Has anybody else used these needles, or the same blood (PRP) kit?"),
        required=False,
        widget=forms.RadioSelect,
        choices=list(words.ANSWERS.items()),
        help_text=_("A roller that only one person uses counts as theirs alone."),
    )

    def needles(self) -> dict[str, Any]:
        """The cleaned answers as fields of Treatment; what was not asked is left out."""
        cleaned = self.cleaned_data
        return {name: cleaned[name] or Answer.UNKNOWN for name in NEEDLES if name in cleaned}


class OwnNeedlesForm(NeedlesForm):
    """The same, asked of the patient."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        set_choices(self.fields["needles_new"], words.NEEDLES_NEW.items())
        set_choices(self.fields["needles_shared"], words.NEEDLES_SHARED.items())
        self.fields["needles_shared"].help_text = _("A roller that only you use counts as yours alone.")


def unknown_needles(treatment: Treatment) -> list[str]:
    """The questions about the needles that nobody has answered with yes or no."""
    return [name for name in NEEDLES if getattr(treatment, name) == Answer.UNKNOWN]
