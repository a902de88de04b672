"""The rows of the queue: what a practitioner must know of a patient in one line, read for a whole page at once."""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any
from uuid import UUID

from django.db.models import CharField, ExpressionWrapper, OuterRef, Q
from django.utils.translation import gettext as _

from accounts import allergies
from accounts.models import Patient, Practice, User
from symptoms.alerts.policy import Policy, policy_of
from symptoms.journal.visibility import visibilities_of
from symptoms.models import Alert, Assessment, Delivery, Entry, Note, PatientStatus, Treatment
from symptoms.models.alert import AlertQuerySet
from symptoms.recovery.vocabulary import Device, Symptom, Urgency
from symptoms.views.clinic.open_alerts import quiet_in_words
from symptoms.views.clinic.since_taken import worse_since
from symptoms.views.clinic.sparkline import DAYS, Spark, spark
from symptoms.wording.evidence import Flag, in_a_line, leading_symptom
from symptoms.wording.markers import markers
from symptoms.wording.phrases import millimetres
from symptoms.wording.practitioner import alert_title, flag_title
from symptoms.wording.times import clock
from symptoms.wording.treatment import DEVICES, ROMAN

DEVICE_NAMES = {str(device): name for device, name in DEVICES.items()} | {str(Device.RF): "RF"}


@dataclass
class Row:
    """One patient in the queue."""

    patient: Patient
    status: PatientStatus | None
    flags: list[Flag] = field(default_factory=list)  # of the newest entry
    alerts: list[Alert] = field(default_factory=list)  # open, the most urgent and longest waiting first
    spark: Spark | None = None
    day: int | None = None
    closed: Alert | None = None  # what was closed last, in the list of what was closed today
    silent_since: int | None = None  # the newest day logged, on track, after which one was due and did not come
    until: datetime | None = None  # when the patient left the practice, if they did
    message: Note | None = None  # the oldest that the patient wrote and nobody has read
    is_new: bool = False  # to the reader, since they last opened the queue
    is_calm: bool = False  # on track by now, though something is still open
    words: str = ""  # of the patient, in the newest log
    photo: UUID | None = None  # the newest of the newest session
    photo_day: int | None = None
    letter: str = ""  # where it is the first of the page whose family name begins so
    was: str = ""  # what of the facts was less when the worst was taken
    due: datetime | None = None  # when somebody should be in charge of the worst at the latest; None: somebody is
    last_log: str = ""  # when the newest log came, by the practice's clock
    now: datetime | None = None
    way: str = ""  # the query that leads from the patient's page back to the list, and on

    @cached_property
    def worst(self) -> Alert | None:
        return self.alerts[0] if self.alerts else None

    @property
    def is_silent(self) -> bool:
        """Whether the patient fell silent with something open, and has not logged since."""
        return self._quiet is not None

    @cached_property
    def _quiet(self) -> Alert | None:
        quiet = (alert for alert in self.alerts if alert.kind == Alert.Kind.QUIET and alert.cleared_at is None)
        return next(quiet, None)

    @property
    def silence(self) -> str:
        """That the patient fell silent, in words, where the row speaks of something else."""
        return quiet_in_words(self._quiet) if self._quiet and self._quiet is not self.worst else ""

    @cached_property
    def treatment(self) -> Treatment | None:
        if self.worst is not None:
            return self.worst.treatment
        return self.status.treatment if self.status else None

    @property
    def newest(self) -> Entry | None:
        """The newest entry known of the treatment that is drawn."""
        entry = self.status.entry if self.status and self.until is None else None
        if self.worst is None or (entry is not None and entry.treatment_id == self.worst.treatment_id):
            return entry
        return self.worst.entry

    @cached_property
    def urgency(self) -> str:
        """The slug that the row wears: of the worst open alert, else of the newest entry; empty before the first."""
        if self.worst is not None:
            return self.worst.urgency_slug
        if self.status is None or self.status.entry_id is None or self.silent_since is not None:
            return ""
        return "unjudged" if self.status.urgency is None else Urgency(self.status.urgency).slug

    @cached_property
    def known(self) -> list[Flag]:
        """The flags that the row speaks of: the newest entry's, unless it says nothing of the worst alert any more."""
        worst = self.worst
        if worst is None:
            return self.flags
        is_same_course = self.newest is not None and self.newest.treatment_id == worst.treatment_id
        is_raised = any(flag["concern"] == worst.concern for flag in self.flags)
        return self.flags if is_same_course and is_raised and self.until is None else worst.flags or []

    @cached_property
    def lead(self) -> Flag | None:
        """The flag that the row speaks of: of the worst alert's concern, else the first of the newest entry."""
        if self.worst is None:
            return self.known[0] if self.known else None
        return next((flag for flag in self.known if flag["concern"] == self.worst.concern), None)

    @cached_property
    def drawn(self) -> Symptom | None:
        """The symptom whose curve stands in the row: what it speaks of first; pain where nothing was found.

        None where only signs were: a calm curve beside them would say that all is well.
        """
        if self.lead is None:
            return Symptom.PAIN
        return leading_symptom([self.lead, *self.known])

    @property
    def title(self) -> str:
        """What was reported, in a few words."""
        if self.worst is not None:
            return alert_title(self.worst.kind, self.worst.concern, self.known)
        return flag_title(self.lead, self.known) if self.lead else ""

    @property
    def line(self) -> str:
        """The facts in a line."""
        if self.worst is not None and self.worst.kind == Alert.Kind.QUIET:
            return quiet_in_words(self.worst)
        if self.worst is not None and self.worst.kind == Alert.Kind.UNJUDGED and self.worst.entry is not None:
            pattern = (
                _("day {day} could not be compared at first, it is now")
                if self.worst.entry.is_judged
                else _("day {day} could not be compared, please read it")
            )
            return pattern.format(day=self.worst.entry.day)
        return in_a_line(self.lead) if self.lead else ""

    @property
    def message_line(self) -> str:
        """The first line of what the patient wrote; empty where nothing waits to be read."""
        return self.message.text.partition("\n")[0] if self.message else ""

    @property
    def is_worse(self) -> bool:
        """Whether what somebody has got worse since they took it."""
        worst = self.worst
        return worst is not None and worst.is_held and (worst.is_worse_since_taken or bool(self.was))

    @property
    def is_overdue(self) -> bool:
        return self.due is not None and self.now is not None and self.due < self.now

    @property
    def tags(self) -> list[str]:
        """What is known of the patient that changes what one thinks of."""
        if self.treatment is None:
            return []
        of, drugs = self.treatment, self.patient.drug_allergies
        told = allergies.in_words(drugs) if drugs else ""
        return markers(of.conditions, of.medications, injected=of.same_day_injection, drugs=told)

    @property
    def has_no_curve(self) -> bool:
        """Whether only signs speak, so that no curve is drawn."""
        return self.worst is not None and self.drawn is None

    @property
    def phone_link(self) -> str:
        return re.sub(r"[^0-9+]", "", self.patient.phone)

    @property
    def session(self) -> str:
        """What was done, in a few words: "Day 4 · Pen 1.5 mm · type II"."""
        if self.treatment is None:
            return _("No treatment yet")
        depth, kind = self.treatment.needle_depth_mm, self.treatment.fitzpatrick
        device = DEVICE_NAMES.get(self.treatment.device, self.treatment.device)
        if depth is not None:
            device = _("{device} {depth}").format(device=device, depth=millimetres(depth))
        parts = [_("Day {day}").format(day=self.day), str(device)]
        return " · ".join([*parts, _("type {number}").format(number=ROMAN[kind])] if kind else parts)

    @property
    def taken_by(self) -> str:
        """Who has it: everything open, or "2 of 3"; empty while nobody has any of it."""
        held = [alert for alert in self.alerts if alert.is_held]
        if not held:
            return ""
        pattern = _("{name} has it") if len(held) == len(self.alerts) else _("{name} has {count} of {open}")
        return pattern.format(name=held[0].acknowledged_by, count=len(held), open=len(self.alerts))


def rows_of(listed: Iterable[Any], by: User, practice: Practice, now: datetime) -> list[Row]:
    """The rows of one page, in its order: two statements more, however many rows.

    Three more where somebody is among them who left: they are shown as they were then.
    """
    rows = [_row(one) for one in listed]
    open_alerts = _open_alerts([row.patient for row in rows], practice)
    for row in rows:
        row.alerts = open_alerts[row.patient.pk]
        if row.patient.practice_id == practice.pk:
            row.patient.practice = practice  # known already
    _put_back_who_left(rows, by, practice)
    for row in rows:
        if row.until is not None:
            row.message, row.photo = None, None
        row.silent_since = _silent_since(row, now.astimezone(practice.zone).date())
    entries, policy = _last_days(rows), policy_of(practice)
    for row in rows:
        row.now, row.due = now, _due(row, policy, practice)
        newest = row.newest
        row.last_log = clock(newest.received_at, practice.zone, now) if newest else ""
        if row.treatment is not None:
            row.day = max(0, row.treatment.day_of(row.patient.today(row.until or now)))
            versions = entries[row.treatment.pk]
            row.spark = spark(row.treatment, _current(versions), row.drawn) if row.drawn else None
            if row.worst is not None and row.worst.acknowledged_at is not None and row.until is None:
                row.was = worse_since(row.worst.acknowledged_at, versions, [row.lead] if row.lead else [])
    return rows


def _due(row: Row, policy: Policy, practice: Practice) -> datetime | None:
    """By when somebody should have the worst alert; None while somebody has, or where the patient has left."""
    return policy.in_charge_by(row.worst, practice) if row.worst is not None and row.until is None else None


def _current(versions: Iterable[Entry]) -> dict[int, Entry]:
    return {entry.day: entry for entry in versions if entry.is_current}


def _row(listed: Any) -> Row:
    """A row of what the query of the page read, which is a status or a patient."""
    is_status = isinstance(listed, PatientStatus)
    patient, status = (listed.patient, listed) if is_status else (listed, getattr(listed, "status", None))
    row = Row(patient, status, flags=listed.flags or [], photo=listed.photo, photo_day=listed.photo_day)
    row.is_calm = getattr(listed, "is_calm", False)
    if status is not None and status.entry is not None and not listed.hides_note:
        row.words = status.entry.note
    if status is not None and status.message_since is not None and listed.unread:
        row.message = Note(text=listed.unread, written_at=status.message_since)
    return row


def in_lists(rows: list[Row], show: str) -> list[tuple[str, list[Row]]]:
    """The rows as they stand under headings: of those gone quiet, who merely skips comes apart and last."""
    if show != "quiet":
        return [("", rows)] if rows else []
    lists = [
        (_("Gone quiet with something open"), [row for row in rows if row.is_silent]),
        (_("Others who skipped logs"), [row for row in rows if not row.is_silent]),
    ]
    return [(heading, listed) for heading, listed in lists if listed]


def add_closed(rows: Iterable[Row], closed: AlertQuerySet) -> None:
    """Put beside each row what was closed last of it: one statement."""
    by_patient = {row.patient.pk: row for row in rows}
    alerts = closed.filter(treatment__patient__in=list(by_patient)).select_related("treatment", "resolved_by")
    for alert in alerts.with_flags().order_by("resolved_at", "urgency"):
        alert.title = alert_title(alert.kind, alert.concern, alert.flags)
        by_patient[alert.treatment.patient_id].closed = alert


def _silent_since(row: Row, today: date) -> int | None:
    status = row.status
    if status is None or status.entry is None or row.alerts or not status.is_on_track:
        return None
    return None if status.is_current(today) else status.entry.day


def _put_back_who_left(rows: list[Row], by: User, practice: Practice) -> None:
    former_rows = [row for row in rows if row.patient.practice_id != practice.pk and row.worst]
    treatments = [row.worst.treatment for row in former_rows if row.worst]
    for row, treatment in zip(former_rows, treatments, strict=True):
        treatment.patient = row.patient
    for row, visibility in zip(former_rows, visibilities_of(by, treatments), strict=True):
        row.patient, row.until = visibility.treatment.patient, visibility.until
        row.words, row.message = "", None  # of the newest log, and of messages, which may have come since
        for alert in row.alerts:
            if alert.entry is not None:
                visibility.shown(alert.entry)
    _put_back_flags([(alert, row.until) for row in former_rows if row.until is not None for alert in row.alerts])


def _put_back_flags(alerts: list[tuple[Alert, datetime]]) -> None:
    """What was made of each alert's entry when the patient left; it may have been judged again since."""
    if not alerts:
        return
    by_entry: dict[UUID | None, list[Assessment]] = defaultdict(list)
    for assessment in Assessment.objects.filter(entry__in=[alert.entry_id for alert, _until in alerts]).order_by("id"):
        by_entry[assessment.entry_id].append(assessment)
    for alert, until in alerts:
        assessments = [assessment for assessment in by_entry[alert.entry_id] if assessment.made_at <= until]
        alert.flags = assessments[-1].flags if assessments else []
        if alert.entry is not None:
            alert.entry.is_judged = bool(assessments)


def _open_alerts(patients: list[Patient], practice: Practice) -> dict[UUID, list[Alert]]:
    messages = Delivery.objects.filter(practice=practice)
    # Who was told of the last log was not told that nothing came after it.
    kind = ExpressionWrapper(OuterRef("kind"), output_field=CharField())
    about_entry = messages.annotate(kind=kind).filter(entry=OuterRef("entry")).exclude(kind=Alert.Kind.QUIET)
    # An alert goes on to a newer answer or day without a new message.
    since = messages.filter(entry__treatment=OuterRef("treatment"), created_at__gte=OuterRef("worsened_at"))
    alerts = (
        Alert.objects.open()
        .filter(practice=practice, treatment__patient__in=patients)
        .exclude(kind=Alert.Kind.LEFT)
        .with_holder()
        .select_related("treatment", "entry", "acknowledged_by")
        .defer("entry__answers", "entry__note", "acknowledged_by__password")
        .with_flags()
        .with_messages(about_entry, messages.filter(alert=OuterRef("pk")), since)
        .order_by("-urgency", "worsened_at", "concern")  # as on the patient's page
    )
    by_patient: dict[UUID, list[Alert]] = defaultdict(list)
    for alert in alerts:
        by_patient[alert.treatment.patient_id].append(alert)
    return by_patient


def _last_days(rows: list[Row]) -> dict[UUID, list[Entry]]:
    """The newest days of each row's treatment: a window a row, so that a long course costs no more than a short one.

    Of what somebody has, also the answers that were changed since.
    """
    windows = Q()
    for row in rows:
        newest = row.newest
        if newest is not None:
            window = Q(day__gte=newest.day - DAYS)
            if row.until is not None:  # counted from another date since, perhaps
                window = Q(date__gte=newest.date - timedelta(days=DAYS), received_at__lte=row.until)
            if row.until is not None or row.worst is None or row.worst.acknowledged_at is None:
                window &= Q(is_current=True)
            windows |= Q(treatment=newest.treatment_id) & window
    by_treatment: dict[UUID, list[Entry]] = defaultdict(list)
    if not windows:
        return by_treatment
    # Where somebody changed a day after leaving, the day is left out: what it was before is on their page.
    former = {row.treatment.pk: row.treatment for row in rows if row.until is not None and row.treatment is not None}
    shown = "treatment", "date", "day", "answers", "received_at", "is_current"
    for entry in Entry.objects.filter(windows).only(*shown):
        if entry.treatment_id in former:
            entry.day = max(0, former[entry.treatment_id].day_of(entry.date))
        by_treatment[entry.treatment_id].append(entry)
    return by_treatment
