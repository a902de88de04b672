"""A large database in a minute: invented people with their days, written by the verbs' own rows, then copied by SQL.

Each copy is a patient of its own with other ids, so that tables, indexes and plans are those of as many people.
"""

from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any

from django.db import transaction
from django.db.models import Model
from django.utils import timezone

from accounts.models import Patient, Practice, User
from symptoms.alerts.patient_status import refresh_status
from symptoms.models import Assessment, Entry, PatientStatus, Treatment
from symptoms.models.values import patient_values, treatment_values
from symptoms.recovery import course as values
from symptoms.recovery.assessment import assess
from symptoms.recovery.vocabulary import Sign
from tests.bench.copying import copy_rows
from tests.bench.people import ASKED, on_day, settle
from tests.simulator.courses import COMPLICATIONS, logged
from tests.simulator.people import Person, somebody

DAYS = 20  # that a patient has logged
DRAWN = 1_000  # people; all others are copies of them
GONE_WRONG = 0.05
# Of every tenth the newest day has pus, which the protocol of before found on track: it is stored, with its alert.
MISSED_EVERY = 10
MISSED = {"symptoms": {"pain": 3, "redness": 2}, "asked": ASKED, "signs": ["pus"], "exposures": []}
# What is copied, in which order: a row after those it points at.
COPIED: dict[type[Model], str] = {
    Patient: "id", Treatment: "id", Entry: "day", Assessment: "made_at", PatientStatus: "patient_id",
}  # fmt: skip


def fill(practice: Practice, practitioner: User, patients: int) -> None:
    """Give a practice the first patients there are, with DAYS entries each, judged and stored, and where they stand."""
    drawn = min(DRAWN, patients)
    draw(practice, practitioner, drawn)
    grow(patients // drawn - 1)


def grow(copies: int) -> None:
    """Copy everybody there is so many times; then what a database does by itself in time, it does now."""
    if copies:
        with transaction.atomic():
            multiply(copies)
    settle()


def draw(practice: Practice, practitioner: User, people: int, seed: int = 2026) -> list[Patient]:
    """So many people of the simulator with DAYS days each, as they would be stored."""
    chance = Random(seed)
    persons = [somebody(chance, skin=chance.randint(1, 6)) for _ in range(people)]
    today = timezone.now().date()
    patients = Patient.objects.bulk_create(
        Patient(practice=practice, name="Ana Marrowby", time_zone="UTC", year_of_birth=1990) for _ in persons
    )
    treatments = Treatment.objects.bulk_create(
        _session(person, patient, practice, practitioner, today)
        for person, patient in zip(persons, patients, strict=True)
    )
    entries, assessments = [], []
    for number, (person, treatment) in enumerate(zip(persons, treatments, strict=True)):
        of_one = _days(chance, person, treatment, is_missed=number % MISSED_EVERY == 0)
        entries += [entry for entry, _ in of_one]
        assessments += [assessment for _, assessment in of_one]
    Entry.objects.bulk_create(entries, batch_size=2_000)
    Assessment.objects.bulk_create(assessments, batch_size=2_000)
    with transaction.atomic():
        for patient in patients:
            refresh_status(patient)
    return patients


def _session(person: Person, patient: Patient, practice: Practice, practitioner: User, today: date) -> Treatment:
    """Their session, so long ago that the last of their days was yesterday."""
    of = person.treatment
    begun = today - timedelta(days=DAYS)
    return Treatment(
        patient=patient, practice=practice, open_to=practice, practitioner=practitioner, recorded_by=practitioner,
        day_zero=begun, performed_at=datetime.combine(begun, time(12), UTC), device=of.device,
        needle_depth_mm=of.needle_depth_mm, setting=of.setting, areas=list(of.areas),
        same_day_injection=of.same_day_injection, fitzpatrick=person.patient.fitzpatrick,
        conditions=sorted(person.patient.conditions), medications=sorted(person.patient.medications),
        baseline=dict(person.patient.baseline), cartridge_lot="P24-007B",
    )  # fmt: skip


def _days(chance: Random, person: Person, treatment: Treatment, *, is_missed: bool) -> list[tuple[Entry, Assessment]]:
    """What they logged, on days that follow each other, with what is said of it."""
    wrong = chance.choice(sorted(COMPLICATIONS)) if chance.random() < GONE_WRONG else ""
    drawn = logged(chance, person, wrong, begins=COMPLICATIONS[wrong].first if wrong else 0).entries
    documents = [_document(entry) for entry in drawn]
    documents = [documents[min(day, len(documents) - 1)] for day in range(DAYS)]
    if is_missed:
        documents[-1] = MISSED
    made = []
    reported = tuple(values.entry_from_answers(day, document) for day, document in enumerate(documents))
    course = values.Course(patient_values(treatment), treatment_values(treatment), reported)
    for day, document in enumerate(documents):
        received_at = treatment.performed_at + timedelta(days=day, hours=6)
        entry = Entry(
            **on_day(treatment, day), digest="0" * 64, received_at=received_at, is_judged=True, answers=document
        )
        said = assess(course, day=day)
        is_blank = is_missed and day == DAYS - 1
        assessment = Assessment(
            entry=entry, urgency=0 if is_blank else said.urgency, flags=[] if is_blank else said.as_json()["flags"],
            protocol_version="bench", protocol_hash="0" * 64, made_at=received_at,
        )  # fmt: skip
        made.append((entry, assessment))
    return made


def _document(entry: values.Entry) -> dict[str, Any]:
    """An entry's answers as they are stored."""
    document = {
        "symptoms": {str(symptom): level for symptom, level in entry.symptoms.items()},
        "asked": sorted([*map(str, entry.answered), *map(str, Sign)]),
        "signs": sorted(map(str, entry.signs)),
        "exposures": sorted(map(str, entry.exposures)),
    }
    return document if entry.temperature_c is None else {**document, "temperature_c": entry.temperature_c}


def multiply(copies: int) -> None:
    """Copy all patients that there are so many times, with their sessions, days, assessments and places.

    Days lie apart in the tables, as they come in.
    """
    before = Patient.objects.count()  # so that no copy of a copy has the id of another one
    numbers = (
        f"(WITH RECURSIVE series(n) AS (SELECT {before + 1} UNION ALL SELECT n + 1 FROM series"
        f" WHERE n < {before + copies}) SELECT n FROM series) AS series"
    )
    for model, order in COPIED.items():
        differing = {
            field.column: f"copied(of.{field.column}, n)"
            for field in model._meta.concrete_fields
            if field.primary_key or (field.is_relation and field.related_model in COPIED)
        }
        copy_rows(model, f"FROM {model._meta.db_table} AS of, {numbers} ORDER BY {order}, n", [], **differing)
