"""What is said to a patient about an entry, and whom they can call: the same on the page and from the API."""

from accounts.help_numbers import numbers_for
from accounts.models import Patient
from symptoms.models import Assessment, Entry
from symptoms.recovery.vocabulary import Symptom
from symptoms.wording.patient import Lines, Verdict, verdict


def lines_for(patient: Patient) -> Lines:
    """Whom the patient can call."""
    numbers, practice = numbers_for(patient), patient.practice
    return Lines(
        emergency=numbers.emergency,
        urgent=numbers.urgent,
        clinic=practice.name if practice else "",
        phone=practice.phone if practice else "",
    )


def said_about(entry: Entry, said: Assessment | None, lines: Lines, unit: str) -> Verdict:
    """The verdict on an entry in words, temperatures in `unit`; an entry that is not judged has none yet."""
    judged = said if entry.is_judged or not entry.is_current else None
    answered = {*entry.answers.get("asked", Symptom), *entry.answers.get("symptoms", ())}
    return verdict(
        judged.urgency if judged else None,
        judged.flags if judged else (),
        day=entry.day,
        compared=[symptom for symptom in Symptom if symptom in answered],
        lines=lines,
        version=judged.protocol_version if judged else "",
        unit=unit,
    )
