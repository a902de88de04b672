"""On which days somebody is asked to log: every day of the first week, then less and less often, to half a year.

Between day 28 and day 60 a keloid was missed, so whoever gets them is asked in between, and for a year. All of it [D].
"""

from symptoms.recovery.ceilings import is_deep_scar
from symptoms.recovery.course import LAST_DAY, Patient, Treatment
from symptoms.recovery.groups import AT_RISK
from symptoms.recovery.vocabulary import Condition, Device, Medication, Setting, Urgency

EVERYBODY = frozenset({*range(8), 9, 11, 14, 21, 28, 60, 90, 180})
KELOID = frozenset({35, 42, 75, 120, 270, 365})
LATE_RISK = frozenset({42, 120})
DAILY_AFTER_URGENT = 7  # days [D]
# How many mornings after the day on which a log was due silence becomes an alert, and at what hour there: somebody who
# forgets is asked once more on the first of them. [D]
SILENT_AFTER = {Urgency.CONTACT: 2, Urgency.URGENT: 1, Urgency.EMERGENCY: 1}
SILENT_AT = 10  # o'clock
SKIPPED_AFTER = 2  # days without a log that was due, until the practice finds somebody in its list [D]
PROMPT_AFTER_HOURS = 4  # after an urgent verdict, until somebody is asked whether they were seen [D]
# A log that was due in the first week and did not come is asked for once more the next morning; one in which something
# was above its ceiling, on the next two mornings. [D]
ONCE_MORE = range(8)
WORSE_MORNINGS = 2


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


def next_log(
    patient: Patient,
    treatment: Treatment,
    *,
    after: int,
    worst: Urgency = Urgency.ON_TRACK,
    since: int = 0,
    is_open: bool = False,
    is_calm: bool = False,
) -> int | None:
    """The next day after day `after` on which a log is due; None after the last.

    Besides the ordinary days, somebody is asked daily by `worst`, the most urgent that is open or was said last, of
    day `since`. `is_open`: nobody has closed it; `is_calm`: the two newest logs were on track.
    """
    asked = next_prompt(patient, treatment, after=after)
    tomorrow = after + 1
    if tomorrow <= LAST_DAY and _is_asked_daily(worst, tomorrow - since, is_open=is_open, is_calm=is_calm):
        return tomorrow
    return asked


def _is_asked_daily(worst: Urgency, days_since: int, *, is_open: bool, is_calm: bool) -> bool:
    if worst >= Urgency.URGENT:
        return days_since <= DAILY_AFTER_URGENT
    if worst == Urgency.CONTACT:
        return is_open and not is_calm
    return worst == Urgency.WATCH and days_since == 1


def is_worse_on(days_since: int) -> bool:
    """Whether somebody whose last log, so many days ago, held more than is ordinary is asked for the next one."""
    return 1 <= days_since <= WORSE_MORNINGS


def silent_on(due: int, worst: Urgency) -> int | None:
    """The day on whose morning (`SILENT_AT`) silence becomes an alert, where a log was due on day `due`.

    None where it never does: skipping is no reason to be alarmed while all was well.
    """
    return due + SILENT_AFTER[worst] if worst in SILENT_AFTER else None


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
