"""Drug allergies: how they are asked, kept and read. That none is known is an answer; that nobody asked is not."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.fields import NameField
from accounts.names import folded

ROWS = 6  # the page shows as many as are used and one more, by its stylesheet alone
FIELD = "drug_allergies"

Allergies = list[dict[str, str]]  # `drug`, and what `happened` where that is known


def in_words(allergies: Allergies | None) -> str:
    """ "penicillin (rash), codeine"; "none known" and "not asked" where there is none."""
    if allergies is None:
        return _("not asked")
    return ", ".join(map(_one, allergies)) or _("none known")


def of_both(one: Allergies | None, other: Allergies | None) -> Allergies | None:
    """What two know together: an allergy that either names is never lost to "none known" of the other."""
    if not other:
        return one if one is not None else other
    named = {folded(allergy["drug"]) for allergy in one or []}
    return [*(one or []), *(allergy for allergy in other if folded(allergy["drug"]) not in named)]


def _one(allergy: Mapping[str, str]) -> str:
    happened = allergy.get("happened", "")
    return f"{allergy['drug']} ({happened})" if happened else allergy["drug"]


def _told(drug: str, happened: str | None) -> dict[str, str]:
    return {"drug": drug, "happened": happened} if happened else {"drug": drug}


class AllergiesForm(forms.Form):
    """A row for each drug and what happened, and "none known"; all left empty is not asked."""

    no_drug_allergies = forms.BooleanField(label=gettext_lazy("None known"), required=False)

    allergy_rows: range = range(0)  # none: they are not asked

    def ask_allergies(self, known: Allergies | None) -> None:
        """Make the rows, filled with what is known."""
        rows = max(ROWS, 1 + len(known or []))
        for row in range(rows):
            drug = NameField(required=False, label=_("Drug {number}").format(number=row + 1), max_length=80)
            happened = NameField(required=False, label=_("What happened?"), max_length=120)
            for field in (drug, happened):
                field.widget.attrs |= {"placeholder": " ", "autocomplete": "off"}  # the stylesheet tells what is filled
            self.fields |= {f"drug_{row}": drug, f"drug_happened_{row}": happened}
        for row, allergy in enumerate(known or []):
            self.initial[f"drug_{row}"] = allergy["drug"]
            self.initial[f"drug_happened_{row}"] = allergy.get("happened", "")
        self.initial["no_drug_allergies"] = known == []
        self.allergy_rows = range(rows)

    def allergies(self) -> list[tuple[BoundField, BoundField]]:
        """The fields of drug and what happened, row by row."""
        return [(self[f"drug_{row}"], self[f"drug_happened_{row}"]) for row in self.allergy_rows]

    def label_of(self, name: str) -> str:
        """What a cleaned answer of this form is called."""
        return _("Drug allergies") if name == FIELD else str(self[name].label)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        told = [(row, cleaned.get(f"drug_{row}"), cleaned.get(f"drug_happened_{row}")) for row in self.allergy_rows]
        for row, drug, happened in told:
            if happened and not drug and f"drug_{row}" not in self.errors:
                self.add_error(f"drug_{row}", _("Write which drug it was."))
        named = [_told(drug, happened) for _row, drug, happened in told if drug]
        none_known = cleaned.pop("no_drug_allergies", False)
        if named and none_known:
            self.add_error("no_drug_allergies", _("Leave this unticked, or empty the drugs."))
        for row in self.allergy_rows:
            cleaned.pop(f"drug_{row}", None)
            cleaned.pop(f"drug_happened_{row}", None)
        cleaned[FIELD] = named or ([] if none_known else None)
        return cleaned
