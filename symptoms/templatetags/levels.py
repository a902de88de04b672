"""Words for urgencies and severities in templates, so that no template repeats what `symptoms.wording` says."""

from collections.abc import Sequence
from typing import Any

from django import template
from django.utils.translation import gettext

from symptoms.recovery.vocabulary import Urgency
from symptoms.wording import patient, practitioner
from symptoms.wording.phrases import SEVERITIES

register = template.Library()


@register.filter
def for_patient(urgency: str, has_clinic: bool = True) -> str:
    """The patient's word for an urgency's slug, or for "unjudged"; with no clinic a doctor takes its place."""
    return patient.urgency_word(_of(urgency), has_clinic=bool(has_clinic))


@register.simple_tag(takes_context=True)
def day_word(context: template.Context, urgency: str) -> str:
    """The word of a patient's day among others: none is called on track while something is open (`standing`)."""
    if urgency == Urgency.ON_TRACK.slug and context.get("standing"):
        return gettext("No new concern")
    return for_patient(urgency, context["has_clinic"])


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


def _of(urgency: str | int) -> Urgency | None:
    if isinstance(urgency, int):
        return Urgency(urgency)
    return None if urgency == "unjudged" else Urgency.of(urgency)
