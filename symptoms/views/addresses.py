"""What a page's address asks for: which session, which stretch of its days."""

from django.core.paginator import Paginator
from django.http import Http404

from symptoms.models import Treatment

DAYS_SHOWN = 30


def days_in_pages(last: int) -> "Paginator[int]":
    """The days from 0 to `last` in stretches, the newest first."""
    return Paginator(range(last, -1, -1), DAYS_SHOWN)


def chosen(treatments: list[Treatment], id: str) -> Treatment:
    """The session of an id among those that its reader may see, the newest when none is named.

    Raises:
        Http404: it is not among them, or there are none.
    """
    for treatment in treatments:
        if not id or str(treatment.id) == id.lower():
            return treatment
    raise Http404
