"""Redness that lasts longer than it should; colour alone is never urgent."""

from symptoms.recovery.criteria import Raising
from symptoms.recovery.groups import HEAT
from symptoms.recovery.predicates import SUN_RECENT, above, has, n_above, seen, twice, u
from symptoms.recovery.vocabulary import Concern, Symptom

raising = Raising(Concern.PERSISTENT_REDNESS)

CRITERIA = (
    raising.contact("RED-1", "2+", u(Symptom.REDNESS, 4) & twice(Symptom.REDNESS), "[D]"),
    raising.contact(
        "RED-2",
        "6+; A 2+; B 3+; C 4+; R 5+",
        u(Symptom.REDNESS, 3)
        & (twice(Symptom.REDNESS) | n_above(HEAT, least=1) | above(Symptom.ITCHING))
        & above(Symptom.REDNESS),
        "S1, K7 [D]",
    ),
    raising.contact(
        "RED-3",
        "12+; A 4+; B 7+; C 8+; R 10+",
        u(Symptom.REDNESS, 2)
        & (twice(Symptom.REDNESS) | n_above(HEAT, least=1) | above(Symptom.ITCHING))
        & above(Symptom.REDNESS),
        "S1, K7 [D]",
    ),
    raising.contact("RED-4", "28+; A 8+; B 14+; C 17+", twice(Symptom.REDNESS), "S1, K7 [D]"),
    raising.contact(
        "RED-6",
        "1+",
        has.AUTOIMMUNE & above(Symptom.REDNESS) & (SUN_RECENT | seen.FEELING_ILL | seen.JOINT_PAIN_OR_SHIN_LUMPS),
        "S104, S101 [D]",
    ),
    raising.contact(
        "RED-7",
        "7+",
        has.PSORIASIS & above(Symptom.REDNESS) & (above(Symptom.PEELING) | above(Symptom.ITCHING)),
        "S101, K-general [D]",
    ),
    raising.watch("RED-5", "0+", above(Symptom.REDNESS), "[D]"),
)
