"""Why a finding was made: stored facts as plain sentences for the patient."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from typing import Any

from symptoms.recovery.phrases import degrees, listed, step, title
from symptoms.recovery.predicates import Fact
from symptoms.recovery.vocabulary import Condition, Medication, Symptom

_TREATMENT = {
    "rf": "You were treated with radiofrequency.",
    "home": "You were needled at home.",
    "same_day_injection": "You had an injection on the same day.",
    "neck_area": "Your neck was treated.",
    "blood_exposure": "The needles may not have been new, or were used on somebody else.",
    "fitzpatrick": "Your skin type may mark more easily.",
}
# Words of patient and medication that would not read by themselves in "You told us about …".
_NAMES: Mapping[str, str] = {
    Condition.ACTIVE_ACNE: "acne",
    Condition.PIH_HISTORY: "dark marks after past injuries",
    Condition.COLD_SORES: "cold sores in the past",
    Condition.METAL_ALLERGY: "a metal allergy",
    Condition.LATEX_OR_ANAESTHETIC_ALLERGY: "an allergy to latex or numbing cream",
    Condition.KELOID_HISTORY: "keloid or thick scars in the past",
    Condition.IMMUNOSUPPRESSED: "weak defences",
    Condition.BLEEDING_DISORDER: "a bleeding disorder",
    Condition.PREGNANT: "your pregnancy",
    Condition.AUTOIMMUNE: "an illness like lupus",
    Condition.RECENT_TAN: "a recent tan",
    Medication.ISOTRETINOIN_6M: "isotretinoin",
    Medication.ORAL_STEROID: "steroid tablets",
    Medication.TOPICAL_RETINOID: "a retinoid cream",
    Medication.PHOTOSENSITISER: "medicine that makes the skin sensitive to light",
    Medication.IMMUNOSUPPRESSANT: "medicine that weakens the defences",
    Medication.BLOOD_THINNER: "a blood thinner",
    Medication.NSAID: "ibuprofen or a similar painkiller",
}


def facts_of(stored: Iterable[Mapping[str, Any]]) -> tuple[Fact, ...]:
    """The facts of a finding as `Assessment.as_json` wrote them under `evidence`."""
    return tuple(Fact(row["kind"], row["word"], row["day"], row["value"], row["limit"]) for row in stored)


def for_patient(facts: Iterable[Fact], unit: str = "c") -> tuple[str, ...]:
    """The facts as short sentences, a symptom's days together: "Pain: mild on day 3 and severe on day 4, when …"."""
    return tuple(_sentences(facts, unit))


def _sentences(facts: Iterable[Fact], unit: str) -> Iterator[str]:
    for (kind, word), group in groupby(facts, key=lambda fact: (fact.kind, fact.word)):
        same = list(group)
        if kind == "symptom":
            yield _symptom_sentence(Symptom(word), same)
        elif kind == "temperature":
            measured = (f"{degrees(fact.value or 0, unit)} on day {fact.day}" for fact in same)
            yield f"Your temperature was {listed(measured)}."
        elif kind in ("sign", "exposure"):
            yield f"{title(word)}, on day {listed(str(fact.day) for fact in same)}."
        elif kind == "treatment":
            yield _TREATMENT[word]
        else:
            yield f"You told us about {_NAMES.get(word, word.replace('_', ' '))}."


def _symptom_sentence(symptom: Symptom, facts: list[Fact]) -> str:
    levels = listed(f"{step(fact.value)} on day {fact.day}" for fact in facts)
    last = facts[-1]
    if (last.value or 0) <= (last.limit or 0):  # it counts for having grown, or beside something else
        has_grown = any((fact.value or 0) < (last.value or 0) for fact in facts)
        return f"{title(symptom)}: {levels}, {'more than before' if has_grown else 'usual by itself'}."
    expected = f"{step(last.limit)} at most" if last.limit else "none"
    return f"{title(symptom)}: {levels}, when we expect {expected}."
