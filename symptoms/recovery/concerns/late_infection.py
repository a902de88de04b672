"""Lumps and sores that start weeks later: slow bacteria, fungus."""

from symptoms.recovery.criteria import Raising
from symptoms.recovery.predicates import AT_RISK, FEVER, seen, u, v
from symptoms.recovery.vocabulary import Concern, Symptom

raising = Raising(Concern.LATE_INFECTION)

CRITERIA = (
    raising.urgent("LATE-1", "14+", seen.FIRM_LUMPS & (FEVER | AT_RISK | v(Symptom.PAIN, 2)), "S35, S36"),
    raising.urgent("LATE-2", "14+", seen.OPEN_SORE, "S35"),
    raising.contact("LATE-3", "14+", seen.FIRM_LUMPS, "S35, S36"),
    raising.contact("LATE-4", "14+", u(Symptom.BUMPS, 2) & v(Symptom.PAIN, 1), "S35", urgent_for=("risk",)),
)
