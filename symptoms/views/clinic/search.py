"""Finding patients by parts of their name, and by the year of birth."""

import re
from urllib.parse import urlencode

from django.db.models import Q
from django.http import HttpRequest

from accounts.fields import UNSEEN
from accounts.names import folded, is_hyphen

LONGEST_NAME = 120  # characters; a longer search finds nobody
WORDS = 6  # looked for one by one; what follows belongs to the last


def sought_in(request: HttpRequest) -> str:
    """What is looked for in the query `q`: spaces made single, marks that nobody sees left out."""
    return " ".join(request.GET.get("q", "").replace("\0", "").translate(UNSEEN).split())[:LONGEST_NAME]


def kept_search(request: HttpRequest) -> str:
    """The search that led to a patient's page as a query that keeps it; empty where none did."""
    sought = sought_in(request)
    return f"?{urlencode({'q': sought})}" if sought else ""


def named(sought: str, patient: str = "") -> Q:
    """Patients whose name holds each word of `sought`, in any order; `patient` is the way to them ("patient__").

    Compared folded: "obrien" finds "O’Brien", "anne-marie" finds "Anne Marie". A word may be the year of birth instead:
    it tells apart those who share a name. All patients when nothing is sought.
    """
    if not sought:
        return Q()
    words = folded("".join(" " if is_hyphen(letter) else letter for letter in sought))
    if not words:
        return Q(pk__in=[])
    condition = Q()
    for word in words.split(maxsplit=WORDS - 1):
        in_name = Q(**{f"{patient}folded_name__contains": word})
        is_year = re.fullmatch(r"[0-9]{4}", word)
        condition &= in_name | Q(**{f"{patient}year_of_birth": int(word)}) if is_year else in_name
    return condition
