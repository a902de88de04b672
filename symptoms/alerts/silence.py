"""When the next log of a patient is due, and when going without it becomes an alert."""

from collections.abc import Iterable
from datetime import date, datetime, time
from uuid import UUID

from django.db.models import Max, OuterRef, Subquery

from accounts.models import Patient
from symptoms.models import Alert, Assessment, Entry, Treatment
from symptoms.models.values import patient_values, treatment_values
from symptoms.recovery.ceilings import Ceilings
from symptoms.recovery.course import LAST_DAY, entry_from_answers
from symptoms.recovery.prompting import SILENT_AT, is_worse_on, next_log, silent_on
from symptoms.recovery.vocabulary import Urgency

ABOUT_THE_SKIN = (Alert.Kind.CONCERN, Alert.Kind.UNJUDGED)
CALM_AFTER = 2  # logs on track


def next_log_of(
    patient: Patient,
    treatment: Treatment,
    entry: Entry | None,
    urgency: int | None,
    open_alerts: Iterable[Alert],
    reached_at: datetime | None = None,
) -> tuple[date | None, datetime | None]:
    """The date on which the next log is due, and the moment at which silence becomes an alert; each may be None.

    `entry`, `urgency`: of the newest log (None: none, or not judged); `open_alerts`: what is open, also
    of somebody alone; `reached_at`: when an alert about their silence was closed last, if one was.
    """
    alerts = list(open_alerts)
    worst = _worst(alerts, urgency)
    after = _last_sign_of_life(patient, treatment, entry, reached_at)
    due = _due_after(after, patient, treatment, entry, urgency, alerts)
    if due is None:
        return None, None
    silent = silent_on(due, worst)
    can_be_quiet = patient.practice_id is not None and patient.user_id is not None and entry is not None
    if silent is None or not can_be_quiet or _is_known_quiet(alerts, entry):
        return treatment.date_of(due), None
    return treatment.date_of(due), datetime.combine(treatment.date_of(silent), time(SILENT_AT), patient.zone)


def is_asked_on(
    on: date,
    patient: Patient,
    treatment: Treatment,
    entry: Entry | None,
    urgency: int | None,
    open_alerts: Iterable[Alert],
    reached_at: datetime | None = None,
) -> bool:
    """Whether a log is asked for on that date, and neither it nor anything that stands for it has come.

    Unlike `next_log_of` it knows no debt: a day that was left out is asked for no more once it has passed. The other
    arguments are those of `next_log_of`.
    """
    day = treatment.day_of(on)
    if day <= _last_sign_of_life(patient, treatment, entry, reached_at) or day > LAST_DAY:
        return False
    return _due_after(day - 1, patient, treatment, entry, urgency, list(open_alerts)) == day


def is_worse_after(treatment: Treatment, entry: Entry, day: int) -> bool:
    """Whether the last log held more than is ordinary, so that another is asked for in the morning of `day`."""
    if not is_worse_on(day - entry.day):
        return False
    said = entry_from_answers(entry.day, entry.answers)
    ceilings = Ceilings(patient_values(treatment), treatment_values(treatment))
    return any(
        level > ceilings.most_expected(symptom, entry.day, said.exposures) for symptom, level in said.symptoms.items()
    )


def reached_last(treatment: Treatment) -> datetime | None:
    """When an alert about the silence of a session's patient was closed last."""
    quiet = Alert.objects.filter(treatment=treatment, kind=Alert.Kind.QUIET)
    last: datetime | None = quiet.aggregate(at=Max("resolved_at"))["at"]
    return last


def _due_after(
    after: int, patient: Patient, treatment: Treatment, entry: Entry | None, urgency: int | None, alerts: list[Alert]
) -> int | None:
    """The next day after day `after` on which a log is asked for."""
    about_skin = _about_skin(alerts)
    # Each by itself: something urgent of weeks ago, still open, must not hide that the last log is to be watched.
    levels = {Urgency(urgency or 0), *(Urgency(alert.urgency) for alert in about_skin)}
    asked = [
        next_log(
            patient_values(treatment),
            treatment_values(treatment),
            after=after,
            worst=level,
            since=_since(patient, treatment, entry, urgency or 0, about_skin, level),
            is_open=bool(about_skin),
            is_calm=level == Urgency.CONTACT and urgency == Urgency.ON_TRACK and _is_calm(treatment.pk),
        )
        for level in levels
    ]
    due = min((day for day in asked if day is not None), default=None)
    tomorrow = after + 1
    if due == tomorrow or tomorrow > LAST_DAY or entry is None or not urgency:
        return due
    return tomorrow if is_worse_after(treatment, entry, tomorrow) else due


def _about_skin(alerts: list[Alert]) -> list[Alert]:
    return [alert for alert in alerts if alert.kind in ABOUT_THE_SKIN]


def _worst(alerts: list[Alert], urgency: int | None) -> Urgency:
    return Urgency(max([alert.urgency for alert in _about_skin(alerts)] + [urgency or 0]))


def _last_sign_of_life(patient: Patient, treatment: Treatment, entry: Entry | None, reached_at: datetime | None) -> int:
    """The last day that needs no log any more: logged, passed as the last one came, or dealt with since.

    Who logged yesterday's day this morning may still log today's. Whoever was quiet, and was reached, begins anew.
    """
    if entry is None:
        return max(-1, treatment.day_of(patient.today(treatment.recorded_at)) - 1)
    days = [entry.day, treatment.day_of(patient.today(entry.received_at)) - 1]
    if reached_at is not None:
        days.append(treatment.day_of(patient.today(reached_at)))
    return max(days)


def _since(
    patient: Patient, treatment: Treatment, entry: Entry | None, urgency: int, alerts: list[Alert], worst: Urgency
) -> int:
    """The day of the session on which `worst` was raised last."""
    days = [treatment.day_of(patient.today(alert.worsened_at)) for alert in alerts if alert.urgency == worst]
    if entry is not None and urgency == worst:
        days.append(entry.day)
    return max(days, default=0)


def _is_calm(treatment_id: UUID) -> bool:
    judged = Assessment.objects.filter(entry=OuterRef("pk"), is_current=True).values("urgency")[:1]
    logs = Entry.objects.current().filter(treatment=treatment_id).order_by("-day")
    newest = logs.values_list(Subquery(judged), flat=True)[:CALM_AFTER]
    return list(newest) == [Urgency.ON_TRACK] * CALM_AFTER


def _is_known_quiet(alerts: list[Alert], entry: Entry | None) -> bool:
    """Whether an alert says so already, and no log has come since."""
    return any(
        alert.kind == Alert.Kind.QUIET and (entry is None or entry.received_at < alert.worsened_at) for alert in alerts
    )
