"""The eye: pain in it, or a change of sight."""

from symptoms.recovery.criteria import Raising
from symptoms.recovery.predicates import FEVER, SAME_DAY_INJECTION, above, seen, v
from symptoms.recovery.vocabulary import Concern, Symptom

raising = Raising(Concern.EYE_INVOLVEMENT)

CRITERIA = (
    raising.emergency("EYE-1", "0+", seen.VISION_CHANGE, "S42, S89"),
    raising.emergency(
        "EYE-2",
        "0+",
        seen.EYE_PAIN
        & (seen.BLISTERS | seen.SPREADING_REDNESS | FEVER | (v(Symptom.SWELLING, 3) & above(Symptom.SWELLING))),
        "S42, S6",
    ),
    raising.emergency("EYE-4", "0-3", SAME_DAY_INJECTION & seen.EYE_PAIN, "S89 [D]"),
    raising.urgent("EYE-3", "0+", seen.EYE_PAIN, "S42"),
)
