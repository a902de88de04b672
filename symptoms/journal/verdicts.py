"""What is said to a patient about an entry, and whom they can call: the same on the page and from the API."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.help_numbers import UNKNOWN, HelpNumbers, numbers_for
from accounts.models import Patient
from symptoms.journal.loading import entry_values
from symptoms.models import Alert, Assessment, Entry, Treatment
from symptoms.models.values import patient_values, treatment_values
from symptoms.recovery.assessment import assess
from symptoms.recovery.course import Course
from symptoms.recovery.course import Entry as EntryValues
from symptoms.recovery.one_day import about
from symptoms.recovery.prompting import next_prompt
from symptoms.recovery.protocol import PROTOCOL
from symptoms.recovery.texts import who_of
from symptoms.recovery.vocabulary import Symptom, Urgency
from symptoms.wording.evidence import Flag
from symptoms.wording.findings import Reported
from symptoms.wording.one_day import numbers_as_data
from symptoms.wording.opening import opening_of
from symptoms.wording.patient import PhoneNumbers, Place, Verdict, title_of, verdict

NOT_CHECKED = _("A day that we could not check")
RECORDED_WRONG = _("Something wrong in what your clinic recorded")
NO_LONGER_SAID = _("Something you told us earlier")


def phone_numbers_for(patient: Patient, abroad: HelpNumbers = UNKNOWN, now: datetime | None = None) -> PhoneNumbers:
    """Whom the patient can call, and whether the clinic is open at `now` (None: this moment).

    `abroad`: of the other country that they seem to be in.
    """
    home, practice = numbers_for(patient), patient.practice
    is_abroad = bool(abroad.country)
    return PhoneNumbers(
        emergency="" if is_abroad else home.emergency,
        urgent="" if is_abroad else home.urgent,
        places=tuple(Place(row.name, row.emergency, row.urgent) for row in (abroad, home)) if is_abroad else (),
        clinic=practice.name if practice else "",
        phone=practice.phone if practice else "",
        opening=opening_of(practice, patient.zone, now or timezone.now()),
    )


def phone_facts(treatment: Treatment, numbers: PhoneNumbers, unit: str, now: datetime) -> dict[str, Any]:
    """What a phone needs to know of a treatment and its patient to judge a day by itself, and whom they can call then.

    It is plain JSON, and as private as the record. `unit` of temperatures: "c" or "f".
    """
    is_verified = numbers_for(treatment.patient).verified is not None
    return {
        "patient": about(patient_values(treatment), treatment_values(treatment)),
        "numbers": numbers_as_data(numbers, now, is_verified=is_verified),
        "unit": unit,
        "version": PROTOCOL.version,
    }


def verdict_about(entry: Entry, assessment: Assessment | None, numbers: PhoneNumbers, unit: str) -> Verdict:
    """The verdict on an entry in words, temperatures in `unit`; an entry that is not judged has none yet."""
    return verdict_as_raised(entry, assessment if entry.is_judged or not entry.is_current else None, numbers, unit)


def verdict_as_raised(entry: Entry, judged: Assessment | None, numbers: PhoneNumbers, unit: str) -> Verdict:
    """What was said of an entry by this assessment, also while it waits to be judged again."""
    answered = {*entry.answers.get("asked", Symptom), *entry.answers.get("symptoms", ())}
    return verdict(
        judged.urgency if judged else None,
        judged.flags if judged else (),
        reported=_reported(entry, Urgency(judged.urgency) if judged else None),
        compared=(symptom for symptom in Symptom if symptom in answered),
        numbers=numbers,
        version=judged.protocol_version if judged else "",
        unit=unit,
    )


def verdict_before_log(treatment: Treatment, day: int, numbers: PhoneNumbers) -> Verdict | None:
    """What the treatment alone raises on a day without a log: needles that may not have been new. None: nothing."""
    values = patient_values(treatment), treatment_values(treatment)
    unlogged = EntryValues(day, answered=frozenset())
    judged = assess(Course(*values, (unlogged,)), day=day)
    if judged.urgency < Urgency.CONTACT:
        return None
    return verdict(
        judged.urgency,
        judged.as_json()["flags"],
        reported=Reported(unlogged, who=who_of(*values)),
        compared=(),
        numbers=numbers,
        version=judged.protocol_version,
    )


def _reported(entry: Entry, urgency: Urgency | None = None) -> Reported:
    """What an entry says, and about whom: at `watch` what the one before it ticked as well, on track the next log."""
    treatment = entry.treatment
    values = patient_values(treatment), treatment_values(treatment)
    previous_entry = _entry_before(entry) if urgency is Urgency.WATCH else None
    is_on_track = urgency is Urgency.ON_TRACK
    seen_on, last_day = (_seen_on(entry), _last_day_before(entry)) if is_on_track else (entry.day, entry.day)
    return Reported(
        entry_values(entry),
        last_signs=entry_values(previous_entry).signs if previous_entry else frozenset(),
        who=who_of(*values),
        next_day=next_prompt(*values, after=max(last_day, seen_on - 1)),
        seen_on=seen_on,
        session=entry.treatment_id,
    )


def _entry_before(entry: Entry) -> Entry | None:
    earlier = entry.treatment.entries.current().filter(day__lt=entry.day)
    return earlier.order_by("-day").first()


def _last_day_before(entry: Entry) -> int:
    """The last day that was logged when an entry came: a day that was caught up on leaves later ones logged."""
    earlier = entry.treatment.entries.filter(received_at__lte=entry.received_at)
    last: int | None = earlier.aggregate(last=Max("day"))["last"]
    return max(entry.day, last or 0)


def _seen_on(entry: Entry) -> int:
    """The day on which an entry came: its own, or a later one where it was logged late."""
    treatment = entry.treatment
    return max(entry.day, treatment.day_of(treatment.patient.today(entry.received_at)))


def titles_for_patient(alerts: Iterable[Alert]) -> list[str]:
    """What open alerts are called in the verdicts that their patient has read, each title once.

    A practitioner's name for a concern ("Skin necrosis") would read as a diagnosis.
    """
    return list(dict.fromkeys(_title_for_patient(alert) for alert in alerts))


def titles_of_flags(alerts: Iterable[Alert]) -> tuple[str, ...]:
    """The same, of alerts that were read `with_flags`: without a statement."""
    return tuple(dict.fromkeys(_title(alert, alert.flags or []) for alert in alerts))


def _title_for_patient(alert: Alert) -> str:
    if not alert.concern:
        return str(RECORDED_WRONG if alert.kind == Alert.Kind.DETAILS else NOT_CHECKED)
    assessment = alert.raised_by.assessments.order_by("-is_current", "-made_at").first()
    return _title(alert, assessment.flags if assessment else [])


def _title(alert: Alert, flags: Sequence[Flag]) -> str:
    reported = _reported(alert.raised_by)
    titles = (title_of(flag, flags, reported) for flag in flags if flag["concern"] == alert.concern)
    return next(titles, str(NO_LONGER_SAID))
