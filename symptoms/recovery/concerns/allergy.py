"""Reactions on the day: allergy from hives to anaphylaxis, and poisoning by numbing cream."""

from symptoms.recovery.criteria import Raising
from symptoms.recovery.predicates import FEVER, above, has, seen, v
from symptoms.recovery.vocabulary import Concern, Symptom

raising = Raising(Concern.ALLERGIC_REACTION)

CRITERIA = (
    raising.emergency("ALL-1", "0+", seen.TROUBLE_BREATHING | seen.FACE_OR_TONGUE_SWELLING, "S41, S79"),
    raising.emergency(
        "ALL-2",
        "0+",
        (seen.FAINTED | seen.CONFUSED_OR_DROWSY) & (seen.HIVES | seen.RASH_BEYOND_AREA),
        "S41, S79",
    ),
    raising.emergency("ALL-7", "0-1", seen.CONFUSED_OR_DROWSY | seen.BLUE_LIPS, "S82, S83, S84"),
    raising.emergency(
        "ALL-8", "0", seen.FAINTED & (seen.FEELING_ILL | FEVER | seen.NUMBNESS | seen.TINGLING), "S83 [D]"
    ),
    raising.urgent("ALL-3", "0-1", seen.HIVES | seen.RASH_BEYOND_AREA | seen.FAINTED, "S41 [D]"),
    raising.urgent(
        "ALL-4",
        "0+",
        (seen.HIVES | seen.RASH_BEYOND_AREA) & (FEVER | seen.FEELING_ILL | v(Symptom.ITCHING, 3)),
        "K11 [D]",
    ),
    raising.contact("ALL-5", "2+", seen.HIVES | seen.RASH_BEYOND_AREA, "S41"),
    raising.contact(
        "ALL-6", "0-2", has.LATEX_OR_ANAESTHETIC_ALLERGY & (above(Symptom.ITCHING) | above(Symptom.SWELLING)), "S6 [D]"
    ),
)
