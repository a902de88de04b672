"""The open alerts of a patient, each with its facts, who was told, who read it and who has it."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from uuid import UUID

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.members import user_name
from accounts.models import Patient, User
from symptoms.alerts.patient_answers import OpenConcern, with_answer, with_last_answer
from symptoms.alerts.read_receipts import with_first_reading
from symptoms.forms.handling import ResolveForm
from symptoms.journal.course_days import DayRead
from symptoms.journal.visibility import Visibility
from symptoms.models import Alert, Assessment, Delivery, Entry, Treatment
from symptoms.recovery.texts import PractitionerTexts
from symptoms.recovery.vocabulary import Concern, Urgency
from symptoms.views.clinic.told import StepTold, deliveries_of, messages_about, steps_told, told_about
from symptoms.wording.evidence import Evidence, Flag, evidence, in_a_line
from symptoms.wording.practitioner import alert_title, left_in_words, think_of
from symptoms.wording.seen import FOR_THE_PRACTICE

MOST_CLOSED = 12  # with one tap
UNDONE_WITHIN = timedelta(days=1)  # where something else is open meanwhile


@dataclass
class OpenAlert:
    """One open alert as the page shows it.

    `assessment` is the judgement that opened or raised it, where it is known, and `flag` its part about this concern.
    """

    alert: Alert
    patient: Patient
    assessment: Assessment | None
    flag: Flag | None
    deliveries: list[Delivery]
    first_of_entry: bool  # who was told and who read it is said once for an entry
    seen: OpenConcern | None = None  # what the patient answered to "Were you seen?", as far as the reader may know
    newest: DayRead | None = None  # the newest day of the session that the page shows
    form: ResolveForm | None = None

    @cached_property
    def title(self) -> str:
        return alert_title(self.alert.kind, self.alert.concern, self.assessment.flags if self.assessment else None)

    @property
    def first_reader(self) -> str:
        """Who read it first, in words; empty where nobody did."""
        return (self.alert.first_reader or user_name(None)) if self.alert.first_read_at else ""

    @property
    def left(self) -> str:
        """What was open when the patient left, where the alert is about that."""
        return left_in_words(self.alert.told or "") if self.alert.kind == Alert.Kind.LEFT else ""

    @property
    def seen_in_words(self) -> str:
        """ "Told to wait": what the patient answered, as the practice reads it; empty where they have not."""
        return capfirst(str(FOR_THE_PRACTICE[self.seen.answer])) if self.seen and self.seen.answer else ""

    @property
    def questioned(self) -> str:
        """What the patient says is wrong with what was recorded, in their words."""
        return self.alert.questioned if self.alert.kind == Alert.Kind.DETAILS else ""

    @property
    def quiet(self) -> str:
        """Since when there was no log, where the alert is about that."""
        return quiet_in_words(self.alert) if self.alert.kind == Alert.Kind.QUIET else ""

    @property
    def is_compared_now(self) -> bool:
        """Whether an entry that could not be judged is by now, or newer answers of its day are."""
        entry, newest = self.alert.raised_by, self.newest
        return entry.is_judged or bool(newest and newest.day == entry.day and newest.assessment)

    @property
    def recorded(self) -> str:
        """Which day it is about, where that was recorded late or no fact names it."""
        entry = self.alert.entry
        if self.left or self.quiet or entry is None:
            return ""
        late = _days_late(entry, self.alert.treatment, self.patient)
        if late > 0:
            pattern = ngettext(
                "Day {day} was recorded {count} day later", "Day {day} was recorded {count} days later", late
            )
            return pattern.format(day=entry.day, count=late)
        return "" if self.facts else _("From day {day}").format(day=entry.day)

    @cached_property
    def latest(self) -> list[Evidence]:
        """The facts that the newest entry adds to the same concern, where an earlier one raised it."""
        newest, alert = self.newest, self.alert
        if newest is None or newest.entry is None or newest.assessment is None:
            return []
        if alert.entry_id == newest.entry.id or alert.treatment_id != newest.entry.treatment_id:
            return []
        facts = [evidence(flag) for flag in newest.assessment.flags if flag["concern"] == alert.concern]
        return facts[-1] if facts else []

    @property
    def patient_reads(self) -> str:
        """The urgency that the patient reads, where the alert stands on the newest entry and they are still here."""
        newest = self.newest
        is_newest = newest is not None and newest.entry is not None and newest.entry.id == self.alert.entry_id
        return newest.urgency if newest and is_newest and not self.left else ""

    @cached_property
    def facts(self) -> list[Evidence]:
        return evidence(self.flag) if self.flag else []

    @property
    def line(self) -> str:
        """The facts in a line, for an alert that is folded under its title."""
        return self.left or self.questioned or self.quiet or (in_a_line(self.flag) if self.flag else "")

    @property
    def stands_open(self) -> bool:
        """Whether an alert that is not the first is unfolded: it asks for more than its line says."""
        asks = self.alert.kind == Alert.Kind.UNJUDGED or self.alert.answers_changed_at is not None
        return asks or self.form_came_back

    @property
    def form_came_back(self) -> bool:
        """Whether its form has a mistake, or something that its writer has to confirm."""
        return self.form is not None and bool(self.form.errors or self.form.news)

    @cached_property
    def think(self) -> PractitionerTexts | None:
        return think_of(self.flag) if self.flag else None

    @property
    def not_measured(self) -> bool:
        """Whether the temperature would tell more: an infection without one."""
        infection = self.alert.concern in (Concern.INFECTION, Concern.LATE_INFECTION)
        entry = self.alert.entry
        return infection and entry is not None and entry.answers.get("temperature_c") is None

    @property
    def steps_told(self) -> list[StepTold]:
        """Who was told, step by step."""
        return steps_told(self.alert, self.deliveries)

    @property
    def reached_not_everybody(self) -> bool:
        """Whether a message could not be brought to somebody."""
        return any(delivery.undelivered_at is not None for delivery in self.deliveries)

    @property
    def reaches_nobody(self) -> bool:
        """Whether no message reached or is to reach anybody."""
        return all(delivery.undelivered_at is not None for delivery in self.deliveries)


def quiet_in_words(alert: Alert) -> str:
    """ "no log since day 3"; of who has logged again since, that they have."""
    pattern = _("no log since day {day}") if alert.cleared_at is None else _("had not logged since day {day}, now has")
    return pattern.format(day=alert.raised_by.day)


def recorded_later(entry: Entry, treatment: Treatment, patient: Patient) -> str:
    """ "recorded 2 days later"; empty where the entry was recorded on the day that it is about."""
    late = _days_late(entry, treatment, patient)
    if late <= 0:
        return ""
    return ngettext("recorded {count} day later", "recorded {count} days later", late).format(count=late)


def _days_late(entry: Entry, treatment: Treatment, patient: Patient) -> int:
    """How many days after the one that it is about an entry was recorded."""
    return treatment.day_of(patient.today(entry.received_at)) - entry.day


def open_alerts_of(patient: Patient, visibilities: Iterable[Visibility], by: User) -> list[OpenAlert]:
    """The open alerts of these treatments on the desk of `by`, most urgent, then longest waiting: three statements."""
    by_treatment = {visibility.treatment.pk: visibility for visibility in visibilities}
    opened = (
        with_first_reading(with_last_answer(Alert.objects.open()), patient.pk)
        .managed_by(by)
        .with_holder()
        .with_what_was_told()
        .filter(treatment__in=list(by_treatment))
        .select_related("entry", "acknowledged_by")
    )
    # Put in order here: for ORDER BY Django compares each column that is read, at a millisecond a statement.
    alerts = sorted(opened, key=lambda alert: (-alert.urgency, alert.worsened_at, alert.concern))
    if not alerts:
        return []
    for alert in alerts:
        alert.treatment = by_treatment[alert.treatment_id].treatment
        if alert.entry is not None:
            by_treatment[alert.treatment_id].shown(alert.entry)
    messages, assessments = messages_about(alerts), _assessments(alerts, by_treatment)
    for alert in alerts:
        if alert.entry is not None and by_treatment[alert.treatment_id].until is not None:  # perhaps judged since
            alert.entry.is_judged = bool(assessments[alert.entry_id])
    open_alerts: list[OpenAlert] = []
    for alert in alerts:
        assessment, flag = _behind(alert, assessments[alert.entry_id])
        about = told_about(alert)
        first = all(told_about(other.alert) != about for other in open_alerts)
        told, seen = deliveries_of(alert, messages, alerts), _answer_to(alert, by_treatment)
        open_alerts.append(OpenAlert(alert, patient, assessment, flag, told, first, seen))
    return open_alerts


def _answer_to(alert: Alert, by_treatment: dict[UUID, Visibility]) -> OpenConcern | None:
    """What the patient answered since it last rose; to a practice that was left, what they did until then."""
    until, at = by_treatment[alert.treatment_id].until, alert.answered_at
    return None if until and at and at > until else with_answer(alert, alert.answer, at)


def closed_last(
    visibilities: Iterable[Visibility], by: User, still_open: list[OpenAlert], now: datetime
) -> list[Alert]:
    """What was closed last of these treatments with one tap, the most urgent first: one statement.

    Each is called by its `title`. Beside what is `still_open`, only what was closed within a day and not raised again.
    """
    by_treatment = {visibility.treatment.pk: visibility.treatment for visibility in visibilities}
    closed = Alert.objects.managed_by(by).filter(treatment__in=list(by_treatment)).exclude(resolved_at=None)
    if still_open:
        closed = closed.filter(resolved_at__gte=now - UNDONE_WITHIN)
    for alert in (open_alert.alert for open_alert in still_open):
        closed = closed.exclude(treatment=alert.treatment_id, kind=alert.kind, concern=alert.concern)
    closed = closed.with_flags().select_related("resolved_by").order_by("-resolved_at", "-urgency", "concern")
    alerts = list(closed[:MOST_CLOSED])
    for alert in alerts:
        alert.title = alert_title(alert.kind, alert.concern, alert.flags)
    return [alert for alert in alerts if alert.resolved_at == alerts[0].resolved_at]


def _assessments(alerts: list[Alert], by_treatment: dict[UUID, Visibility]) -> dict[UUID | None, list[Assessment]]:
    """What was made of each alert's entry, the newest first, as far as the reader may know, by the entry's id."""
    by_entry: dict[UUID | None, list[Assessment]] = defaultdict(list)
    untils = {alert.entry_id: by_treatment[alert.treatment_id].until for alert in alerts}
    for assessment in Assessment.objects.filter(entry__in=set(untils)).order_by("-id"):
        until = untils[assessment.entry_id]
        if until is None or assessment.made_at <= until:
            by_entry[assessment.entry_id].append(assessment)
    return by_entry


def _behind(alert: Alert, assessments: list[Assessment]) -> tuple[Assessment | None, Flag | None]:
    """The judgement that gave the alert its urgency, the newest if several did; a later one may say less."""
    pairs = [
        (assessment, flag)
        for assessment in assessments
        for flag in assessment.flags
        if flag["concern"] == alert.concern
    ]
    peak = [(assessment, flag) for assessment, flag in pairs if Urgency.of(flag["urgency"]) == alert.urgency]
    return (peak or pairs)[0] if pairs else (None, None)
