"""The bench's people: many patients with short courses, two with long ones, and clinics of 100 and of 10,000."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from typing import Any
from uuid import uuid4

from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone

from accounts.keys.patients import new_keys
from accounts.models import Consent, Membership, Patient, Practice, ProgramToken, User
from symptoms.alerts.place_in_queue import place_of
from symptoms.models import Alert, Assessment, Entry, Note, PatientStatus, Treatment
from symptoms.recovery.course import LAST_DAY
from symptoms.recovery.vocabulary import Symptom, Urgency
from tests.bench.copying import copy_days
from tests.treatments import on_day

OPEN = {100: 60, 10_000: 1_000, 50_000: 1_000}  # of so many patients of a clinic something is open
STATES = ("free", "free", "free", "held", "waiting", "left open", "on track", "free", "due", "closed")
# Clinics of 100 in which one list fills its page: what a list costs is compared with as many rows on either side.
FULL = {
    "mine": {"states": ("held",)},
    "waiting": {"states": ("waiting",)},
    "follow_up": {"states": ("due",)},
    "closed": {"states": ("closed",)},
    "quiet": {"states": (), "skips_every": 1},
    "not_joined": {"states": (), "joined": False},
    "search by lot": {"states": (), "lots": 1},
}
LOTS = 400  # of cartridges that a clinic has used
DAYS_EACH = 20
ASKED = sorted(map(str, Symptom))


@dataclass
class Seen:
    """Who is asked for what."""

    reporters: list[tuple[str, str]]  # (token, treatment) of patients on day 3 who have logged 0, 1, 2
    long: tuple[str, str]  # the same of one who has logged days 0 to 179
    first: tuple[str, str]  # and of one who has logged nothing
    loggers: dict[int, list[tuple[str, str, int]]]  # by days logged: (token, treatment, day), each to be logged once
    longest: tuple[str, str]  # of one who has logged days 0 to 399
    courses: dict[int, User]
    reader: User  # who treats them
    records: dict[int, str]  # by how many entries there are: the patient's id
    queues: dict[int, User]
    full_lists: dict[str, User]


def make(reports: int) -> Seen:
    """Fill the database, with `reports` patients who can each report one bad day; gives whom to ask as."""
    clinic = add_practice("Larkfield Skin Clinic")
    practitioner = add_member(clinic)
    reporters = [(token, str(made.id)) for token, made in add_patients(clinic, practitioner, reports, days=3, today=3)]
    long = add_patients(clinic, practitioner, 1, days=180, today=180)[0]
    first = add_patients(clinic, practitioner, 1, days=0, today=0)[0]
    courses = {
        days: add_patients(clinic, practitioner, 1, days=days, today=days)[0][1].patient.user for days in (30, 180)
    }
    loggers = {days: _loggers(clinic, practitioner, reports, days) for days in (30, 180)}
    longest = add_patients(clinic, practitioner, 1, days=400, today=400)[0]
    records = {entries: _record(clinic, practitioner, entries) for entries in (10, 1_000)}
    queues = make_queues(100, 10_000)
    known = _one(long), _one(first), loggers, _one(longest), courses, practitioner, records
    return Seen(reporters, *known, queues, make_full_lists())


def _record(practice: Practice, practitioner: User, entries: int) -> str:
    """A patient with that many entries, of at most a year of days: the others were replaced by later ones."""
    days = min(entries, LAST_DAY)
    treatment = add_patients(practice, practitioner, 1, days=days, today=days)[0][1]
    now = timezone.now()
    Entry.objects.bulk_create(
        Entry(
            **on_day(treatment, n % days), digest="0" * 64, received_at=now - timedelta(hours=n), is_judged=True,
            is_current=False, answers={"symptoms": {}, "asked": ASKED, "signs": [], "exposures": []},
        )
        for n in range(entries - days)
    )  # fmt: skip
    flag = _flag(4, Random(entries))
    newest = treatment.entries.filter(is_current=True).latest("day")
    newest.assessments.update(urgency=4, flags=[flag])
    Alert.objects.create(
        treatment=treatment, practice=practice, concern=flag["concern"], urgency=4, current_urgency=4, entry=newest,
        opened_at=now, worsened_at=now,
    )  # fmt: skip
    return str(treatment.patient_id)


def make_queues(*sizes: int, days: int = 3) -> dict[int, User]:
    """By size, a practitioner of a clinic with so many patients, who have logged so many days each."""
    return {size: _of_a_clinic(f"Clinic of {size}", size, OPEN[size], days=days) for size in sizes}


def make_full_lists(days: int = 3) -> dict[str, User]:
    """By the name of a list, a practitioner of a clinic of 100 patients who all stand in it."""
    return {name: _of_a_clinic(f"All {name}", 100, 100, days=days, **as_set) for name, as_set in FULL.items()}


def settle() -> None:
    """What PostgreSQL does by itself within minutes: it looks at how many rows there are, and which pages are full."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")


def _of_a_clinic(name: str, size: int, opened: int, **as_set: Any) -> User:
    clinic = add_practice(name)
    practitioner = add_member(clinic)
    crowd(clinic, practitioner, size, opened, **as_set)
    return practitioner


def _one(patient: tuple[str, Treatment]) -> tuple[str, str]:
    token, treatment = patient
    return token, str(treatment.id)


def _loggers(practice: Practice, practitioner: User, reports: int, days: int) -> list[tuple[str, str, int]]:
    """`reports` days to log, of patients who have logged `days` and have DAYS_EACH more to log."""
    patients = add_patients(practice, practitioner, -(-reports // DAYS_EACH), days=days, today=days + DAYS_EACH)
    return [(*_one(patient), day) for day in range(days, days + DAYS_EACH) for patient in patients]


def add_practice(name: str) -> Practice:
    """A clinic in London."""
    return Practice.objects.create(name=name, phone="020 7946 0123", country="GB", time_zone="UTC")


def add_member(practice: Practice) -> User:
    """Somebody who treats patients there."""
    user = User.objects.create(email=f"{uuid4().hex}@clinic.example", name="Dr Noor", password="!")
    Membership.objects.create(user=user, practice=practice)
    return user


def add_patients(
    practice: Practice, practitioner: User, count: int, *, days: int, today: int
) -> list[tuple[str, Treatment]]:
    """`count` patients whose session was `today` days ago and who logged the first `days` of them: token, session."""
    now = timezone.now()
    users = User.objects.bulk_create(User(email=f"{uuid4().hex}@patients.example", password="!") for _ in range(count))
    keys = new_keys()  # one for all: making theirs, when they join, is no part of what is measured
    patients = Patient.objects.bulk_create(
        Patient(
            user=user, practice=practice, name="Ana Marrowby", email=user.email, year_of_birth=1990, time_zone="UTC",
            zone_confirmed_at=now, welcomed_at=now, country="GB", data_keys=keys,
        )
        for user in users
    )  # fmt: skip
    Consent.objects.bulk_create(
        Consent(patient=one, purpose=p, given_at=now) for one in patients for p in ("care", "photos")
    )
    tokens = _tokens(users)
    treatments = add_treatments(patients, practitioner, today)
    add_days(treatments, days)
    PatientStatus.objects.bulk_create(
        PatientStatus(patient=one.patient, practice=practice, treatment=one, urgency=0 if days else None)
        for one in treatments
    )
    return [(token, treatment) for token, treatment in zip(tokens, treatments, strict=True)]


def _tokens(users: list[User]) -> list[str]:
    """A token for programs of each, used a moment ago as that of any program that goes on calling."""
    now = timezone.now()
    as_set = {"expiry": now + timedelta(days=30), "name": "bench", "scope": "own", "used_at": now}
    made = [ProgramToken.made(user, **as_set) for user in users]
    ProgramToken.objects.bulk_create(row for row, _ in made)
    return [token for _, token in made]


def add_treatments(patients: list[Patient], practitioner: User, days_ago: int, lots: int = LOTS) -> list[Treatment]:
    """A session for each, `days_ago`, with so many `lots` of cartridges in turn."""
    now = timezone.now()
    return Treatment.objects.bulk_create(
        Treatment(
            patient=patient, practice=patient.practice, open_to=patient.practice,
            practitioner=practitioner, recorded_by=practitioner,
            day_zero=now.date() - timedelta(days=days_ago), performed_at=now - timedelta(days=days_ago),
            device="pen", needle_depth_mm="1.5", areas=["face"], fitzpatrick=3,
            cartridge_lot=f"P24-{7 + number % lots:03}B",
        )
        for number, patient in enumerate(patients)
    )  # fmt: skip


def add_days(treatments: list[Treatment], days: int) -> list[Entry]:
    """An uneventful course of that many days for each, judged on track."""
    now = timezone.now()
    entries = Entry.objects.bulk_create(
        [
            Entry(
                **on_day(one, day), digest="0" * 64, reported_by=one.patient.user, received_at=now, is_judged=True,
                answers={"symptoms": {"redness": max(0, 2 - day)}, "asked": ASKED, "signs": [], "exposures": []},
            )
            for one in treatments
            for day in range(days)
        ],
        batch_size=2_000,
    )  # fmt: skip
    Assessment.objects.bulk_create(
        [
            Assessment(entry=entry, urgency=0, flags=[], protocol_version="bench", protocol_hash="0" * 64, made_at=now)
            for entry in entries
        ],
        batch_size=2_000,
    )
    return entries


def crowd(
    practice: Practice, practitioner: User, size: int, opened: int,
    *, states: Sequence[str] = STATES, skips_every: int = 40, joined: bool = True, lots: int = LOTS,
    days: int = 3,
) -> None:  # fmt: skip
    """A clinic's patients, so many days logged each; something is open of `opened` of them, in the states that lists
    part: with nobody, held, waiting for an answer, left open, due again, on track by now, closed today."""
    chance, today = Random(size), timezone.now().date()
    patients = _crowd_of_patients(practice, size, chance, joined)
    treatments = add_treatments(patients, practitioner, days + 2, lots)
    add_days(treatments[:1], days)
    copy_days(treatments[0])
    newest = {entry.treatment_id: entry for entry in _logged_last(practice, days).iterator(2_000)}
    chosen = set(chance.sample(range(size), opened))
    of_open = [one for number, one in enumerate(treatments) if number in chosen]
    raised = _alerts(of_open, practitioner, newest, chance, states) if states else []
    alerts = {alert.treatment_id: alert for alert in raised}
    rows = []
    for number, one in enumerate(treatments):
        row = PatientStatus(patient=one.patient, practice=practice, treatment=one, entry=newest[one.id], urgency=0)
        row.log_due_on = today + timedelta(days=1 if number % skips_every else -3)
        row.logs_until = one.date_of(LAST_DAY) if one.patient.user_id else None
        if (alert := alerts.get(one.id)) and alert.resolved_at is None:
            row.urgency, row.alert_urgency = alert.current_urgency, alert.urgency
            row.waiting_since = alert.worsened_at
            vars(row).update(vars(place_of(one.patient, [alert])))
        rows.append(row)
    PatientStatus.objects.bulk_create(rows, batch_size=2_000)


def _logged_last(practice: Practice, days: int) -> QuerySet[Entry]:
    """The newest entry of each of a clinic's sessions."""
    return Entry.objects.filter(treatment__practice=practice, day=days - 1)


def _crowd_of_patients(practice: Practice, size: int, chance: Random, joined: bool) -> list[Patient]:
    """Patients with all by which they are found; one in fifty has not joined, or none has."""
    has_joined = [joined and number % 50 > 0 for number in range(size)]
    users = [User(email=f"{uuid4().hex}@example.org", password="!") for has in has_joined if has]
    accounts = iter(User.objects.bulk_create(users, batch_size=2_000))
    patients = Patient.objects.bulk_create(
        [
            Patient(
                practice=practice, name=_name(chance), time_zone="UTC", year_of_birth=chance.randint(1940, 2005),
                phone=f"07700 {chance.randrange(10**6):06}", email=f"{uuid4().hex[:9]}@example.org",
                user=next(accounts) if has else None,
            )
            for has in has_joined
        ],
        batch_size=2_000,
    )  # fmt: skip
    now = timezone.now()
    agreed = [Consent(patient=one, purpose="care", given_at=now) for one in patients if one.user_id]
    Consent.objects.bulk_create(agreed, batch_size=2_000)
    return patients


def _alerts(
    treatments: list[Treatment], practitioner: User, newest: dict, chance: Random, states: Sequence[str]
) -> list[Alert]:
    """One of each, raised by its newest entry, which is assessed anew; and the practice's messages to who is held."""
    now, alerts, assessments, notes = timezone.now(), [], [], []
    for number, one in enumerate(treatments):
        urgency, since = chance.choice([2, 2, 2, 3, 4]), now - timedelta(seconds=chance.randrange(100_000))
        entry, flag = newest[one.id], _flag(urgency, chance)
        alert = Alert(
            treatment=one, practice=one.practice, concern=flag["concern"], urgency=urgency, current_urgency=urgency,
            entry=entry, opened_at=since, worsened_at=since, steps_from=since,
        )  # fmt: skip
        state = states[number % len(states)]
        if state in ("held", "waiting", "left open", "due", "closed"):
            alert.acknowledged_by, alert.acknowledged_at = practitioner, since + timedelta(seconds=1)
        if state == "waiting":
            notes.append(
                Note(treatment=one, practice=one.practice, author=practitioner, kind="to_patient", text="Call us.",
                     written_at=since + timedelta(seconds=2))
            )  # fmt: skip
        if state == "left open":
            alert.outcome, alert.kept_open_at, alert.comes_back_at = "not_reached", now, now + timedelta(hours=1)
        if state == "due":
            alert.outcome, alert.kept_open_at, alert.comes_back_at = "not_reached", now, now - timedelta(minutes=1)
        if state == "on track":
            alert.urgency, alert.current_urgency, alert.cleared_at = 2, 0, now
        if state == "closed":
            alert.outcome, alert.resolved_at, alert.resolved_by = "seen", now, practitioner
        alerts.append(alert)
        if state != "on track":
            assessments.append(
                Assessment(
                    entry=entry, urgency=urgency, flags=[flag], made_at=now,
                    protocol_version="bench", protocol_hash="0" * 64,
                )
            )  # fmt: skip
    Alert.objects.bulk_create(alerts, batch_size=2_000)
    Note.objects.bulk_create(notes, batch_size=2_000)
    for start in range(0, len(assessments), 500):
        Assessment.objects.filter(entry__in=[row.entry_id for row in assessments[start : start + 500]]).delete()
    Assessment.objects.bulk_create(assessments, batch_size=2_000)
    return alerts


def _name(chance: Random) -> str:
    """A name like no other's, so that compression finds no more to save than in life."""
    return " ".join("".join(chance.choices("aeiounrstlmkdv", k=chance.randint(4, 9))).capitalize() for _ in range(2))


def _flag(urgency: int, chance: Random) -> dict:
    """A flag as it is stored: one criterion that two answers met."""
    slug = Urgency(urgency).slug
    facts = [
        {"kind": "symptom", "word": word, "day": 2, "value": chance.randint(2, 4), "limit": 1}
        for word in chance.sample(ASKED, 2)
    ]
    concern = chance.choice(["infection", "unexpected_pain", "persistent_redness", "contact_dermatitis", "scarring"])
    met = {"id": "INF-18", "urgency": slug, "source": "S39, S44", "evidence": facts, "treatment_offset": 0}
    return {"concern": concern, "urgency": slug, "criteria": [met]}
