"""Asks `recovery` what to make of the days of a course, and stores what it said."""

import logging
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction

from accounts.prepared import insert
from symptoms.alerts.raising import Change, raise_alerts, raise_unjudged
from symptoms.alerts.standing import newest_treatment
from symptoms.journal.courses import Journal, read_journal
from symptoms.models import Assessment, Delivery, Entry, Treatment
from symptoms.recovery import assessment as core

log = logging.getLogger(__name__)

JUDGE_AGAIN_AFTER = [timedelta(minutes=m) for m in (1, 5, 15, 60)]


@dataclass(frozen=True)
class Judged:
    """An entry with what was said about it, and whom that tells; `assessment` is None when judging failed."""

    entry: Entry
    assessment: Assessment | None
    queued: list[Delivery] = field(default_factory=list)


def judge_from(journal: Journal, treatment: Treatment, entry: Entry, *, now: datetime, change: Change) -> Judged:
    """Judge `entry` and every later day anew; raise alerts for it and for the newest entry.

    A fault in judging never costs the entry: it stays unjudged, the practice is told, the worker judges again.
    Call it inside a transaction.
    """
    days = journal.days(treatment)
    again = [days[day] for day in sorted(days) if day >= entry.day]
    try:
        judged = {row.id: core.assess(journal.course(treatment), day=row.day) for row in again}
    except Exception:
        # Whatever went wrong in the rules, what the patient wrote is kept and a person is asked to read it.
        log.exception("entry %s could not be judged", entry.id)
        leave_unjudged(entry, now=now)
        return Judged(entry, None, raise_unjudged(entry, now=now))
    rows = _store(again, judged, now, without=entry if change in (Change.WRITTEN, Change.AMENDED) else None)
    newest = again[-1]
    spoken = [(row, judged[row.id]) for row in {entry.id: entry, newest.id: newest}.values()]
    queued = raise_alerts(newest_treatment(journal.treatments), entry, spoken, now=now, change=change)
    return Judged(entry, rows[entry.id], queued)


def leave_unjudged(entry: Entry, *, now: datetime) -> None:
    """Put the entry in line to be judged again, later each time."""
    wait = JUDGE_AGAIN_AFTER[min(entry.judge_attempts, len(JUDGE_AGAIN_AFTER) - 1)]
    entry.is_judged, entry.judge_attempts, entry.judge_again_at = False, entry.judge_attempts + 1, now + wait
    entry.save(update_fields=["is_judged", "judge_attempts", "judge_again_at"])


def judge_again(entry_id, *, now: datetime) -> Judged | None:
    """Judge an entry that could not be judged before; None when it no longer waits."""
    with transaction.atomic():
        entry = Entry.objects.unjudged().select_related("treatment__patient__practice").filter(pk=entry_id).first()
        if entry is None:
            return None
        return judge_from(read_with(entry), entry.treatment, entry, now=now, change=Change.JUDGED)


def read_with(entry: Entry) -> Journal:
    """The journal around `entry`, holding that very object."""
    journal = read_journal(entry.treatment)
    journal.add(entry)
    return journal


def _store(entries: list[Entry], judged: dict, now: datetime, *, without: Entry | None) -> dict:
    """Store what was said of each entry as its current judgement, in a statement for all; `without` has none yet."""
    old = [entry.id for entry in entries if entry is not without]
    if old:
        Assessment.objects.filter(entry__in=old, is_current=True).update(is_current=False)
    rows = [
        Assessment(
            entry=entry,
            urgency=judged[entry.id].urgency,
            flags=judged[entry.id].as_json()["flags"],
            protocol_version=judged[entry.id].protocol_version,
            protocol_hash=judged[entry.id].protocol_hash,
            made_at=now,
        )
        for entry in entries
    ]
    insert(rows)
    unmarked = [entry for entry in entries if not entry.is_judged]
    for entry in unmarked:
        entry.is_judged = True
    if unmarked:
        Entry.objects.filter(id__in=[entry.id for entry in unmarked]).update(is_judged=True, judge_again_at=None)
    return {row.entry_id: row for row in rows}
