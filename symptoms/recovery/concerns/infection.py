"""Infection of the skin, early or (from day 14) late: what each sign, heat and fever asks for, alone and together."""

from symptoms.recovery.criteria import Raising
from symptoms.recovery.groups import HEAT, HOT
from symptoms.recovery.predicates import (
    AT_RISK,
    FEVER,
    INFSIGN,
    SKIN_FINDING,
    above,
    has,
    n_above,
    n_relapse,
    n_rise,
    seen,
    streak,
    temp,
    temp_twice,
    v,
)
from symptoms.recovery.vocabulary import Symptom

raising = Raising(None)

CRITERIA = (
    raising.emergency("INF-1", "1+", INFSIGN & temp(39.0), "S39, S39c"),
    raising.emergency("INF-2", "1+", INFSIGN & FEVER & seen.FEELING_ILL, "S39c, S40"),
    raising.emergency(
        "INF-3", "1+", INFSIGN & (seen.TROUBLE_BREATHING | seen.FAINTED | seen.CONFUSED_OR_DROWSY), "S40, S41"
    ),
    raising.emergency("INF-4", "1+", AT_RISK & INFSIGN & (temp(38.0) | seen.CHILLS), "S39b"),
    raising.emergency("INF-5", "0+", seen.SPREADING_REDNESS & v(Symptom.PAIN, 4), "S39c, K9"),
    raising.emergency("INF-6", "1+", (seen.FAINTED | seen.CONFUSED_OR_DROWSY) & (FEVER | seen.FEELING_ILL), "S40"),
    raising.emergency(
        "INF-33", "1+", INFSIGN & seen.CHILLS & (temp(38.0) | seen.SPREADING_REDNESS | seen.RED_STREAKS), "S39, S39c"
    ),
    raising.emergency("INF-44", "2+", seen.CONFUSED_OR_DROWSY | seen.BLUE_LIPS, "S40, S85, S87"),
    raising.emergency("INF-45", "0+", temp(39.0) & seen.FEELING_ILL & seen.RASH_BEYOND_AREA, "S87 [D]"),
    raising.urgent("INF-7", "0+", seen.PUS, "S39, S9b"),
    raising.urgent("INF-8", "2+", seen.SPREADING_REDNESS | seen.RED_STREAKS, "S39"),
    raising.urgent("INF-9", "2+", seen.HONEY_CRUST, "S39 [D]"),
    raising.urgent("INF-10", "0-7", FEVER, "S39, K9 [D]"),
    raising.urgent("INF-11", "8-14", FEVER & SKIN_FINDING, "S39 [D]"),
    raising.urgent("INF-12", "15+", FEVER & (INFSIGN | seen.FIRM_LUMPS | seen.SWOLLEN_GLANDS), "S35 [D]"),
    raising.urgent("INF-13", "3+", n_above(HEAT, 2, least=1) & n_above(HOT, least=2), "S9b, S44"),
    raising.urgent("INF-14", "3+", n_rise(HOT, least=2) & n_relapse(HOT, least=1), "S39, K9 [D] (S9b)"),
    raising.urgent("INF-15", "0+", seen.SWOLLEN_GLANDS & n_above(HOT, least=2), "S39, S1"),
    raising.urgent("INF-16", "3+", seen.ONE_SIDED & n_above(HOT, least=2), "S39, K9 [D] (S9b)"),
    raising.urgent("INF-17", "2+", seen.FAINTED, "S40 [D]"),
    raising.urgent("INF-32", "8-14", temp(39.0) | (seen.CHILLS & seen.FEELING_ILL), "S40 [D]"),
    raising.urgent("INF-34", "2+", AT_RISK & seen.FEELING_ILL & n_above(HEAT, least=1), "S39b [D]"),
    raising.urgent("INF-37", "2+", INFSIGN & seen.FEELING_ILL, "S39 [D]"),
    raising.urgent("INF-41", "1-2", n_above(HEAT, 2, least=1) & n_above(HEAT, least=2), "S9b, S44"),
    raising.urgent(
        "INF-42",
        "0-1",
        seen.RED_STREAKS | (seen.SPREADING_REDNESS & (n_above(HEAT, least=1) | seen.FEELING_ILL)),
        "S39 [D]",
    ),
    raising.contact(
        "INF-18",
        "1+",
        n_above(HEAT, least=2) | (above(Symptom.WARMTH) & above(Symptom.REDNESS)),
        "S39, S44",
        urgent_for=("risk",),
    ),
    raising.contact(
        "INF-19",
        "1+",
        above(Symptom.WARMTH, 2) | above(Symptom.OOZING, 2),
        "S39, K9 [D] (S9b)",
        urgent_for=("risk", "home"),
    ),
    raising.contact("INF-20", "3+", n_relapse(HEAT, least=1), "S39, K9 [D] (S9b)", urgent_for=("risk", "home")),
    raising.contact("INF-21", "0+", seen.OPEN_SORE, "[D]", urgent_for=("risk", "home")),
    raising.contact(
        "INF-22",
        "0+",
        seen.SWOLLEN_GLANDS
        & (n_above(HEAT, least=1) | v(Symptom.PAIN, 2) | v(Symptom.WARMTH, 2) | v(Symptom.SWELLING, 2)),
        "S1 [D]",
        urgent_for=("risk",),
    ),
    raising.contact("INF-23", "8-14", FEVER, "[D]", urgent_for=("risk", "pregnant")),
    raising.contact("INF-24", "1-7", seen.FEELING_ILL & (SKIN_FINDING | temp(37.5) | AT_RISK | has.PREGNANT), "[D]"),
    raising.contact("INF-25", "0-14", temp_twice(37.8), "[D]"),
    raising.contact("INF-26", "15+", seen.SWOLLEN_GLANDS, "S1, S35"),
    raising.contact(
        "INF-27",
        "1+",
        streak(Symptom.WARMTH) | streak(Symptom.OOZING) | streak(Symptom.CRUSTING) | above(Symptom.CRUSTING, 2),
        "[D]",
    ),
    raising.contact(
        "INF-35", "15+", temp(39.0) | (seen.CHILLS & seen.FEELING_ILL), "S40 [D]", urgent_for=("risk", "pregnant")
    ),
    raising.contact("INF-36", "15+", FEVER, "S88, S39b [D]", urgent_for=("pregnant",)),
    raising.contact("INF-38", "3-13", seen.FIRM_LUMPS & v(Symptom.PAIN, 2), "S39 [D]", urgent_for=("risk", "home")),
    raising.contact("INF-40", "0-1", seen.HONEY_CRUST, "[D]"),
    raising.contact("INF-43", "0-1", seen.SPREADING_REDNESS, "S39 [D]", urgent_for=("risk",)),
    raising.contact(
        "INF-46", "8+", seen.FEELING_ILL & (seen.JOINT_PAIN_OR_SHIN_LUMPS | seen.SWOLLEN_GLANDS), "S1, K18 [D]"
    ),
    raising.watch("INF-28", "0-14", temp(37.5) | seen.SWOLLEN_GLANDS, "[D]"),
    raising.watch("INF-29", "0+", seen.FEELING_ILL | FEVER, "[D]"),
    raising.watch("INF-30", "0+", above(Symptom.WARMTH) | above(Symptom.OOZING) | above(Symptom.CRUSTING), "[D]"),
    raising.watch("INF-31", "3+", seen.ONE_SIDED | n_rise(HEAT, least=1), "[D]"),
    raising.watch("INF-39", "3+", n_rise(HEAT, 1, least=2), "S44 [D]"),
)
