"""What a request says of its body, made harmless before Django reads it."""

from collections.abc import Iterable
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from django.utils.http import parse_header_parameters

UTF_8 = ("utf-8", "utf8")
UNKNOWN = "application/octet-stream"  # read by no page and no endpoint


class ReadableContentType:
    """Around the application: a body whose kind cannot be read, or that says that it is not UTF-8, is of no kind.

    Django decodes forms and addresses by whichever of Python's codecs the client names, also by those that make half
    characters or no text at all, and reads the header before any middleware or error page of ours is there to help.
    """

    def __init__(self, application: WSGIApplication):
        self.application = application

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if not _can_be_read(environ.get("CONTENT_TYPE", "")):
            environ["CONTENT_TYPE"] = UNKNOWN
        return self.application(environ, start_response)


def _can_be_read(content_type: str) -> bool:
    try:
        _, parameters = parse_header_parameters(content_type)
    except (ValueError, LookupError):
        return False
    return parameters.get("charset", "utf-8").lower() in UTF_8
