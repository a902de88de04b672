"""Firm, itchy lumps where something was needled in."""

from symptoms.recovery.criteria import Raising
from symptoms.recovery.predicates import FEVER, seen, u
from symptoms.recovery.vocabulary import Concern, Symptom

raising = Raising(Concern.GRANULOMA)

CRITERIA = (
    raising.urgent("GRAN-1", "3+", seen.FIRM_LUMPS & seen.JOINT_PAIN_OR_SHIN_LUMPS, "S20-S23"),
    raising.urgent("GRAN-2", "3+", seen.FIRM_LUMPS & FEVER, "S20-S23"),
    raising.contact("GRAN-3", "3+", seen.FIRM_LUMPS, "S20-S23"),
    raising.contact("GRAN-4", "15+", u(Symptom.BUMPS, 2) & u(Symptom.ITCHING, 1), "S21"),
    raising.contact("GRAN-7", "3+", u(Symptom.BUMPS, 2) & seen.JOINT_PAIN_OR_SHIN_LUMPS, "S20-S23 [D]"),
    raising.watch("GRAN-5", "0+", seen.FIRM_LUMPS | seen.JOINT_PAIN_OR_SHIN_LUMPS, "[D]"),
    raising.watch("GRAN-6", "11+", u(Symptom.BUMPS, 1) & u(Symptom.ITCHING, 1), "[D]"),
)
