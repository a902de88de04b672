"""When the database takes nothing for now (a long lock, a full disk): 503, and what was typed stays on the page."""

import logging

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.template.loader import render_to_string

from accounts.database import is_transient
from accounts.middleware import rule_of
from accounts.typed import fields_of

log = logging.getLogger(__name__)

RETRY_AFTER = 5  # seconds


class BusyDatabase:
    """Answers 503 for pages whose view met such an error; the API has its own words (symptoms/api/problems.py)."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view, args, kwargs) -> None:
        """Note the view: a library's forms hold passwords, which are never written into a page."""
        request.may_repeat = rule_of(view) != "library"

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """The page that offers to send the same once more; it asks the database nothing."""
        if not is_transient(error):
            return None
        log.error("the database takes nothing: %s", error)
        was_sent = request.method == "POST" and request.may_repeat
        context = {
            "path": request.get_full_path(),
            "fields": fields_of(request) if was_sent else None,
            "had_files": was_sent and bool(request.FILES),
        }
        page = render_to_string("503.html", context | {"csrf_token": get_token(request)} if was_sent else context)
        return HttpResponse(page, status=503, headers={"Retry-After": str(RETRY_AFTER)})
