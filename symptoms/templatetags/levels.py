"""Words for urgencies and severities in templates, so that no template repeats what `symptoms.wording` says."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from django import template
from django.template.loader import render_to_string
from django.utils.translation import get_language

from symptoms.recovery.swatches.skin import Tone, tone_of
from symptoms.recovery.vocabulary import Symptom, Urgency
from symptoms.wording import patient, practitioner, swatches
from symptoms.wording.phrases import SEVERITIES

register = template.Library()


@register.filter
def for_patient(urgency: str, has_clinic: bool = True) -> str:
    """The patient's word for an urgency's slug, or for "unjudged"; with no clinic a doctor takes its place."""
    return patient.urgency_word(_of(urgency), has_clinic=bool(has_clinic))


@register.simple_tag(takes_context=True)
def day_word(context: template.Context, urgency: str) -> str:
    """The word of a patient's day among others, while something is open or not (`standing`)."""
    return patient.day_word(urgency, has_clinic=context["has_clinic"], is_open=bool(context.get("standing")))


@register.filter
def for_practice(urgency: str | int) -> str:
    """The practitioner's word for an urgency, its slug, or "unjudged"."""
    return practitioner.urgency_word(_of(urgency))


@register.simple_tag
def severities() -> list[tuple[str, Any]]:
    """The five steps of every symptom's scale, mildest first: ("0", "None") to ("4", "Very severe")."""
    return SEVERITIES


@register.simple_tag
def meanings(steps: Sequence[str] = ()) -> list[tuple[str, Any, str]]:
    """The five steps, mildest first, each with what it means ("" where nothing is said): ("1", "Mild", "Dots")."""
    return [(*severity, step) for severity, step in zip(SEVERITIES, steps or [""] * len(SEVERITIES), strict=True)]


@register.simple_tag
def drawn(symptom: str, fitzpatrick: int | None) -> str:
    """The drawings of a symptom's levels, on skin like the patient's first; empty where nothing can be seen."""
    return _drawn(Symptom(symptom), tone_of(fitzpatrick), get_language())


@cache  # the same for everybody, and half of the work that a log would be
def _drawn(symptom: Symptom, own: Tone | None, language: str | None) -> str:
    drawings = swatches.drawings(symptom, own)
    return render_to_string("patient/drawings.html", {"drawings": drawings}) if drawings else ""


def _of(urgency: str | int) -> Urgency | None:
    if isinstance(urgency, int):
        return Urgency(urgency)
    return None if urgency == "unjudged" else Urgency.of(urgency)
