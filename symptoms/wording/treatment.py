"""What people read of a treatment: in a line, and its devices, areas, skin types, conditions and medicines."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from symptoms.recovery.skin_type import NOT_SURE
from symptoms.recovery.vocabulary import Answer, Area, Condition, Device, Medication, Setting
from symptoms.wording.phrases import graded, in_a_row, millimetres, small

DEVICES = {
    Device.PEN: _("Pen"),
    Device.ROLLER: _("Roller"),
    Device.STAMP: _("Stamp"),
    Device.RF: _("Radiofrequency (RF)"),
}
SETTINGS = {Setting.CLINIC: _("At a clinic"), Setting.HOME: _("At home")}

EXPECTED_COURSE = {  # by band
    "A": _("needles up to 0.5 mm"),
    "B": _("needles over 0.5 to 1.0 mm"),
    "C": _("needles over 1.0 to 1.5 mm"),
    "D": _("needles over 1.5 mm"),
    "R": _("radiofrequency"),
}

# Whether the needles were new, and whether somebody else used them: to the patient, and to the practice.
NEEDLES_NEW = {
    Answer.YES: _("Yes, sealed, and opened in front of me"),
    Answer.NO: _("No"),
    Answer.UNKNOWN: _("I don’t know"),
}
NEEDLES_SHARED = {Answer.NO: _("No, only me"), Answer.YES: _("Yes"), Answer.UNKNOWN: _("I don’t know")}
ANSWERS = {Answer.YES: _("Yes"), Answer.NO: _("No"), Answer.UNKNOWN: _("Not known")}

# Whether something was given so that cold sores do not come back; nothing stands for: not asked.
ANTIVIRALS = {"yes": _("Yes"), "no": _("No"), "not_needed": _("Not needed")}

AREAS = {
    Area.FACE: _("Whole face"),
    Area.FOREHEAD: _("Forehead"),
    Area.CHEEKS: _("Cheeks"),
    Area.AROUND_EYES: _("Around the eyes"),
    Area.AROUND_MOUTH: _("Around the mouth"),
    Area.NECK: _("Neck"),
    Area.CHEST: _("Chest"),
    Area.ABDOMEN: _("Abdomen"),
    Area.BACK: _("Back"),
    Area.SCALP: _("Scalp"),
    Area.HANDS: _("Hands"),
    Area.ARMS: _("Arms"),
    Area.THIGHS: _("Thighs"),
    Area.OTHER: _("Elsewhere"),
}

ROMAN = {1: "I", 2: "II", 3: "III", 4: "IV", 5: "V", 6: "VI"}
SKIN_TYPES = {  # Fitzpatrick, by what the sun does to it
    1: _("Very fair: always burns, never tans"),
    2: _("Fair: mostly burns, tans a little"),
    3: _("Medium: sometimes burns, tans slowly"),
    4: _("Olive or light brown: seldom burns, tans easily"),
    5: _("Brown: hardly ever burns"),
    6: _("Dark brown or black: never burns"),
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
    Condition.COLD_SORES: _("Cold sores"),
    Condition.ECZEMA: _("Eczema"),
    Condition.ROSACEA: _("Rosacea"),
    Condition.PSORIASIS: _("Psoriasis"),
    Condition.ACTIVE_ACNE: _("Active acne"),
    Condition.KELOID_HISTORY: _("Keloid or raised scars"),
    Condition.MELASMA: _("Melasma"),
    Condition.PIH_HISTORY: _("Dark marks after injuries (PIH)"),
    Condition.VITILIGO: _("Vitiligo"),
    Condition.DIABETES: _("Diabetes"),
    Condition.IMMUNOSUPPRESSED: _("Immunosuppressed"),
    Condition.AUTOIMMUNE: _("Autoimmune disease"),
    Condition.BLEEDING_DISORDER: _("Bleeding disorder"),
    Condition.METAL_ALLERGY: _("Metal allergy"),
    Condition.LATEX_OR_ANAESTHETIC_ALLERGY: _("Latex or anaesthetic allergy"),
    Condition.SKIN_CANCER: _("Skin cancer in the area"),
    Condition.PREGNANT: _("Pregnant"),
    Condition.BREASTFEEDING: _("Breastfeeding"),
    Condition.RECENT_TAN: _("Recent tan"),
}
CONDITIONS_IN_PLAIN_WORDS = CONDITIONS | {
    Condition.ACTIVE_ACNE: _("Acne now"),
    Condition.KELOID_HISTORY: _("Scars that grow thick or raised (you, or your parents)"),
    Condition.MELASMA: _("Brown patches on the face (melasma)"),
    Condition.PIH_HISTORY: _("Dark marks after spots or cuts"),
    Condition.VITILIGO: _("White patches (vitiligo)"),
    Condition.IMMUNOSUPPRESSED: _("Weak immune system: cancer treatment, HIV, a transplant, or no spleen"),
    Condition.AUTOIMMUNE: _("An illness like lupus, scleroderma or dermatomyositis"),
    Condition.BLEEDING_DISORDER: _("I bleed or bruise easily (a bleeding disorder)"),
    Condition.METAL_ALLERGY: _("Allergy to metal, such as nickel"),
    Condition.LATEX_OR_ANAESTHETIC_ALLERGY: _("Allergy to latex or numbing cream"),
    Condition.SKIN_CANCER: _("Skin cancer there, or a spot that changes, now or before"),
    Condition.RECENT_TAN: _("A tan or a sunburn there in the four weeks before"),
}

MEDICATIONS = {
    Medication.BLOOD_THINNER: _("Blood thinner"),
    Medication.NSAID: _("NSAID"),
    Medication.ORAL_STEROID: _("Oral steroid"),
    Medication.IMMUNOSUPPRESSANT: _("Immunosuppressant"),
    Medication.ISOTRETINOIN_6M: _("Isotretinoin, last 6 months"),
    Medication.TOPICAL_RETINOID: _("Topical retinoid"),
    Medication.PHOTOSENSITISER: _("Photosensitiser"),
}
MEDICATIONS_IN_PLAIN_WORDS = {
    Medication.BLOOD_THINNER: _(
        "A blood thinner (names: warfarin, apixaban, rivaroxaban, clopidogrel). "
        "A low dose of aspirin each day counts too."
    ),
    Medication.NSAID: _("Ibuprofen, naproxen or aspirin for pain, in the last 7 days"),
    Medication.ORAL_STEROID: _("Steroid tablets, such as prednisolone"),
    Medication.IMMUNOSUPPRESSANT: _("Medicine that weakens the immune system"),
    Medication.ISOTRETINOIN_6M: _("Acne tablets (isotretinoin) in the last 6 months"),
    Medication.TOPICAL_RETINOID: _("A retinoid cream"),
    Medication.PHOTOSENSITISER: _("Medicine that makes skin burn easily, such as doxycycline"),
}


def described(device: str, depth_mm: Decimal | None, areas: Iterable[str], other_areas: str = "") -> str:
    """What was done, in a line: "Pen, 1.5 mm, whole face"; free words for areas as they were written."""
    depth = "" if depth_mm is None else millimetres(depth_mm)
    named = [small(str(AREAS[Area(area)])) for area in areas if area != Area.OTHER]
    return in_a_row(filter(None, [DEVICES[Device(device)], depth, *named, other_areas]))


def skin_type(fitzpatrick: int | None) -> str:
    """A Fitzpatrick type with what the sun does to it: "Type II. Fair: mostly burns, tans a little"."""
    if not fitzpatrick:
        return gettext("Type not known")
    return gettext("Type {type}. {skin}").format(type=ROMAN[fitzpatrick], skin=SKIN_TYPES[fitzpatrick])


def skin_answers(colour: int | None, burning: int | None) -> str:
    """What the patient answered to the two questions, with the number of each; empty where neither was asked."""
    if colour is None and burning is None:
        return ""
    return gettext("Colour without sun: {colour}. In strong sun: {burning}.").format(
        colour=_numbered(SKIN_COLOURS, colour), burning=_numbered(SKIN_BURNING, burning)
    )


def _numbered(answers: Mapping[int, Any], given: int | None) -> str:
    if given is None:
        return gettext("not asked")
    return gettext("{answer} ({number})").format(answer=answers[given], number=given) if given else str(answers[given])


def usual_levels(baseline: Mapping[str, int]) -> str:
    """How much of each symptom was there before the treatment: "Redness mild, Spots medium"; empty for none."""
    return in_a_row(graded(word, level) for word, level in baseline.items() if level)
