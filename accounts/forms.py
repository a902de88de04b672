"""What people write about themselves and their colleagues, cleaned."""

from typing import Any

from django import forms

from accounts.fields import EmailField, NameField, PhoneField, ZoneField, set_choices, zone_choices
from accounts.help_numbers import country_choices
from accounts.models import Patient, Practice, User


class DetailsForm(forms.ModelForm):
    """What a patient may change about themselves."""

    name = NameField(label="Your name", widget=forms.TextInput(attrs={"autocomplete": "name"}))
    phone = PhoneField(
        help_text="So that your clinic can call you.", widget=forms.TextInput(attrs={"autocomplete": "tel"})
    )
    country = forms.ChoiceField(label="Country", help_text="Decides which emergency numbers you see.")
    time_zone = ZoneField(help_text="Your day turns at midnight there.")

    class Meta:
        model = Patient
        fields = ["name", "phone", "country", "time_zone"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        set_choices(self.fields["country"], [("", "Choose"), *country_choices()])
        zone = (kwargs.get("initial") or {}).get("time_zone") or self.instance.zone.key
        self.initial["time_zone"] = zone
        set_choices(self.fields["time_zone"], zone_choices(zone))


class NameForm(forms.ModelForm):
    """What somebody who is no patient may change about themselves."""

    name = NameField(label="Your name", widget=forms.TextInput(attrs={"autocomplete": "name"}))

    class Meta:
        model = User
        fields = ["name"]


class ZoneForm(forms.Form):
    """The one question after joining: is this your time zone?"""

    time_zone = ZoneField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        set_choices(self.fields["time_zone"], zone_choices(self.initial["time_zone"]))


class RolesForm(forms.Form):
    """What a member may do: at least one of the two."""

    is_practitioner = forms.BooleanField(
        required=False,
        label="Practitioner",
        help_text="Reads all patients' records. Is told of emergencies, and of the patients they treat or have taken.",
    )
    is_admin = forms.BooleanField(
        required=False, label="Admin", help_text="Manages people. Reads no record unless a practitioner as well."
    )

    def clean(self) -> dict[str, Any]:
        super().clean()
        if not (self.cleaned_data.get("is_practitioner") or self.cleaned_data.get("is_admin")):
            self.add_error("is_practitioner", "Choose at least one.")
        return self.cleaned_data


class InviteMemberForm(RolesForm):
    """A colleague's address and what they may do."""

    email = EmailField(widget=forms.EmailInput(attrs={"autocomplete": "off"}))
    field_order = ["email", "is_practitioner", "is_admin"]

    def __init__(self, *args: Any, practice: Practice, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.practice = practice

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"]
        if self.practice.memberships.current().filter(user__email=email).exists():  # whom the admin sees listed anyway
            raise forms.ValidationError("They work here already. Choose them above to change what they may do.")
        return email
