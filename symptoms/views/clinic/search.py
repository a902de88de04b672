"""Finding patients by one field: parts of the name, phone, e-mail, lot, patient number, year of birth."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest

from accounts.fields import UNSEEN
from accounts.models import PatientWord, Practice
from accounts.search_words import squeezed
from symptoms.models import Treatment
from symptoms.views.clinic.sought_words import unsealed

SOUGHT = "s"  # in an address: the words, sealed
LONGEST_NAME = 120  # characters; a longer search finds nobody
LEAST_OF_A_LOT = 3  # letters and digits


def sought_in(request: HttpRequest) -> str:
    """What an address looks for."""
    return sought_by(request.GET)


def sought_by(query: Mapping[str, Any]) -> str:
    """What the query of an address looks for: sealed in SOUGHT; also `q`, which no page of ours writes into one."""
    return sought_of(unsealed(str(query.get(SOUGHT, ""))) or str(query.get("q", "")))


def sought_of(typed: str) -> str:
    """What is looked for: spaces made single, marks that nobody sees left out."""
    return " ".join(typed.replace("\0", "").translate(UNSEEN).split())[:LONGEST_NAME]


def found(practice: Practice, sought: str, patient: str = "pk") -> Q:
    """Those whom the practice finds by `sought`; `patient` is the way to a patient's id ("patient").

    Each word of it begins a word of the name or address, in any order, or is the year of birth: "obrien" finds
    "O’Brien", "anne-marie" finds "Anne Marie". Or the whole begins the lot of their cartridge or of a product, their
    patient number or their phone number, which its last digits end. All patients when nothing is sought.
    """
    if not sought:
        return Q()
    ways: list[QuerySet[Any]] = PatientWord.objects.patients_found(practice, sought)
    if len(squeezed(sought)) >= LEAST_OF_A_LOT:
        used = Treatment.objects
        ways += [rows(practice, sought).values("patient") for rows in (used.of_lot, used.of_product_lot)]
    if not ways:
        return Q(pk__in=[])
    first, *others = ways
    return Q(**{f"{patient}__in": first.union(*others) if others else first})
