"""On which days somebody is asked to log: every day of the first week, then less and less often, to half a year.

Between day 28 and day 60 a keloid was missed, so whoever gets them is asked in between, and for a year. All of it [D].
"""

from symptoms.recovery.ceilings import is_deep_scar
from symptoms.recovery.course import Patient, Treatment
from symptoms.recovery.groups import AT_RISK
from symptoms.recovery.vocabulary import Condition, Device, Medication, Setting

EVERYBODY = frozenset({*range(8), 9, 11, 14, 21, 28, 60, 90, 180})
KELOID = frozenset({35, 42, 75, 120, 270, 365})
LATE_RISK = frozenset({42, 120})


def prompt_days(patient: Patient, treatment: Treatment) -> tuple[int, ...]:
    """The days on which this patient is asked for a log after this treatment, soonest first."""
    days = EVERYBODY
    if Condition.KELOID_HISTORY in patient.conditions:
        days |= KELOID
    if is_late_risk(patient, treatment):
        days |= LATE_RISK
    return tuple(sorted(days))


def next_prompt(patient: Patient, treatment: Treatment, *, after: int) -> int | None:
    """The next day after day `after` on which a log is asked for; None after the last."""
    return next((day for day in prompt_days(patient, treatment) if day > after), None)


def is_late_risk(patient: Patient, treatment: Treatment) -> bool:
    """Whether something may still come weeks or months later."""
    return (
        treatment.device is Device.RF
        or treatment.setting is Setting.HOME
        or treatment.same_day_injection
        or treatment.has_products
        or treatment.blood_exposure
        or is_deep_scar(patient, treatment)
        or patient.belongs_to(AT_RISK)
        or Medication.ISOTRETINOIN_6M in patient.medications
        or Condition.AUTOIMMUNE in patient.conditions
    )
