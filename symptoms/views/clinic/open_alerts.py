"""The open alerts of a patient, each with its facts, who was told, who read it and who has it."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from accounts.members import user_name
from accounts.models import Patient, User
from symptoms.alerts.read_receipts import first_read
from symptoms.forms.handling import ResolveForm
from symptoms.journal.course_days import DayRead
from symptoms.journal.reach import Reach
from symptoms.models import Alert, Assessment, Delivery, Treatment
from symptoms.recovery.patient_texts import ConcernTexts
from symptoms.recovery.vocabulary import Concern, Urgency
from symptoms.wording.answers import answers_in_words
from symptoms.wording.evidence import Evidence, Flag, evidence, in_a_line
from symptoms.wording.practitioner import alert_title, left_in_words, think_of, urgency_word


@dataclass
class Matter:
    """One open alert as the page shows it; `said` is the judgement that opened or raised it, where it is known."""

    alert: Alert
    patient: Patient
    said: Assessment | None
    flag: Flag | None
    told: list[Delivery]
    read: tuple[datetime, User | None] | None
    first_of_entry: bool  # who was told and who read it is said once for an entry
    form: ResolveForm | None = None
    latest: list[Evidence] = field(default_factory=list)  # of the newest entry, where the alert is older
    answers: list[tuple[str, str]] = field(default_factory=list)

    @property
    def title(self) -> str:
        return alert_title(self.alert.kind, self.alert.concern)

    @property
    def left(self) -> str:
        """What was open when the patient left, where that is the matter."""
        return left_in_words(self.alert.left_open or "") if self.alert.kind == Alert.Kind.LEFT else ""

    @property
    def unjudged(self) -> bool:
        return self.alert.kind == Alert.Kind.UNJUDGED

    @property
    def facts(self) -> list[Evidence]:
        return evidence(self.flag) if self.flag else []

    @property
    def line(self) -> str:
        """The facts in a line, for a matter that is folded under its title."""
        return self.left or (in_a_line(self.flag) if self.flag else "")

    @property
    def stands_open(self) -> bool:
        """Whether a matter that is not the first is unfolded: it asks for more than its line says."""
        asks = self.unjudged or self.alert.answers_changed_at is not None
        return asks or bool(self.form and self.form.errors)

    @property
    def think(self) -> ConcernTexts | None:
        return think_of(self.flag) if self.flag else None

    @property
    def criteria(self) -> list[tuple[str, str, str]]:
        """(id, urgency in words, sources) of each criterion that held."""
        held = self.flag["criteria"] if self.flag else ()
        return [(one["id"], urgency_word(Urgency.of(one["urgency"])), one["source"]) for one in held]

    @property
    def not_measured(self) -> bool:
        """Whether the temperature would tell more: an infection without one."""
        infection = self.alert.concern in (Concern.INFECTION, Concern.LATE_INFECTION)
        return infection and self.alert.entry.answers.get("temperature_c") is None

    @property
    def now(self) -> str:
        """What the newest answers raise, where that is less than the peak."""
        return urgency_word(self.alert.current_urgency) if self.alert.current_urgency < self.alert.urgency else ""

    @property
    def days_late(self) -> int:
        return days_late(self.alert.entry, self.alert.treatment, self.patient)

    @property
    def reader(self) -> str:
        return user_name(self.read[1]) if self.read else ""

    @property
    def taker(self) -> str:
        return user_name(self.alert.acknowledged_by)

    @property
    def nobody_told(self) -> bool:
        return not any(delivery.undelivered_at is None for delivery in self.told)


def days_late(entry, treatment: Treatment, patient: Patient) -> int:
    """How many days after the day it is about an entry was written down."""
    return treatment.day_of(patient.today(entry.received_at)) - entry.day


def open_matters(patient: Patient, reaches: Iterable[Reach], by: User) -> list[Matter]:
    """The open alerts of these treatments on the desk of `by`, most urgent, then longest waiting: four statements."""
    seen = {reach.treatment.pk: reach for reach in reaches}
    alerts = list(
        Alert.objects.open()
        .managed_by(by)
        .with_holder()
        .with_what_was_left()
        .filter(treatment__in=list(seen))
        .select_related("entry", "acknowledged_by")
        .order_by("-urgency", "worsened_at", "concern")
    )
    if not alerts:
        return []
    for alert in alerts:
        alert.treatment = seen[alert.treatment_id].treatment
        seen[alert.treatment_id].shown(alert.entry)
    told, read, said = _told(alerts), first_read(alerts), _said(alerts, seen)
    matters: list[Matter] = []
    for alert in alerts:
        judgement, flag = _behind(alert, said[alert.entry_id])
        about = _told_about(alert)
        first = all(_told_about(matter.alert) != about for matter in matters)
        answers = answers_in_words(alert.entry.answers)
        matters.append(Matter(alert, patient, judgement, flag, told[about], read.get(alert.id), first, answers=answers))
    return matters


def add_latest(matters: Iterable[Matter], newest: DayRead | None) -> None:
    """Put what the newest entry says of the same concern beside each alert that an earlier entry raised."""
    if newest is None or newest.entry is None or newest.said is None:
        return
    flags = {flag["concern"]: flag for flag in newest.said.flags}
    for matter in matters:
        alert, entry = matter.alert, newest.entry
        if alert.concern in flags and alert.entry_id != entry.id and alert.treatment_id == entry.treatment_id:
            matter.latest = evidence(flags[alert.concern])


def _told(alerts: list[Alert]) -> dict:
    """The messages to the practice's own people, by the id of what they are about."""
    by_id = defaultdict(list)
    about = Q(entry__in={alert.entry_id for alert in alerts}) | Q(alert__in=alerts)
    sent = Delivery.objects.filter(about, practice=alerts[0].practice_id).select_related("recipient")
    for delivery in sent.order_by("created_at", "recipient__name"):
        by_id[delivery.entry_id or delivery.alert_id].append(delivery)
    return by_id


def _told_about(alert: Alert) -> UUID:
    """What its messages are about: the entry, or that the patient left."""
    return alert.pk if alert.kind == Alert.Kind.LEFT else alert.entry_id


def _said(alerts: list[Alert], seen: dict[UUID, Reach]) -> dict:
    by_entry = defaultdict(list)
    untils = {alert.entry_id: seen[alert.treatment_id].until for alert in alerts}
    for said in Assessment.objects.filter(entry__in=set(untils)).order_by("-id"):
        until = untils[said.entry_id]
        if until is None or said.made_at <= until:
            by_entry[said.entry_id].append(said)
    return by_entry


def _behind(alert: Alert, said: list[Assessment]) -> tuple[Assessment | None, Flag | None]:
    """The judgement that gave the alert its urgency, the newest if several did; a later one may say less."""
    found = [(one, flag) for one in said for flag in one.flags if flag["concern"] == alert.concern]
    peak = [pair for pair in found if Urgency.of(pair[1]["urgency"]) == alert.urgency]
    return (peak or found)[0] if found else (None, None)
