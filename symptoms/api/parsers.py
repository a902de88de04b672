"""Reads JSON strictly: what is ambiguous, huge, deep or not text is refused before anything looks at it.

Bodies in any other charset than UTF-8 do not come here (tracker/web/content_type.py).
"""

import json
import math
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import APIException, ParseError, UnsupportedMediaType
from rest_framework.parsers import BaseParser, MultiPartParser
from rest_framework.request import Request

from symptoms.photos.limits import MAX_BYTES as MAX_PHOTO
from symptoms.photos.refusals import Refusal
from symptoms.photos.uploads import nameless_file, or_refused

MAX_BYTES = 64 * 1024  # the longest honest body, a treatment with every field filled, is under 20 KB
PIECE = 64 * 1024  # bytes of a picture in memory
MAX_DEPTH = 8
MAX_DIGITS = 18


class TooLarge(APIException):
    """A body over the limit."""

    status_code = 413
    default_detail = _("The body is too large.")
    default_code = "too_large"


class PhotoTooLarge(TooLarge):
    """A photo over its limit, in the words that a page has for it."""

    default_detail = Refusal.TOO_LARGE.label


class StrictJSONParser(BaseParser):
    """JSON objects in UTF-8, up to MAX_BYTES, with each name once, finite numbers and whole characters."""

    media_type = "application/json"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> dict[str, Any]:
        _refuse_unread(parser_context["request"], MAX_BYTES, TooLarge)
        raw: bytes = stream.read(MAX_BYTES + 1)
        if len(raw) > MAX_BYTES:
            raise TooLarge
        try:
            document = DECODER.decode(raw.decode("utf-8"))
        except UnicodeDecodeError as error:
            raise ParseError(_("The body is not UTF-8.")) from error
        except (ValueError, RecursionError) as error:
            raise ParseError(_reason(error)) from error
        if not isinstance(document, dict):
            raise ParseError(_("The body must be a JSON object."))
        _refuse_odd(document, raw)
        return document


class PictureParser(BaseParser):
    """A picture as it is, up to the size that a photo may have: as a file, since many may be on their way at once."""

    media_type = "image/*"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> dict[str, Any]:
        _refuse_unread(parser_context["request"], MAX_PHOTO, PhotoTooLarge)
        with or_refused():
            picture = nameless_file()
        while piece := stream.read(PIECE):
            with or_refused():
                picture.write(piece)
                picture.flush()  # else what there is no room for is found out when it is read or closed
            if picture.tell() > MAX_PHOTO:
                raise PhotoTooLarge
        picture.seek(0)
        return {"photo": picture}


class PhotoFormParser(MultiPartParser):
    """A form with one picture in it; Django itself sets no limit to what files weigh together."""

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        _refuse_unread(parser_context["request"], MAX_PHOTO + MAX_BYTES, PhotoTooLarge)
        return super().parse(stream, media_type, parser_context)


def _refuse_unread(request: Request, most: int, refusal: type[TooLarge]) -> None:
    """Refuse by its headers a body that is compressed, or says that it is longer than `most` bytes.

    A few compressed bytes can become gigabytes, and no body of ours is worth compressing. A body whose length cannot
    be read is too long.
    """
    encoding = request.META.get("HTTP_CONTENT_ENCODING", "identity")
    if encoding.strip().lower() not in ("", "identity"):
        raise UnsupportedMediaType(encoding[:40], _("Compressed bodies are not accepted."))
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not length.isdecimal() or int(length[:12]) > most:
        raise refusal


def _each_name_once(pairs: list[tuple[str, object]]) -> dict[str, Any]:
    document = dict(pairs)
    if len(document) != len(pairs):
        raise ValueError(_("A name is repeated in one object."))
    return document


def _whole(digits: str) -> int:
    if len(digits) > MAX_DIGITS:
        raise ValueError(_("A number has too many digits."))
    return int(digits)


def _finite(digits: str) -> float:
    number = float(digits)
    if len(digits) > 40 or not math.isfinite(number):
        raise ValueError(_("A number is too long or too large."))
    return number


def _no_such_number(name: str) -> None:
    raise ValueError(_("{name} is not a number in JSON.").format(name=name))


DECODER = json.JSONDecoder(
    object_pairs_hook=_each_name_once, parse_int=_whole, parse_float=_finite, parse_constant=_no_such_number
)


def _reason(error: Exception) -> str:
    if isinstance(error, RecursionError):
        return str(_("The body is nested too deeply."))
    if isinstance(error, json.JSONDecodeError):
        sentence = _("The body is not JSON: line {line}, column {column}.")
        return sentence.format(line=error.lineno, column=error.colno)
    return str(error)


def _refuse_odd(document: dict[str, Any], raw: bytes) -> None:
    """Look through the document only when its bytes allow for something odd: nearly all bodies are plain."""
    escaped = b"\\u" in raw
    if escaped or raw.count(b"{") + raw.count(b"[") > MAX_DEPTH:
        _look_through(document, MAX_DEPTH)


def _look_through(value: Any, levels: int) -> None:
    if isinstance(value, str):
        # Half a surrogate pair cannot be stored or sent as UTF-8; a NUL ends strings in other programs.
        if "\0" in value or any("\ud800" <= character <= "\udfff" for character in value):
            raise ParseError(_("A text contains a NUL or half a character."))
        return
    if isinstance(value, dict | list):
        if levels == 0:
            raise ParseError(_("The body is nested too deeply."))
        for item in [*value, *value.values()] if isinstance(value, dict) else value:
            _look_through(item, levels - 1)
