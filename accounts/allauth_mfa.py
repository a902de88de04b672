"""How allauth's second factors behave here: whose site passkeys belong to, how secrets lie, and which codes are taken.

A passkey is asked for the site of SITE_URL, whatever host a request names, and always proves that its owner unlocked
it: so it is two factors in one, and signs in alone.
"""

import json
from contextlib import suppress
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import get_adapter as get_account_adapter
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter, get_adapter
from allauth.mfa.base import forms as base_forms
from allauth.mfa.models import Authenticator
from allauth.mfa.totp import forms as totp_forms
from allauth.mfa.totp.internal.auth import SECRET_SESSION_KEY
from allauth.mfa.webauthn import forms as webauthn_forms
from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop
from fido2.utils import websafe_decode

from accounts import audit, one_time_codes, recovery_codes
from accounts.durations import in_words
from accounts.invitations import qr_code
from accounts.keys.faults import Damaged, KeyLost
from accounts.keys.sealing import open_for_site, seal_for_site
from accounts.limits import TooManyTries, count_code, uncount
from accounts.models import User
from accounts.templatetags.devices import device_name
from accounts.web.sessions import renew_key, say_whose_phone

LONGEST_NAME = 80
SEALED_AS = "second factor"  # what is sealed: the secret of an app, or the seed of codes that were not shown yet


def site_of_passkeys() -> str:
    """The host that passkeys belong to: that of SITE_URL. On this machine a name, since numbers have none."""
    host = urlsplit(settings.SITE_URL).hostname or ""
    return "localhost" if host == "127.0.0.1" else host


def pages_with_passkeys() -> list[str]:
    """The origins whose pages may use them."""
    by_name = urlsplit(settings.SITE_URL)._replace(path="", query="", fragment="")
    port = f":{by_name.port}" if by_name.port else ""
    return [by_name.geturl(), by_name._replace(netloc=f"{site_of_passkeys()}{port}").geturl()]


class Adapter(DefaultMFAAdapter):
    """What differs from allauth's own ways."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": gettext_lazy("This code is wrong, or was used already. Type the one that is shown now."),
        "unverified_email": gettext_lazy(
            "Confirm the new e-mail address first: open the link that we sent there. Then set this up."
        ),
        "cannot_generate_recovery_codes": gettext_lazy(
            "Recovery codes come with a passkey or an app: set up one first."
        ),
        "passkey_refused": gettext_lazy("This passkey does not open this account. Try again, or use another way."),
        "passkey_of_another_site": gettext_lazy("This passkey was made on another site, so it opens nothing here."),
        "secret_is_lost": gettext_lazy(
            "The codes of this account cannot be checked any more, because a key of the server was lost. "
            "Use a passkey, or ask whoever runs this site."
        ),
    }

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        return {"id": site_of_passkeys(), "name": "Mendline"}

    def get_totp_issuer(self) -> str:
        return "Mendline"

    def build_totp_svg(self, url: str) -> str:
        return qr_code(url)

    def encrypt(self, text: str) -> str:
        return seal_for_site(text, SEALED_AS)

    def decrypt(self, encrypted_text: str) -> str:
        try:
            return open_for_site(encrypted_text, SEALED_AS)
        except (Damaged, KeyLost) as fault:
            raise self.validation_error("secret_is_lost") from fault

    def generate_authenticator_name(self, user: User, type: Authenticator.Type) -> str:
        return device_name(context.request.headers.get("User-Agent", ""))


class TypesACode(forms.Form):
    """A form with a code: tries are counted, none is taken twice, and a clock that is off is told so."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].label = _("Code")
        self.fields["code"].widget = forms.TextInput(
            attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "autocapitalize": "off"}
        )

    def clean_code(self) -> str:
        user, code = self.user, self.cleaned_data["code"]  # type: ignore[attr-defined]  # each form of allauth's has it
        try:
            usages = count_code(context.request, user)
        except TooManyTries as refusal:
            audit.note(audit.Kind.LOCKED_OUT, gettext_noop("too many wrong codes"), user=user)
            raise get_account_adapter().validation_error(str(refusal)) from refusal
        if one_time_codes.is_spent(user, code):
            raise get_adapter().validation_error("incorrect_code")
        try:
            super().clean_code()  # type: ignore[misc]  # allauth's, which these forms inherit
        except ValidationError as refusal:
            audit.note(audit.Kind.FAILED, gettext_noop("a wrong code"), user=user)
            off = one_time_codes.clock_off(user, self.secret_of_app(), code)
            if off:
                raise ValidationError(_off(off)) from refusal
            raise
        uncount(usages)
        one_time_codes.spend(user, code)
        return code

    def secret_of_app(self) -> str:
        """The secret that the codes of an app are made from; empty without an app."""
        app = Authenticator.objects.filter(user=self.user, type=Authenticator.Type.TOTP).first()  # type: ignore[attr-defined]  # as above
        return get_adapter().decrypt(app.data["secret"]) if app else ""


def _off(by: timedelta) -> str:
    """What is said of a code from a clock that is ahead (more than nothing) or behind by so much."""
    if by > timedelta():
        sentence = _(
            "The clock of the device that shows your codes is about {time} fast, so they are refused. "
            "Let it set its time by itself, then type the next code."
        )
    else:
        sentence = _(
            "The clock of the device that shows your codes is about {time} slow, so they are refused. "
            "Let it set its time by itself, then type the next code."
        )
    return sentence.format(time=in_words(timedelta(minutes=(abs(by).seconds + 30) // 60)))


class TakesRecoveryCodes(forms.Form):
    """A form in which a recovery code may be typed in place of an app's."""

    def clean_code(self) -> str:
        taken = recovery_codes.take(self.user, self.cleaned_data["code"])  # type: ignore[attr-defined]  # as above
        if taken is None:
            return str(super().clean_code())  # type: ignore[misc]  # allauth's, which these forms inherit
        self.authenticator = taken
        return str(self.cleaned_data["code"])


class AuthenticateForm(TypesACode, TakesRecoveryCodes, base_forms.AuthenticateForm):
    """A code as the second step of signing in."""


class ReauthenticateForm(TypesACode, TakesRecoveryCodes, base_forms.ReauthenticateForm):
    """A code that shows once more who is there."""

    def save(self) -> None:
        super().save()
        renew_key(context.request)


class ActivateTOTPForm(TypesACode, totp_forms.ActivateTOTPForm):
    """The first code of an app, which shows that it has the secret; until then that lies sealed in the session."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        session = context.request.session
        with suppress(ValidationError):
            session[SECRET_SESSION_KEY] = get_adapter().decrypt(session.pop(SECRET_SESSION_KEY, ""))
        super().__init__(*args, **kwargs)
        session[SECRET_SESSION_KEY] = get_adapter().encrypt(self.secret)

    def secret_of_app(self) -> str:
        return self.secret


class BringsAPasskey(forms.Form):
    """A form with what a passkey said to a page of ours; a refusal speaks of passkeys, not of codes."""

    def clean_credential(self) -> Any:
        credential = self.cleaned_data["credential"]
        _refuse_other_sites(credential)
        inherited = getattr(super(), "clean_credential", None)
        return _about_passkeys(inherited) if inherited else credential


def _about_passkeys(check: Any) -> Any:
    try:
        return check()
    except (ValidationError, AttributeError, KeyError, ValueError, TypeError) as fault:  # bytes of anybody's
        raise get_adapter().validation_error("passkey_refused") from fault


def _refuse_other_sites(credential: Any) -> None:
    try:
        origin = json.loads(websafe_decode(credential["response"]["clientDataJSON"]))["origin"]
    except (KeyError, TypeError, ValueError) as fault:
        raise get_adapter().validation_error("passkey_refused") from fault
    if origin not in pages_with_passkeys():
        raise get_adapter().validation_error("passkey_of_another_site")


class AddPasskeyForm(BringsAPasskey, webauthn_forms.AddWebAuthnForm):
    """A new passkey, with a name to know it by."""

    name = forms.CharField(
        label=gettext_lazy("A name to know it by"), required=False, max_length=LONGEST_NAME,
        help_text=gettext_lazy("For example the phone or the key that holds it."),
    )  # fmt: skip
    passwordless = forms.BooleanField(required=False, widget=forms.HiddenInput)

    def clean_passwordless(self) -> bool:
        """Each has to show that its owner unlocked it, whatever the page sent."""
        return True

    def clean(self) -> dict[str, Any]:
        return _about_passkeys(super().clean) if "credential" in self.cleaned_data else self.cleaned_data


class RenamePasskeyForm(webauthn_forms.EditWebAuthnForm):
    """Another name for a passkey."""

    name = forms.CharField(label=gettext_lazy("A name to know it by"), max_length=LONGEST_NAME)


class AuthenticatePasskeyForm(BringsAPasskey, webauthn_forms.AuthenticateWebAuthnForm):
    """A passkey as the second step of signing in."""


class ReauthenticatePasskeyForm(BringsAPasskey, webauthn_forms.ReauthenticateWebAuthnForm):
    """A passkey that shows once more who is there."""

    def clean_credential(self) -> Authenticator:
        authenticator: Authenticator = super().clean_credential()
        renew_key(context.request)  # allauth's view saves nothing by this form
        return authenticator


class LoginPasskeyForm(BringsAPasskey, webauthn_forms.LoginWebAuthnForm):
    """A passkey as the only step of signing in, with the answer to whose phone it is."""

    remember = forms.CharField(required=False, max_length=10)

    def clean_remember(self) -> str:
        answer: str = self.cleaned_data["remember"]
        say_whose_phone(context.request, answer)
        return answer
