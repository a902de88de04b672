"""How allauth behaves here: who gets in and where to next; and no answer tells whether an address is known."""

from hashlib import sha256
from typing import Any
from urllib.parse import urlencode, urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from allauth.core import context as current
from allauth.usersessions.adapter import DefaultUserSessionsAdapter
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.core.cache import cache
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import lazy
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from accounts import audit
from accounts.addresses import canonical_address
from accounts.audit import Kind
from accounts.hashers import spellings_of
from accounts.invitations import find
from accounts.limits import (
    CODES_SOON,
    FROM_NETWORK,
    OF_NETWORK,
    TooManyTries,
    count_try,
    forget_tries,
    network_asking,
    uncount,
    wait_after,
)
from accounts.models import Invitation, Practice, User
from accounts.program_tokens import end_tokens
from accounts.role_mail import news_since
from accounts.step_up import ask_who_is_there
from accounts.web.known_devices import remember_device
from accounts.web.sessions import end_sessions, is_said_to_be_own, limit_session
from accounts.web.unsent_forms import keep_guards, offer_resubmission, sign_out
from accounts.zones import clock_of

INVITED_BY = "invitation"  # the session's key for the token with which somebody came, kept through sign-up and sign-in
SAID_ON_THE_PAGE = "account/messages/email_confirmation_sent.txt"
_wait_after = lazy(wait_after, str)


class Adapter(DefaultAccountAdapter):
    """What differs from allauth's own ways."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": gettext_lazy(
            "The e-mail address or the password is wrong. Check both and try again."
        ),
        "too_many_from_here": format_lazy(
            gettext_lazy(
                "Too many wrong tries for this e-mail address. "
                "Wait {time}, or choose a new password: see “I can’t sign in” below."
            ),
            time=_wait_after(FROM_NETWORK),
        ),
        "too_many_of_network": format_lazy(
            gettext_lazy(
                "Too many wrong tries from your network, by you or by others. Wait {time}, sign in on a device that "
                "you have used before, or choose a new password: see “I can’t sign in” below."
            ),
            time=_wait_after(OF_NETWORK),
        ),
        "too_many_of_account": gettext_lazy(
            "Too many wrong tries for this e-mail address today. Sign in on a device that you have used before, or "
            "choose a new password: see “I can’t sign in” below."
        ),
        "too_many_codes": format_lazy(
            gettext_lazy("Too many wrong codes. Wait {time}, or use a passkey."), time=_wait_after(CODES_SOON)
        ),
        "too_many_codes_today": gettext_lazy("Too many wrong codes today. Use a passkey, or try again tomorrow."),
        "incorrect_password": gettext_lazy("This is not your password. Try again."),
        "enter_current_password": gettext_lazy("This is not your current password. Try again."),
    }

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        """The user whose address and password these are, with one look-up and as many hashes for known and unknown."""
        email, password = canonical_address(credentials.get("email", "")), credentials.get("password", "")
        try:
            usages = count_try(request, email)
        except TooManyTries as refusal:
            _note_lockout(request, email)
            raise self.validation_error(str(refusal)) from refusal
        user = User.objects.filter(email=email).first()
        if not (user or User()).check_password(password) or user is None or not user.is_active:
            audit.note(Kind.FAILED, gettext_noop("a wrong password"), user=user)
            return None
        uncount(usages)
        return user

    def login(self, request: HttpRequest, user: User) -> None:
        last_time, is_own_phone = user.last_login, is_said_to_be_own(request)
        super().login(request, user)
        audit.note(Kind.SIGNED_IN, gettext_noop("signed in"), user=user, practice=_practice_of(user))
        news = news_since(user, last_time) if last_time else ""
        if news:
            messages.info(request, news)
        keep_guards(request, user)
        limit_session(request, user, timezone.now(), is_own_phone=is_own_phone)
        remember_device(request, user.email)

    def post_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse:
        """Whose form was kept while they were signed out is shown it first, by whichever steps they came in."""
        response = super().post_login(request, user, **kwargs)
        return offer_resubmission(request) or response

    def get_reauthentication_methods(self, user: User) -> list[dict[str, Any]]:
        """Whoever has a second factor shows it: a password may be known to more. Passkeys first."""
        methods = super().get_reauthentication_methods(user)
        stronger = [method for method in methods if method["id"] != "reauthenticate"]
        return stronger[::-1] or methods

    def _delete_login_attempts_cached_email(self, request: HttpRequest, **credentials: Any) -> None:
        """allauth calls this when a link from a letter led to a new password."""
        email = canonical_address(credentials["email"])
        forget_tries(request, email)
        remember_device(request, email)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Links lead to the address that we were given, never to a host that the request named."""
        links = {name: _on_our_site(value) for name, value in context.items() if name.endswith("_url")}
        super().send_mail(template_prefix, email, {**context, **links})

    def logout(self, request: HttpRequest) -> None:
        if request.user.is_authenticated:
            user = request.user
            audit.note(Kind.SIGNED_OUT, gettext_noop("signed out"), user=user, practice=_practice_of(user))
        sign_out(request)

    def save_user(self, request: HttpRequest, user: User, form: Form, commit: bool = True) -> User:
        user.name = form.cleaned_data.get("name", "")
        return super().save_user(request, user, form, commit)

    def set_password(self, user: User, password: str) -> None:
        """A new password ends every session and token that the old one opened."""
        super().set_password(user, password)
        audit.did(gettext_noop("chose a new password"), by=user, practice=_practice_of(user))
        end_sessions(user)

    def clean_password(self, password: str, user: User | None = None) -> str:
        """Judge the spelling that is kept; what was typed goes on, since forms compare it with its repetition."""
        super().clean_password(spellings_of(password)[0], user)
        return password

    def invitation(self, request: HttpRequest) -> Invitation | None:
        """The open invitation with which somebody came."""
        token = request.session.get(INVITED_BY)
        return find(token, timezone.now()) if token else None

    def is_email_verified(self, request: HttpRequest, email: str) -> bool:
        """Whoever comes with a link that was only ever mailed to this address has shown that they read its mail."""
        invitation = self.invitation(request)
        is_invited = invitation is not None and invitation.is_bound and invitation.email.lower() == email.lower()
        return is_invited or super().is_email_verified(request, email)

    def confirm_email(self, request: HttpRequest, email_address: EmailAddress) -> bool:
        """The address belongs to whoever shows first that they read its mail; who only claimed it never got in."""
        claimants = User.objects.filter(email=email_address.email, last_login=None).exclude(pk=email_address.user_id)
        claimants.exclude(emailaddress__verified=True).delete()
        return super().confirm_email(request, email_address)

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Back to the invitation with which somebody came, else to their own first page."""
        token = request.session.get(INVITED_BY)
        return reverse("join", args=[token]) if token else resolve_url("home")

    get_signup_redirect_url = get_login_redirect_url

    def get_email_confirmation_url(self, request: HttpRequest, emailconfirmation: Any) -> str:
        """The link leads back to the invitation, because mail often opens in another browser than the sign-up."""
        url = super().get_email_confirmation_url(request, emailconfirmation)
        token = request.session.get(INVITED_BY)
        return f"{url}?{urlencode({'next': reverse('join', args=[token])})}" if token else url

    def send_notification_mail(
        self, template_prefix: str, user: User, context: dict[str, Any] | None = None, email: str | None = None
    ) -> None:
        """A letter about the account; its time stands by the clock of its reader, which is named."""
        moment = date_format(timezone.localtime(timezone=user.zone), "DATETIME_FORMAT")
        timestamp = _("{moment} ({clock})").format(moment=moment, clock=clock_of(user.zone))
        if template_prefix.startswith("mfa/"):  # allauth's word that a second factor came, went or was made anew
            audit.did(gettext_noop("changed passkeys or codes"), by=user, practice=_practice_of(user))
            end_sessions(user, except_key=current.request.session.session_key)
        super().send_notification_mail(template_prefix, user, {**(context or {}), "timestamp": timestamp}, email)

    def add_message(
        self, request: HttpRequest, level: int, message_template: str | None = None, *args: Any, **kwargs: Any
    ) -> None:
        # A message that shows only when a mail goes out would tell that one went out a minute ago.
        if message_template != SAID_ON_THE_PAGE or request.user.is_authenticated:
            super().add_message(request, level, message_template, *args, **kwargs)


def _note_lockout(request: HttpRequest, email: str) -> None:
    """Once an hour for an account and a network: who is refused may go on trying, and must not fill the record."""
    about = sha256(f"{network_asking(request)} {email}".encode()).hexdigest()
    if cache.add(f"locked_out:{about}", True, timeout=3600):
        user = User.objects.filter(email=email).first()
        audit.note(Kind.LOCKED_OUT, gettext_noop("too many wrong passwords"), user=user)


def _practice_of(user: User) -> Practice | None:
    return user.membership.practice if user.membership else None


def _on_our_site(url: str) -> str:
    return f"{settings.SITE_URL}{urlsplit(url)._replace(scheme='', netloc='').geturl()}"


class SessionsAdapter(DefaultUserSessionsAdapter):
    """Signing out everywhere else."""

    def end_sessions(self, sessions: list[UserSession]) -> None:
        """End them, and the tokens for programs: whoever lost a phone does not know what else got into other hands."""
        ask_who_is_there(current.request)
        super().end_sessions(sessions)
        for user in User.objects.filter(pk__in={session.user_id for session in sessions}):
            end_tokens(user)
