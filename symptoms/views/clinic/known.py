"""What to know about a patient before the call: who they are, their skin, health, medicines and drug allergies."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts import allergies
from accounts.models import Patient
from symptoms.models import Treatment
from symptoms.recovery.groups import AT_RISK, BLEED_RISK
from symptoms.recovery.vocabulary import Condition
from symptoms.wording import treatment as words
from symptoms.wording.phrases import in_a_row


@dataclass(frozen=True)
class Known:
    """One row: what it is, `alarming` words that change what is done, which stand in bold, and the rest."""

    what: str
    alarming: str = ""
    text: str = ""


def known_of(patient: Patient, treatment: Treatment | None, now: datetime) -> list[Known]:
    """What is known of a patient, and of the skin on the day of the session; what nobody told of the skin is left out.

    That nobody asked for drug allergies is said: it is no "none".
    """
    born = Known(_("Born"), text=_born(patient, now))
    return [*([born] if born.text else []), *health_of(patient, treatment)]


def health_of(patient: Patient, treatment: Treatment | None) -> list[Known]:
    """Skin, health, medicines and drug allergies alone."""
    if treatment is None:
        return [_drug_allergies(patient)]
    rows = [
        Known(_("Skin"), text=words.skin_type(treatment.fitzpatrick)),
        Known(_("The patient’s answers"), text=words.skin_answers(treatment.skin_colour, treatment.skin_burning)),
        _parted(_("History"), words.CONDITIONS, treatment.conditions),
        _parted(_("Medicine"), words.MEDICATIONS, treatment.medications),
        _drug_allergies(patient),
        Known(_("Antiviral"), text=antiviral_of(treatment)),
        Known(_("Before treatment"), text=words.usual_levels(treatment.baseline)),
    ]
    return [row for row in rows if row.text or row.alarming]


def antiviral_of(treatment: Treatment) -> str:
    """Whether an antiviral was given; that nobody wrote it down, where cold sores are known."""
    if treatment.antiviral:
        return str(treatment.get_antiviral_display())
    return _("not recorded, cold sores known: ask") if Condition.COLD_SORES in treatment.conditions else ""


def age_in_words(patient: Patient, now: datetime) -> str:
    """ "57 years"; empty where the year of birth is not known."""
    age = patient.age(now)
    return ngettext("{age} year", "{age} years", age).format(age=age) if age else ""


def _born(patient: Patient, now: datetime) -> str:
    age = age_in_words(patient, now)
    return _("{year}, {age}").format(year=patient.year_of_birth, age=age) if age else ""


def _drug_allergies(patient: Patient) -> Known:
    told = allergies.in_words(patient.drug_allergies)
    return Known(_("Drug allergies"), **{"alarming" if patient.drug_allergies else "text": told})


def _parted(what: str, names: Mapping[Any, Any], present: list[str]) -> Known:
    """A row of the words that are present, those first that make an infection or a bleeding worse."""
    alarming = [word for word in present if word in {*AT_RISK, *BLEED_RISK}]
    rest = [word for word in present if word not in alarming]
    in_words = [in_a_row(names.get(word, word) for word in some) for some in (alarming, rest)]
    return Known(what, *in_words) if present else Known(what, text=_("Nothing known"))
