"""How long people stay signed in, and ending what they have open: browser sessions and the token for programs (T12)."""

from collections.abc import Callable
from datetime import datetime, timedelta

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from rest_framework.authtoken.models import Token

from accounts.models import User

MEMBERS_STAY = timedelta(hours=12)
PATIENTS_STAY = timedelta(days=30)
ENDS_AT = "ends_at"


def limit_session(request: HttpRequest, user: User, now: datetime) -> None:
    """Let the session that was just opened end by itself: after 12 hours for a member, after 30 days for others."""
    ends = now + (MEMBERS_STAY if user.membership else PATIENTS_STAY)
    request.session.set_expiry(ends)
    request.session[ENDS_AT] = ends.timestamp()


def end_sessions(user: User, except_key: str | None = None) -> None:
    """Sign `user` out everywhere at once, save in the session `except_key`; a token for programs ends as well."""
    for session in UserSession.objects.filter(user=user).exclude(session_key=except_key or ""):
        session.end()
    Token.objects.filter(user=user).delete()


class SessionsEnd:
    """Signs out whoever's time is over, also where the cookie lives as long as the browser ("shared phone")."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # Without a cookie there is no session to look at, and the answer need not vary by it.
        if settings.SESSION_COOKIE_NAME in request.COOKIES:
            ends_at = request.session.get(ENDS_AT)
            if ends_at is not None and timezone.now().timestamp() >= ends_at:
                logout(request)
        return self.get_response(request)
