"""The skin before a treatment: type, conditions, medicines, what was there already."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from accounts.fields import set_choices
from symptoms.forms.fields import level_field, translated
from symptoms.models import Screening, Treatment
from symptoms.recovery.groups import BASELINE_COUNTS, IMPLIED_BASELINE
from symptoms.recovery.questions import QUESTIONS
from symptoms.recovery.screening import Answers, recorded_words
from symptoms.recovery.skin_type import type_after
from symptoms.recovery.vocabulary import Condition, Medication, Symptom
from symptoms.wording import treatment as words
from symptoms.wording.screening import CARE_ONLY

NOT_KNOWN = "unknown"
SKIN = ("fitzpatrick", "conditions", "medications")
USUAL = {f"usual_{q.word}": q for q in QUESTIONS if q.kind == "symptom" and q.word in BASELINE_COUNTS}
SKIN_ANSWERS = ("skin_colour", "skin_burning")
# The conditions that imply a usual level, as log.js reads them.
IMPLYING = {
    symptom: " ".join(condition for condition, implied in IMPLIED_BASELINE.items() if symptom in implied)
    for symptom in Symptom
}
IN_PLAIN_WORDS = (
    (_("Do you have, or have you had"), words.CONDITIONS_IN_PLAIN_WORDS.items()),
    (_("Do you take"), words.MEDICATIONS_IN_PLAIN_WORDS.items()),
)


def usual_level_row(field: BoundField) -> dict[str, Any]:
    """A field of a usual level as `components/scale.html` takes it."""
    question, error = translated(USUAL[field.name]), " ".join(map(str, field.errors))
    return {
        "name": field.name, "word": question.word, "title": question.title, "chosen": field.value(), "error": error,
        "steps": question.steps, "opens_if": IMPLYING[Symptom(question.word)],
    }  # fmt: skip


class SkinForm(forms.Form):
    """What a practitioner knows of the skin; `facts()` gives it in the fields of Treatment."""

    fitzpatrick = forms.TypedChoiceField(
        label=_("Skin type"),
        widget=forms.RadioSelect,
        choices=[
            *(
                (kind, format_lazy(_("{number} · {skin}"), number=words.ROMAN[kind], skin=skin))
                for kind, skin in words.SKIN_TYPES.items()
            ),
            (NOT_KNOWN, _("Not known")),
        ],
        coerce=lambda kind: None if kind == NOT_KNOWN else int(kind),
        error_messages={"required": _("Choose a skin type, or “Not known”.")},
    )
    conditions = forms.MultipleChoiceField(
        label=_("Conditions"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=list(words.CONDITIONS.items()),
        help_text=_("Tick what applies. This changes what we watch for."),
    )
    medications = forms.MultipleChoiceField(
        label=_("Medicines"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=list(words.MEDICATIONS.items()),
        help_text=_("Tick what applies. This changes what we watch for."),
    )

    known_conditions: Iterable[str] = ()  # that were recorded before, and are not asked again
    care_only = CARE_ONLY  # of which it is said beside them; what is said above counts for all others

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, question in USUAL.items():
            self.fields[name] = level_field(question)
            self.fields[name].widget.attrs["id"] = name  # of its scale, to which a mistake leads

    def clean(self) -> dict[str, Any]:
        """The usual level that a ticked condition implies must be answered; none is an answer."""
        super().clean()
        for name in self._implied(self.cleaned_data.get("conditions", ())):
            if self.cleaned_data.get(name) is None and name not in self.errors:
                self.add_error(name, _("Answer this as well. “None” is an answer."))
        return self.cleaned_data

    def _implied(self, conditions: Iterable[str]) -> list[str]:
        """The fields of the usual levels that these conditions, and those known before, ask for."""
        ticked = {*conditions, *self.known_conditions}
        words = {symptom for condition in ticked for symptom in IMPLIED_BASELINE.get(Condition(condition), ())}
        return [name for name, question in USUAL.items() if question.word in words and name in self.fields]

    @property
    def usual_asked(self) -> list[dict[str, Any]]:
        """The rows of usual levels that stand in the open, for `components/scale.html`."""
        conditions = self["conditions"].value() or () if "conditions" in self.fields else ()
        known = [word for word in conditions if word in {*Condition}]
        return [usual_level_row(self[name]) for name in self._implied(known)]

    @property
    def usual(self) -> list[dict[str, Any]]:
        """All other rows, which stand in a fold."""
        asked = {row["name"] for row in self.usual_asked}
        return [usual_level_row(self[name]) for name in USUAL if name in self.fields and name not in asked]

    @property
    def has_usual(self) -> bool:
        """Whether a usual level in the fold was said or is wrong: then it stands open."""
        return any(row["error"] or row["chosen"] not in (None, "") for row in self.usual)

    def facts(self) -> dict[str, Any]:
        """The cleaned answers as fields of Treatment; what was not asked is left out."""
        cleaned = self.cleaned_data
        facts = {name: cleaned[name] for name in SKIN if name in cleaned}
        facts |= {name: sorted(ticked) for name, ticked in facts.items() if isinstance(ticked, list)}
        levels = {question.word: cleaned[name] for name, question in USUAL.items() if name in cleaned}
        if levels:
            facts["baseline"] = {word: level for word, level in levels.items() if level is not None}
        return facts


class SkinTypeForm(forms.Form):
    """The two questions from which the patient's skin type follows; "not sure" is an answer.

    They must be answered, except where a type is known already.
    """

    skin_colour = forms.TypedChoiceField(
        label=_("What colour is your skin where the sun does not reach?"),
        widget=forms.RadioSelect,
        choices=list(words.SKIN_COLOURS.items()),
        coerce=int,
        empty_value=None,
        error_messages={"required": _("Choose what fits best, or “not sure”.")},
    )
    skin_burning = forms.TypedChoiceField(
        label=_("What does your skin do in strong midday sun, with no cream?"),
        widget=forms.RadioSelect,
        choices=list(words.SKIN_BURNING.items()),
        coerce=int,
        empty_value=None,
        error_messages={"required": _("Choose what fits best, or “not sure”.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in SKIN_ANSWERS:
            self.fields[name].required = "fitzpatrick" not in self.initial

    def skin(self) -> dict[str, Any]:
        """Both answers and the type that counts, as fields of Treatment; empty where they were not asked.

        A type that a practitioner set stands until both are answered anew (`type_after`).
        """
        if not all(name in self.cleaned_data for name in SKIN_ANSWERS):
            return {}
        colour, burning = (self.cleaned_data[name] for name in SKIN_ANSWERS)
        return {"skin_colour": colour, "skin_burning": burning, "fitzpatrick": _type(self.initial, colour, burning)}


def _type(known: Mapping[str, Any], colour: int | None, burning: int | None) -> int | None:
    """The type that counts after these answers; `known` are a form's initial values."""
    kind = known.get("fitzpatrick")
    before = known.get("skin_colour"), known.get("skin_burning")
    return type_after(None if kind == NOT_KNOWN else kind, before, (colour, burning))


class OwnSkinForm(SkinTypeForm, SkinForm):
    """The same, asked of the patient in plain words."""

    fitzpatrick = None  # type: ignore[assignment]  # Django: no such field; it follows from the two answers

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, (label, choices) in zip(("conditions", "medications"), IN_PLAIN_WORDS, strict=True):
            self.fields[name].label = label
            set_choices(self.fields[name], choices)

    def facts(self) -> dict[str, Any]:
        return {**SkinForm.facts(self), **self.skin()}


def skin_of(treatment: Treatment) -> dict[str, Any]:
    """What is known of the skin from a treatment, as the form's initial values."""
    usual = {f"usual_{word}": level for word, level in treatment.baseline.items()}
    skin = {name: getattr(treatment, name) for name in (*SKIN, *SKIN_ANSWERS)}
    return {**skin, "fitzpatrick": treatment.fitzpatrick or NOT_KNOWN, **usual}


def known_skin(last: Treatment | None, screening: Screening | None) -> dict[str, Any]:
    """What a form about a new treatment starts with: the skin of the `last` one, and what was answered since."""
    known = skin_of(last) if last else {}
    if (
        screening is None
        or screening.changed_at is None
        or (last is not None and last.recorded_at > screening.changed_at)
    ):
        return known
    return {**known, **_skin_answered(screening.answers, known)}


def _skin_answered(answers: Answers, known: dict[str, Any]) -> dict[str, Any]:
    """What the answers put in the place of what was `known`; what they do not tell stays as it is."""
    present, absent = recorded_words(answers)
    facts: dict[str, Any] = {
        name: sorted(({*known.get(name, ())} - absent) | present & {*map(str, words)})
        for name, words in (("conditions", Condition), ("medications", Medication))
    }
    facts |= {f"usual_{word}": level for word, level in answers.usual.items()}
    if answers.skin_colour is None and answers.skin_burning is None:
        return facts
    colour, burning = (
        known.get(name) if answer is None else answer
        for name, answer in zip(SKIN_ANSWERS, (answers.skin_colour, answers.skin_burning), strict=True)
    )
    kind = _type(known, colour, burning) or NOT_KNOWN
    return {**facts, "skin_colour": colour, "skin_burning": burning, "fitzpatrick": kind}
