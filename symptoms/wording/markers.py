"""What is known of a patient that changes what one thinks of, as tags beside their name: the first things to know."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from symptoms.recovery.vocabulary import Condition, Medication

# In the order in which they are shown: what makes an emergency worse before what explains a finding.
MARKERS: dict[Condition | Medication, Any] = {
    Medication.BLOOD_THINNER: gettext_lazy("Blood thinner"),
    Condition.BLEEDING_DISORDER: gettext_lazy("Bleeding disorder"),
    Condition.IMMUNOSUPPRESSED: gettext_lazy("Immunosuppressed"),
    Medication.IMMUNOSUPPRESSANT: gettext_lazy("Immunosuppressant"),
    Medication.ORAL_STEROID: gettext_lazy("Steroid tablets"),
    Condition.DIABETES: gettext_lazy("Diabetes"),
    Condition.PREGNANT: gettext_lazy("Pregnant"),
    Medication.ISOTRETINOIN_6M: gettext_lazy("Isotretinoin"),
    Condition.AUTOIMMUNE: gettext_lazy("Autoimmune disease"),
    Condition.COLD_SORES: gettext_lazy("Cold sores"),
    Condition.LATEX_OR_ANAESTHETIC_ALLERGY: gettext_lazy("Latex or anaesthetic allergy"),
    Condition.METAL_ALLERGY: gettext_lazy("Metal allergy"),
    Condition.KELOID_HISTORY: gettext_lazy("Keloid"),
    Condition.MELASMA: gettext_lazy("Melasma"),
    Condition.PIH_HISTORY: gettext_lazy("Dark marks before"),
    Condition.ROSACEA: gettext_lazy("Rosacea"),
}


def markers(conditions: Iterable[str], medications: Iterable[str], *, injected: bool, drugs: str = "") -> list[str]:
    """The tags of somebody with these conditions and medicines; `injected`: filler or PRP on the day of the session;
    `drugs` they are allergic to, in words."""
    present = {*conditions, *medications}
    first = [_("Filler or PRP the same day")] if injected else []
    allergies = [_("Allergic to {drugs}").format(drugs=drugs)] if drugs else []
    return [*first, *allergies, *(str(word) for marker, word in MARKERS.items() if marker in present)]
