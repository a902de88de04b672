"""Writing down a day: the verb that page and API share."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from django.db import IntegrityError, transaction

from accounts.models import User
from accounts.prepared import insert
from accounts.quick_json import dumps
from symptoms.alerts.raising import Change
from symptoms.journal.courses import Journal, read_own_journal
from symptoms.journal.judging import judge_from
from symptoms.models import Assessment, Entry, Treatment

MOST_A_DAY = 50


class EntryRefused(Exception):
    """An entry that cannot be written down; `str()` is a sentence for the person who wrote it."""


class DayNotYet(EntryRefused):
    """The day lies after the patient's today, by the server's clock."""

    def __init__(self, today: int):
        self.today = today
        super().__init__(f"That day has not come yet. By our clock today is day {today}. Which day do you mean?")


class SameIdOtherAnswers(EntryRefused):
    """The id was used for other answers before."""

    def __init__(self, saved: Entry):
        self.saved = saved
        super().__init__(f"You already saved day {saved.day}. Save this as a change?")


class LoggingStopped(EntryRefused):
    """The patient has withdrawn the consent to care, or never gave it."""

    def __init__(self) -> None:
        super().__init__("You have not agreed that we keep your logs. Nothing was saved. You can agree under Account.")


class ChangedTooOften(EntryRefused):
    """Every change of a day is kept, and read whenever the day is judged: there must be an end to them."""

    def __init__(self) -> None:
        super().__init__(
            f"This day was changed {MOST_A_DAY} times, and stays as it is. To tell us more, please call your clinic."
        )


class NotTheirs(Exception):
    """The treatment is not one of the writer's own: to them it does not exist."""


class ForeignId(Exception):
    """The id belongs to somebody else's entry: to the writer it does not exist."""


@dataclass(frozen=True)
class Recorded:
    """What `record_entry` did: `is_new` is False when the same entry had been saved before.

    `is_on_its_way`: a message about it was queued just now.
    """

    entry: Entry
    assessment: Assessment | None
    is_new: bool
    is_on_its_way: bool = False


def record_entry(
    treatment_id: UUID, *, id: UUID, day: int, answers: dict, note: str = "", by: User, now: datetime
) -> Recorded:
    """Write down one day, judge the course anew and tell who must know, in one transaction.

    `by` is the patient: nobody else writes in their journal. `answers` is the document of `Entry.answers`, already in
    the vocabulary's words. The same `id` and answers twice are written once. A second entry for a day is an amendment:
    the last received is judged, all are kept. A day of a record that was set aside is written down for the session it
    is the same as, under its own date.

    Raises:
        NotTheirs, ForeignId, DayNotYet, SameIdOtherAnswers, LoggingStopped, ChangedTooOften: nothing was written.
    """
    digest = digest_of(day, answers, note)
    with transaction.atomic():
        journal = read_own_journal(by)
        treatment, day = _kept(journal, treatment_id, day)
        saved = journal.by_id.get(id)
        if saved is not None:
            return _again(treatment, saved, digest)
        _may_log(journal, treatment, day, now)
        replaced = journal.days(treatment).get(day)
        if replaced is not None:
            Entry.objects.filter(pk=replaced.pk).update(is_current=False)
        entry = Entry(
            id=id, treatment=treatment, date=treatment.date_of(day), day=day, answers=answers, note=note, digest=digest,
            reported_by=by, received_at=now,
            is_judged=True,  # as it nearly always is by the commit; a fault puts it in line again
        )  # fmt: skip
        try:
            insert([entry])
        except IntegrityError as clash:
            raise ForeignId from clash
        journal.add(entry)
        change = Change.AMENDED if replaced is not None else Change.WRITTEN
        judged = judge_from(journal, treatment, entry, now=now, change=change)
    return Recorded(entry, judged.assessment, is_new=True, is_on_its_way=bool(judged.queued))


def digest_of(day: int, answers: dict, note: str) -> str:
    """A SHA-256 over what was reported, the same for the same report however its keys were ordered."""
    return sha256(dumps([day, answers, note], is_sorted=True)).hexdigest()


def _kept(journal: Journal, treatment_id: UUID, day: int) -> tuple[Treatment, int]:
    """The session to write to and the day in it: of a record that was set aside, the one that was kept in the end."""
    sessions = {session.id: session for session in journal.treatments}
    if treatment_id not in sessions:
        raise NotTheirs
    kept = asked = sessions[treatment_id]
    while kept.same_as_id is not None:
        kept = sessions[kept.same_as_id]
    return kept, max(0, day + kept.day_of(asked.day_zero))


def _again(treatment: Treatment, saved: Entry, digest: str) -> Recorded:
    if saved.digest != digest or saved.treatment_id != treatment.id:
        raise SameIdOtherAnswers(saved)
    return Recorded(saved, saved.assessments.filter(is_current=True).first(), is_new=False)


def _may_log(journal: Journal, treatment: Treatment, day: int, now: datetime) -> None:
    today = treatment.day_of(treatment.patient.today(now))
    if day > today:
        raise DayNotYet(today)
    if not journal.agreed:
        raise LoggingStopped
    changes = sum(entry.day == day and entry.treatment_id == treatment.id for entry in journal.by_id.values())
    if changes >= MOST_A_DAY:
        raise ChangedTooOften
