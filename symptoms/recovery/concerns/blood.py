"""Blood of somebody else on the needles, and what may follow; the skin is calm, the history decides."""

from symptoms.recovery.criteria import Raising
from symptoms.recovery.predicates import BLOOD_EXPOSURE, FEVER, seen
from symptoms.recovery.vocabulary import Concern

raising = Raising(Concern.BLOOD_BORNE_INFECTION)

CRITERIA = (
    raising.urgent("BBV-1", "0-3", BLOOD_EXPOSURE, "S38, S86"),
    raising.urgent("BBV-4", "0+", seen.JAUNDICE, "S103"),
    raising.contact("BBV-2", "4-7", BLOOD_EXPOSURE, "S38, S86 [D]"),
    raising.contact(
        "BBV-3",
        "8-180",
        BLOOD_EXPOSURE & (seen.FEELING_ILL | FEVER | seen.SWOLLEN_GLANDS | seen.RASH_BEYOND_AREA),
        "S38, S86 [D]",
    ),
)
