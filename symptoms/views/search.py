"""Finding patients by a part of their name."""

from django.db.models import Q
from django.http import HttpRequest

LONGEST_NAME = 120  # characters; a longer search finds nobody


def sought_in(request: HttpRequest) -> str:
    """The part of a name in the query `q`, spaces made single."""
    return " ".join(request.GET.get("q", "").replace("\0", "").split())[:LONGEST_NAME]


def named(sought: str, field: str) -> Q:
    """Names that hold what is sought, in any case: the database itself folds only the 26 letters."""
    spellings = {sought, sought.lower(), sought.upper(), sought.title()} if sought else ()
    condition = Q()
    for spelling in spellings:
        condition |= Q(**{f"{field}__icontains": spelling})
    return condition
