"""Burns: from fractional radiofrequency, and from the sun on needled skin."""

from symptoms.recovery.criteria import Raising
from symptoms.recovery.groups import HEAT
from symptoms.recovery.predicates import RF, SUN_RECENT, above, n_above, seen, takes, v
from symptoms.recovery.vocabulary import Concern, Symptom

raising = Raising(Concern.BURN)

CRITERIA = (
    raising.urgent(
        "BURN-1", "0-7", RF & (seen.BLISTERS | seen.OPEN_SORE | seen.BLACK_SKIN | seen.WHITE_OR_NETLIKE_SKIN), "S15"
    ),
    raising.urgent(
        "BURN-4", "1+", SUN_RECENT & seen.BLISTERS & (above(Symptom.REDNESS) | n_above(HEAT, least=1)), "K18 [D]"
    ),
    raising.contact("BURN-2", "1-3", RF & v(Symptom.PAIN, 3) & above(Symptom.PAIN), "S15"),
    raising.contact(
        "BURN-3",
        "1+",
        takes.PHOTOSENSITISER & SUN_RECENT & (above(Symptom.REDNESS) | n_above(HEAT, least=1)),
        "S101, K18 [D]",
    ),
)
