"""Stored rows become a Course of plain values: the only bridge from the database to `recovery`."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection
from django.db.models import Exists, OuterRef

from accounts.compiled_queries import AN_ID, CompiledQuery
from accounts.models import Consent, Patient
from symptoms.models import Assessment, Entry, Treatment
from symptoms.models.treatment import TreatmentQuerySet
from symptoms.models.values import patient_values, treatment_values
from symptoms.recovery import course as values
from symptoms.recovery.assessment import EARLIER_FOR

LOOK_BACK = timedelta(days=EARLIER_FOR)  # how long an earlier session is still assessed
PARSED_KEPT = 4096  # documents of answers; most days of most people read the same

_CARE = Consent.objects.filter(purpose=Consent.Purpose.CARE, withdrawn_at=None)


def sessions_of(patient_id: UUID) -> TreatmentQuerySet:
    """A patient's sessions; each says whether the consent to care stands."""
    agreed = Exists(_CARE.filter(patient=patient_id))
    return Treatment.objects.filter(patient=patient_id).annotate(agreed=agreed)  # type: ignore[no-redef]  # on the model


read_sessions = CompiledQuery(sessions_of)
_ENTRIES, _TREATMENTS = Entry._meta.db_table, Treatment._meta.db_table
# Written out: with a long course, making model instances of every day costs more than all the rest of a request.
_LOGGED = f"""
    SELECT entry.treatment_id, entry.day, entry.id, entry.answers, entry.is_judged, entry.received_at
    FROM {_ENTRIES} AS entry JOIN {_TREATMENTS} AS treatment ON treatment.id = entry.treatment_id
    WHERE treatment.patient_id = %s AND entry.is_current
"""  # noqa: S608  names from the models only
# Of a page of patients at once, with what is stored of each day. They lie between the first and the last of them, which
# tells PostgreSQL how few they are: it looks each up by its key, however many there are besides.
_JUDGED = f"""
    SELECT entry.treatment_id, entry.day, entry.id, entry.answers, entry.is_judged, assessment.flags
    FROM {_TREATMENTS} AS treatment JOIN {_ENTRIES} AS entry ON entry.treatment_id = treatment.id AND entry.is_current
    LEFT JOIN {Assessment._meta.db_table} AS assessment ON assessment.entry_id = entry.id AND assessment.is_current
    WHERE treatment.patient_id IN (%s) AND treatment.patient_id BETWEEN %%s AND %%s
"""  # noqa: S608  names from the models only


class LoggedDay(NamedTuple):
    """A current entry as the core reads it, with the id under which it is stored."""

    id: UUID
    values: values.Entry
    is_judged: bool = True


@dataclass
class Journal:
    """Everything of one patient that a judgement may need, read once: sessions and what counts of each day."""

    patient: Patient
    treatments: list[Treatment]
    last_received: datetime | None = None  # of all entries: the newest always counts for its day
    _days: dict[UUID, dict[int, LoggedDay]] = field(default_factory=dict)  # by treatment, then day
    _courses: dict[UUID, values.Course] = field(default_factory=dict)

    @property
    def agreed(self) -> bool:
        """Whether the patient's consent to care stands."""
        return bool(self.treatments) and bool(self.treatments[0].agreed)

    @property
    def sessions(self) -> list[Treatment]:
        """The sessions that count, oldest first; one that was recorded twice counts once."""
        counted = [treatment for treatment in self.treatments if treatment.same_as_id is None]
        return sorted(counted, key=lambda treatment: treatment.sort_key)

    def treatment(self, id: UUID) -> Treatment:
        """The session of an id. Raises KeyError when it is not one of the patient's."""
        for treatment in self.treatments:
            if treatment.id == id:
                return treatment
        raise KeyError(id)

    def days(self, treatment: Treatment) -> Mapping[int, LoggedDay]:
        """The current entries of a treatment by day."""
        return self._days.get(treatment.id, {})

    def newest(self, treatment: Treatment) -> LoggedDay:
        """The last day that was logged for a treatment. Raises ValueError when none was."""
        days = self.days(treatment)
        return days[max(days)]

    def add(self, entry: Entry) -> None:
        """Take in an entry just written: from now on it is what counts for its day."""
        values_of_day = values.entry_from_answers(entry.day, entry.answers)
        self._days.setdefault(entry.treatment_id, {})[entry.day] = LoggedDay(entry.id, values_of_day)
        self._courses.clear()

    def course(self, treatment: Treatment) -> values.Course:
        """The course of `treatment`, with the earlier sessions that are assessed along with it."""
        if treatment.id not in self._courses:
            earlier = tuple((offset, self._alone(other)) for offset, other in self._earlier(treatment))
            self._courses[treatment.id] = self._alone(treatment, earlier)
        return self._courses[treatment.id]

    def newer(self, treatment: Treatment) -> list[tuple[int, Treatment]]:
        """The sessions with which `treatment` is assessed as an earlier one, each with the days between the two."""
        return [
            (offset, other)
            for other in self.sessions
            for offset, earlier in self._earlier(other)
            if earlier.id == treatment.id
        ]

    def _earlier(self, treatment: Treatment) -> list[tuple[int, Treatment]]:
        return [
            ((treatment.day_zero - other.day_zero).days, other)
            for other in self.treatments
            if timedelta(0) < treatment.day_zero - other.day_zero <= LOOK_BACK and other.same_as_id is None
        ]

    def _alone(self, treatment: Treatment, earlier: tuple[Any, ...] = ()) -> values.Course:
        return values.Course(
            patient=patient_values(treatment),
            treatment=treatment_values(treatment),
            entries=tuple(logged.values for _, logged in sorted(self.days(treatment).items())),
            earlier=earlier,
        )


def read_journal(patient: Patient) -> Journal:
    """Read a patient's sessions and current entries: two statements, however long the course."""
    journal = Journal(patient, read_sessions(patient.pk))
    by_key = {}
    for treatment in journal.treatments:
        treatment.patient = patient
        by_key[_stored(treatment.id)] = treatment.id
    if not by_key:
        return journal
    with connection.cursor() as cursor:
        cursor.execute(_LOGGED, [_stored(patient.pk)])
        rows = cursor.fetchall()
    for treatment_id, day, id, answers, is_judged, _ in rows:
        logged = LoggedDay(id if isinstance(id, UUID) else UUID(id), _parsed(day, answers), is_judged)
        journal._days.setdefault(by_key[treatment_id], {})[day] = logged
    if rows:
        last: datetime = max(received_at for *_, received_at in rows)
        journal.last_received = last if last.tzinfo else last.replace(tzinfo=UTC)  # SQLite gives UTC unsaid
    return journal


class Recorded(NamedTuple):
    """A patient's journal, and the flags that are stored of each day that was judged, as JSON, by the entry's id."""

    journal: Journal
    flags: dict[UUID, str]


def read_page(patients: Iterable[Patient]) -> list[Recorded]:
    """The journals of some patients, in their order: two statements for all of them."""
    read = {patient.pk: Recorded(Journal(patient, []), {}) for patient in patients}
    if not read:
        return []
    agreed = Exists(_CARE.filter(patient=OuterRef("patient")))
    session: Treatment
    of_session = {}
    for session in Treatment.objects.filter(patient__in=read).annotate(agreed=agreed):  # type: ignore[no-redef]  # on the model
        of_session[_stored(session.id)] = session, read[session.patient_id]
        session.patient = read[session.patient_id].journal.patient
        read[session.patient_id].journal.treatments.append(session)
    with connection.cursor() as cursor:
        statement = _JUDGED % ", ".join(["%s"] * len(read))
        cursor.execute(statement, [_stored(id) for id in (*read, min(read), max(read))])
        rows = cursor.fetchall()
    for treatment_id, day, key, answers, is_judged, flags in rows:
        session, recorded = of_session[treatment_id]
        id = key if isinstance(key, UUID) else UUID(key)
        recorded.journal._days.setdefault(session.id, {})[day] = LoggedDay(id, _parsed(day, answers), is_judged)
        if flags is not None:
            recorded.flags[id] = flags
    return list(read.values())


def entry_values(entry: Entry) -> values.Entry:
    """What was reported, in the core's words; the note stays behind, for people only."""
    return values.entry_from_answers(entry.day, entry.answers)


@lru_cache(PARSED_KEPT)
def _parsed(day: int, answers: str) -> values.Entry:
    """The values of a stored document. They are shared, and never changed."""
    return values.entry_from_answers(day, json.loads(answers))


def _stored(id: UUID) -> Any:
    """An id as the database at hand keeps it."""
    return AN_ID.get_db_prep_value(id, connection)
