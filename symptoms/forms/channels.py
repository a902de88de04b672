"""What a member adds to be told by: this browser, or a number."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.contact_methods import (
    add_browser,
    add_browser_of_patient,
    add_number,
    read_number,
    read_subscription,
)
from accounts.fields import set_choices
from accounts.models import ContactMethod, Membership, User, kinds_offered

Kind = ContactMethod.Kind
ASKED = {Kind.SMS: _("Text me, where it is urgent"), Kind.PHONE: _("Call me, in an emergency")}


def kinds_with_numbers() -> list[str]:
    """Which of texts and calls this site can send."""
    return [kind for kind in kinds_offered() if kind in ASKED]


class BrowserForm(forms.Form):
    """What the browser's script says of its push service."""

    kind = forms.CharField(widget=forms.HiddenInput, initial=Kind.PUSH)
    subscription = forms.CharField(
        widget=forms.HiddenInput,
        max_length=3000,
        error_messages={"required": _("This browser gave no address for push messages. Try again.")},
    )

    def clean_subscription(self) -> dict[str, Any]:
        return read_subscription(self.cleaned_data["subscription"])

    def save(self, member: Membership, *, label: str) -> ContactMethod:
        """Raises ValidationError, as `add_browser`."""
        return add_browser(member, self.cleaned_data["subscription"], label)

    def save_of_patient(self, user: User, *, label: str) -> ContactMethod:
        """The same of a patient."""
        return add_browser_of_patient(user, self.cleaned_data["subscription"], label)


class NumberForm(forms.Form):
    """A number, and what to do with it."""

    kind = forms.ChoiceField(label=_("What for"), widget=forms.RadioSelect)
    number = forms.CharField(
        label=_("Number"),
        max_length=40,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
        help_text=_("With + and the country first, such as +44 7700 900300. It is used once a test has arrived."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        set_choices(self.fields["kind"], [(kind, ASKED[Kind(kind)]) for kind in kinds_with_numbers()])

    def clean_number(self) -> str:
        return read_number(self.cleaned_data["number"])

    def save(self, member: Membership, *, label: str) -> ContactMethod:
        """Raises ValidationError, as `add_number`."""
        return add_number(member, self.cleaned_data["kind"], self.cleaned_data["number"])
