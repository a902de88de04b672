"""Bruises and bleeding beyond the first days."""

from symptoms.recovery.criteria import Raising
from symptoms.recovery.predicates import BLEED_RISK, above, rise, seen, twice, v
from symptoms.recovery.vocabulary import Concern, Symptom

raising = Raising(Concern.BRUISING_OR_BLEEDING)

CRITERIA = (
    raising.emergency("BLED-1", "0+", v(Symptom.BLEEDING, 4), "S8, K9"),
    raising.emergency("BLED-2", "0+", v(Symptom.BLEEDING, 3) & (seen.FAINTED | seen.CONFUSED_OR_DROWSY), "[D]"),
    raising.emergency("BLED-14", "0-3", BLEED_RISK & v(Symptom.SWELLING, 4) & v(Symptom.PAIN, 2), "S90 [D]"),
    raising.urgent("BLED-3", "1+", v(Symptom.BLEEDING, 3), "S8, S10"),
    raising.urgent(
        "BLED-4",
        "2+",
        v(Symptom.BLEEDING, 2) & (BLEED_RISK | above(Symptom.BRUISING) | above(Symptom.SWELLING) | seen.FEELING_ILL),
        "S8, S10",
    ),
    raising.urgent(
        "BLED-5",
        "2+",
        rise(Symptom.BRUISING, 1)
        & rise(Symptom.SWELLING, 1)
        & (above(Symptom.BRUISING) | above(Symptom.SWELLING))
        & (BLEED_RISK | v(Symptom.PAIN, 2) | v(Symptom.SWELLING, 3)),
        "[D]",
    ),
    raising.contact("BLED-6", "1+", BLEED_RISK & v(Symptom.BLEEDING, 2), "S5, S6"),
    raising.contact("BLED-7", "1+", above(Symptom.BLEEDING, 2) | above(Symptom.BRUISING, 2), "[D]"),
    raising.contact(
        "BLED-8", "3+", rise(Symptom.BRUISING, 1) & v(Symptom.BRUISING, 2) & above(Symptom.BRUISING), "S10"
    ),
    raising.contact("BLED-9", "15+", twice(Symptom.BRUISING), "S8, S9"),
    raising.contact("BLED-11", "2+", v(Symptom.BLEEDING, 2), "S8, S10"),
    raising.contact(
        "BLED-12",
        "2+",
        rise(Symptom.BRUISING, 1) & rise(Symptom.SWELLING, 1) & (above(Symptom.BRUISING) | above(Symptom.SWELLING)),
        "[D]",
    ),
    raising.contact("BLED-13", "0", BLEED_RISK & v(Symptom.BLEEDING, 3), "S5, S6 [D]"),
    raising.watch("BLED-10", "0+", above(Symptom.BLEEDING) | above(Symptom.BRUISING), "[D]"),
)
