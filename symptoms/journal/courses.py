"""Stored rows become a Course of plain values: the only bridge from the database to `recovery`."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from django.db.models import Exists, OuterRef

from accounts.models import Consent, Membership, Patient, User
from accounts.prepared import Prepared
from symptoms.models import Entry, Treatment
from symptoms.recovery import course as values
from symptoms.recovery.assessment import EARLIER_FOR
from symptoms.recovery.vocabulary import Condition, Device, Medication, Setting, Symptom

LOOK_BACK = timedelta(days=EARLIER_FOR)  # an earlier session still speaks for so long

_TREATED = Membership.objects.practitioners().filter(
    user=OuterRef("practitioner"), practice=OuterRef("patient__practice")
)
_CARE = Consent.objects.filter(purpose=Consent.Purpose.CARE, withdrawn_at=None)
_SESSIONS = Prepared(lambda patient: Treatment.objects.filter(patient=patient))
_OWN_SESSIONS = Prepared(
    lambda user: (
        Treatment.objects.filter(patient__user=user)
        .select_related("patient__practice")
        .annotate(agreed=Exists(_CARE.filter(patient__user=user)), practitioner_is_there=Exists(_TREATED))
    )
)
_ENTRIES = Prepared(lambda patient: Entry.objects.filter(treatment__patient=patient).defer("note", "reported_by"))


@dataclass
class Journal:
    """Everything of one patient that a judgement may need, read once: sessions and what was logged for each.

    `agreed`: the patient's consent to care stands; None where that was not asked.
    """

    treatments: list[Treatment]
    agreed: bool | None = None
    entries: dict[UUID, dict[int, Entry]] = field(default_factory=dict)  # by treatment, then day: the current ones
    by_id: dict[UUID, Entry] = field(default_factory=dict)  # all, amended ones too

    def add(self, entry: Entry) -> None:
        """Take in an entry; a current one becomes its day's."""
        self.by_id[entry.id] = entry
        if entry.is_current:
            self.entries.setdefault(entry.treatment_id, {})[entry.day] = entry

    def days(self, treatment: Treatment) -> dict[int, Entry]:
        """The current entries of a treatment by day."""
        return self.entries.get(treatment.id, {})

    def course(self, treatment: Treatment) -> values.Course:
        """The course of `treatment`, with the earlier sessions that still speak."""
        return _course(self, treatment, earlier=self._earlier(treatment))

    def _earlier(self, treatment: Treatment) -> tuple[tuple[int, values.Course], ...]:
        before = [
            other
            for other in self.treatments
            if timedelta(0) < treatment.day_zero - other.day_zero <= LOOK_BACK and other.same_as_id is None
        ]
        return tuple(((treatment.day_zero - other.day_zero).days, _course(self, other)) for other in before)


def read_journal(treatment: Treatment) -> Journal:
    """Read the patient's sessions and entries around `treatment`: two statements, however long the course."""
    return _journal(_SESSIONS(treatment.patient_id), treatment.patient)


def read_own_journal(user: User) -> Journal:
    """The same of the patient who is `user`, with whether they agreed to it; an empty one for anybody else."""
    sessions = _OWN_SESSIONS(user.pk)
    if not sessions:
        return Journal([])
    return _journal(sessions, sessions[0].patient, agreed=bool(sessions[0].agreed))


def _journal(sessions: list[Treatment], patient: Patient, *, agreed: bool | None = None) -> Journal:
    by_id = {session.id: session for session in sessions}
    journal = Journal(sessions, agreed)
    for session in sessions:
        session.patient = patient
    for entry in _ENTRIES(patient.pk):
        entry.treatment = by_id[entry.treatment_id]
        journal.add(entry)
    return journal


def patient_values(treatment: Treatment) -> values.Patient:
    """The patient as they were on the day of the treatment."""
    return values.Patient(
        age=None,
        fitzpatrick=treatment.fitzpatrick,
        conditions=frozenset(map(Condition, treatment.conditions)),
        medications=frozenset(map(Medication, treatment.medications)),
        baseline={Symptom(word): level for word, level in treatment.baseline.items()},
    )


def treatment_values(treatment: Treatment) -> values.Treatment:
    """What was done, in the core's words."""
    depth = treatment.needle_depth_mm
    free_words = [words for words in treatment.areas_other.split(",") if words.strip()]
    return values.Treatment(
        device=Device(treatment.device),
        needle_depth_mm=None if depth is None else float(depth),
        setting=Setting(treatment.setting),
        areas=(*treatment.areas, *free_words),
        same_day_injection=treatment.same_day_injection,
    )


def entry_values(entry: Entry) -> values.Entry:
    """What was reported, in the core's words; the note stays behind, for people only."""
    return values.entry_from_answers(entry.day, entry.answers)


def _course(journal: Journal, treatment: Treatment, earlier=()) -> values.Course:
    days: Iterable[Entry] = (entry for _, entry in sorted(journal.days(treatment).items()))
    return values.Course(
        patient=patient_values(treatment),
        treatment=treatment_values(treatment),
        entries=tuple(map(entry_values, days)),
        earlier=earlier,
    )
