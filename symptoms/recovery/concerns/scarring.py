"""Raised, dented or lined skin that stays."""

from symptoms.recovery.criteria import Raising
from symptoms.recovery.predicates import above, has, seen, u
from symptoms.recovery.vocabulary import Concern, Symptom

raising = Raising(Concern.SCARRING)

CRITERIA = (
    raising.contact(
        "SCAR-1", "14+", u(Symptom.RAISED_SCAR, 1) | u(Symptom.INDENTATIONS, 1) | seen.TRACK_MARKS, "S17, S49"
    ),
    raising.contact("SCAR-2", "7+", has.KELOID_HISTORY & u(Symptom.RAISED_SCAR, 1), "S49, K12"),
    raising.watch("SCAR-3", "4+; R 11+", seen.TRACK_MARKS, "[D]"),
    raising.watch("SCAR-4", "0+", above(Symptom.RAISED_SCAR) | above(Symptom.INDENTATIONS), "[D]"),
)
