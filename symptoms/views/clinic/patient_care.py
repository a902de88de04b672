"""What a patient reads of care, for the practitioner: what is allowed from when on, and why it is another for some."""

from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from symptoms.alerts.patient_status import current_until
from symptoms.journal.course_days import DayRead
from symptoms.models import Treatment
from symptoms.models.values import patient_values, treatment_values
from symptoms.recovery.care import Advice, Allowed, care, when_can_i
from symptoms.recovery.vocabulary import Urgency
from symptoms.wording.care import in_words, reasons
from symptoms.wording.times import short


def care_of(treatment: Treatment, today: date, *, open_concern: bool, is_on_track: bool) -> dict[str, Any]:
    """The rows of the page about care on the patient's `today`: `allowed`, and `advice` that is not for all.

    `open_concern`: something of `contact` or above is not dealt with; `is_on_track`: the last log was.
    """
    values = treatment_values(treatment), patient_values(treatment)
    day = max(0, treatment.day_of(today))
    allowed = when_can_i(*values, open_concern=open_concern, is_on_track=is_on_track)
    advice = care(day, *values, open_concern=open_concern)
    return {
        "allowed": [_allowed(row, treatment, today) for row in allowed],
        "own_advice": [_advice(row) for row in advice if row.because],
    }


def is_on_track(newest: DayRead, today: date) -> bool:
    """Whether the newest log of a session was on track, and none newer was asked for before the patient's `today`."""
    if newest.entry is None or newest.urgency != Urgency.ON_TRACK.slug:
        return False
    until = current_until(newest.entry.treatment, newest.entry)
    return until is None or until >= today


def _allowed(row: Allowed, treatment: Treatment, today: date) -> dict[str, str]:
    if row.day is None:
        when = _("Is told to ask first.")
    else:
        on = treatment.date_of(row.day)
        pattern = _("Since day {day}, {date}.") if on <= today else _("From day {day}, {date}.")
        when = pattern.format(day=row.day, date=short(on, today))
    return {"what": _(row.title), "when": when, "text": _read(row.texts), "why": reasons(row.because)}


def _advice(row: Advice) -> dict[str, str]:
    return {"what": _(row.topic), "when": "", "text": _read(row.texts), "why": reasons(row.because)}


def _read(texts: tuple[str, ...]) -> str:
    words = in_words(texts, has_clinic=True)
    return _("“{text}”").format(text=words) if words else ""
