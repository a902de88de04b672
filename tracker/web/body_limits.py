"""How long a request's body may be, decided before it is read.

It is short everywhere but where photos are sent, by somebody who at least claims to have signed in. Whether they have
is checked later: here it only keeps anonymous requests from filling the disk.
"""

import re

from django.conf import settings
from django.http import HttpRequest, HttpResponse, parse_cookie
from django.utils.deprecation import MiddlewareMixin

from symptoms.photos.limits import MAX_BYTES

ORDINARY = 256 * 1024  # bytes; the longest honest form is a tenth of it
ONE_PHOTO = MAX_BYTES + 1_000_000  # a photo and the form around it
FORM_WITH_PHOTOS = 10 * ONE_PHOTO
LONGER = (
    (re.compile(r"/course/\d+/photos/"), FORM_WITH_PHOTOS),
    (re.compile(r"/practice/treatments/[0-9a-fA-F-]{36}/photos/"), FORM_WITH_PHOTOS),
    (re.compile(r"/api/v1/treatments/[0-9a-fA-F-]{36}/photos/[0-9a-fA-F-]{36}/"), ONE_PHOTO),
)


def longest_body(path: str, authorization: str, cookie: str) -> int:
    """The most bytes that a body sent to `path` may have, in a request with these two headers (empty when missing)."""
    if not authorization and settings.SESSION_COOKIE_NAME not in parse_cookie(cookie):
        return ORDINARY
    return next((most for paths, most in LONGER if paths.fullmatch(path)), ORDINARY)


def longest_body_of(request: HttpRequest) -> int:
    """The same for a request that has reached Django."""
    return longest_body(request.path, request.META.get("HTTP_AUTHORIZATION", ""), request.META.get("HTTP_COOKIE", ""))


class BodyLimit(MiddlewareMixin):
    """Answers 413 to a body that says that it is too long, and reads none of it."""

    def process_request(self, request: HttpRequest) -> HttpResponse | None:
        length = request.META.get("CONTENT_LENGTH") or "0"
        # Neither a sign nor anything but digits: what Django cannot read as a length, it takes for none.
        if length.isascii() and length.isdigit() and int(length[:18]) > longest_body_of(request):
            from tracker.views import too_large  # the views need the apps, which are not there yet at the start

            return too_large(request)
        return None
