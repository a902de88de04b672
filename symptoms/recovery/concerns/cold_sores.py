"""Cold sores that come back in or near the treated skin."""

from symptoms.recovery.criteria import Raising
from symptoms.recovery.predicates import AT_RISK, FEVER, above, has, seen
from symptoms.recovery.vocabulary import Concern, Symptom

raising = Raising(Concern.COLD_SORE_REACTIVATION)

CRITERIA = (
    raising.emergency("CS-1", "0+", seen.BLISTERS & (FEVER | seen.FEELING_ILL) & (has.ECZEMA | AT_RISK), "K9"),
    raising.emergency("CS-2", "0+", seen.OPEN_SORE & FEVER & has.ECZEMA, "K9"),
    raising.urgent("CS-3", "0+", seen.BLISTERS, "S43, S7"),
    raising.urgent("CS-6", "1-14", has.COLD_SORES & seen.TINGLING & (above(Symptom.PAIN) | seen.OPEN_SORE), "S43, S7"),
    raising.contact("CS-4", "0-14", has.COLD_SORES & (seen.TINGLING | seen.OPEN_SORE), "S7, S43", urgent_for=("risk",)),
    raising.watch("CS-5", "0-14", seen.TINGLING, "S43"),
)
