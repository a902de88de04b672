"""What a person says about themselves when they begin: alone, or invited by a clinic."""

from datetime import datetime
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext_lazy as _

from accounts.allergies import AllergiesForm
from accounts.consents import consent_texts
from accounts.fields import NameField, ZoneField, set_choices, zone_choices
from accounts.forms import CountryForm
from accounts.models import Patient, Practice
from accounts.patients import TOO_YOUNG
from symptoms.forms.fields import BirthYearField
from symptoms.forms.needles import NEEDLES, OwnNeedlesForm, unknown_needles
from symptoms.forms.skin_history import SKIN_ANSWERS, USUAL, OwnSkinForm
from symptoms.models import Treatment


class AgreeForm(forms.Form):
    """The consents; the one to care is needed, the one to photos is not."""

    def __init__(self, *args: Any, practice: Practice | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.texts = consent_texts(practice)
        for text in self.texts:
            self.fields[text.purpose] = forms.BooleanField(
                label=text.title,
                help_text=text.detail,
                required=text.is_needed,
                error_messages={"required": _("Without this we cannot keep a log for you.")},
            )

    @property
    def consents(self) -> list[BoundField]:
        """The fields of the consents."""
        return [self[text.purpose] for text in self.texts]

    def agreed(self) -> list[str]:
        """The purposes that were agreed to."""
        return [text.purpose for text in self.texts if self.cleaned_data.get(text.purpose)]


class BornForm(AgreeForm):
    """The year of birth: Mendline is for adults."""

    year_of_birth = BirthYearField(
        too_young=TOO_YOUNG,
        help_text=_("Mendline is for people of 18 and over."),
        error_messages={"required": _("Write the year, like 1990."), "invalid": _("Write the year, like 1990.")},
    )

    def __init__(self, *args: Any, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        year_of_birth = self.fields["year_of_birth"]
        assert isinstance(year_of_birth, BirthYearField)
        year_of_birth.now = now


class StartForm(BornForm, CountryForm):
    """Starting alone: who and where."""

    name = NameField(label=_("Your name"), widget=forms.TextInput(attrs={"autocomplete": "name"}))
    time_zone = ZoneField(help_text=_("A new day begins for you at midnight there."))
    field_order = ["name", "year_of_birth", "is_here", "country", "emergency_number", "time_zone", "care", "photos"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, practice=None, **kwargs)
        # Without JavaScript the zone is unknown; a wrong default would shift the day boundary.
        set_choices(self.fields["time_zone"], [("", _("Choose")), *zone_choices()])
        self.order_fields(self.field_order)


class WelcomeForm(BornForm, OwnNeedlesForm, OwnSkinForm, AllergiesForm):
    """After accepting an invitation: nothing that the clinic has written down is asked again."""

    right = forms.ChoiceField(
        label=_("Is this right?"),
        choices=[("yes", _("Yes")), ("no", _("Something is wrong"))],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose one of the two.")},
    )

    def __init__(self, *args: Any, patient: Patient, treatment: Treatment | None, **kwargs: Any) -> None:
        super().__init__(*args, practice=patient.practice, **kwargs)
        self.asks_usual = treatment is not None and not treatment.baseline
        known = {name for name in ("conditions", "medications") if treatment is None or getattr(treatment, name)}
        if treatment is None or treatment.fitzpatrick is not None:
            known |= {*SKIN_ANSWERS}
        self.known_conditions = treatment.conditions if treatment else ()
        if not self.asks_usual:
            known |= set(USUAL)
        if treatment is None:
            known |= {"right", *NEEDLES}
        else:
            known |= {*NEEDLES}.difference(unknown_needles(treatment))
        if patient.year_of_birth:
            known.add("year_of_birth")
        if patient.agreed_to("care"):  # when joining
            known |= {text.purpose for text in self.texts}
            self.texts = []
        if patient.drug_allergies is None:
            self.ask_allergies(None)
        else:
            known.add("no_drug_allergies")
        for name in known:
            del self.fields[name]
        self.order_fields(["right", *NEEDLES, "year_of_birth"])  # as on the page, for the summary of mistakes

    def facts(self) -> dict[str, Any]:
        return {**self.needles(), **OwnSkinForm.facts(self)}

    @property
    def asks_about_skin(self) -> bool:
        """Whether anything about the skin is asked at all."""
        return self.asks_usual or any(name in self.fields for name in (*SKIN_ANSWERS, "conditions", "medications"))
