"""Swelling that lasts, returns or is on one side."""

from symptoms.recovery.criteria import Raising
from symptoms.recovery.predicates import NECK_AREA, above, seen, streak, v
from symptoms.recovery.vocabulary import Concern, Symptom

raising = Raising(Concern.PERSISTENT_SWELLING)

CRITERIA = (
    raising.emergency(
        "SWE-9",
        "0-3",
        NECK_AREA & v(Symptom.SWELLING, 4) & v(Symptom.PAIN, 3) & (above(Symptom.PAIN) | seen.ONE_SIDED),
        "S90 [D]",
    ),
    raising.urgent("SWE-1", "3+", v(Symptom.SWELLING, 4), "[D]"),
    raising.urgent("SWE-2", "4+; D,R 5+", v(Symptom.SWELLING, 3), "S10"),
    raising.urgent(
        "SWE-3",
        "3+",
        seen.ONE_SIDED & above(Symptom.SWELLING) & (v(Symptom.PAIN, 1) | v(Symptom.WARMTH, 1)),
        "S10, S50",
    ),
    raising.urgent(
        "SWE-7",
        "0-2",
        v(Symptom.SWELLING, 4) & (above(Symptom.SWELLING, 2) | v(Symptom.PAIN, 3) | seen.ONE_SIDED | NECK_AREA),
        "S90 [D]",
    ),
    raising.contact("SWE-4", "1+", above(Symptom.SWELLING, 2) | streak(Symptom.SWELLING), "S10"),
    raising.contact("SWE-5", "3+", seen.ONE_SIDED & above(Symptom.SWELLING), "S10"),
    raising.contact("SWE-8", "0-2", v(Symptom.SWELLING, 4), "[D]"),
    raising.watch("SWE-6", "0+", above(Symptom.SWELLING), "[D]"),
)
