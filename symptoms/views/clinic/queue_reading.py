"""Reads the rows of a page of the queue: for all of them at once, however many there are."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import CharField, ExpressionWrapper, OuterRef, Q
from django.utils.translation import gettext as _

from accounts.models import Patient, Practice, User
from symptoms.alerts.policy import Policy, policy_of
from symptoms.journal.erasing import waiting_of
from symptoms.journal.visibility import visibilities_of
from symptoms.models import Alert, Assessment, Delivery, Entry, Note, PatientStatus
from symptoms.models.alert import AlertQuerySet
from symptoms.views.clinic.queue_row import Row
from symptoms.views.clinic.since_taken import worse_since
from symptoms.views.clinic.sparkline import DAYS, spark
from symptoms.wording.practitioner import alert_title
from symptoms.wording.times import clock


def rows_of(listed: Iterable[Any], by: User, practice: Practice, now: datetime) -> list[Row]:
    """The rows of one page, in its order: three statements more, however many rows.

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
    erased_on = waiting_of(row.patient.pk for row in rows)
    for row in rows:
        row.erased_on = erased_on.get(row.patient.pk)
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
        row.message = Note(pk=listed.unread_id, text=listed.unread, written_at=status.message_since)
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
