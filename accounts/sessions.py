"""Ending what a user has open: every browser session and the token for programs (safety.md, T12)."""

from allauth.usersessions.models import UserSession
from rest_framework.authtoken.models import Token

from accounts.models import User


def end_sessions(user: User, except_key: str | None = None) -> None:
    """Sign `user` out everywhere at once, save in the session `except_key`; a token for programs ends as well."""
    for session in UserSession.objects.filter(user=user).exclude(session_key=except_key or ""):
        session.end()
    Token.objects.filter(user=user).delete()
