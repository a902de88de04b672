"""The protocol as plain JSON for whoever has one day's answers and no server: static/js/red-flags.js judges by it."""

from collections.abc import Iterable
from typing import Any

from symptoms.recovery.ceilings import CEILINGS, LISTED_DAYS, MODIFIERS, Ceilings, who_applies
from symptoms.recovery.course import Patient, Treatment
from symptoms.recovery.criteria import EARLY_UNTIL, LATE_FROM, Criterion
from symptoms.recovery.groups import AT_RISK, NOT_ON_THE_SKIN, SLOW_HEALING
from symptoms.recovery.predicates import ABOUT_TREATMENT, DARK_OR_UNKNOWN_SKIN
from symptoms.recovery.protocol import PROTOCOL, Protocol
from symptoms.recovery.vocabulary import Concern, Symptom, Urgency


def rules(protocol: Protocol = PROTOCOL) -> dict[str, Any]:
    """All that one day's answers can show, the most urgent first, with the ceilings they are held against."""
    written = [criterion.as_data() for criterion in sorted(protocol.criteria, key=lambda c: -c.urgency)]
    return {
        "version": protocol.version,
        "urgencies": [urgency.slug for urgency in Urgency],
        "urgent": int(Urgency.URGENT),
        "symptoms": list(map(str, Symptom)),
        "days": [*LISTED_DAYS, LISTED_DAYS[-1] + 1],  # from which on nothing is ordinary
        "ceilings": {
            band: {str(s): "".join(map(str, (*row, 0))) for s, row in rows.items()} for band, rows in CEILINGS.items()
        },
        "raised": [
            {"symptom": str(m.symptom), "days": [m.first, m.last], "who": sorted(m.who), "most": m.at_most}
            for m in MODIFIERS
        ],
        "slow": list(map(str, SLOW_HEALING)),
        "at_risk": list(map(str, AT_RISK)),
        "not_on_the_skin": sorted(NOT_ON_THE_SKIN),
        "infections": {str(Concern.INFECTION): [0, EARLY_UNTIL], str(Concern.LATE_INFECTION): [LATE_FROM]},
        "criteria": [row for row in written if row is not None],
    }


def about(patient: Patient, treatment: Treatment) -> dict[str, Any]:
    """What the rules need to know of a patient and a treatment: band, usual levels, and what is so, in words."""
    words = {*who_applies(patient, treatment), *(each.word for each in ABOUT_TREATMENT if each.claim(treatment))}
    if patient.has_dark_or_unknown_skin:
        words.add(DARK_OR_UNKNOWN_SKIN)
    ceilings = Ceilings(patient, treatment)
    usual = {str(symptom): level for symptom, level in ceilings.usual.items() if level}
    return {"band": ceilings.band, "usual": usual, "words": sorted(map(str, words))}


def need_several_days(criteria: Iterable[Criterion] = PROTOCOL.criteria) -> list[Criterion]:
    """What the answers of one day can never show."""
    return [criterion for criterion in criteria if criterion.as_data() is None]


def may_need_earlier_days(criteria: Iterable[Criterion] = PROTOCOL.criteria) -> list[Criterion]:
    """What one day can show, and earlier days can show or make more urgent as well."""
    return [criterion for criterion in criteria if criterion.as_data() is not None and criterion.looks_back()]
