"""When nothing can be done for now (a long lock, a full disk, too many at once): 503, and what was typed stays."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.template.loader import render_to_string
from django.urls import Resolver404, resolve
from django.utils.deprecation import MiddlewareMixin

from accounts.database_errors import is_transient
from accounts.web.middleware import rule_of
from accounts.web.unsent_forms import fields_of, is_genuine

log = logging.getLogger(__name__)

RETRY_AFTER = 5  # seconds
_REFUSING: ContextVar[bool] = ContextVar("refusing", default=False)


@contextmanager
def refusing() -> Iterator[None]:
    """Inside, requests are answered 503 without any work: so many wait that this one would wait too long."""
    token = _REFUSING.set(True)
    try:
        yield
    finally:
        _REFUSING.reset(token)


def is_refusing() -> bool:
    """Whether the request that is being answered is to be refused as one too many."""
    return _REFUSING.get()


class DatabaseUnavailableMiddleware(MiddlewareMixin):
    """Answers 503 for pages whose view met such an error, or that are one too many.

    The API has its own words (symptoms/api/problems.py).
    """

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        """Refuse the page that is one too many."""
        return busy_page(request) if is_refusing() and rule_of(view) != "api" else None

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """The page that offers to send the same once more."""
        if not is_transient(error):
            return None
        log.error("nothing is taken or shown for now: %s", error)
        return busy_page(request)


def busy_page(request: HttpRequest) -> HttpResponse:
    """The page that offers to send the same once more; it asks the database nothing."""
    was_sent = request.method == "POST" and _may_repeat(request)
    context = {
        "path": request.get_full_path(),
        "fields": fields_of(request) if was_sent else None,
        "had_files": was_sent and bool(request.FILES),
    }
    page = render_to_string("503.html", context | {"csrf_token": get_token(request)} if was_sent else context)
    return HttpResponse(page, status=503, headers={"Retry-After": str(RETRY_AFTER)})


def _may_repeat(request: HttpRequest) -> bool:
    """Whether the form may be written into a page: it came from a page of ours, and it is none of a library's.

    A library's forms hold passwords. Where the session could not be read, the guard against forgeries has not
    looked yet.
    """
    try:
        view = (request.resolver_match or resolve(request.path_info)).func
    except Resolver404:
        return False
    return rule_of(view) != "library" and is_genuine(request, view)
