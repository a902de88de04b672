"""What is still open about a treatment and its skin, asked of the patient once more."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from symptoms.forms.needles import NEEDLES, OwnNeedlesForm
from symptoms.forms.skin_history import SKIN_ANSWERS, SkinTypeForm, skin_of
from symptoms.forms.treatment import DepthForm
from symptoms.models import Treatment
from symptoms.recovery.vocabulary import Device, Setting


class TreatmentQuestionsForm(OwnNeedlesForm, SkinTypeForm, DepthForm):
    """The questions named by `asked` (of `journal.treatments.questions_left`), and nothing else."""

    def __init__(self, *args: Any, treatment: Treatment, asked: list[str], **kwargs: Any) -> None:
        known = {name: value for name, value in skin_of(treatment).items() if name in ("fitzpatrick", *SKIN_ANSWERS)}
        super().__init__(*args, initial=known, **kwargs)
        self.treatment = treatment
        depth = self.fields["needle_depth_mm"]
        depth.label = _("How deep did the needles go?")
        depth.help_text = _("In millimetres. Ask the clinic, or leave it empty.")
        for name in {*NEEDLES, *SKIN_ANSWERS, "needle_depth_mm"}.difference(asked):
            del self.fields[name]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        self.check_depth(Device(self.treatment.device), Setting(self.treatment.setting))
        return cleaned

    def facts(self) -> dict[str, Any]:
        """The cleaned answers as fields of Treatment; what stays open is left out."""
        depth = self.cleaned_data.get("needle_depth_mm")
        return {**self.needles(), **self.skin(), **({} if depth is None else {"needle_depth_mm": depth})}
