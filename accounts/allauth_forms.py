"""Allauth's forms, so that neither the answer nor its timing reveals whether an account exists."""

import uuid
from contextlib import suppress
from typing import Any

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
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.fields import EmailField, KnownEmailField, NameField
from accounts.limits import may_send_letter
from accounts.models import User
from accounts.passwords import refuse_guessable
from accounts.web.sessions import renew_key, say_whose_phone


def _without_placeholders(form: forms.Form) -> None:
    """Every field has a label; a second one that vanishes while typing only confuses."""
    for field in form.fields.values():
        field.widget.attrs.pop("placeholder", None)


def _own_address() -> forms.EmailInput:
    return forms.EmailInput(attrs={"autocomplete": "email"})


WHOSE_PHONE = [
    ("own", gettext_lazy("Yes, only I use it. Keep me signed in.")),
    ("shared", gettext_lazy("No, others use it too. Sign me out when the browser is closed.")),
]


class AsksWhosePhone(forms.Form):
    """A form that lets somebody in asks whose phone it is: on a shared one the session goes with the browser."""

    # A browser asks for an answer; whatever sends none is taken for a shared phone.
    remember = forms.ChoiceField(
        choices=WHOSE_PHONE,
        label=gettext_lazy("Is this your own phone or computer?"),
        widget=forms.RadioSelect(attrs={"required": True}),
        required=False,
    )


class LoginForm(AsksWhosePhone, allauth_forms.LoginForm):
    """Sign in; on a phone that is not said to be one's own only until the browser is closed."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _without_placeholders(self)
        self.fields["login"] = KnownEmailField(widget=_own_address())
        self.fields["password"].help_text = _("At least {count} characters. Pasting is fine.").format(
            count=settings.LEAST_PASSWORD_LENGTH
        )
        self.order_fields(["login", "password", "remember"])

    def _login_with_password(self, request: HttpRequest, redirect_url: Any, credentials: Any) -> Any:
        # allauth's own would give everybody the same length; how long members and patients stay is the adapter's.
        self._login.redirect_url = redirect_url
        say_whose_phone(request, self.cleaned_data["remember"])
        return perform_password_login(request, credentials, self._login)


class WithNewPassword(forms.Form):
    """A form in which a password is chosen says in one sentence what makes a good one, not in a list of rules."""

    LABELS = {
        "oldpassword": gettext_lazy("Current password"),
        "password1": gettext_lazy("New password"),
        "password2": gettext_lazy("New password again"),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in self.LABELS.keys() & self.fields.keys():
            self.fields[name].label = self.LABELS[name]
        self.fields["password1"].help_text = _(
            "At least {count} characters. A few words in a row are easy to keep. Pasting is fine."
        ).format(count=settings.LEAST_PASSWORD_LENGTH)


class ChangePasswordForm(WithNewPassword, allauth_forms.ChangePasswordForm):
    """A new password for somebody who knows the old one."""


class SetPasswordForm(WithNewPassword, allauth_forms.SetPasswordForm):
    """A first password for an account that has none."""


class ResetPasswordKeyForm(WithNewPassword, allauth_forms.ResetPasswordKeyForm):
    """A new password by a link from a letter."""


class SignupForm(WithNewPassword, AsksWhosePhone, allauth_forms.SignupForm):
    """A new account. For an address that has one the same is done and answered, and the owner is told by mail.

    Whoever comes by a mailed invitation is let in at once, as on a phone that is said to be theirs or not.
    """

    LABELS = {"password1": gettext_lazy("Password")}
    name = NameField(label=gettext_lazy("Your name"), widget=forms.TextInput(attrs={"autocomplete": "name"}))
    field_order = ["name", "email", "password1", "remember"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _without_placeholders(self)
        self.fields["email"] = EmailField(widget=_own_address())
        self.order_fields(self.field_order)
        invitation = get_adapter().invitation(context.request)
        self.clinic = invitation.practice.name if invitation is not None else ""
        self.is_invited = invitation is not None and invitation.is_bound
        if invitation is not None and invitation.is_bound:  # whoever read that mail knows both already
            self.fields["email"].initial = invitation.email
            self.fields["name"].initial = invitation.patient.name if invitation.patient else ""

    def clean(self) -> dict[str, Any]:
        """The password is judged by what somebody knows who knows them, which allauth's own look does not."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if "password1" in cleaned:
            names = [cleaned.get("name", ""), *cleaned.get("email", "").split("@"), self.clinic]
            try:
                refuse_guessable(cleaned["password1"], names)
            except forms.ValidationError as weakness:
                self.add_error("password1", weakness)
        return cleaned

    def validate_unique_email(self, value: str) -> str:
        is_theirs = Q(email=value) | Q(emailaddress__email=value, emailaddress__verified=True)
        self.account_already_exists = User.objects.filter(is_theirs).exists()
        return value

    def try_save(self, request: HttpRequest) -> Any:
        say_whose_phone(request, self.cleaned_data["remember"])
        if not self.account_already_exists:
            with suppress(IntegrityError), transaction.atomic():  # somebody took the address since it was looked up
                return self.save(request), None
        self._work_as_for_a_new_account(request)
        return None, prevent_enumeration(request, email=self.cleaned_data["email"])

    def _work_as_for_a_new_account(self, request: HttpRequest) -> None:
        """The same hash and statements as for a new account, rolled back, so that time tells nothing either."""
        with transaction.atomic():
            nobody = User(name=self.cleaned_data["name"], email=f"{uuid.uuid4().hex}@nobody.invalid")
            nobody.set_password(self.cleaned_data["password1"])
            nobody.save()
            setup_user_email(request, nobody, [EmailAddress(email=nobody.email)])
            # What sending a letter of confirmation looks up.
            has_verified_email(nobody)
            User.objects.get(pk=get_address_for_user(nobody).user_id)
            transaction.set_rollback(True)


class ReauthenticateForm(allauth_forms.ReauthenticateForm):
    """The password once more, from whoever has no second factor."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _without_placeholders(self)

    def clean_password(self) -> str:
        password: str = super().clean_password()
        renew_key(context.request)
        return password


class AddEmailForm(allauth_forms.AddEmailForm):
    """Another address for one's account."""

    email = EmailField(widget=_own_address())


class ResetPasswordForm(allauth_forms.ResetPasswordForm):
    """Asks for a mail with a link to a new password, with one look-up for known and unknown addresses alike."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _without_placeholders(self)
        self.fields["email"] = KnownEmailField(widget=_own_address())

    def clean_email(self) -> str:
        email = get_adapter().clean_email(self.cleaned_data["email"])
        self.users = list(User.objects.filter(email=email, is_active=True))
        return email

    def save(self, request: HttpRequest, **kwargs: Any) -> str:
        if not may_send_letter(request, self.cleaned_data["email"]):
            # The answer is the same: whoever reads that mail has links already, and nobody else learns anything.
            return self.cleaned_data["email"]
        if self.users:
            return super().save(request, **kwargs)
        # What making a link for an account looks up, so that both take as long.
        nobody = uuid.uuid4()
        EmailAddress.objects.filter(user_id=nobody, email=self.cleaned_data["email"]).exists()
        list(EmailAddress.objects.filter(user_id=nobody).values_list("email", flat=True))
        send_unknown_account_mail(request, self.cleaned_data["email"])
        return self.cleaned_data["email"]
