"""Raised, dented or lined skin that stays."""

from symptoms.recovery.criteria import Raising
from symptoms.recovery.predicates import above, has, seen, twice, u
from symptoms.recovery.vocabulary import Concern, Symptom

raising = Raising(Concern.SCARRING)

CRITERIA = (
    raising.contact(
        "SCAR-1",
        "14+",
        u(Symptom.RAISED_SCAR, 2)
        | u(Symptom.INDENTATIONS, 2)
        | twice(Symptom.RAISED_SCAR)
        | twice(Symptom.INDENTATIONS)
        | seen.TRACK_MARKS,
        "S17, S49",
    ),
    raising.contact("SCAR-2", "7+", has.KELOID_HISTORY & u(Symptom.RAISED_SCAR, 1), "S49, K12"),
    raising.contact("SCAR-5", "4+", u(Symptom.RAISED_SCAR, 3) | u(Symptom.INDENTATIONS, 3), "[D]"),
    raising.watch("SCAR-3", "4+; R 11+", seen.TRACK_MARKS, "[D]"),
    raising.watch("SCAR-4", "0+", above(Symptom.RAISED_SCAR) | above(Symptom.INDENTATIONS), "[D]"),
)
