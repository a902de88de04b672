"""Asks `recovery` what to make of the days of a patient's courses, and stores what it answered."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from uuid import UUID

from django.db import transaction

from accounts.locks import lock_patient
from accounts.models import Patient
from symptoms.alerts.patient_status import refresh_status
from symptoms.alerts.raising import Change, raise_alerts, raise_unjudged
from symptoms.journal.loading import Journal, read_journal
from symptoms.models import Alert, Assessment, Delivery, Entry, Treatment
from symptoms.recovery import assessment as core
from symptoms.recovery.vocabulary import Urgency

log = logging.getLogger(__name__)

JUDGE_AGAIN_AFTER = [timedelta(minutes=m) for m in (1, 5, 15, 60)]

Days = list[tuple[Treatment, int]]


@dataclass(frozen=True)
class Judged:
    """An entry with its assessment, and the messages that were queued; `assessment` is None when judging failed."""

    entry: Entry
    assessment: Assessment | None
    queued: list[Delivery] = field(default_factory=list)


@dataclass
class Fresh:
    """What the core makes of some days, by the entry's id; `failed` holds those that it could not judge.

    `stored` is what was current before, for entries that had been judged; `waited` are those that had not been yet.
    """

    journal: Journal
    made: dict[UUID, core.Assessment] = field(default_factory=dict)
    failed: list[UUID] = field(default_factory=list)
    stored: dict[UUID, Assessment] = field(default_factory=dict)
    waited: list[UUID] = field(default_factory=list)

    def of_newest(self, treatment: Treatment) -> core.Assessment | None:
        """What is made of the newest day of a session, None where it failed."""
        return self.made.get(self.journal.newest(treatment).id)

    def changed(self) -> list[UUID]:
        """The entries of which something else is to be stored than what is there."""
        return [id for id, assessment in self.made.items() if _differs(assessment, self.stored.get(id))]


def judge_entry(journal: Journal, entry: Entry, *, now: datetime, change: Change) -> Judged:
    """Judge `entry`, which is in `journal`, and every day that rests on it; raise alerts.

    Alerts come from the entry and from the newest of its session; other days are stored without a word. A fault in
    judging never costs the entry: it stays unjudged, the practice is told, the worker judges again.
    Call it inside a transaction, with the patient locked.
    """
    days = _resting_on(journal, entry.treatment, entry.day)
    is_new = change in (Change.WRITTEN, Change.AMENDED)
    fresh = _judge(journal, days, without_stored=entry.id if is_new else None)
    rows = _store(fresh, now)
    queued = _put_off(fresh, days, entry, now)
    for treatment in _sessions_in(days):
        queued += _raise(fresh, treatment, entry if entry.treatment_id == treatment.id else None, now, change)
    return Judged(entry, rows.get(entry.id) or fresh.stored.get(entry.id), queued)


def judge_all(patient: Patient, *, now: datetime) -> None:
    """Judge every day of a patient's sessions again, after something that they all may rest on has changed.

    Call it inside a transaction, with the patient locked.
    """
    journal = read_journal(patient)
    days = [(session, day) for session in journal.sessions for day in sorted(journal.days(session))]
    fresh = _judge(journal, days)
    _store(fresh, now)
    _put_off(fresh, days, None, now)
    for session in _sessions_in(days):
        _raise(fresh, session, None, now, Change.TREATMENT)
    refresh_status(patient)


def raise_newest(patient: Patient, *, now: datetime) -> None:
    """Raise alerts at the practice that cares for `patient` from now on, for what their newest entry says.

    Call it inside a transaction, with the patient locked.
    """
    journal = read_journal(patient)
    logged = [session for session in journal.sessions if journal.days(session)]
    if not logged:
        return
    session = logged[-1]
    entry = _newest(journal, session)
    if not entry.is_judged:
        return  # the alert about that is open, or comes when it is judged
    assessment = _judge(journal, [(session, entry.day)]).made.get(entry.id)
    if assessment is None:  # a fault in the rules must not keep anybody from joining a clinic
        raise_unjudged(entry, now=now)
        return
    raise_alerts(journal.sessions[-1], entry, [(entry, assessment)], now=now, change=Change.LINKED)


def judge_again(entry_id: UUID, *, now: datetime) -> Judged | None:
    """Judge an entry that could not be judged before; None when it no longer waits."""
    with transaction.atomic():
        waiting = Entry.objects.unjudged().filter(pk=entry_id)
        patient_id = waiting.values_list("treatment__patient", flat=True).first()
        if patient_id is None:
            return None
        journal = read_journal(lock_patient(patient_id))
        entry = waiting.first()  # now that nobody else can write to the record
        if entry is None:
            return None
        entry.treatment = journal.treatment(entry.treatment_id)
        return judge_entry(journal, entry, now=now, change=Change.JUDGED)


def leave_unjudged(entry: Entry, *, now: datetime) -> None:
    """Put the entry in line to be judged again, later each time."""
    wait = JUDGE_AGAIN_AFTER[min(entry.judge_attempts, len(JUDGE_AGAIN_AFTER) - 1)]
    entry.is_judged, entry.judge_attempts, entry.judge_again_at = False, entry.judge_attempts + 1, now + wait
    entry.save(update_fields=["is_judged", "judge_attempts", "judge_again_at"])


def _resting_on(journal: Journal, treatment: Treatment, day: int) -> Days:
    """The logged days whose judgement may rest on one: itself, later ones, and those of sessions that followed."""
    days = [(treatment, later) for later in sorted(journal.days(treatment)) if later >= day]
    for offset, session in journal.newer(treatment):
        days += [(session, one) for one in sorted(journal.days(session)) if one + offset >= day]
    return days


def _sessions_in(days: Days) -> list[Treatment]:
    """The sessions of these days, each once, in their order."""
    return list({treatment.id: treatment for treatment, _ in days}.values())


def _judge(journal: Journal, days: Days, *, without_stored: UUID | None = None) -> Fresh:
    """Judge these days; `without_stored` is an entry that has no assessment yet."""
    fresh = Fresh(journal)
    for treatment, day in days:
        logged = journal.days(treatment)[day]
        id = logged.id
        try:
            fresh.made[id] = core.assess(journal.course(treatment), day=day)
            fresh.waited += [] if logged.is_judged else [id]
        except Exception:
            # Whatever went wrong in the rules, what the patient wrote is kept and a person is asked to read it.
            log.exception("entry %s could not be judged", id)
            fresh.failed.append(id)
    stored = [id for id in fresh.made if id != without_stored]
    if stored:
        rows = Assessment.objects.filter(entry__in=stored, is_current=True)
        fresh.stored = {row.entry_id: row for row in rows}
    return fresh


def _put_off(fresh: Fresh, days: Days, written: Entry | None, now: datetime) -> list[Delivery]:
    """What could not be judged waits for the worker; a person is asked to read what was written and what is newest."""
    if not fresh.failed:
        return []
    to_read = {fresh.journal.newest(session).id for session in _sessions_in(days)} | {written.id if written else None}
    queued = []
    for entry in Entry.objects.filter(pk__in=fresh.failed):
        if written is not None and entry.id == written.id:
            entry = written
        else:
            entry.treatment = fresh.journal.treatment(entry.treatment_id)
        leave_unjudged(entry, now=now)
        if entry.id in to_read:
            queued += raise_unjudged(entry, now=now)
    return queued


def _store(fresh: Fresh, now: datetime) -> dict[UUID, Assessment]:
    """Store what differs from what is there; gives the new rows by entry. What waited to be judged no longer does."""
    changed = fresh.changed()
    replaced = [id for id in changed if id in fresh.stored]
    if replaced:
        Assessment.objects.filter(entry__in=replaced, is_current=True).update(is_current=False)
    rows = Assessment.objects.bulk_create(_row(id, fresh.made[id], now) for id in changed)
    if fresh.waited:
        Entry.objects.filter(pk__in=fresh.waited).update(is_judged=True, judge_again_at=None)
    return {row.entry_id: row for row in rows}


def _row(entry_id: UUID, assessment: core.Assessment, now: datetime) -> Assessment:
    return Assessment(
        entry_id=entry_id,
        urgency=assessment.urgency,
        flags=assessment.as_json()["flags"],
        protocol_version=assessment.protocol_version,
        protocol_hash=assessment.protocol_hash,
        made_at=now,
    )


def _differs(assessment: core.Assessment, stored: Assessment | None) -> bool:
    if stored is None:
        return True
    return (stored.urgency, stored.flags) != (assessment.urgency, assessment.as_json()["flags"])


def _raise(fresh: Fresh, treatment: Treatment, written: Entry | None, now: datetime, change: Change) -> list[Delivery]:
    """Bring the alerts of a session to what was made of `written` and of its newest day."""
    newest_id, newest = fresh.journal.newest(treatment).id, fresh.of_newest(treatment)
    if newest is None:
        return []  # it could not be judged: what is open stays as it is, and a person is asked to read the entry
    stands_by = fresh.journal.sessions[-1]
    before = _stood_at(fresh.stored.get(newest_id))
    if treatment.id == stands_by.id:
        before = _told_of(before, treatment)
    spoken = []
    if written is not None and written.id in fresh.made:
        spoken.append((written, fresh.made[written.id]))
    if written is None or written.id != newest_id:
        spoken.append((_newest(fresh.journal, treatment), newest))
    entry = written or spoken[-1][0]
    return raise_alerts(
        stands_by, entry, spoken, now=now, change=change, before=before, lost=_lost(fresh, entry, change)
    )


def _newest(journal: Journal, treatment: Treatment) -> Entry:
    entry = Entry.objects.get(pk=journal.newest(treatment).id)
    entry.treatment = treatment
    return entry


def _stood_at(stored: Assessment | None) -> dict[str, Urgency]:
    """The urgency of each concern by what was stored of a day."""
    return {flag["concern"]: Urgency.of(flag["urgency"]) for flag in stored.flags} if stored else {}


def _told_of(stood_at: dict[str, Urgency], treatment: Treatment) -> dict[str, Urgency]:
    """Of these concerns, those of which an alert was ever raised at the present practice.

    A session may become the newest by a date that is corrected, with answers from while the patient had no practice.
    """
    loud = {concern for concern, urgency in stood_at.items() if urgency >= Urgency.CONTACT}
    practice = treatment.patient.practice_id
    if not loud or practice is None:
        return stood_at
    raised = set(Alert.objects.filter(treatment=treatment, practice=practice).values_list("concern", flat=True))
    return {concern: urgency for concern, urgency in stood_at.items() if concern in raised or concern not in loud}


def _lost(fresh: Fresh, entry: Entry, change: Change) -> Callable[[Alert], bool]:
    """Says of an open alert whether the answers that raised it no longer do."""

    @cache
    def of_the_day() -> set[UUID]:
        """All entries of the day, any of which may have raised an alert; read when the first alert is asked about."""
        return set(entry.treatment.entries.filter(day=entry.day).values_list("pk", flat=True))

    def lost(alert: Alert) -> bool:
        if change is Change.AMENDED and alert.entry_id in of_the_day():
            return _is_without(fresh.made.get(entry.id), alert.concern)
        if alert.entry_id in fresh.made:
            return _is_without(fresh.made[alert.entry_id], alert.concern)
        # All that counts was judged, and this entry is not among it: another one has taken its day over.
        return change is Change.TREATMENT and alert.entry_id not in fresh.failed

    return lost


def _is_without(assessment: core.Assessment | None, concern: str) -> bool:
    return assessment is not None and all(
        str(flag.concern) != concern or flag.urgency < Urgency.CONTACT for flag in assessment.flags
    )
