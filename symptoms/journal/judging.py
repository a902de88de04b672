"""Asks `recovery` what to make of the days of a patient's courses, and stores what it answered."""

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from uuid import UUID

from django.db import transaction

from accounts.locks import lock_patient
from accounts.models import Patient
from symptoms.alerts.following import Change
from symptoms.alerts.patient_status import refresh_status
from symptoms.alerts.raising import raise_alerts, raise_unjudged
from symptoms.journal.loading import Journal, LoggedDay, read_journal
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
class Judgement:
    """What the core makes of some days, by the entry's id; `failed` holds those that it could not judge.

    `stored` is what was current before, for entries that had been judged; `waited` are those that had not been yet.
    """

    journal: Journal
    made: dict[UUID, core.Assessment] = field(default_factory=dict)
    failed: list[UUID] = field(default_factory=list)
    stored: dict[UUID, Assessment] = field(default_factory=dict)
    waited: list[UUID] = field(default_factory=list)


def judge_entry(journal: Journal, entry: Entry, *, now: datetime, change: Change) -> Judged:
    """Judge `entry`, which is in `journal`, and every day that rests on it; raise alerts.

    Alerts come from the entry and from the newest of its session; other days are stored without a word. A fault in
    judging never costs the entry: it stays unjudged, the practice is told, the worker judges again.
    Call it inside a transaction, with the patient locked.
    """
    days = _resting_on(journal, entry.treatment, entry.day)
    is_new = change in (Change.WRITTEN, Change.AMENDED)
    judgement = _judge(journal, days, without_stored=entry.id if is_new else None)
    rows = _store(judgement, now)
    queued = _put_off(judgement, days, entry, now)
    for treatment in _sessions_in(days):
        queued += _raise(judgement, treatment, entry if entry.treatment_id == treatment.id else None, now, change)
    return Judged(entry, rows.get(entry.id) or judgement.stored.get(entry.id), queued)


def judge_all(patient: Patient, *, now: datetime, change: Change = Change.TREATMENT) -> int:
    """Judge every day of a patient's sessions again, after something that they all may rest on has changed.

    Alerts come from the newest day of each session. Gives how many days are judged otherwise than before.
    Call it inside a transaction, with the patient locked.
    """
    judgement, days = _judge_every_day(patient)
    rows = _store(judgement, now)
    _put_off(judgement, days, None, now)
    for session in _sessions_in(days):
        _raise(judgement, session, None, now, change)
    refresh_status(patient)
    return len(rows)


def judged_days(journal: Journal) -> Iterator[tuple[Treatment, LoggedDay, core.Assessment]]:
    """Each day of a journal with its session and what is made of it now, but for those that cannot be judged."""
    for session in journal.sessions:
        for day, logged in sorted(journal.days(session).items()):
            try:
                yield session, logged, core.assess(journal.course(session), day=day)
            except Exception:  # it stays as it is stored: see `_judge`
                log.exception("entry %s could not be judged", logged.id)


def _judge_every_day(patient: Patient) -> tuple[Judgement, Days]:
    journal = read_journal(patient)
    days = [(session, day) for session in journal.sessions for day in sorted(journal.days(session))]
    return _judge(journal, days), days


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
    if assessment is None:  # a fault in the rules must not keep anybody from joining a practice
        leave_unjudged(entry, now=now)
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
        days += [(session, later) for later in sorted(journal.days(session)) if later + offset >= day]
    return days


def _sessions_in(days: Days) -> list[Treatment]:
    """The sessions of these days, each once, in their order."""
    return list({treatment.id: treatment for treatment, _ in days}.values())


def _judge(journal: Journal, days: Days, *, without_stored: UUID | None = None) -> Judgement:
    """Judge these days; `without_stored` is an entry that has no assessment yet."""
    judgement = Judgement(journal)
    for treatment, day in days:
        logged = journal.days(treatment)[day]
        id = logged.id
        try:
            judgement.made[id] = core.assess(journal.course(treatment), day=day)
            if not logged.is_judged:
                judgement.waited.append(id)
        except Exception:
            # Whatever went wrong in the rules, what the patient wrote is kept and a person is asked to read it.
            log.exception("entry %s could not be judged", id)
            judgement.failed.append(id)
    known = [id for id in judgement.made if id != without_stored]
    if known:
        rows = Assessment.objects.filter(entry__in=known, is_current=True)
        judgement.stored = {row.entry_id: row for row in rows}
    return judgement


def _put_off(judgement: Judgement, days: Days, written: Entry | None, now: datetime) -> list[Delivery]:
    """What could not be judged waits for the worker; a person is asked to read what was written and what is newest."""
    if not judgement.failed:
        return []
    to_read = {judgement.journal.newest(session).id for session in _sessions_in(days)}
    queued = []
    for entry in Entry.objects.filter(pk__in=judgement.failed):
        if written is not None and entry.id == written.id:
            entry = written
        else:
            entry.treatment = judgement.journal.treatment(entry.treatment_id)
        leave_unjudged(entry, now=now)
        if entry is written or entry.id in to_read:
            queued += raise_unjudged(entry, now=now)
    return queued


def _store(judgement: Judgement, now: datetime) -> dict[UUID, Assessment]:
    """Store what differs from what is there; gives the new rows by entry. What waited to be judged no longer does."""
    rows, replaced = [], []
    for id, made in judgement.made.items():
        stored, flags = judgement.stored.get(id), made.as_json()["flags"]
        if stored is not None and (stored.urgency, stored.flags) == (made.urgency, flags):
            continue
        if stored is not None:
            replaced.append(id)
        facts = {"protocol_version": made.protocol_version, "protocol_hash": made.protocol_hash, "made_at": now}
        rows.append(Assessment(entry_id=id, urgency=made.urgency, flags=flags, **facts))
    if replaced:
        Assessment.objects.filter(entry__in=replaced, is_current=True).update(is_current=False)
    Assessment.objects.bulk_create(rows)
    if judgement.waited:
        Entry.objects.filter(pk__in=judgement.waited).update(is_judged=True, judge_again_at=None)
    return {row.entry_id: row for row in rows}


def _raise(
    judgement: Judgement, treatment: Treatment, written: Entry | None, now: datetime, change: Change
) -> list[Delivery]:
    """Bring the alerts of a session to what was made of `written` and of its newest day."""
    newest_id = judgement.journal.newest(treatment).id
    newest, stored = judgement.made.get(newest_id), judgement.stored.get(newest_id)
    if newest is None:
        return []  # it could not be judged: what is open stays as it is, and a person is asked to read the entry
    newest_treatment = judgement.journal.sessions[-1]
    before = {flag["concern"]: Urgency.of(flag["urgency"]) for flag in stored.flags} if stored else {}
    assessed = []
    if written is not None and written.id in judgement.made:
        assessed.append((written, judgement.made[written.id]))
    if written is None or written.id != newest_id:
        assessed.append((_newest(judgement.journal, treatment), newest))
    entry = written or assessed[-1][0]
    lost = _lost(judgement, entry, change)
    return raise_alerts(newest_treatment, entry, assessed, now=now, change=change, before=before, lost=lost)


def _newest(journal: Journal, treatment: Treatment) -> Entry:
    entry = Entry.objects.get(pk=journal.newest(treatment).id)
    entry.treatment = treatment
    return entry


def _lost(judgement: Judgement, entry: Entry, change: Change) -> Callable[[Alert], bool]:
    """Says of an open alert whether the answers that raised it no longer do."""

    @cache
    def of_the_day() -> set[UUID]:
        """All entries of the day, any of which may have raised an alert; read when the first alert is asked about."""
        return set(entry.treatment.entries.filter(day=entry.day).values_list("pk", flat=True))

    def lost(alert: Alert) -> bool:
        if change is Change.PROTOCOL:
            return False  # the answers are as they were
        if change is Change.AMENDED and alert.entry_id in of_the_day():
            return _is_without(judgement.made.get(entry.id), alert.concern)
        if alert.entry_id in judgement.made:
            return _is_without(judgement.made[alert.entry_id], alert.concern)
        # All that counts was judged, and this entry is not among it: another one has taken its day over.
        return change is Change.TREATMENT and alert.entry_id not in judgement.failed

    return lost


def _is_without(assessment: core.Assessment | None, concern: str) -> bool:
    return assessment is not None and all(
        str(flag.concern) != concern or flag.urgency < Urgency.CONTACT for flag in assessment.flags
    )
