"""Writes what the API answers."""

from typing import Any

from rest_framework.renderers import JSONRenderer
from rest_framework.utils.encoders import JSONEncoder

from accounts.quick_json import dumps

_OTHERS = JSONEncoder()  # knows REST framework's lazy texts and its lists of errors


class QuickJSONRenderer(JSONRenderer):
    """JSON in UTF-8, compact, whatever indentation is asked for."""

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None) -> bytes:
        """`data` as JSON; nothing at all for None, as an answer without a body has it."""
        return b"" if data is None else dumps(data, default=_OTHERS.default)
