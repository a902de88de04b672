"""Spots: some are ordinary, many are not."""

from symptoms.recovery.criteria import Raising
from symptoms.recovery.predicates import above, twice, u, v
from symptoms.recovery.vocabulary import Concern, Symptom

raising = Raising(Concern.ACNE_FLARE)

CRITERIA = (
    raising.contact(
        "ACNE-1",
        "0+",
        u(Symptom.BUMPS, 3) & (twice(Symptom.BUMPS) | v(Symptom.PAIN, 1) | above(Symptom.ITCHING)),
        "S18",
    ),
    raising.contact("ACNE-2", "15+", u(Symptom.BUMPS, 2), "S18"),
    raising.watch("ACNE-3", "0+", above(Symptom.BUMPS), "[D]"),
)
