"""The skin before a treatment: type, conditions, medicines, what was there already."""

from typing import Any

from django import forms

from accounts.fields import set_choices
from symptoms.models import Treatment
from symptoms.recovery.groups import BASELINE_COUNTS
from symptoms.recovery.questions import QUESTIONS, STEP_WORDS
from symptoms.wording import treatment as words

NOT_KNOWN = "unknown"
USUAL = tuple(q for q in QUESTIONS if q.kind == "symptom" and q.word in BASELINE_COUNTS)  # evidence 1.3, "Baseline"


class SkinForm(forms.Form):
    """What a practitioner knows of the skin; `facts()` gives it in the fields of Treatment."""

    fitzpatrick = forms.ChoiceField(
        label="Skin type",
        widget=forms.RadioSelect,
        choices=[
            *((kind, f"{words.ROMAN[kind]} · {text}") for kind, text in words.SKIN_TYPES.items()),
            (NOT_KNOWN, "Not known"),
        ],
        error_messages={"required": "Choose a skin type, or “Not known”."},
    )
    conditions = forms.MultipleChoiceField(
        label="Conditions",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=list(words.CONDITIONS.items()),
        help_text="Tick what applies. It changes what we watch for.",
    )
    medications = forms.MultipleChoiceField(
        label="Medicines",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=list(words.MEDICATIONS.items()),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for question in USUAL:
            self.fields[f"usual_{question.word}"] = forms.TypedChoiceField(
                label=question.title,
                required=False,
                choices=list(enumerate(STEP_WORDS)),
                coerce=int,
                empty_value=None,
                error_messages={"invalid_choice": "Choose one of the five answers."},
            )

    @property
    def usual(self) -> list[dict[str, Any]]:
        """The rows of usual levels, for `components/scale.html`."""
        fields = (self[f"usual_{question.word}"] for question in USUAL)
        return [
            {"name": f.html_name, "title": f.label, "chosen": f.value(), "error": " ".join(map(str, f.errors))}
            for f in fields
        ]

    @property
    def has_usual(self) -> bool:
        """Whether a usual level was said or is wrong: then its fold stands open."""
        return any(row["error"] or row["chosen"] not in (None, "") for row in self.usual)

    def facts(self) -> dict[str, Any]:
        """The cleaned answers as fields of Treatment."""
        said = self.cleaned_data
        levels = {question.word: said[f"usual_{question.word}"] for question in USUAL}
        return {
            "fitzpatrick": None if said["fitzpatrick"] == NOT_KNOWN else int(said["fitzpatrick"]),
            "conditions": sorted(said["conditions"]),
            "medications": sorted(said["medications"]),
            "baseline": {word: level for word, level in levels.items() if level is not None},
        }


class OwnSkinForm(SkinForm):
    """The same, asked of the patient in plain words."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        skin, conditions, medications = (self.fields[name] for name in ("fitzpatrick", "conditions", "medications"))
        skin.label, conditions.label, medications.label = (
            "Your skin in the sun",
            "Do you have, or have you had",
            "Do you take",
        )
        set_choices(skin, [*words.SKIN_TYPES.items(), (NOT_KNOWN, "I don’t know")])
        skin.error_messages["required"] = "Choose what fits best, or “I don’t know”."
        set_choices(conditions, words.CONDITIONS_IN_PLAIN_WORDS.items())
        set_choices(medications, words.MEDICATIONS_IN_PLAIN_WORDS.items())


def skin_of(treatment: Treatment) -> dict[str, Any]:
    """What is known of the skin from a treatment, as the form's initial values."""
    usual = {f"usual_{word}": level for word, level in treatment.baseline.items()}
    return {
        "fitzpatrick": treatment.fitzpatrick or NOT_KNOWN,
        "conditions": treatment.conditions,
        "medications": treatment.medications,
        **usual,
    }
