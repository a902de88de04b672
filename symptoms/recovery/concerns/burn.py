"""Burns from fractional radiofrequency."""

from symptoms.recovery.criteria import Raising
from symptoms.recovery.predicates import RF, above, seen, v
from symptoms.recovery.vocabulary import Concern, Symptom

raising = Raising(Concern.BURN)

CRITERIA = (
    raising.urgent(
        "BURN-1", "0-7", RF & (seen.BLISTERS | seen.OPEN_SORE | seen.BLACK_SKIN | seen.WHITE_OR_NETLIKE_SKIN), "S15"
    ),
    raising.contact("BURN-2", "1-3", RF & v(Symptom.PAIN, 3) & above(Symptom.PAIN), "S15"),
)
