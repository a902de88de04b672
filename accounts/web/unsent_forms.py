"""Keeps a form posted after the session expired or changed, and offers to resubmit it after sign-in.

The guard against forgeries of a page (Django's CSRF token) is a secret of the browser that changes whenever somebody
signs in. A page that stood open meanwhile carries the guard of before. So that its form is not lost, and is shown to
nobody but its owner, each session knows the guards that this browser had in the earlier sessions of the same person.
A guard is good for showing the form again, never for sending it: that takes a new guard and the person's own tap.
"""

import json
from collections.abc import Callable
from contextlib import suppress
from copy import copy
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from rest_framework.authentication import CSRFCheck

from accounts.keys.faults import Damaged, KeyLost, KeysUnavailable
from accounts.keys.sealing import open_for_site, seal_for_site
from accounts.models import User

TYPED, LEFT, EARLIER = "typed", "left", "earlier_guards"  # keys of the session
KEPT_FOR = timedelta(hours=1)
MOST = 64_000  # characters; no form of ours that was filled in by hand comes near
BY_THE_PAGE = frozenset(
    {"id", "seen", "unit", "patient", "over_from", "reading", "keep_date", "action", "instead_of", "shown"}
)
MOST_GUARDS = 3  # signing out and in again more often than that, a form of the beginning is lost


def fields_of(request: HttpRequest) -> list[tuple[str, str]]:
    """The form in `request`, field by field, but for its guard against forgeries."""
    fields = request.POST.lists()
    return [(name, value) for name, values in fields for value in values if name != "csrfmiddlewaretoken"]


def sign_out(request: HttpRequest) -> None:
    """End the session; for an hour this browser knows whose it was and by which guards their open pages are known."""
    user_id, guard = request.user.pk, request.META.get("CSRF_COOKIE")
    guards = [guard, *request.session.get(EARLIER, ())][:MOST_GUARDS]
    logout(request)
    if user_id and guard:
        request.session[LEFT] = {"user": str(user_id), "guards": guards}
        request.session.set_expiry(KEPT_FOR)


def keep_guards(request: HttpRequest, user: User) -> None:
    """After `user` signed in: their earlier guards stay known, anybody else's are forgotten."""
    marker = request.session.pop(LEFT, None)
    if marker and marker["user"] == str(user.pk):
        request.session[EARLIER] = marker["guards"]


def who_left(request: HttpRequest) -> str | None:
    """Whose form this is, sent from a page that stayed open when they signed out in another window: the user's id."""
    marker = request.session.get(LEFT)
    return marker["user"] if marker and request.META.get("CSRF_COOKIE") in marker["guards"] else None


def stash_form(request: HttpRequest, user_id: UUID | str) -> None:
    """Keep the form in `request` for its sender, sealed, in this browser's session; files are not kept."""
    form = _form_in(request)
    if sum(len(name) + len(value) for name, value in form["fields"]) <= MOST:
        with suppress(KeysUnavailable):  # then it is lost, and lies nowhere for anybody to read
            sealed = seal_for_site(json.dumps(form), _bound(user_id))
            request.session[TYPED] = {"user": str(user_id), "sealed": sealed}
            request.session.set_expiry(KEPT_FOR)


def offer_resubmission(request: HttpRequest) -> HttpResponse | None:
    """The page on which whoever just signed in sends it after all; None when there is nothing of theirs."""
    kept = request.session.pop(TYPED, None)
    if not kept or kept["user"] != str(request.user.pk) or "sealed" not in kept:
        return None
    try:
        return _page(request, json.loads(open_for_site(kept["sealed"], _bound(kept["user"]))))
    except (Damaged, KeyLost, KeysUnavailable):
        return None


def offer_refused(request: HttpRequest, view: Callable[..., HttpResponse]) -> HttpResponse | None:
    """The same page for a form that was refused because its guard is one of before the same person signed in again.

    None for every other form: a forged one, or one from somebody else's page.
    """
    if request.method != "POST" or not request.user.is_authenticated:
        return None
    if not any(_fits(request, guard, view) for guard in request.session.get(EARLIER, ())):
        return None
    return _page(request, _form_in(request), status=403)


def _bound(user_id: UUID | str) -> str:
    return f"unsent form\0{user_id}"


def _form_in(request: HttpRequest) -> dict[str, Any]:
    return {"path": request.get_full_path(), "fields": fields_of(request), "had_files": bool(request.FILES)}


def _page(request: HttpRequest, form: dict[str, Any], status: int = 200) -> HttpResponse:
    """What was typed, to be looked over and sent; the fields that only a page fills in are not worth reading."""
    fields = [(name, value) for name, value in form["fields"] if name not in BY_THE_PAGE and value.strip()]
    shown = [(_(name.replace("_", " ").capitalize()), _("yes") if value == "on" else value) for name, value in fields]
    context = {"typed": form, "shown": shown}
    return render(request, "accounts/typed.html", context, status=status)


def _fits(request: HttpRequest, guard: str, view: Callable[..., HttpResponse]) -> bool:
    """Whether the request would not count as forged with `guard` in place of the browser's own."""
    earlier = copy(request)
    earlier.COOKIES = {**request.COOKIES, settings.CSRF_COOKIE_NAME: guard}
    earlier.META = {**request.META}
    return is_genuine(earlier, view)


def is_genuine(request: HttpRequest, view: Callable[..., HttpResponse]) -> bool:
    """Whether the form in `request` came from a page of ours: Django's whole check (origin, referer, token) passes."""
    check = CSRFCheck(view)
    check.process_request(request)
    return check.process_view(request, view, (), {}) is None
