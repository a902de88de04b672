"""The page to read in a file about a patient, and on the screen of whoever broke the glass."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from accounts.allergies import in_words
from accounts.help_numbers import numbers_of
from accounts.models import Patient, Practice
from symptoms.journal.export_contents import Session
from symptoms.journal.verdicts import phone_numbers_for, verdict_about
from symptoms.models import AlertEvent, Treatment
from symptoms.recovery.vocabulary import Condition, Medication
from symptoms.wording.answers import answers_in_words
from symptoms.wording.phrases import in_a_row
from symptoms.wording.practitioner import alert_title, event_in_words
from symptoms.wording.treatment import CONDITIONS, MEDICATIONS, skin_type, usual_levels


def page(
    patient: Patient, sessions: list[Session], document: Mapping[str, Any], now: datetime,
    *, clinic: Practice | None = None,
) -> str:  # fmt: skip
    """The same to read, as a page that needs nothing but its photos beside it. `clinic`: for whom, if not for
    the patient."""
    zone = clinic.zone if clinic else patient.zone
    context = page_context(patient, sessions, document, now, zone)
    return render_to_string("exported/record.html", {**context, "clinic": clinic})


def page_context(
    patient: Patient, sessions: list[Session], document: Mapping[str, Any], now: datetime, zone: ZoneInfo
) -> dict[str, Any]:
    """What `exported/record.html` takes; times are said on the clock of `zone`."""
    numbers = phone_numbers_for(patient, now=now)
    shown = []
    for session, written in zip(sessions, document["treatments"], strict=True):
        days = []
        for entry, judged in session.current():
            entry.treatment = session.treatment
            verdict = verdict_about(entry, judged, numbers, "c")
            photos = [photo for photo in written["photos"] if photo["day"] == entry.day]
            days.append((entry, verdict, answers_in_words(entry.answers), photos))
        logged = {entry.day for entry, *_more in days}
        others = [photo for photo in written["photos"] if photo["day"] not in logged]
        acts = [(event.at, event.actor, _act(event, zone)) for event in session.events]
        shown.append((session.treatment, _skin(session.treatment), written, days, others, acts))
    about_them = about_in_words(patient, document["about"]["email"])
    return {
        "patient": patient, "about": about_them, "sessions": shown, "document": document, "now": now, "zone": zone,
    }  # fmt: skip


def _act(event: AlertEvent, zone: ZoneInfo) -> str:
    """What was done about an alert, in words."""
    title = alert_title(event.alert.kind, event.alert.concern)
    return event_in_words(event.what, title, event.urgency, event.detail, zone=zone)


def about_in_words(patient: Patient, email: str) -> list[tuple[str, str]]:
    """Who the patient is, in rows of what and words."""
    lines = [
        (_("E-mail"), email),
        (_("Phone"), patient.phone),
        (_("Year of birth"), str(patient.year_of_birth or "")),
        (_("Country"), _country(patient.country)),
        (_("Time zone"), patient.time_zone),
        (_("Drug allergies"), in_words(patient.drug_allergies)),
        (_("Clinic"), str(patient.practice or "")),
        (_("The clinic’s own number"), patient.number),
    ]
    return [(what, words) for what, words in lines if words]


def _skin(treatment: Treatment) -> list[tuple[str, str]]:
    lines = [
        (_("Skin type"), skin_type(treatment.fitzpatrick)),
        (_("Skin and health"), in_a_row(str(CONDITIONS[Condition(word)]) for word in treatment.conditions)),
        (_("Medicines"), in_a_row(str(MEDICATIONS[Medication(word)]) for word in treatment.medications)),
        (_("Usual levels"), usual_levels(treatment.baseline)),
        (_("Cartridge lot"), treatment.cartridge_lot),
    ]
    return [(what, words) for what, words in lines if words]


def _country(code: str) -> str:
    name = numbers_of(code).name
    return _(name) if name else code
