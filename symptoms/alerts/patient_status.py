"""Keeps the one row a patient that the queue reads."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Max, Min, OuterRef, QuerySet, Subquery

from accounts.models import Patient
from symptoms.alerts.place_in_queue import place_of
from symptoms.alerts.silence import next_log_of, reached_last
from symptoms.models import Alert, Assessment, Entry, Note, PatientStatus, Treatment
from symptoms.models.values import patient_values, treatment_values
from symptoms.recovery.course import LAST_DAY
from symptoms.recovery.prompting import next_prompt

FOLLOWED = [
    "practice", "treatment", "entry", "urgency", "alert_urgency", "waiting_since", "log_due_on", "quiet_at",
    "current_until", "waits_until", "is_free", "is_raised", "is_over", "has_left", "logs_until",
]  # fmt: skip
# The same by their columns: no other row is read for them.
KEPT = [f"{name}_id" if name in ("practice", "treatment", "entry") else name for name in FOLLOWED]


def refresh_status(patient: Patient, *, logged_at: datetime | None = None) -> None:
    """Work out where `patient` stands from what is stored; `logged_at` as `keep_status` takes it."""
    row = _worked_out(patient, logged_at)
    if row is None:
        PatientStatus.objects.filter(patient=patient).delete()
        return
    _keep(row, logged_at)
    refresh_messages(patient)


class Stand(NamedTuple):
    """By what a patient stands: their newest session that counts, and the id of its newest log."""

    patient: Patient
    treatment: Treatment | None
    entry_id: UUID | None


def not_kept(stands: Sequence[Stand]) -> set[UUID]:
    """Of whom something else is kept than follows from what is stored: their ids, by a few statements for all.

    Without a lock, whoever acts meanwhile may make it seem so: then work it out again with the patient locked.
    """
    known = _Known.of(stands)
    return {stand.patient.pk for stand in stands if not known.is_kept(stand)}


@dataclass(frozen=True)
class _Known:
    """What is stored of some patients that their rows follow from, and these rows."""

    kept: Mapping[UUID, PatientStatus]
    unread_since: Mapping[tuple[UUID, UUID], datetime]  # by patient and practice
    entries: Mapping[UUID, Any]  # newest logs by id, each with `judged_as`
    still_open: Mapping[UUID, list[Alert]]  # by patient
    reached_at: Mapping[UUID, datetime | None]  # by session

    @classmethod
    def of(cls, stands: Sequence[Stand]) -> "_Known":
        patients = [stand.patient.pk for stand in stands]
        unread = Note.objects.filter(treatment__patient__in=patients, kind=Note.Kind.FROM_PATIENT, read_at=None)
        since = unread.order_by().values_list("treatment__patient", "practice").annotate(Min("written_at"))
        quiet = Alert.objects.filter(treatment__patient__in=patients, kind=Alert.Kind.QUIET)
        reached = quiet.order_by().values_list("treatment").annotate(Max("resolved_at"))
        still_open = defaultdict(list)
        alerts = Alert.objects.open().filter(treatment__patient__in=patients).exclude(kind=Alert.Kind.LEFT)
        for alert in alerts.select_related("treatment"):
            still_open[alert.treatment.patient_id].append(alert)
        return cls(
            PatientStatus.objects.in_bulk(patients),
            {(patient, practice): at for patient, practice, at in since},
            _judged_as(Entry.objects.all()).in_bulk([stand.entry_id for stand in stands if stand.entry_id]),
            still_open,
            dict(reached),
        )

    def is_kept(self, stand: Stand) -> bool:
        patient, kept = stand.patient, self.kept.get(stand.patient.pk)
        if kept is None or stand.treatment is None:
            return kept is None and stand.treatment is None
        entry = self.entries.get(stand.entry_id) if stand.entry_id else None
        still_open, reached_at = self.still_open.get(patient.pk, ()), self.reached_at.get(stand.treatment.pk)
        row = _row(patient, stand.treatment, entry, _urgency_of(entry), still_open, reached_at, None)
        unread_since = self.unread_since.get((patient.pk, patient.practice_id)) if patient.practice_id else None
        return kept.message_since == unread_since and all(getattr(kept, name) == getattr(row, name) for name in KEPT)


def refresh_messages(patient: Patient) -> None:
    """Write down since when a message of `patient` has been waiting for somebody at their practice: one statement."""
    PatientStatus.objects.filter(patient=patient).update(message_since=_unread_since(patient))


def keep_status(
    patient: Patient,
    treatment: Treatment,
    entry: Entry | None,
    urgency: int | None,
    open_alerts: Iterable[Alert],
    reached_at: datetime | None = None,
    *,
    logged_at: datetime | None = None,
) -> None:
    """Write down where `patient` stands, from what the caller knows already: one statement, one more where a concern
    for the clinic is open although the last log was on track, and one more where somebody has all that is open.

    `reached_at`: when an alert about their silence was closed last; before anybody is called silent, it is looked up.
    `logged_at`: when the patient has just logged; else that stays as it is.
    """
    _keep(_row(patient, treatment, entry, urgency, open_alerts, reached_at, logged_at), logged_at)


def _worked_out(patient: Patient, logged_at: datetime | None = None) -> PatientStatus | None:
    """The row that follows from what is stored, but for messages; None for who was never treated."""
    treatment = newest_treatment(Treatment.objects.filter(patient=patient))
    if treatment is None:
        return None
    entry, urgency = _newest_entry(treatment)
    still_open = Alert.objects.open().filter(treatment__patient=patient).exclude(kind=Alert.Kind.LEFT)
    return _row(patient, treatment, entry, urgency, still_open, reached_last(treatment), logged_at)


def _row(
    patient: Patient,
    treatment: Treatment,
    entry: Entry | None,
    urgency: int | None,
    open_alerts: Iterable[Alert],
    reached_at: datetime | None,
    logged_at: datetime | None,
) -> PatientStatus:
    still_open = list(open_alerts)
    # Of somebody alone, only what lies on the desk of a practice that they left waits for anybody.
    on_desks = [alert for alert in still_open if alert.practice_id is not None]
    log_due_on, quiet_at = next_log_of(patient, treatment, entry, urgency, still_open, reached_at)
    return PatientStatus(
        patient=patient,
        treatment=treatment,
        entry=entry,
        urgency=urgency,
        log_due_on=log_due_on,
        logs_until=treatment.date_of(LAST_DAY) if patient.user_id else None,
        quiet_at=quiet_at,
        current_until=current_until(treatment, entry),
        logged_at=logged_at or (entry.received_at if entry else None),
        **_desk(patient, on_desks),
    )


def _keep(row: PatientStatus, logged_at: datetime | None) -> None:
    kept = [*FOLLOWED, "logged_at"] if logged_at else FOLLOWED
    PatientStatus.objects.bulk_create([row], update_conflicts=True, unique_fields=["patient"], update_fields=kept)


def _unread_since(patient: Patient) -> Subquery:
    unread = Note.objects.filter(treatment__patient=patient, kind=Note.Kind.FROM_PATIENT, read_at=None)
    return Subquery(unread.filter(practice=patient.practice_id).order_by("written_at").values("written_at")[:1])


def _desk(patient: Patient, on_desks: Iterable[Alert]) -> dict[str, Any]:
    """On whose desk a patient is, and by what: the fields that follow from what is open at a practice."""
    waiting = sorted(on_desks, key=lambda alert: (-alert.urgency, alert.worsened_at))
    # Left alone, what is open stays on the desk of the practice that had it.
    practice_id = patient.practice_id or (waiting[0].practice_id if waiting else None)
    here = [alert for alert in waiting if alert.practice_id == practice_id]
    return {
        "practice_id": practice_id,
        "has_left": patient.practice_id is None and bool(here),
        "alert_urgency": here[0].urgency if here else 0,
        "waiting_since": here[0].worsened_at if here else None,
        **vars(place_of(patient, here)),
    }


def current_until(treatment: Treatment, entry: Entry | None) -> date | None:
    """The day on which a log newer than `entry` was first asked for, whenever `entry` itself came; None after the last.

    Until then its verdict is a word about today.
    """
    if entry is None:
        return None
    asked = next_prompt(patient_values(treatment), treatment_values(treatment), after=entry.day)
    return None if asked is None else treatment.date_of(asked)


def newest_treatment(treatments: Iterable[Treatment]) -> Treatment | None:
    """The session by which a patient is judged now; one that was recorded twice counts once."""
    counted = [treatment for treatment in treatments if treatment.same_as_id is None]
    return max(counted, key=lambda treatment: treatment.sort_key, default=None)


def _newest_entry(treatment: Treatment) -> tuple[Entry | None, int | None]:
    """The newest log of a session, and its urgency; None where it was not judged: one statement."""
    newest = _judged_as(treatment.entries.current()).order_by("-day").first()
    return newest, _urgency_of(newest)


def _judged_as(entries: QuerySet[Entry]) -> QuerySet[Any]:
    current = Assessment.objects.filter(entry=OuterRef("pk"), is_current=True).values("urgency")[:1]
    return entries.annotate(judged_as=Subquery(current))


def _urgency_of(entry: Any) -> int | None:
    """Of a log with `judged_as`; None where it was not judged, or there is none."""
    return entry.judged_as if entry and entry.is_judged else None
