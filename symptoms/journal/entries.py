"""Writing down a day: the verb that page and API share."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts import audit
from accounts.database_errors import primary_key, violated_constraint
from accounts.keys import patients
from accounts.locks import lock_patient_of
from accounts.models import User
from symptoms.alerts.following import Change
from symptoms.alerts.treatment_access import give_access_to_present_practice
from symptoms.journal.dates import day_on
from symptoms.journal.judging import judge_entry
from symptoms.journal.loading import Journal, read_journal
from symptoms.models import Assessment, Entry, Treatment

MOST_A_DAY = 50
A_MOMENT = timedelta(microseconds=1)


class EntryRefused(Exception):
    """An entry that cannot be written down; `str()` is a sentence for the person who wrote it."""


class DayNotYet(EntryRefused):
    """The day lies after the patient's today, by the server's clock."""

    def __init__(self, today: int):
        self.today = today
        sentence = _("That day has not come yet. By our clock today is day {day}. Which day do you mean?")
        super().__init__(sentence.format(day=today))


class SameIdOtherAnswers(EntryRefused):
    """The id was used for other answers before."""

    def __init__(self, saved: Entry):
        self.saved = saved
        super().__init__(_("You already saved day {day}. Save this as a change?").format(day=saved.day))


class SavedSince(SameIdOtherAnswers):
    """The day was saved since the page was opened by which its writer would replace it."""


class LoggingStopped(EntryRefused):
    """The patient has withdrawn the consent to care, or never gave it."""

    def __init__(self) -> None:
        super().__init__(
            _("You have not agreed that we keep your logs. Nothing was saved. You can agree under Account.")
        )


class ChangedTooOften(EntryRefused):
    """Every change of a day is kept, and read whenever the day is judged: there must be an end to them."""

    def __init__(self, *, has_clinic: bool) -> None:
        stays = _("This day was changed {count} times, and stays as it is.").format(count=MOST_A_DAY)
        call = _("To tell us more, please call your clinic.") if has_clinic else _("If it gets worse, call a doctor.")
        super().__init__(" ".join([stays, call]))


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


LOGGED, CHANGED_A_DAY = gettext_noop("logged a day"), gettext_noop("changed a day")  # as the audit record keeps them


def record_entry(
    treatment_id: UUID, *, id: UUID, day: int, answers: dict[str, Any], note: str = "", by: User, now: datetime,
    instead_of: str | None = None,
) -> Recorded:  # fmt: skip
    """Write down one day, judge the course anew and tell who must know, in one transaction.

    `by` is the patient: nobody else writes in their journal. `answers` is the document of `Entry.answers`, already in
    the vocabulary's words. The same `id` and answers twice are written once. A second entry for a day is an amendment:
    the last received is judged, all are kept. An entry for a duplicate treatment is stored on the treatment that was
    kept, on the same date. `instead_of`: the id of the entry that counted for the day when its writer began, "" where
    none did; without it, whatever counts is replaced.

    Raises:
        NotTheirs, ForeignId, DayNotYet, SameIdOtherAnswers, SavedSince, LoggingStopped, ChangedTooOften: nothing was
            written.
    """
    digest = digest_of(day, answers, note)
    report = treatment_id, id, day, answers, note, digest, by, now, instead_of
    try:
        return _record(*report)
    except (EntryRefused, IntegrityError):
        pass  # whatever it is, that this was saved before comes first
    try:
        return _record(*report, may_be_known=True)
    except IntegrityError as clash:
        if violated_constraint(clash) == primary_key(Entry):  # it came in between looking for it and writing
            raise ForeignId from clash
        raise


@transaction.atomic
def _record(
    treatment_id: UUID, id: UUID, day: int, answers: dict[str, Any], note: str, digest: str, by: User, now: datetime,
    instead_of: str | None, *, may_be_known: bool = False,
) -> Recorded:  # fmt: skip
    """An id of which nobody says that it `may_be_known` is looked up only where the day is there: few others are."""
    patient = lock_patient_of(by)
    if patient is None:
        raise NotTheirs
    now, journal = patient.after_leaving(now), read_journal(patient)
    treatment, on = session_and_date(journal.treatments, treatment_id, day)
    day = day_on(treatment, on)
    is_amendment = day in journal.days(treatment)
    if (is_amendment or may_be_known) and (saved := Entry.objects.filter(pk=id).first()):
        return _again(journal, treatment, saved, digest)
    _check_may_log(journal, treatment, day, now)
    if is_amendment:
        _supersede(treatment, day, instead_of)
    entry = Entry(
        id=id, treatment=treatment, date=on, day=day, answers=answers, note=note, reported_by=by,
        digest=patients.mark(patient, digest),
        # After everything else of the patient, whatever the clock says: which entry counts goes by this.
        received_at=max(now, journal.last_received + A_MOMENT) if journal.last_received else now,
        is_judged=True,  # as it nearly always is by the commit; a fault puts it in line again
    )  # fmt: skip
    entry.save(force_insert=True)
    give_access_to_present_practice(treatment, now)
    journal.add(entry)
    change = Change.AMENDED if is_amendment else Change.WRITTEN
    judged = judge_entry(journal, entry, now=now, change=change)
    what = CHANGED_A_DAY if is_amendment else LOGGED
    audit.did(what, by=by, patient=patient, thing=id, now=now)
    return Recorded(entry, judged.assessment, is_new=True, is_on_its_way=bool(judged.queued))


def digest_of(day: int, answers: dict[str, Any], note: str) -> str:
    """A SHA-256 over what was reported, the same for the same report however its keys were ordered.

    What is kept is a mark of it: from the digest itself, whoever has the answers could find a short note by trying.
    """
    document = json.dumps([day, answers, note], sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return sha256(document.encode()).hexdigest()


def session_and_date(treatments: Iterable[Treatment], treatment_id: UUID, day: int) -> tuple[Treatment, date]:
    """The session to write to, of a record that was set aside the one that was kept in the end; and the date of `day`.

    Raises:
        NotTheirs: it is none of `treatments`, which are the patient's.
    """
    by_id = {treatment.id: treatment for treatment in treatments}
    if treatment_id not in by_id:
        raise NotTheirs
    session, date_meant = by_id[treatment_id], by_id[treatment_id].date_of(day)
    while session.same_as_id is not None:
        session = by_id[session.same_as_id]
    return session, date_meant


def _again(journal: Journal, treatment: Treatment, saved: Entry, digest: str) -> Recorded:
    """The answer to an id that is there already."""
    if all(saved.treatment_id != session.id for session in journal.treatments):
        raise ForeignId
    if saved.treatment_id != treatment.id or not patients.is_mark(saved.digest, journal.patient, digest):
        raise SameIdOtherAnswers(saved)
    saved.treatment = treatment
    return Recorded(saved, saved.assessments.filter(is_current=True).first(), is_new=False)


def _check_may_log(journal: Journal, treatment: Treatment, day: int, now: datetime) -> None:
    today = treatment.day_of(treatment.patient.today(now))
    # A day that was logged before the patient travelled west can still be changed there.
    if day > today and day not in journal.days(treatment):
        raise DayNotYet(today)
    if not journal.agreed:
        raise LoggingStopped


def _supersede(treatment: Treatment, day: int, instead_of: str | None) -> None:
    """Make room for another entry of a day."""
    entries = Entry.objects.filter(treatment=treatment, day=day)
    if instead_of is not None:
        saved = entries.get(is_current=True)
        if str(saved.pk) != instead_of:
            raise SavedSince(saved)
    if entries.count() >= MOST_A_DAY:
        raise ChangedTooOften(has_clinic=treatment.patient.practice_id is not None)
    entries.filter(is_current=True).update(is_current=False)
