"""Skin that dies: black, white or net-like."""

from symptoms.recovery.criteria import Raising
from symptoms.recovery.predicates import FEVER, SAME_DAY_INJECTION, seen, v
from symptoms.recovery.vocabulary import Concern, Symptom

raising = Raising(Concern.SKIN_NECROSIS)

CRITERIA = (
    raising.emergency(
        "NEC-1",
        "0+",
        (seen.BLACK_SKIN | seen.WHITE_OR_NETLIKE_SKIN)
        & (
            FEVER
            | seen.FEELING_ILL
            | seen.FAINTED
            | seen.CONFUSED_OR_DROWSY
            | seen.SPREADING_REDNESS
            | v(Symptom.PAIN, 4)
        ),
        "K9",
    ),
    raising.emergency("NEC-2", "0-14", seen.BLACK_SKIN & v(Symptom.PAIN, 3), "S15, K9"),
    raising.emergency("NEC-3", "0-14", SAME_DAY_INJECTION & (seen.BLACK_SKIN | seen.WHITE_OR_NETLIKE_SKIN), "S89"),
    raising.urgent("NEC-4", "0+", seen.BLACK_SKIN | seen.WHITE_OR_NETLIKE_SKIN, "S15"),
    raising.urgent("NEC-6", "0-14", SAME_DAY_INJECTION & seen.FIRM_LUMPS & v(Symptom.PAIN, 2), "S101, S89 [D]"),
    raising.contact("NEC-5", "14+", v(Symptom.CRUSTING, 2), "[D]"),
)
