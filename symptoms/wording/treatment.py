"""What people read of a treatment: in a line, and its devices, areas, skin types, conditions and medicines."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from symptoms.recovery.phrases import step, title
from symptoms.recovery.skin_type import NOT_SURE
from symptoms.recovery.vocabulary import Answer, Area, Condition, Device, Medication, Setting

DEVICES = {
    Device.PEN: "Pen",
    Device.ROLLER: "Roller",
    Device.STAMP: "Stamp",
    Device.RF: "Radiofrequency (RF)",
}
SETTINGS = {Setting.CLINIC: "At a clinic", Setting.HOME: "At home"}

EXPECTED_COURSE = {  # by band
    "A": _("needles up to 0.5 mm"),
    "B": _("needles over 0.5 to 1.0 mm"),
    "C": _("needles over 1.0 to 1.5 mm"),
    "D": _("needles over 1.5 mm"),
    "R": _("radiofrequency"),
}

# Whether the needles were new, and whether somebody else used them: to the patient, and to the practice.
NEEDLES_NEW = {Answer.YES: "Yes, sealed, and opened in front of me", Answer.NO: "No", Answer.UNKNOWN: "I don’t know"}
NEEDLES_SHARED = {Answer.NO: "No, only me", Answer.YES: "Yes", Answer.UNKNOWN: "I don’t know"}
ANSWERS = {Answer.YES: "Yes", Answer.NO: "No", Answer.UNKNOWN: "Not known"}

AREAS = {
    Area.FACE: "Whole face",
    Area.FOREHEAD: "Forehead",
    Area.CHEEKS: "Cheeks",
    Area.AROUND_EYES: "Around the eyes",
    Area.AROUND_MOUTH: "Around the mouth",
    Area.NECK: "Neck",
    Area.CHEST: "Chest",
    Area.ABDOMEN: "Abdomen",
    Area.BACK: "Back",
    Area.SCALP: "Scalp",
    Area.HANDS: "Hands",
    Area.ARMS: "Arms",
    Area.THIGHS: "Thighs",
    Area.OTHER: "Elsewhere",
}

ROMAN = {1: "I", 2: "II", 3: "III", 4: "IV", 5: "V", 6: "VI"}
SKIN_TYPES = {  # Fitzpatrick, by what the sun does to it
    1: "Very fair: always burns, never tans",
    2: "Fair: mostly burns, tans a little",
    3: "Medium: sometimes burns, tans slowly",
    4: "Olive or light brown: seldom burns, tans easily",
    5: "Brown: hardly ever burns",
    6: "Dark brown or black: never burns",
}
# The two questions about the skin, asked of the patient; the number of each answer is a Fitzpatrick type.
SKIN_COLOURS = {
    1: _("Very fair"),
    2: _("Fair"),
    3: _("Medium or olive"),
    4: _("Light brown"),
    5: _("Brown"),
    6: _("Dark brown or black"),
    NOT_SURE: _("None of these fits, or not sure"),
}
SKIN_BURNING = {
    1: _("It always burns, it never tans"),
    2: _("It mostly burns, then tans a little"),
    3: _("It sometimes burns, then tans"),
    4: _("It seldom burns, it tans well"),
    5: _("It hardly ever burns"),
    6: _("I have never seen it burn"),
    NOT_SURE: _("Not sure"),
}

CONDITIONS = {
    Condition.COLD_SORES: "Cold sores",
    Condition.ECZEMA: "Eczema",
    Condition.ROSACEA: "Rosacea",
    Condition.PSORIASIS: "Psoriasis",
    Condition.ACTIVE_ACNE: "Active acne",
    Condition.KELOID_HISTORY: "Keloid or raised scars",
    Condition.MELASMA: "Melasma",
    Condition.PIH_HISTORY: "Dark marks after injuries (PIH)",
    Condition.VITILIGO: "Vitiligo",
    Condition.DIABETES: "Diabetes",
    Condition.IMMUNOSUPPRESSED: "Immunosuppressed",
    Condition.AUTOIMMUNE: "Autoimmune disease",
    Condition.BLEEDING_DISORDER: "Bleeding disorder",
    Condition.METAL_ALLERGY: "Metal allergy",
    Condition.LATEX_OR_ANAESTHETIC_ALLERGY: "Latex or anaesthetic allergy",
    Condition.SKIN_CANCER: "Skin cancer in the area",
    Condition.PREGNANT: "Pregnant",
    Condition.BREASTFEEDING: "Breastfeeding",
    Condition.RECENT_TAN: "Recent tan",
}
CONDITIONS_IN_PLAIN_WORDS = CONDITIONS | {
    Condition.ACTIVE_ACNE: "Acne now",
    Condition.KELOID_HISTORY: "Scars that grow thick or raised (you, or your parents)",
    Condition.MELASMA: "Brown patches on the face (melasma)",
    Condition.PIH_HISTORY: "Dark marks after spots or cuts",
    Condition.VITILIGO: "White patches (vitiligo)",
    Condition.IMMUNOSUPPRESSED: "Weak defences: cancer treatment, HIV, a transplant, or no spleen",
    Condition.AUTOIMMUNE: "An illness like lupus, scleroderma or dermatomyositis",
    Condition.BLEEDING_DISORDER: "I bleed or bruise easily (a bleeding disorder)",
    Condition.METAL_ALLERGY: "Allergy to metal, such as nickel",
    Condition.LATEX_OR_ANAESTHETIC_ALLERGY: "Allergy to latex or numbing cream",
    Condition.SKIN_CANCER: "Skin cancer there, or a spot that changes, now or before",
    Condition.RECENT_TAN: "A tan or a sunburn there in the four weeks before",
}

MEDICATIONS = {
    Medication.BLOOD_THINNER: "Blood thinner",
    Medication.NSAID: "NSAID",
    Medication.ORAL_STEROID: "Oral steroid",
    Medication.IMMUNOSUPPRESSANT: "Immunosuppressant",
    Medication.ISOTRETINOIN_6M: "Isotretinoin, last 6 months",
    Medication.TOPICAL_RETINOID: "Topical retinoid",
    Medication.PHOTOSENSITISER: "Photosensitiser",
}
MEDICATIONS_IN_PLAIN_WORDS = {
    Medication.BLOOD_THINNER: (
        "A blood thinner (names: warfarin, apixaban, rivaroxaban, clopidogrel). "
        "A low dose of aspirin each day counts too."
    ),
    Medication.NSAID: "Ibuprofen, naproxen or aspirin for pain, in the last 7 days",
    Medication.ORAL_STEROID: "Steroid tablets, such as prednisolone",
    Medication.IMMUNOSUPPRESSANT: "Medicine that calms the immune system",
    Medication.ISOTRETINOIN_6M: "Acne tablets (isotretinoin) in the last 6 months",
    Medication.TOPICAL_RETINOID: "A retinoid cream",
    Medication.PHOTOSENSITISER: "Medicine that makes skin burn easily, such as doxycycline",
}


def described(device: str, depth_mm: Decimal | None, areas: Iterable[str], other_areas: str = "") -> str:
    """What was done, in a line: "Pen, 1.5 mm, whole face"; free words for areas as they were written."""
    depth = "" if depth_mm is None else f"{Decimal(depth_mm).normalize():f} mm"
    named = [AREAS[Area(area)].lower() for area in areas if area != Area.OTHER]
    return ", ".join(filter(None, [DEVICES[Device(device)], depth, *named, other_areas]))


def skin_type(fitzpatrick: int | None) -> str:
    """A Fitzpatrick type with what the sun does to it: "Type II. Fair: mostly burns, tans a little"."""
    return f"Type {ROMAN[fitzpatrick]}. {SKIN_TYPES[fitzpatrick]}" if fitzpatrick else "Type not known"


def skin_answers(colour: int | None, burning: int | None) -> str:
    """What the patient answered to the two questions, with the number of each; empty where neither was asked."""
    if colour is None and burning is None:
        return ""
    return gettext("Colour without sun: {colour}. In strong sun: {burning}.").format(
        colour=_numbered(SKIN_COLOURS, colour), burning=_numbered(SKIN_BURNING, burning)
    )


def _numbered(answers: Mapping[int, Any], number: int | None) -> str:
    if number is None:
        return gettext("not asked")
    return f"{answers[number]} ({number})" if number else str(answers[number])


def usual_levels(baseline: Mapping[str, int]) -> list[tuple[str, str]]:
    """(title, step) of each symptom that was there before the treatment."""
    return [(title(word), step(level)) for word, level in baseline.items() if level]
