"""Numbness that outlasts the cream."""

from symptoms.recovery.criteria import Raising
from symptoms.recovery.predicates import seen
from symptoms.recovery.vocabulary import Concern

raising = Raising(Concern.NERVE_INJURY)

CRITERIA = (
    raising.contact("NERV-1", "3+; R 2+", seen.NUMBNESS, "S15"),
    raising.watch("NERV-2", "2+", seen.NUMBNESS, "[D]"),
)
