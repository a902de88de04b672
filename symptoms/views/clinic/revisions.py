"""How a treatment read before it was changed: each revision with what differed."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.formats import date_format

from accounts.members import user_name
from accounts.models import User
from symptoms.journal.treatments import as_document, document_before
from symptoms.models import Treatment, TreatmentRevision
from symptoms.wording.times import on_both_clocks
from symptoms.wording.treatment import SKIN_BURNING, SKIN_COLOURS

NOTHING = "nothing"
LABELS = {
    "performed_at": "When", "day_zero": "Day 0", "needle_depth_mm": "Depth in mm", "energy_mj": "Energy in mJ",
    "areas_other": "Other areas", "fitzpatrick": "Skin type", "baseline": "Usual levels", "medications": "Medicines",
    "practitioner": "Treated by", "operator": "Done by somebody else",
    "skin_colour": "Skin colour", "skin_burning": "Skin in the sun",
    "needles_new": "New needles", "needles_shared": "Needles used by somebody else",
}  # fmt: skip

SKIN_ANSWERS = {"skin_colour": SKIN_COLOURS, "skin_burning": SKIN_BURNING}


def revisions_of(treatment: Treatment, zone: ZoneInfo) -> list[tuple[TreatmentRevision, list[tuple[str, str, str]]]]:
    """The changes, newest first, each with (what, was, became) of its fields that differed, for a reader in `zone`."""
    revisions = list(treatment.revisions.select_related("changed_by").order_by("-changed_at", "-id"))
    became = as_document(treatment)
    plain = in_words_for(zone, treatment, [became, *(revision.was for revision in revisions)])
    rows = []
    for revision in revisions:
        before = document_before(revision)
        changes = [
            (label_of(name), plain(name, was), plain(name, became.get(name)))
            for name, was in before.items()
            if was != became.get(name)
        ]
        rows.append((revision, changes))
        became = before
    return rows


def _names(documents: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Who the practitioners named in the documents are."""
    ids = {document["practitioner"] for document in documents if document.get("practitioner") is not None}
    return {str(user.pk): str(user) for user in User.objects.filter(pk__in=ids)}


def in_words_for(zone: ZoneInfo, treatment: Treatment, documents: Iterable[Mapping[str, Any]]) -> Callable[..., Any]:
    """How a value of a field of these documents reads for somebody in `zone`: call it with both."""
    return partial(_plain, names=_names(documents), zone=zone, patients_zone=treatment.patient.zone)


def label_of(name: str) -> str:
    return LABELS.get(name, name.replace("_", " ").capitalize())


def _plain(name: str, value: Any, names: Mapping[str, str], zone: ZoneInfo, patients_zone: ZoneInfo) -> str:
    """A stored value in a few words."""
    if value is None or value in ("", [], {}):
        return NOTHING
    if name == "practitioner":
        return names.get(value, user_name(None))
    if name == "day_zero":
        return date_format(date.fromisoformat(value), "D j M Y")
    if name == "performed_at":
        return on_both_clocks(datetime.fromisoformat(value), zone, patients_zone)
    if name in SKIN_ANSWERS:
        return str(SKIN_ANSWERS[name][value])
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(product_in_words(item) if isinstance(item, dict) else _words(item) for item in value)
    if isinstance(value, dict):
        return ", ".join(_words(f"{word} {level}") for word, level in value.items())
    return _words(value)


def _words(value: Any) -> str:
    return str(value).replace("_", " ")


def product_in_words(product: Mapping[str, str]) -> str:
    """A product with its lot, where that is known."""
    return f"{product['name']} ({product['lot']})" if product.get("lot") else product["name"]
