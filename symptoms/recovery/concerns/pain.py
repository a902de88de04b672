"""Pain that is stronger than expected, or comes back."""

from symptoms.recovery.criteria import Raising
from symptoms.recovery.predicates import above, seen, streak, v
from symptoms.recovery.vocabulary import Concern, Symptom

raising = Raising(Concern.UNEXPECTED_PAIN)

CRITERIA = (
    raising.emergency("PAIN-1", "1+", v(Symptom.PAIN, 4) & seen.FEELING_ILL, "S39, K9"),
    raising.urgent("PAIN-2", "0+", v(Symptom.PAIN, 4), "S39"),
    raising.urgent("PAIN-3", "2+; D,R 3+", v(Symptom.PAIN, 3), "K9, S39 [D] (S9b)"),
    raising.contact("PAIN-4", "1+", above(Symptom.PAIN, 2) | streak(Symptom.PAIN), "[D]"),
    raising.contact("PAIN-5", "5+; D 7+", v(Symptom.PAIN, 2), "[D]"),
    raising.contact("PAIN-7", "1+", v(Symptom.PAIN, 3) & above(Symptom.PAIN), "K9, S39 [D] (S9b)"),
    raising.watch("PAIN-6", "0+", above(Symptom.PAIN), "[D]"),
)
