"""Numbness that outlasts the cream, and weakness, which is a stroke until it is proved not to be."""

from symptoms.recovery.criteria import Raising
from symptoms.recovery.predicates import seen, v
from symptoms.recovery.vocabulary import Concern, Symptom

raising = Raising(Concern.NERVE_INJURY)

CRITERIA = (
    raising.emergency("NERV-4", "0+", seen.DROOPING_OR_WEAK, "S85, S101"),
    raising.contact("NERV-1", "3+; R 7+", seen.NUMBNESS, "S15"),
    raising.contact("NERV-3", "2+", seen.NUMBNESS & (v(Symptom.PAIN, 1) | seen.TINGLING), "S15 [D]"),
    raising.watch("NERV-2", "2+", seen.NUMBNESS, "[D]"),
)
