"""How a treatment read before it was changed: each revision with what differed."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.members import user_name
from accounts.models import User
from symptoms.journal.treatments import as_document, document_before
from symptoms.models import Treatment, TreatmentRevision
from symptoms.wording import treatment as words
from symptoms.wording.cartridge import expires_in_words
from symptoms.wording.phrases import graded, in_a_row
from symptoms.wording.times import on_both_clocks

NOTHING = _("nothing")
LABELS = {
    "performed_at": _("When"),
    "day_zero": _("Day 0"),
    "device": _("Device"),
    "device_model": _("Device model"),
    "needle_depth_mm": _("Depth in mm"),
    "passes": _("Passes"),
    "energy_mj": _("Energy in mJ"),
    "setting": _("Setting"),
    "areas": _("Areas"),
    "areas_other": _("Other areas"),
    "same_day_injection": _("Same day injection"),
    "needles_new": _("New needles"),
    "needles_shared": _("Needles used by somebody else"),
    "cartridge_lot": _("Cartridge lot"),
    "cartridge_expiry": _("Cartridge expires"),
    "products": _("Products"),
    "practitioner": _("Treated by"),
    "operator": _("Done by somebody else"),
    "fitzpatrick": _("Skin type"),
    "skin_colour": _("Skin colour"),
    "skin_burning": _("Skin in the sun"),
    "conditions": _("Conditions"),
    "medications": _("Medicines"),
    "baseline": _("Usual levels"),
    "antiviral": _("Antiviral against cold sores"),
}

# What stands for the values of a field that are codes.
IN_WORDS: dict[str, Mapping[Any, Any]] = {
    "device": words.DEVICES,
    "setting": words.SETTINGS,
    "areas": words.AREAS,
    "needles_new": words.ANSWERS,
    "needles_shared": words.ANSWERS,
    "fitzpatrick": words.ROMAN,
    "skin_colour": words.SKIN_COLOURS,
    "skin_burning": words.SKIN_BURNING,
    "conditions": words.CONDITIONS,
    "medications": words.MEDICATIONS,
    "antiviral": words.ANTIVIRALS,
}


def revisions_of(treatment: Treatment, zone: ZoneInfo) -> list[tuple[TreatmentRevision, list[tuple[str, str, str]]]]:
    """The changes, newest first, each with (what, was, became) of its fields that differed, for a reader in `zone`."""
    revisions = list(treatment.revisions.select_related("changed_by").order_by("-changed_at", "-id"))
    became = as_document(treatment)
    plain = in_words_for(zone, treatment, [became, *(revision.was for revision in revisions)])
    rows = []
    for revision in revisions:
        before = document_before(revision.was)
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
    """What a field of a treatment is called on the page; one that a former version had, by its own name."""
    return str(LABELS.get(name, name.replace("_", " ").capitalize()))


def _plain(name: str, value: Any, names: Mapping[str, str], zone: ZoneInfo, patients_zone: ZoneInfo) -> str:
    """A stored value in a few words."""
    if value is None or value in ("", [], {}):
        return str(NOTHING)
    if name == "practitioner":
        return names.get(value, user_name(None))
    if name == "day_zero":
        return date_format(date.fromisoformat(value), gettext("D j M Y"))
    if name == "performed_at":
        return on_both_clocks(datetime.fromisoformat(value), zone, patients_zone)
    if name == "cartridge_expiry":
        return expires_in_words(date.fromisoformat(value))
    if name == "baseline":
        return in_a_row(graded(word, level) for word, level in value.items())
    if name == "products":
        return in_a_row(map(product_in_words, value))
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    codes = value if isinstance(value, list) else [value]
    return in_a_row(IN_WORDS.get(name, {}).get(code, code) for code in codes)


def product_in_words(product: Mapping[str, str]) -> str:
    """A product with its lot, where that is known."""
    return f"{product['name']} ({product['lot']})" if product.get("lot") else product["name"]
