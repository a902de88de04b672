"""Answers, alerts and times in templates, in the words of `symptoms.wording`."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django import template
from django.utils.formats import date_format
from django.utils.translation import gettext

from accounts.members import user_name
from accounts.models import Consent
from symptoms.models import Alert, Treatment
from symptoms.recovery.texts import COMMON
from symptoms.recovery.vocabulary import Device
from symptoms.wording.answers import answers_in_words
from symptoms.wording.evidence import evidence
from symptoms.wording.patient import at_most
from symptoms.wording.phrases import step, title
from symptoms.wording.practitioner import DEVICE_REPORTS, flag_title, kept_open_in_words, left_in_words
from symptoms.wording.times import at, clock, full, lasted, on_both_clocks, span
from symptoms.wording.treatment import described

register = template.Library()
register.filter("question_title", title)  # Django has a `title` of its own
for in_words in (answers_in_words, at_most, evidence, flag_title, full, lasted, left_in_words, span, step, user_name):
    register.filter(in_words)
register.simple_tag(on_both_clocks)


@register.simple_tag
def honest_line(name: str) -> str:
    """A line of `[common]` in recovery/patient_texts.toml that every page says in the same words: "not_reviewed"."""
    return gettext(COMMON[name])


@register.simple_tag(takes_context=True)
def kept_open(context: template.Context, alert: Alert) -> str:
    """Why an alert was left open, on the clock of the page's practice; empty where it was not."""
    zone, now = context["practice"].zone, context["now"]
    label = str(alert.get_outcome_display())
    return kept_open_in_words(alert.kept_open, label, alert.kept_open_at, alert.comes_back_at, zone=zone, now=now)


@register.simple_tag(takes_context=True)
def on_clock(context: template.Context, moment: datetime) -> str:
    """A moment on the clock of the page's practice: "09:12" of today, else with its day."""
    return clock(moment, context["practice"].zone, context["now"])


@register.simple_tag(takes_context=True)
def device_reports(context: template.Context, treatment: Treatment) -> list[tuple[str, str]]:
    """Where harm by the device is reported, (name, address): after radiofrequency, that of the practice's country.

    All that are known where it has none of its own.
    """
    if treatment.device != Device.RF:
        return []
    report = DEVICE_REPORTS.get(context["practice"].country)
    return [report] if report else list(DEVICE_REPORTS.values())


@register.filter
def moment(text: str, zone: ZoneInfo) -> str:
    """A moment of a document, which stands there in ISO 8601, on the clock of `zone`."""
    return date_format(datetime.fromisoformat(text).astimezone(zone), "DATETIME_FORMAT")


@register.filter
def purpose(word: str) -> str:
    """What somebody agreed to: "My photos"."""
    return str(Consent.Purpose(word).label)


@register.filter
def in_a_line(treatment: Treatment) -> str:
    """What was done: "Pen, 1.5 mm, whole face"."""
    return described(treatment.device, treatment.needle_depth_mm, treatment.areas, treatment.areas_other)


@register.simple_tag(takes_context=True)
def when(context: template.Context, moment: datetime) -> str:
    """A moment on the patient's clock, seen from the page's `now`: "today at 09:12"."""
    patient = context["request"].patient
    return at(moment, patient.zone, patient.today(context["now"]))
