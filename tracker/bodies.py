"""How long a request's body may be: short everywhere but where photos are sent, and refused before it is read."""

import re
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from symptoms.photos.limits import MAX_BYTES

ORDINARY = 256 * 1024  # bytes; the longest honest form is a tenth of it
ONE_PHOTO = MAX_BYTES + 1_000_000  # a photo and the form around it
FORM_WITH_PHOTOS = 10 * ONE_PHOTO
LONGER = (
    (re.compile(r"/log/(\d+/)?|/course/\d+/photos/"), FORM_WITH_PHOTOS),
    (re.compile(r"/api/v1/treatments/[0-9a-fA-F-]{36}/photos/[0-9a-fA-F-]{36}/"), ONE_PHOTO),
)


def longest_body(path: str) -> int:
    """The most bytes that a body sent to `path` may have."""
    return next((most for paths, most in LONGER if paths.fullmatch(path)), ORDINARY)


class BodyLimit:
    """Answers 413 to a body that says that it is too long, and reads none of it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        length = request.META.get("CONTENT_LENGTH") or "0"
        # Neither a sign nor anything but digits: what Django cannot read as a length, it takes for none.
        if length.isascii() and length.isdigit() and int(length[:18]) > longest_body(request.path):
            from tracker.views import too_large  # the views need the apps, which are not there yet at the start

            return too_large(request)
        return self.get_response(request)
