"""What people write about themselves and their colleagues, cleaned."""

from typing import Any

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext, ngettext_lazy
from django.utils.translation import gettext_lazy as _

from accounts.allergies import AllergiesForm
from accounts.fields import (
    EmailField,
    EmergencyNumberField,
    NameField,
    PhoneField,
    ZoneField,
    set_choices,
    zone_choices,
)
from accounts.help_numbers import ELSEWHERE, UNKNOWN, HelpNumbers, country_choices, numbers_of
from accounts.models import LONGEST_TOKEN_NAME, Patient, Practice, ProgramToken, User
from accounts.program_tokens import LASTS_DAYS


class CountryForm(forms.Form):
    """In which country somebody is: a guess to say yes or no to, the list, or a number where the list has no row.

    Cleaned, `country` is a code of the table or `ELSEWHERE`, and `emergency_number` is empty unless it is the latter.
    """

    NO = "no"

    is_here = forms.ChoiceField(
        required=False, widget=forms.RadioSelect, error_messages={"invalid_choice": _("Choose one of the two.")}
    )
    country = forms.ChoiceField(
        label=_("Country"),
        required=False,
        help_text=_("Decides which emergency numbers you see."),
        error_messages={"invalid_choice": _("Choose a country from the list.")},
    )
    emergency_number = EmergencyNumberField(
        label=_("What is the emergency number where you are?"),
        help_text=_("For “Another country”. We show it wherever you may have to call for help."),
    )

    def __init__(self, *args: Any, guess: HelpNumbers = UNKNOWN, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        set_choices(self.fields["country"], [("", _("Choose")), *country_choices(), (ELSEWHERE, _("Another country"))])
        # What was answered is about the country that its page named, wherever the clock hangs by now.
        answered = numbers_of(str(self.data.get(self.add_prefix("is_here"), "")))
        if answered.country:
            guess = answered
        if not guess.country:
            del self.fields["is_here"]
            return
        self.fields["is_here"].label = _("We think this is your country: %(country)s. Is that right?") % {
            "country": gettext(guess.name)
        }
        set_choices(self.fields["is_here"], [(guess.country, _("Yes")), (self.NO, _("No, somewhere else"))])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        answer = cleaned.get("is_here", "")
        if answer and answer != self.NO:
            cleaned["country"] = answer
        elif "is_here" in self.fields and not answer and not cleaned.get("country"):
            self.add_error("is_here", _("Choose one of the two."))
        elif not cleaned.get("country") and "country" not in self.errors:
            self.add_error("country", _("Choose a country from the list."))
        if cleaned.get("country") != ELSEWHERE:
            self.errors.pop("emergency_number", None)
            cleaned["emergency_number"] = ""
        elif not cleaned.get("emergency_number") and "emergency_number" not in self.errors:
            self.add_error("emergency_number", _("Write the number to call for an ambulance there."))
        return cleaned

    def place(self) -> dict[str, str]:
        """The cleaned country, and the number where the list does not have it."""
        return {name: self.cleaned_data[name] for name in ("country", "emergency_number")}


class DetailsForm(AllergiesForm, CountryForm, forms.ModelForm):
    """What a patient may change about themselves."""

    name = NameField(label=_("Your name"), widget=forms.TextInput(attrs={"autocomplete": "name"}))
    phone = PhoneField(
        help_text=_("So that your clinic can call you."), widget=forms.TextInput(attrs={"autocomplete": "tel"})
    )
    time_zone = ZoneField(help_text=_("A new day begins for you at midnight there."))

    class Meta:
        model = Patient
        fields = ["name", "phone", "country", "emergency_number", "time_zone"]

    CHANGES = (*Meta.fields, "drug_allergies")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.ask_allergies(self.initial.get("drug_allergies", self.instance.drug_allergies))
        zone = (kwargs.get("initial") or {}).get("time_zone") or self.instance.zone.key
        self.initial["time_zone"] = zone
        set_choices(self.fields["time_zone"], zone_choices(zone))
        if self.instance.practice_id is None:
            self.fields["phone"].help_text = ""  # nobody calls somebody who is alone


class NameForm(forms.ModelForm):
    """What somebody who is no patient may change about themselves."""

    name = NameField(label=_("Your name"), widget=forms.TextInput(attrs={"autocomplete": "name"}))

    class Meta:
        model = User
        fields = ["name"]


class PlaceForm(CountryForm):
    """What is asked after joining, and of whoever was not asked yet: where are you?"""

    time_zone = ZoneField(help_text=_("A new day begins for you at midnight there."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        set_choices(self.fields["time_zone"], zone_choices(self.initial["time_zone"]))


class RolesForm(forms.Form):
    """What a member may do: at least one of the two."""

    is_practitioner = forms.BooleanField(
        required=False,
        label=_("Practitioner"),
        help_text=_(
            "Reads all patients’ records. Is told of emergencies, and of the patients they treat or have taken."
        ),
    )
    is_admin = forms.BooleanField(
        required=False,
        label=_("Admin"),
        help_text=_("Invites and removes colleagues. Cannot open records unless also a practitioner."),
    )

    def clean(self) -> dict[str, Any]:
        super().clean()
        if not (self.cleaned_data.get("is_practitioner") or self.cleaned_data.get("is_admin")):
            self.add_error("is_practitioner", _("Choose at least one."))
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
            raise forms.ValidationError(_("They work here already. Choose them above to change what they may do."))
        return email


class TokenForm(forms.Form):
    """A new token for programs: what it is called, what it is good for, how long. Patients have nothing to choose."""

    name = NameField(
        label=_("What is it for?"),
        help_text=_("A name by which you know the program."),
        max_length=LONGEST_TOKEN_NAME,
        error_messages={"required": _("Write a name by which you know the program.")},
    )
    scope = forms.ChoiceField(
        label=_("What may it do?"),
        widget=forms.RadioSelect,
        error_messages={"invalid_choice": _("Choose what it may do."), "required": _("Choose what it may do.")},
    )
    days = forms.TypedChoiceField(
        label=_("When does it end?"),
        coerce=int,
        initial=90,
        widget=forms.RadioSelect,
        choices=[
            (days, format_lazy(ngettext_lazy("After {days} day", "After {days} days", days), days=days))
            for days in LASTS_DAYS
        ],
        error_messages={"invalid_choice": _("Choose when it ends."), "required": _("Choose when it ends.")},
    )

    def __init__(self, *args: Any, scopes: list[ProgramToken.Scope], **kwargs: Any) -> None:
        kwargs.setdefault("prefix", "token")
        super().__init__(*args, **kwargs)
        set_choices(self.fields["scope"], [(scope.value, scope.label) for scope in scopes])
        if len(scopes) == 1:
            self.only_scope = scopes[0]
            del self.fields["scope"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        return {"scope": self.only_scope.value, **cleaned} if "scope" not in self.fields else cleaned


class MailCodeForm(forms.Form):
    """The code from a letter."""

    WRONG = _("This code is wrong, or too old. Look at the newest letter.")

    code = forms.CharField(
        label=_("Code"), max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "autofocus": True}),
    )  # fmt: skip
