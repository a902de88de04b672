"""What people type about themselves, their invitations and their colleagues, cleaned."""

import re
import uuid
from zoneinfo import available_timezones

from allauth.account import forms as allauth_forms
from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.email_verification import get_address_for_user
from allauth.account.internal.flows.login import perform_password_login
from allauth.account.internal.flows.signup import prevent_enumeration, send_unknown_account_mail
from allauth.account.models import EmailAddress
from allauth.account.utils import has_verified_email, setup_user_email
from allauth.core import context
from django import forms
from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q

from accounts.models import Patient, Practice, User
from accounts.typed import offer_typed

# Marks that turn the direction of what follows (in a name they would rearrange the clinic's list), and control codes.
UNSEEN = dict.fromkeys(
    [0x61C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A), *range(1, 9), *range(0xE, 0x20), 0x7F]
)


class NameField(forms.CharField):
    """A person's name on one line: spaces made single, marks that turn the writing's direction left out."""

    def __init__(self, **kwargs):
        kwargs.setdefault("max_length", 120)
        kwargs.setdefault("error_messages", {"required": "Write your name."})
        super().__init__(**kwargs)

    def to_python(self, value) -> str:
        return " ".join((super().to_python(value) or "").translate(UNSEEN).split())


class EmailField(forms.EmailField):
    """An address in small letters."""

    def __init__(self, **kwargs):
        kwargs.setdefault("label", "E-mail")
        kwargs.setdefault("max_length", 254)
        kwargs.setdefault("error_messages", {"invalid": "Write an e-mail address, like name@example.com."})
        super().__init__(**kwargs)

    def clean(self, value) -> str:
        return super().clean(value).lower()


class PhoneField(NameField):
    """A telephone number as people write it. Letters are refused: the link that dials would lose or misread them."""

    def __init__(self, **kwargs):
        super().__init__(**{"required": False, "label": "Phone", "max_length": 40, **kwargs})
        self.widget.attrs["inputmode"] = "tel"

    def validate(self, value: str) -> None:
        super().validate(value)
        if value and not re.fullmatch(r"\+?[0-9 ()./-]*[0-9]", value):
            raise forms.ValidationError("Write a phone number, like 07700 900123.", code="invalid")


# Old spellings of zones that are listed under their region as well.
OLD_REGIONS = {"Etc", "SystemV", "US", "Canada", "Brazil", "Chile", "Mexico"}


def zone_choices(current: str = "") -> list[tuple[str, list[tuple[str, str]]]]:
    """Time zones by region for a select, and `current` in any case: a list without it would silently show another."""
    regions: dict[str, list[tuple[str, str]]] = {}
    for zone in sorted(available_timezones()):
        region, _, place = zone.partition("/")
        if place and region not in OLD_REGIONS:
            regions.setdefault(region, []).append((zone, place.replace("_", " ")))
    listed = current in ("", "UTC") or any(zone == current for places in regions.values() for zone, _ in places)
    other = [("UTC", "UTC")] if listed else [(current, current), ("UTC", "UTC")]
    return [*regions.items(), ("Other", other)]


class ZoneField(forms.ChoiceField):
    """A time zone; one that a browser names and the list leaves out is taken as well."""

    def __init__(self, **kwargs):
        kwargs.setdefault("label", "Time zone")
        kwargs.setdefault("error_messages", {"invalid_choice": "Choose a time zone from the list."})
        super().__init__(choices=zone_choices, **kwargs)

    def valid_value(self, value) -> bool:
        return value in available_timezones()


def _without_placeholders(form: forms.Form) -> None:
    """Every field has a label; a second one that vanishes while typing only confuses."""
    for field in form.fields.values():
        field.widget.attrs.pop("placeholder", None)


class LoginForm(allauth_forms.LoginForm):
    """Sign in; without `remember` (a shared phone) only until the browser is closed."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        _without_placeholders(self)
        self.fields["login"].label = "E-mail"

    def _login_with_password(self, request, redirect_url, credentials):
        # allauth's own would give everybody the same length; how long members and patients stay is the adapter's.
        self._login.redirect_url = redirect_url
        response = perform_password_login(request, credentials, self._login)
        if request.user.is_authenticated and not self.cleaned_data["remember"]:
            request.session.set_expiry(0)
        typed = offer_typed(request) if request.user.is_authenticated else None
        return typed or response


class SignupForm(allauth_forms.SignupForm):
    """A new account. For an address that has one the same is done and answered, and the owner is told by mail."""

    name = NameField(label="Your name", widget=forms.TextInput(attrs={"autocomplete": "name"}))
    field_order = ["name", "email", "password1"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        _without_placeholders(self)
        self.fields["email"].label = "E-mail"
        self.fields["password1"].help_text = "At least 15 characters. A few words in a row are fine. So is pasting."
        invitation = get_adapter().invitation(context.request)
        if invitation is not None and invitation.is_bound:  # whoever read that mail knows both already
            self.fields["email"].initial = invitation.email
            self.fields["name"].initial = invitation.patient.name if invitation.patient else ""

    def validate_unique_email(self, value: str) -> str:
        taken = Q(email=value) | Q(emailaddress__email=value, emailaddress__verified=True)
        self.account_already_exists = User.objects.filter(taken).exists()
        return value

    def try_save(self, request):
        if not self.account_already_exists:
            try:
                with transaction.atomic():
                    return self.save(request), None
            except IntegrityError:  # somebody took the address since it was looked up
                pass
        self._work_as_for_a_new_account(request)
        return None, prevent_enumeration(request, email=self.cleaned_data["email"])

    def _work_as_for_a_new_account(self, request) -> None:
        """The same hash and statements as for a new account, rolled back: time tells nothing either (T10)."""
        with transaction.atomic():
            nobody = User(name=self.cleaned_data["name"], email=f"{uuid.uuid4().hex}@nobody.invalid")
            nobody.set_password(self.cleaned_data["password1"])
            nobody.save()
            setup_user_email(request, nobody, [EmailAddress(email=nobody.email)])
            # What sending a letter of confirmation looks up.
            has_verified_email(nobody)
            User.objects.get(pk=get_address_for_user(nobody).user_id)
            transaction.set_rollback(True)


class ResetPasswordForm(allauth_forms.ResetPasswordForm):
    """Asks for a mail with a link to a new password, with one look-up for known and unknown addresses alike."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        _without_placeholders(self)
        self.fields["email"].label = "E-mail"

    def clean_email(self) -> str:
        email = get_adapter().clean_email(self.cleaned_data["email"].lower())
        self.users = list(User.objects.filter(email=email, is_active=True))
        return email

    def save(self, request, **kwargs) -> str:
        if self.users:
            return super().save(request, **kwargs)
        # What making a link for an account looks up (T10).
        nobody = uuid.uuid4()
        EmailAddress.objects.filter(user_id=nobody, email=self.cleaned_data["email"]).exists()
        list(EmailAddress.objects.filter(user_id=nobody).values_list("email", flat=True))
        send_unknown_account_mail(request, self.cleaned_data["email"])
        return self.cleaned_data["email"]


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

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["country"].choices = [(code, entry["name"]) for code, entry in settings.HELP_NUMBERS.items()]
        self.initial["time_zone"] = self.instance.zone.key
        self.fields["time_zone"].choices = zone_choices(self.instance.zone.key)


class NameForm(forms.ModelForm):
    """What somebody who is no patient may change about themselves."""

    name = NameField(label="Your name", widget=forms.TextInput(attrs={"autocomplete": "name"}))

    class Meta:
        model = User
        fields = ["name"]


class ZoneForm(forms.Form):
    """The one question after joining: is this your time zone?"""

    time_zone = ZoneField()

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["time_zone"].choices = zone_choices(self.initial["time_zone"])


class RolesForm(forms.Form):
    """What a member may do: at least one of the two."""

    is_practitioner = forms.BooleanField(
        required=False, label="Practitioner", help_text="Reads patients' records, and is told when one needs review."
    )
    is_admin = forms.BooleanField(
        required=False, label="Admin", help_text="Manages people. Reads no record unless a practitioner as well."
    )

    def clean(self) -> dict:
        super().clean()
        if not (self.cleaned_data.get("is_practitioner") or self.cleaned_data.get("is_admin")):
            self.add_error("is_practitioner", "Choose at least one.")
        return self.cleaned_data


class InviteMemberForm(RolesForm):
    """A colleague's address and what they may do."""

    email = EmailField(widget=forms.EmailInput(attrs={"autocomplete": "off"}))
    field_order = ["email", "is_practitioner", "is_admin"]

    def __init__(self, *args, practice: Practice, **kwargs):
        super().__init__(*args, **kwargs)
        self.practice = practice

    def clean_email(self) -> str:
        email = self.cleaned_data["email"]
        if self.practice.memberships.current().filter(user__email=email).exists():  # whom the admin sees listed anyway
            raise forms.ValidationError("They work here already. Choose them above to change what they may do.")
        return email
