"""Lists come newest first, a page at a time, by a cursor that stays true while rows are added."""

from datetime import UTC, datetime
from typing import Any

from django.utils.translation import gettext as _
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.pagination import Cursor, CursorPagination
from rest_framework.request import Request


class NewestFirst(CursorPagination):
    """Pages of 30 by a time of the server's; a view names the field in `newest_by`."""

    page_size = 30
    ordering = ("-received_at", "-id")

    def get_ordering(self, request: Request, queryset: Any, view: Any) -> tuple[str, ...]:
        return (f"-{view.newest_by}", "-pk")

    def decode_cursor(self, request: Request) -> Cursor | None:
        """The cursor of the request; one that we never gave out is refused before it reaches the database."""
        if not request.query_params.get("cursor"):
            return None
        try:
            cursor = super().decode_cursor(request)
            if cursor is not None and cursor.position is not None:
                at = datetime.fromisoformat(str(cursor.position))
                at.astimezone(UTC)
                cursor = cursor._replace(position=str(at))  # type: ignore[arg-type]  # the stubs expect a number
        except (NotFound, ValueError, OverflowError) as error:
            raise ValidationError({"cursor": [_("This cursor is not valid.")]}) from error
        return cursor
