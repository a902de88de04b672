"""What is agreed to and shared when somebody joins a clinic."""

from dataclasses import fields
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext_lazy as _

from accounts.models import Practice
from symptoms.forms.onboarding import AgreeForm
from symptoms.journal.joining import Choices


class JoinForm(AgreeForm):
    """The consents, and what the clinic may see of what was before; nothing of that is ticked at first."""

    earlier = forms.BooleanField(required=False, label=_("My earlier treatments, with the answers I logged."))
    earlier_notes = forms.BooleanField(required=False, label=_("The notes I wrote until now."))
    earlier_photos = forms.BooleanField(
        required=False,
        label=_("The photos I took until now."),
        help_text=_("Only if you also agree below that your clinic may see your photos."),
    )

    def __init__(self, *args: Any, practice: Practice, has_earlier: bool, has_log: bool, **kwargs: Any) -> None:
        super().__init__(*args, practice=practice, **kwargs)
        self.fields["care"].error_messages["required"] = _("Without this you cannot join.")
        for name, has_any in (("earlier", has_earlier), ("earlier_notes", has_log), ("earlier_photos", has_log)):
            if not has_any:
                del self.fields[name]

    @property
    def shared(self) -> list[BoundField]:
        """The fields about what was before."""
        return [self[name] for name in ("earlier", "earlier_notes", "earlier_photos") if name in self.fields]

    @property
    def knows_open(self) -> bool:
        """Whether they were told what is open at the clinic they leave."""
        return self.data.get("knows_open") == "yes"

    def choices(self) -> Choices:
        """What was chosen."""
        return Choices(**{field.name: self.cleaned_data.get(field.name, False) for field in fields(Choices)})
