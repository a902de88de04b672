"""How many records and lists a practitioner opens within an hour: more than anybody reads is a copying program."""

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.core.cache import caches
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.deprecation import MiddlewareMixin
from django.utils.translation import gettext_noop

from accounts import audit
from accounts.models import User
from accounts.web.middleware import rule_of

OPENED_AN_HOUR = 300  # different records and pages of lists, in each server process
HOUR = timedelta(hours=1).total_seconds()


class ReadingLimitMiddleware(MiddlewareMixin):
    """Refuses the one too many. Whatever is sent goes on: an alert that is open already can be dealt with."""

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        """The page that says so, with when to go on."""
        if (
            request.method not in ("GET", "HEAD")
            or rule_of(view) != "practitioner"
            or not request.user.is_authenticated
        ):
            return None
        wait = _wait_before(request.user, _what(request, kwargs), time.time())
        if not wait:
            return None
        page = render(request, "too_many_records.html", {"minutes": -(-wait // 60)}, status=429)
        page["Retry-After"] = str(wait)
        return page


def _what(request: HttpRequest, kwargs: dict[str, Any]) -> str:
    """All pages about one patient are one record; of a list each page counts, by whatever it is narrowed."""
    return str(kwargs.get("patient_id") or f"{request.path} {request.GET.get('page', '')}")


def _wait_before(user: User, what: str, now: float) -> int:
    """How many seconds `user` has to wait before opening one more; 0: none."""
    cache, key = caches["throttle"], f"opened:{user.pk}"
    opened = {each: at for each, at in cache.get(key, {}).items() if now - HOUR < at <= now}
    if what not in opened and len(opened) >= OPENED_AN_HOUR:
        if cache.add(f"{key}:said", True, HOUR):
            _write_down(user)
        return max(1, int(min(opened.values()) + HOUR - now) + 1)
    opened.setdefault(what, now)
    cache.set(key, opened, HOUR)
    return 0


def _write_down(user: User) -> None:
    """Once, for whoever manages the clinic; a database that takes nothing for now lets nobody read more."""
    practice = user.active_membership.practice if user.active_membership else None
    try:
        audit.note(audit.Kind.LOCKED_OUT, gettext_noop("opened too many records"), user=user, practice=practice)
    except DatabaseError:
        return
