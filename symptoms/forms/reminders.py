"""When and how a patient wants to be reminded."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from symptoms.models import Reminding


class RemindersForm(forms.ModelForm):
    """The page's choices; push only where some browser takes it."""

    at = forms.TimeField(
        label=_("At what time?"),
        widget=forms.TimeInput(format="%H:%M", attrs={"type": "time", "class": "input short"}),
        input_formats=["%H:%M", "%H:%M:%S"],
        error_messages=dict.fromkeys(["required", "invalid"], _("Write a time, like 19:30.")),
    )

    class Meta:
        model = Reminding
        fields = ("is_on", "at", "by_email", "by_push", "once_more", "gives_link")
        labels = {
            "is_on": _("Remind me when a log is due"),
            "once_more": _("In the first week, remind me once more the next morning if I did not log"),
            "gives_link": _("Put a link to the day’s empty log into the e-mail, to log without signing in"),
        }
        help_texts = {
            "gives_link": _(
                "It works once, until midnight, and shows nothing that you logged before. "
                "Whoever reads your e-mail could use it."
            ),
            "once_more": "",
        }

    def __init__(self, *args: Any, has_browser: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.has_browser = has_browser

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("by_push") and not self.has_browser:
            self.add_error("by_push", _("Turn on push on this phone first, below."))
        elif cleaned.get("is_on") and not (cleaned.get("by_email") or cleaned.get("by_push")):
            self.add_error("by_email", _("Choose at least one way."))
        return cleaned
