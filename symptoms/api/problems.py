"""The one shape of errors: a problem document (RFC 9457), whatever went wrong."""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.http import Http404, UnreadablePostError
from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from accounts.database_errors import is_transient
from accounts.web.unavailable import RETRY_AFTER
from symptoms.journal.entries import DayNotYet, EntryRefused, ForeignId, NotTheirs, SameIdOtherAnswers
from symptoms.journal.photos import SameIdOtherPhoto, TooManyPhotos
from symptoms.photos.refusals import PhotoRefused

MEDIA_TYPE = "application/problem+json"
SENTENCES = {
    400: _("This request could not be read."),
    401: _("Sign in, or send a token."),
    403: _("This is not open to your account."),
    404: _("Not found."),
    413: _("The body is too large."),
    503: _("We are busy just now. Nothing was saved; send it again in a moment."),
}


OUT_OF_DATE = _("This was sent from a page that is out of date. Open the page again.")


class Conflict(exceptions.APIException):
    """The id was used for something else before."""

    status_code = 409
    default_code = "conflict"


class Unprocessable(exceptions.APIException):
    """Well formed, yet it cannot be done: a day that has not come, a photo that cannot be read."""

    status_code = 422
    default_code = "unprocessable"

    def __init__(self, detail: str, pointer: str = "", **more: Any) -> None:
        super().__init__(detail)
        self.pointer, self.more = pointer, more


class Busy(exceptions.APIException):
    """Ours to blame, and worth sending again."""

    status_code = 503
    default_detail = SENTENCES[503]
    default_code = "busy"
    wait = RETRY_AFTER


def problem(error: Exception, context: dict[str, Any]) -> Response | None:
    """REST framework's exception handler; None where the fault is a real one, which then answers 500."""
    fault = _of_journal(error) or _as_api_exception(error)
    if fault is None:
        return None
    set_rollback()
    headers = {}
    # Some of REST framework's exceptions, and some of ours, carry more than the class they share declares.
    if auth_header := getattr(fault, "auth_header", None):
        headers["WWW-Authenticate"] = auth_header
    if wait := getattr(fault, "wait", None):
        headers["Retry-After"] = str(max(1, int(wait)))
    return Response(document(fault), status=fault.status_code, headers=headers, content_type=MEDIA_TYPE)


def document(fault: exceptions.APIException) -> dict[str, Any]:
    """The problem document for `fault`; `errors` says which part of the request each sentence is about."""
    status = fault.status_code
    body = {
        "type": f"about:blank#{_kind(fault)}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": _sentence(fault),
        "errors": [{"pointer": pointer, "detail": sentence} for pointer, sentence in _errors(fault)],
    }
    return {**body, **getattr(fault, "more", {})}


def _of_journal(error: Exception) -> exceptions.APIException | None:
    """What the verbs that patients' programs call refuse."""
    if isinstance(error, NotTheirs | ForeignId):
        return exceptions.NotFound(SENTENCES[404])
    if isinstance(error, DayNotYet):
        return Unprocessable(str(error), "/day", today=error.today)
    if isinstance(error, SameIdOtherAnswers):
        return Conflict(_("This id was used for other answers. To change a day, send them under a new id."))
    if isinstance(error, SameIdOtherPhoto):
        return Conflict(_("This id was used for another photo."))
    if isinstance(error, EntryRefused):
        return Unprocessable(str(error))
    if isinstance(error, PhotoRefused) and error.is_ours:
        return Busy(error.sentence)
    if isinstance(error, PhotoRefused | TooManyPhotos):
        return Unprocessable(str(error), "/photo")
    return None


def _as_api_exception(error: Exception) -> exceptions.APIException | None:
    if isinstance(error, exceptions.APIException):
        return error
    if isinstance(error, Http404):
        return exceptions.NotFound(SENTENCES[404])
    if isinstance(error, PermissionDenied):
        return exceptions.PermissionDenied(SENTENCES[403])
    if isinstance(error, RequestDataTooBig):
        too_large = exceptions.APIException(SENTENCES[413], code="too_large")
        too_large.status_code = 413
        return too_large
    if isinstance(error, SuspiciousOperation | UnreadablePostError):
        return exceptions.ParseError(SENTENCES[400])
    if is_transient(error):
        return Busy()
    return None


def _kind(fault: exceptions.APIException) -> str:
    code = "invalid" if isinstance(fault, exceptions.ValidationError) else str(fault.default_code)
    return code.replace("_", "-")


def _sentence(fault: exceptions.APIException) -> str:
    if isinstance(fault, exceptions.ValidationError):
        return str(_("Some of what you sent is not valid; `errors` says what and why."))
    if isinstance(fault, exceptions.NotAuthenticated):
        return str(SENTENCES[401])
    if isinstance(fault, exceptions.PermissionDenied) and str(fault.detail).lower().startswith("csrf"):
        return str(OUT_OF_DATE)  # in the other's words it is about cookies and tokens
    if isinstance(fault, exceptions.PermissionDenied) and fault.detail == fault.default_detail:
        return str(SENTENCES[403])
    return str(fault.detail)


def _errors(fault: exceptions.APIException) -> Iterator[tuple[str, str]]:
    """Pairs of a JSON pointer into the request and a sentence."""
    if isinstance(fault, exceptions.ValidationError):
        yield from _walk(fault.detail, "")
    elif pointer := getattr(fault, "pointer", ""):
        yield pointer, str(fault.detail)


def _walk(detail: Any, pointer: str) -> Iterator[tuple[str, str]]:
    if isinstance(detail, dict):
        for name, inner in detail.items():
            step = "" if name == "non_field_errors" else "/" + str(name).replace("~", "~0").replace("/", "~1")
            yield from _walk(inner, pointer + step)
    elif isinstance(detail, list):
        for number, inner in enumerate(detail):
            deeper = f"{pointer}/{number}" if isinstance(inner, dict | list) else pointer
            yield from _walk(inner, deeper)
    else:
        yield pointer, str(detail)
