"""Lists come newest first, a page at a time, by a cursor that stays true while rows are added."""

from collections.abc import Sequence
from datetime import UTC, datetime
from operator import attrgetter
from typing import Any

from django.db.models import Q, QuerySet
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


class Several:
    """Rows of some query sets that share none, as one list: a page of it reads no more than a page of each.

    In one statement the databases would gather all that anybody may see, and sort that.
    """

    def __init__(self, parts: Sequence[QuerySet[Any]], order: tuple[str, ...] = ()):
        self._parts, self._order = parts, order

    def filter(self, *conditions: Q, **fields: Any) -> "Several":
        """Those of each part."""
        return Several([part.filter(*conditions, **fields) for part in self._parts], self._order)

    def order_by(self, *order: str) -> "Several":
        """In this order of fields of their own."""
        return Several([part.order_by(*order) for part in self._parts], order)

    def __getitem__(self, wanted: slice) -> list[Any]:
        rows = [row for part in self._parts for row in part[: wanted.stop]]
        for name in reversed(self._order):
            rows.sort(key=attrgetter(name.removeprefix("-")), reverse=name.startswith("-"))
        return rows[wanted]
