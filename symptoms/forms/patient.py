"""Whom a practitioner treated: somebody new, somebody who was here before, and where to send the invitation."""

from datetime import datetime
from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.allergies import AllergiesForm
from accounts.fields import EmailField, NameField, PhoneField
from accounts.models import LONGEST_PATIENT_NUMBER, Patient, Practice
from accounts.names import folded
from accounts.numerals import with_plain_digits
from accounts.patients import NumberTaken, is_number_free
from symptoms.forms.fields import BirthYearField


class PatientNumberField(NameField):
    """The practice's own number for a patient: as it writes it, digits of any script made plain."""

    def __init__(self, **kwargs: Any) -> None:
        words = {"label": _("Patient number"), "help_text": _("Your clinic’s own, if you use one.")}
        super().__init__(**{"required": False, "max_length": LONGEST_PATIENT_NUMBER, **words, **kwargs})

    def to_python(self, value: Any) -> str:
        return super().to_python(with_plain_digits(value) if isinstance(value, str) else value)


class PatientForm(AllergiesForm):
    """Who a patient is, as their clinic knows it, and which drugs they are allergic to."""

    name = NameField(label=_("Name"), error_messages={"required": _("Write the patient’s name.")})
    year_of_birth = BirthYearField(
        too_young=_("Mendline is for people of 18 and over."),
        error_messages={"required": _("Write the year of birth."), "invalid": _("Write a year, like 1990.")},
        help_text=_("18 and over."),
    )
    phone = PhoneField()
    number = PatientNumberField()

    def __init__(self, *args: Any, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.ask_allergies(self.initial.get("drug_allergies"))
        year_of_birth = self.fields["year_of_birth"]
        assert isinstance(year_of_birth, BirthYearField)
        year_of_birth.now = now
        for field in self.fields.values():
            field.widget.attrs.setdefault("autocomplete", "off")


class NewPatientForm(PatientForm):
    """A new patient of the practice. Somebody of the same name or address may be meant: then it asks once."""

    email = EmailField(required=False, help_text=_("For the invitation. You can also show a code."))
    somebody_else = forms.BooleanField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, practice: Practice, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.practice = practice
        self.here_before: list[Patient] = []

    def clean(self) -> dict[str, Any]:
        super().clean()
        cleaned = self.cleaned_data
        if cleaned.get("name") and not cleaned.get("somebody_else"):
            same = Q(folded_name=folded(cleaned["name"]))
            if cleaned.get("email"):
                same |= Q(email__iexact=cleaned["email"])
            self.here_before = list(Patient.objects.of_practice(self.practice).filter(same).by_name()[:5])
        if not is_number_free(self.practice, cleaned.get("number", "")):
            self.add_error("number", str(NumberTaken()))
        if self.here_before:
            sentence = _("There is already a patient with a similar name. Use their record, or say it is a new person.")
            self.add_error("name", sentence)
        return cleaned

    def who(self) -> dict[str, Any]:
        """The cleaned answers, for `add_to_practice`."""
        names = ("name", "email", "phone", "year_of_birth", "number", "drug_allergies")
        return {name: self.cleaned_data[name] for name in names}


class InviteForm(forms.Form):
    """Where to send the invitation."""

    email = EmailField(label=_("E-mail"), error_messages={
        "required": _("Write the address to send it to."),
        "invalid": _("Write an e-mail address, like name@example.com."),
    })  # fmt: skip
