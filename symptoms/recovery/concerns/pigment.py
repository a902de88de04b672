"""Dark and light patches."""

from symptoms.recovery.criteria import Raising
from symptoms.recovery.predicates import PIH_RISK, SUN_SO_FAR, above, has, streak, twice, u
from symptoms.recovery.vocabulary import Concern, Symptom

dark = Raising(Concern.HYPERPIGMENTATION)
light = Raising(Concern.HYPOPIGMENTATION)

CRITERIA = (
    dark.contact(
        "PIG-1",
        "14+; D,R 21+",
        (u(Symptom.DARK_PATCHES, 2) & above(Symptom.DARK_PATCHES)) | streak(Symptom.DARK_PATCHES),
        "S47",
    ),
    dark.contact("PIG-2", "10+", PIH_RISK & u(Symptom.DARK_PATCHES, 2) & above(Symptom.DARK_PATCHES), "S17, S47"),
    dark.contact("PIG-3", "10+", PIH_RISK & SUN_SO_FAR & twice(Symptom.DARK_PATCHES), "S47, S48"),
    dark.contact("PIG-5", "3+", u(Symptom.DARK_PATCHES, 4) & above(Symptom.DARK_PATCHES, 2), "[D]"),
    dark.watch("PIG-4", "0+", above(Symptom.DARK_PATCHES), "[D]"),
    light.contact("PALE-1", "14+", u(Symptom.LIGHT_PATCHES, 2) | twice(Symptom.LIGHT_PATCHES), "[D]"),
    light.contact("PALE-2", "28+", u(Symptom.LIGHT_PATCHES, 1), "[D]"),
    light.contact("PALE-3", "10+", has.VITILIGO & u(Symptom.LIGHT_PATCHES, 1), "K-general"),
    light.watch("PALE-4", "0+", above(Symptom.LIGHT_PATCHES), "[D]"),
)
