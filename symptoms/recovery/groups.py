"""Words that the rules take together: each group decides, lists its evidence and prints as prose from here alone."""

from collections.abc import Mapping

from symptoms.recovery.vocabulary import Condition, Medication, Sign, Symptom

HEAT = (Symptom.PAIN, Symptom.WARMTH, Symptom.SWELLING)
HOT = (*HEAT, Symptom.REDNESS)

# Who is treated alike, in the order in which the evidence is listed; beside each word how docs/clinical.md says it.
AT_RISK: Mapping[Condition | Medication, str] = {
    Condition.DIABETES: "diabetes",
    Condition.IMMUNOSUPPRESSED: "immunosuppressed",
    Medication.ORAL_STEROID: "steroid tablets",
    Medication.IMMUNOSUPPRESSANT: "an immunosuppressant",
}
BLEED_RISK: Mapping[Condition | Medication, str] = {
    Medication.BLOOD_THINNER: "a blood thinner",
    Condition.BLEEDING_DISORDER: "bleeding disorder",
}
PIH_HISTORY: Mapping[Condition | Medication, str] = {
    Condition.MELASMA: "melasma",
    Condition.PIH_HISTORY: "dark marks before",
    Condition.RECENT_TAN: "a recent tan",
}
THINS_BLOOD = frozenset({*BLEED_RISK, Medication.NSAID})

INFECTION_SIGNS: Mapping[Sign, str] = {
    Sign.PUS: "pus",
    Sign.SPREADING_REDNESS: "spreading redness",
    Sign.RED_STREAKS: "red streaks",
    Sign.HONEY_CRUST: "golden crust",
    Sign.OPEN_SORE: "an open sore",
}
# Signs that are not found on the skin, or are part of a normal course (docs/clinical.md, skin_finding).
NOT_ON_THE_SKIN = frozenset(
    {
        Sign.CHILLS,
        Sign.FEELING_ILL,
        Sign.FAINTED,
        Sign.CONFUSED_OR_DROWSY,
        Sign.BLUE_LIPS,
        Sign.DROOPING_OR_WEAK,
        Sign.JAUNDICE,
        Sign.TROUBLE_BREATHING,
        Sign.JOINT_PAIN_OR_SHIN_LUMPS,
        Sign.TRACK_MARKS,
        Sign.NUMBNESS,
    }
)
# Signs of an illness that leave the skin calm.
UNWELL = frozenset(
    {
        Sign.CHILLS,
        Sign.FEELING_ILL,
        Sign.SWOLLEN_GLANDS,
        Sign.FAINTED,
        Sign.CONFUSED_OR_DROWSY,
        Sign.BLUE_LIPS,
        Sign.JOINT_PAIN_OR_SHIN_LUMPS,
        Sign.JAUNDICE,
    }
)

# The symptoms whose usual level is taken off before judging; a habit must not hide an infection.
BASELINE_COUNTS = frozenset(
    {
        Symptom.REDNESS,
        Symptom.ITCHING,
        Symptom.PEELING,
        Symptom.BUMPS,
        Symptom.DARK_PATCHES,
        Symptom.LIGHT_PATCHES,
        Symptom.RAISED_SCAR,
        Symptom.INDENTATIONS,
    }
)
# Whose usual level must be asked: untold, it alarms for what was there before.
IMPLIED_BASELINE: Mapping[Condition, tuple[Symptom, ...]] = {
    Condition.MELASMA: (Symptom.DARK_PATCHES,),
    Condition.PIH_HISTORY: (Symptom.DARK_PATCHES,),
    Condition.ACTIVE_ACNE: (Symptom.BUMPS,),
    Condition.ROSACEA: (Symptom.REDNESS,),
    Condition.ECZEMA: (Symptom.ITCHING, Symptom.PEELING),
    Condition.PSORIASIS: (Symptom.REDNESS, Symptom.PEELING),
    Condition.VITILIGO: (Symptom.LIGHT_PATCHES,),
    Condition.KELOID_HISTORY: (Symptom.RAISED_SCAR,),
}
SLOW_HEALING = (Symptom.PEELING, Symptom.CRUSTING, Symptom.BRUISING)  # a day later when at risk (MOD-8)
