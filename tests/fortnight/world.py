"""Three practices with nine practitioners, their hours, rotas and absences; and patients whose courses are drawn."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from accounts.models import Absence, Membership, Patient, Practice, User
from symptoms.models import Treatment
from symptoms.recovery.course import Entry as LoggedEntry
from tests import people
from tests.simulator.courses import COMPLICATIONS, logged
from tests.simulator.people import somebody
from tests.treatments import pen

BEFORE = 12  # treatments are done on the days before, and on those of the run
GONE_WRONG = 0.3
OFFICE = {str(day): [["09:00", "18:00"]] for day in range(5)} | {"5": [["10:00", "14:00"]]}
NIGHTS = {str(day): [["22:00", "06:00"]] for day in range(7)}
STEPS_OF_ITS_OWN = {
    "urgent": [
        {"groups": ["on_call", "holder"], "minutes": 0},
        {"groups": ["treated", "everybody"], "minutes": 20},
        {"groups": ["admins"], "minutes": 45},
    ]
}


@dataclass
class Clinic:
    """A practice with those who work there."""

    practice: Practice
    practitioners: list[User]
    admin: User


@dataclass
class World:
    """Everybody, and what each patient will log: (treatment, day) in the order of time."""

    clinics: list[Clinic]
    logs: list[tuple[datetime, Treatment, LoggedEntry]] = field(default_factory=list)
    patients: list[Patient] = field(default_factory=list)


def build(chance: Random, begins: datetime, days: int, patients: int) -> World:
    """The world as it is at `begins`, with `patients` in all."""
    world = World([_clinic(number, chance, begins, days) for number in range(3)])
    for number in range(patients):
        clinic = world.clinics[number % len(world.clinics)]
        _patient(world, clinic, number, chance, begins, days)
    world.logs.sort(key=lambda log: log[0])
    return world


def _clinic(number: int, chance: Random, begins: datetime, days: int) -> Clinic:
    zone = ("Europe/London", "America/New_York", "Asia/Kolkata")[number]
    practice = people.practice(f"Clinic {number}", time_zone=zone, week=[OFFICE, {}, NIGHTS][number])
    practitioners = [people.practitioner(practice, f"Dr {number}{name}") for name in "ABC"]
    admin = people.admin(practice, f"Manager {number}")
    members = list(Membership.objects.filter(user__in=practitioners).order_by("joined_at"))
    if number == 0:
        rota = {str(day): [str(members[day % 3].pk), str(members[(day + 1) % 3].pk)] for day in range(6)}  # a gap
        practice.telling = {"steps": STEPS_OF_ITS_OWN, "rota": rota, "quiet_from": "21:00", "quiet_until": "07:00"}
        practice.save()
    first = begins.date() + timedelta(days=chance.randrange(days))
    stands_in = None if number == 1 else members[1]
    Absence.objects.create(member=members[0], first_day=first, last_day=first + timedelta(days=3), stands_in=stands_in)
    return Clinic(practice, practitioners, admin)


def _patient(world: World, clinic: Clinic, number: int, chance: Random, begins: datetime, days: int) -> None:
    person = somebody(chance, skin=number % 6 + 1)
    done_at = begins - timedelta(days=chance.uniform(-days / 2, BEFORE))
    patient = people.patient(clinic.practice, f"Patient {number}", now=done_at)
    facts = person.treatment
    treatment = pen(
        patient, by=chance.choice(clinic.practitioners), now=done_at,
        device=str(facts.device), needle_depth_mm=str(facts.needle_depth_mm), areas=list(facts.areas),
        same_day_injection=facts.same_day_injection, fitzpatrick=person.patient.fitzpatrick,
        conditions=sorted(map(str, person.patient.conditions)),
        medications=sorted(map(str, person.patient.medications)),
        baseline={str(symptom): level for symptom, level in person.patient.baseline.items()},
    )  # fmt: skip
    world.patients.append(patient)
    gone_wrong = chance.choice(sorted(COMPLICATIONS)) if chance.random() < GONE_WRONG else ""
    complication = COMPLICATIONS.get(gone_wrong)
    first = chance.randint(complication.first, complication.last) if complication else 0
    for entry in logged(chance, person, gone_wrong, begins=first).entries:
        at = done_at + timedelta(days=entry.day, hours=chance.uniform(0.5, 9))
        at = max(at, datetime.combine(treatment.date_of(entry.day), at.timetz(), patient.zone))
        if begins <= at < begins + timedelta(days=days):
            world.logs.append((at, treatment, entry))
