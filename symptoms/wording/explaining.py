"""Why a finding was made: stored facts as plain sentences for the patient."""

from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from symptoms.recovery.day import Fact
from symptoms.recovery.vocabulary import Condition, Medication
from symptoms.wording.phrases import degrees, listed, step, title

TREATMENT: Mapping[str, Any] = {
    "rf": gettext_lazy("You were treated with radiofrequency."),
    "home": gettext_lazy("You were needled at home."),
    "same_day_injection": gettext_lazy("You had an injection on the same day."),
    "neck_area": gettext_lazy("Your neck was treated."),
    "blood_exposure": gettext_lazy("The needles may not have been new, or were used on somebody else."),
    "fitzpatrick": gettext_lazy("Your skin type may mark more easily."),
}
PATIENT: Mapping[str, Any] = {
    Condition.ECZEMA: gettext_lazy("You told us about eczema."),
    Condition.ROSACEA: gettext_lazy("You told us about rosacea."),
    Condition.PSORIASIS: gettext_lazy("You told us about psoriasis."),
    Condition.ACTIVE_ACNE: gettext_lazy("You told us about acne."),
    Condition.KELOID_HISTORY: gettext_lazy("You told us about keloid or thick scars in the past."),
    Condition.COLD_SORES: gettext_lazy("You told us about cold sores in the past."),
    Condition.DIABETES: gettext_lazy("You told us about diabetes."),
    Condition.IMMUNOSUPPRESSED: gettext_lazy("You told us about a weak immune system."),
    Condition.MELASMA: gettext_lazy("You told us about melasma."),
    Condition.PIH_HISTORY: gettext_lazy("You told us about dark marks after past injuries."),
    Condition.VITILIGO: gettext_lazy("You told us about vitiligo."),
    Condition.METAL_ALLERGY: gettext_lazy("You told us about a metal allergy."),
    Condition.LATEX_OR_ANAESTHETIC_ALLERGY: gettext_lazy("You told us about an allergy to latex or numbing cream."),
    Condition.BLEEDING_DISORDER: gettext_lazy("You told us about a bleeding disorder."),
    Condition.SKIN_CANCER: gettext_lazy("You told us about skin cancer."),
    Condition.PREGNANT: gettext_lazy("You told us about your pregnancy."),
    Condition.BREASTFEEDING: gettext_lazy("You told us about breastfeeding."),
    Condition.AUTOIMMUNE: gettext_lazy("You told us about an illness like lupus."),
    Condition.RECENT_TAN: gettext_lazy("You told us about a recent tan."),
    Medication.BLOOD_THINNER: gettext_lazy("You told us about a blood thinner."),
    Medication.ISOTRETINOIN_6M: gettext_lazy("You told us about isotretinoin."),
    Medication.ORAL_STEROID: gettext_lazy("You told us about steroid tablets."),
    Medication.TOPICAL_RETINOID: gettext_lazy("You told us about a retinoid cream."),
    Medication.PHOTOSENSITISER: gettext_lazy("You told us about medicine that makes the skin sensitive to light."),
    Medication.IMMUNOSUPPRESSANT: gettext_lazy("You told us about medicine that weakens the immune system."),
    Medication.NSAID: gettext_lazy("You told us about ibuprofen or a similar painkiller."),
}


def facts_of(stored: Iterable[Mapping[str, Any]]) -> tuple[Fact, ...]:
    """The facts of a finding as `Assessment.as_json` wrote them under `evidence`."""
    return tuple(Fact(row["kind"], row["word"], row["day"], row["value"], row["limit"]) for row in stored)


def for_patient(facts: Iterable[Fact], unit: str = "c") -> tuple[str, ...]:
    """The facts as short sentences, a symptom's days together: "Pain: mild on day 3 and severe on day 4, when …"."""
    return tuple(
        _sentence(kind, word, list(same), unit)
        for (kind, word), same in groupby(facts, key=lambda fact: (fact.kind, fact.word))
    )


def _sentence(kind: str, word: str, facts: list[Fact], unit: str) -> str:
    """What the facts of one word say."""
    if kind == "symptom":
        return _symptom_sentence(word, facts)
    if kind == "temperature":
        pattern = _("{temperature} on day {day}")
        measured = (pattern.format(temperature=degrees(fact.value or 0, unit), day=fact.day) for fact in facts)
        return _("Your temperature was {temperatures}.").format(temperatures=listed(measured))
    if kind in ("sign", "exposure"):
        days = listed(str(fact.day) for fact in facts)
        pattern = ngettext("{what}, on day {days}.", "{what}, on day {days}.", len(facts))
        return pattern.format(what=title(word), days=days)
    if kind == "treatment":
        return str(TREATMENT[word])
    known = PATIENT.get(word)
    return str(known) if known else _("You told us about {what}.").format(what=word.replace("_", " "))


def _symptom_sentence(symptom: str, facts: list[Fact]) -> str:
    on_a_day = _("{level} on day {day}")
    last = facts[-1]
    if (last.value or 0) <= (last.limit or 0):  # it counts for having grown, or beside something else
        has_grown = any((fact.value or 0) < (last.value or 0) for fact in facts)
        pattern = (
            _("{symptom}: {levels}, more than before.") if has_grown else _("{symptom}: {levels}, usual by itself.")
        )
    elif last.limit:
        pattern = _("{symptom}: {levels}, when we expect {most} at most.")
    else:
        pattern = _("{symptom}: {levels}, when we expect none.")
    levels = listed(on_a_day.format(level=step(fact.value), day=fact.day) for fact in facts)
    return pattern.format(symptom=title(symptom), levels=levels, most=step(last.limit))
