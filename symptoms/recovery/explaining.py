"""Why a finding was made: stored facts as plain sentences for the patient."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from typing import Any

from symptoms.recovery.conditions import Fact
from symptoms.recovery.questions import STEP_WORDS, question
from symptoms.recovery.vocabulary import Condition, Medication, Symptom

_TREATMENT = {
    "rf": "You were treated with radiofrequency.",
    "home": "You were needled at home.",
    "same_day_injection": "You had an injection on the same day.",
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
    Condition.AUTOIMMUNE: "an autoimmune illness",
    Condition.RECENT_TAN: "a recent tan",
    Medication.ISOTRETINOIN_6M: "isotretinoin",
    Medication.ORAL_STEROID: "steroid tablets",
    Medication.TOPICAL_RETINOID: "a retinoid cream",
    Medication.PHOTOSENSITISER: "medicine that makes the skin sensitive to light",
    Medication.IMMUNOSUPPRESSANT: "medicine that weakens the defences",
    Medication.BLOOD_THINNER: "a blood thinner",
    Medication.NSAID: "ibuprofen or a similar painkiller",
}
_DEGREES = {"c": "{:.1f} °C", "f": "{:.1f} °F"}


def degrees(celsius: float, unit: str = "c") -> str:
    """A temperature as people of `unit` ("c" or "f") read it: "38.1 °C", "100.6 °F"."""
    return _DEGREES[unit].format(celsius if unit == "c" else celsius * 9 / 5 + 32)


def facts_of(stored: Iterable[Mapping[str, Any]]) -> tuple[Fact, ...]:
    """The facts of a finding as `Assessment.as_json` wrote them under `evidence`."""
    return tuple(Fact(row["kind"], row["word"], row["day"], row["value"], row["limit"]) for row in stored)


def for_patient(facts: Iterable[Fact], unit: str = "c") -> tuple[str, ...]:
    """The facts as short sentences, a symptom's days together: "Pain: mild on day 3 and severe on day 4, when …"."""
    return tuple(_told(facts, unit))


def _told(facts: Iterable[Fact], unit: str) -> Iterator[str]:
    for (kind, word), group in groupby(facts, key=lambda fact: (fact.kind, fact.word)):
        same = list(group)
        if kind == "symptom":
            yield _symptom_told(Symptom(word), same)
        elif kind == "temperature":
            measured = (f"{degrees(fact.value or 0, unit)} on day {fact.day}" for fact in same)
            yield f"Your temperature was {_listed(measured)}."
        elif kind in ("sign", "exposure"):
            yield f"{question(word).title}, on day {_listed(str(fact.day) for fact in same)}."
        elif kind == "treatment":
            yield _TREATMENT[word]
        else:
            yield f"You told us about {_named(word)}."


def _symptom_told(symptom: Symptom, facts: list[Fact]) -> str:
    levels = _listed(f"{_step(fact.value)} on day {fact.day}" for fact in facts)
    last = facts[-1]
    if (last.value or 0) <= (last.limit or 0):  # it counts for having grown, or beside something else
        has_grown = any((fact.value or 0) < (last.value or 0) for fact in facts)
        return f"{question(symptom).title}: {levels}, {'more than before' if has_grown else 'usual by itself'}."
    expected = f"{_step(last.limit)} at most" if last.limit else "none"
    return f"{question(symptom).title}: {levels}, when we expect {expected}."


def _step(level: float | None) -> str:
    return STEP_WORDS[int(level or 0)].lower()


def _named(word: str) -> str:
    return _NAMES.get(word, word.replace("_", " "))


def _listed(parts: Iterable[str]) -> str:
    """a; a and b; a, b and c."""
    *first, last = parts
    return f"{', '.join(first)} and {last}" if first else last
