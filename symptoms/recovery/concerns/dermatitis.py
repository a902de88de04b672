"""Skin upset by something that touched it."""

from symptoms.recovery.criteria import Raising
from symptoms.recovery.predicates import above, has, seen, streak, u, v
from symptoms.recovery.vocabulary import Concern, Symptom

raising = Raising(Concern.CONTACT_DERMATITIS)

CRITERIA = (
    raising.urgent(
        "CD-1", "1+", v(Symptom.ITCHING, 3) & (above(Symptom.SWELLING, 2) | above(Symptom.OOZING, 2)), "[D]"
    ),
    raising.contact(
        "CD-2",
        "1+",
        above(Symptom.ITCHING) & (above(Symptom.REDNESS) | above(Symptom.BUMPS) | above(Symptom.SWELLING)),
        "S1, K16",
    ),
    raising.contact("CD-3", "1+", above(Symptom.ITCHING, 2) | streak(Symptom.ITCHING), "[D]"),
    raising.contact("CD-4", "1+", has.METAL_ALLERGY & above(Symptom.ITCHING), "S45"),
    raising.contact("CD-5", "2+", seen.RASH_BEYOND_AREA & u(Symptom.ITCHING, 1), "S20, K16"),
    raising.contact("CD-6", "1+", above(Symptom.PEELING, 2), "[D]"),
    raising.watch("CD-7", "0+", above(Symptom.ITCHING) | above(Symptom.PEELING), "[D]"),
)
