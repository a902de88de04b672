"""Keeps the one row a patient that the queue reads."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db.models import OuterRef, Subquery

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


def refresh_status(patient: Patient, *, logged_at: datetime | None = None) -> None:
    """Work out where `patient` stands from what is stored; `logged_at` as `keep_status` takes it."""
    row = _worked_out(patient, logged_at)
    if row is None:
        PatientStatus.objects.filter(patient=patient).delete()
        return
    _keep(row, logged_at)
    refresh_messages(patient)


def is_status_kept(patient: Patient) -> bool:
    """Whether what is kept of `patient` is what follows from what is stored; writes nothing.

    Without a lock, whoever acts meanwhile may make it seem otherwise: then work it out again with the patient locked.
    """
    kept = PatientStatus.objects.filter(patient=patient).annotate(unread_since=_unread_since(patient)).first()
    row = _worked_out(patient)
    if kept is None or row is None:
        return kept is row
    ids = {"practice": "practice_id", "treatment": "treatment_id", "entry": "entry_id"}  # no other row is read for them
    is_same = all(getattr(kept, ids.get(name, name)) == getattr(row, ids.get(name, name)) for name in FOLLOWED)
    return is_same and kept.message_since == kept.unread_since


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
    current = Assessment.objects.filter(entry=OuterRef("pk"), is_current=True).values("urgency")[:1]
    newest: Any = treatment.entries.current().annotate(judged_as=Subquery(current)).order_by("-day").first()
    return newest, newest.judged_as if newest and newest.is_judged else None
