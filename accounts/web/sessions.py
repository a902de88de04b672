"""How long people stay signed in, and ending what they have open: browser sessions and tokens for programs."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.contrib.sessions.backends.base import SessionBase, UpdateError
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.deprecation import MiddlewareMixin
from django.utils.translation import gettext as _

from accounts.database_errors import is_transient
from accounts.durations import in_words
from accounts.models import User
from accounts.program_tokens import end_tokens
from accounts.web.middleware import rule_of
from accounts.web.unsent_forms import sign_out, stash_form, who_left

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SessionLimits:
    """The longest that a session lasts, and the longest that it lasts without use."""

    lifetime: timedelta
    idle: timedelta


MEMBERS = SessionLimits(timedelta(hours=12), timedelta(minutes=30))
PATIENTS = SessionLimits(timedelta(days=30), timedelta(days=14))
ACTIVITY_RESOLUTION = 30  # activity is stored at most every idle / 30: a member's once a minute
ENDS_AT, USED_AT, UNUSED, OWN_PHONE = "ends_at", "used_at", "unused", "own_phone"
BACKGROUND_REQUEST = "X-By-Itself"  # header of background refreshes, which do not count as activity


def say_whose_phone(request: HttpRequest, answer: str) -> None:
    """Note for the session that is about to begin, perhaps after more pages, what was answered: "own", "shared", ""."""
    request.session[OWN_PHONE] = answer == "own"


def is_said_to_be_own(request: HttpRequest) -> bool:
    """Whether who is about to be let in said that the phone is theirs alone; it counts for one session."""
    return bool(request.session.pop(OWN_PHONE, False))


def limit_session(request: HttpRequest, user: User, now: datetime, *, is_own_phone: bool) -> None:
    """Let the session that was just opened end by itself: that of a member, or of who runs the site, sooner than a
    patient's, and on a phone that is not said to be their own when the browser is closed as well."""
    limits = MEMBERS if user.is_staff or user.membership else PATIENTS
    request.session.set_expiry(now + limits.lifetime if is_own_phone else 0)
    request.session[ENDS_AT] = (now + limits.lifetime).timestamp()
    request.session[USED_AT] = int(now.timestamp())
    request.session[UNUSED] = int(limits.idle.total_seconds())


def became_member(request: HttpRequest, user: User, now: datetime) -> None:
    """The session in which somebody joined a clinic lasts no longer than any other of a member's."""
    limit_session(request, user, now, is_own_phone=not request.session.get_expire_at_browser_close())


def renew_key(request: HttpRequest) -> None:
    """Go on under a new key, since who is there was just shown anew: whoever took the old one is out."""
    old = request.session.session_key
    request.session.cycle_key()
    UserSession.objects.filter(session_key=old).update(session_key=request.session.session_key)


def end_sessions(user: User, except_key: str | None = None) -> None:
    """Sign `user` out everywhere at once, save in the session `except_key`; tokens for programs end as well."""
    for session in UserSession.objects.filter(user=user).exclude(session_key=except_key or ""):
        session.end()
    end_tokens(user)


class SessionTimeoutMiddleware(MiddlewareMixin):
    """Signs out expired sessions, including browser-session cookies ("shared phone")."""

    def process_request(self, request: HttpRequest) -> None:
        # Without a cookie there is no session to look at, and the answer need not vary by it.
        if settings.SESSION_COOKIE_NAME in request.COOKIES:
            now = timezone.now().timestamp()
            over = _over(request.session, now)
            if over:
                request.signed_out = over, request.user.pk  # type: ignore[attr-defined]  # for `process_view`
                sign_out(request)
            else:
                _note_use(request, now)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        """To the sign-in page with the reason; a form that was sent waits there (after the guard against forgeries)."""
        over, user_id = getattr(request, "signed_out", None) or _sent_after_signing_out(request)
        if not over or request.path.startswith("/api/") or rule_of(view) in ("public", "script", "library", None):
            return None
        if request.method == "POST" and user_id is not None:
            stash_form(request, user_id)
        back = "/" if request.method == "POST" else request.get_full_path()
        answer = redirect_to_login(back)
        answer["Location"] += f"&ended={over}"
        return answer


def _sent_after_signing_out(request: HttpRequest) -> tuple[str, str | None]:
    """ "whole" and who it was, for a form from a page that stayed open when its reader signed out in another window."""
    if request.method != "POST" or settings.SESSION_COOKIE_NAME not in request.COOKIES or request.user.is_authenticated:
        return "", None
    user_id = who_left(request)
    return ("whole" if user_id else ""), user_id


def _over(session: SessionBase, now: float) -> str:
    """Why the session is over: "whole", or no use for "minutes" or "days"; empty while it is not."""
    if now >= session.get(ENDS_AT, now + 1):
        return "whole"
    if UNUSED not in session or now < session[USED_AT] + session[UNUSED]:
        return ""
    return "minutes" if session[UNUSED] == MEMBERS.idle.total_seconds() else "days"


def why_signed_out(ended: str) -> str:
    """What somebody reads whose session is over, for the reason that the address of the sign-in page carries."""
    idle = {"minutes": MEMBERS.idle, "days": PATIENTS.idle}.get(ended)
    if idle is None:
        return _("You were signed out.")
    return _("You were signed out after {time} without use.").format(time=in_words(idle))


def _note_use(request: HttpRequest, now: float) -> None:
    session = request.session
    if (
        UNUSED in session
        and now >= session[USED_AT] + session[UNUSED] / ACTIVITY_RESOLUTION
        and BACKGROUND_REQUEST not in request.headers
    ):
        session[USED_AT] = int(now)
        save_if_possible(session)


def save_if_possible(session: SessionBase) -> None:
    """Store what a page that is only read has noted in the session; that it cannot be is logged."""
    try:
        session.save()
    except UpdateError:  # somebody signed out meanwhile: Django's middleware says so
        return
    except DatabaseError as fault:
        if not is_transient(fault):
            raise
        log.warning("a use of a session was not written down: %s", fault)  # no reason to keep anybody from reading
    session.modified = False
