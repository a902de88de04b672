"""Plays the demo's stories day by day through the verbs that the pages use, so that what follows from them is real."""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5
from zoneinfo import ZoneInfo

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.db.models import F

from accounts.allergies import Allergies
from accounts.consents import give_consent
from accounts.invitations import invite_patient
from accounts.models import AccountMail, Membership, Patient, Practice, User
from symptoms.alerts.conversation import write_to_practice
from symptoms.alerts.handling import acknowledge, read_record, resolve, write_note
from symptoms.alerts.policy_changes import change_telling, telling_of, turn_fields
from symptoms.alerts.quiet import raise_next_quiet
from symptoms.demo import cast
from symptoms.demo.pictures import picture
from symptoms.journal.entries import record_entry
from symptoms.journal.loading import entry_values
from symptoms.journal.photos import attach_photo
from symptoms.journal.screening import keep_screening
from symptoms.journal.treatments import start_treatment
from symptoms.models import Alert, Delivery, PatientStatus, Treatment
from symptoms.models.values import patient_values, treatment_values
from symptoms.recovery.questions import asked_today
from symptoms.recovery.screening import Answers

ZONE = ZoneInfo("Europe/London")
TREATED_AT, LOGGED_AT = time(9, 30), time(8, 10)


def play_all(now: datetime) -> None:
    """Make both clinics, their people and everything that happened to them until `now`: all of it, or nothing."""
    password = make_password(cast.PASSWORD)
    with transaction.atomic():
        played = [
            *_clinic(cast.LARKFIELD, cast.AT_LARKFIELD, cast.PATIENTS, password, now),
            *_clinic(cast.OTHERWHERE, cast.AT_OTHERWHERE, cast.ELSEWHERE, password, now),
        ]
        _fall_silent(now)
        _sent_in_their_day(now)
    for person, treatment, story in played:  # decoding takes its time, and no transaction waits for it
        _photos(person, treatment, story, now)


def is_played() -> bool:
    """Whether the demo's people are here."""
    return User.objects.filter(email=cast.NOOR).exists()


Played = tuple[cast.Person, Treatment, cast.Story]


def _clinic(
    clinic: dict[str, Any], members: Iterable[cast.Member], people: Iterable[cast.Person], password: str, now: datetime
) -> Iterator[Played]:
    practice = Practice.objects.create(country="GB", time_zone=ZONE.key, **clinic)
    staff = {member.email: _member(member, practice, password) for member in members}
    _set_rota(practice, list(staff.values()))
    for person in people:
        patient = _patient(person, practice, password, now)
        for story in person.stories:
            treatment = _treat(person, patient, story, staff.get(story.by), now)
            for day in range(story.days_ago + 1):
                _day(person, treatment, story, day, now)
                _handle(treatment, story, day, staff, now)
            yield person, treatment, story
        if not person.accepted:
            invite_patient(patient, staff[person.stories[0].by], person.email, now)


def _set_rota(practice: Practice, staff: list[User]) -> None:
    """Each of those who read records is on call in turn, the next if there is no answer; nobody on Sunday."""
    members = list(Membership.objects.practitioners().filter(practice=practice, user__in=staff).order_by("user__email"))
    settings = telling_of(practice)
    settings["urgent"] = [{"groups": ["holder", "on_call", "treated"], "minutes": 0}, *settings["urgent"][1:]]
    for day in range(6):
        turn = [str(members[(day + place) % len(members)].pk) for place in range(min(2, len(members)))]
        settings |= dict(zip(turn_fields(day), turn, strict=False))
    change_telling(practice, settings, by=staff[0], now=practice.created_at)


def _user(name: str, email: str, password: str) -> User:
    user = User.objects.create(email=email, name=name, password=password)
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    return user


def _member(member: cast.Member, practice: Practice, password: str) -> User:
    user = _user(member.name, member.email, password)
    Membership.objects.create(user=user, practice=practice, is_practitioner=True, is_admin=member.is_admin)
    return user


def _patient(person: cast.Person, practice: Practice, password: str, now: datetime) -> Patient:
    began = _at(now, person.began_days_ago, 0, TREATED_AT)
    settled = (
        {"zone_confirmed_at": began, "welcomed_at": began, "time_zone": ZONE.key, "country": "GB"}
        if person.accepted
        else {}
    )
    patient = Patient.objects.create(
        user=_user(person.name, person.email, password) if person.accepted else None,
        practice=practice if not person.stories or person.stories[0].by else None,
        name=person.name,
        email=person.email,
        phone=person.phone,
        number=person.number,
        drug_allergies=_allergies(person),
        year_of_birth=person.born,
        created_at=began,
        **settled,
    )
    if person.accepted:
        give_consent(patient, "care", began)
        give_consent(patient, "photos", began)
    if person.screening:
        keep_screening(patient, Answers.of(person.screening), by=_account_of(patient), now=began)
    return patient


def _allergies(person: cast.Person) -> Allergies | None:
    if person.drug_allergies is None:
        return None
    return [{"drug": drug, "happened": happened} for drug, happened in person.drug_allergies]


def _account_of(patient: Patient) -> User:
    """Whoever logs has joined: a story that says otherwise is a mistake in the cast."""
    if patient.user is None:
        raise ValueError(f"{patient} logs without an account")
    return patient.user


def _treat(person: cast.Person, patient: Patient, story: cast.Story, by: User | None, now: datetime) -> Treatment:
    performed_at = _at(now, story.days_ago, 0, TREATED_AT)
    return start_treatment(
        patient,
        by=by or _account_of(patient),
        now=performed_at,
        id=_id(person.email, story.days_ago),
        performed_at=performed_at,
        device=story.device,
        needle_depth_mm=Decimal(story.depth) if story.depth else None,
        passes=story.passes,
        setting=story.setting,
        areas=list(story.areas),
        operator=str(by) if story.by else "",
        cartridge_lot="P24-07B" if story.by else "",
        cartridge_expiry=date(now.year + 1, 3, 1) if story.by else None,
        antiviral=story.antiviral,
        products=[{"name": name, "lot": lot} if lot else {"name": name} for name, lot in story.products],
        needles_new="yes" if story.by else "unknown",
        questions_asked_at=performed_at,
        fitzpatrick=person.fitzpatrick,
        conditions=list(person.conditions),
        medications=list(person.medications),
        baseline=dict(person.baseline),
    )


def _day(person: cast.Person, treatment: Treatment, story: cast.Story, day: int, now: datetime) -> None:
    levels = story.on(day)
    if levels is None:
        return
    record_entry(
        treatment.id,
        id=_id(person.email, story.days_ago, day),
        day=day,
        answers=_answers(treatment, story, day, {symptom: level for symptom, level in levels.items() if level}),
        note=story.notes.get(day, ""),
        by=_account_of(treatment.patient),
        now=_logged_at(story, day, now),
    )


def _photos(person: cast.Person, treatment: Treatment, story: cast.Story, now: datetime) -> None:
    for day, views in story.photos.items():
        for view in views:
            attach_photo(
                treatment.id,
                id=_id(person.email, story.days_ago, day, view),
                day=day,
                view=view,
                data=picture(person, story, day, view),
                by=_account_of(treatment.patient),
                now=_logged_at(story, day, now),
            )


def _logged_at(story: cast.Story, day: int, now: datetime) -> datetime:
    return _at(now, story.days_ago, day, time(19, 40) if day == 0 else LOGGED_AT)


def _answers(treatment: Treatment, story: cast.Story, day: int, levels: dict[str, int]) -> dict[str, Any]:
    """The document of an entry by somebody who answered all they were asked."""
    before = treatment.entries.current().filter(day__lt=day).order_by("-day").first()
    last = entry_values(before) if before else None
    asked = asked_today(patient_values(treatment), treatment_values(treatment), day=day, previous_entry=last)
    answers: dict[str, Any] = {
        "symptoms": levels,
        "asked": sorted({*asked.symptoms, *asked.box, *asked.signs, *levels}),
        "signs": sorted(story.signs.get(day, ())),
        "exposures": sorted(story.exposures.get(day, ())),
    }
    if day in story.temperature:
        answers["temperature_c"] = story.temperature[day]
    return answers


def _handle(treatment: Treatment, story: cast.Story, day: int, staff: dict[str, User], now: datetime) -> None:
    """What the one who treated did on that day, and what the patient answered."""
    for on, hour, what, words in story.handled:
        at, by = _at(now, story.days_ago, day, time(hour)), staff.get(story.by)
        if on != day or by is None:
            continue
        note_id = _id(treatment.id, on, hour)
        if what == "answer":
            assert treatment.patient.user is not None
            write_to_practice(treatment, id=note_id, text=words, by=treatment.patient.user, now=at)
            continue
        read_record(treatment.patient, by=by, now=at)
        if what == "acknowledge":
            acknowledge(treatment, by=by, now=at)
        elif what == "resolve":
            for alert in Alert.objects.open().filter(treatment=treatment):
                resolve(alert, outcome=words, by=by, now=at)
        elif what == "watch":
            until = treatment.day_zero + timedelta(days=int(words))
            for alert in Alert.objects.open().filter(treatment=treatment):
                resolve(alert, outcome="watching", until=until, by=by, now=at)
        else:
            write_note(treatment, id=note_id, text=words, for_patient=what == "message", by=by, now=at)


def _fall_silent(now: datetime) -> None:
    """Whose log did not come was noticed when it was due, not when the demo is made."""
    for status in list(PatientStatus.objects.filter(quiet_at__lte=now).order_by("quiet_at")):
        assert status.quiet_at is not None
        raise_next_quiet(status.quiet_at)


def _sent_in_their_day(now: datetime) -> None:
    """What was due before today had arrived by now; today's is left for the worker."""
    today = now.astimezone(ZONE).replace(hour=0, minute=0, second=0, microsecond=0)
    for kind in (Delivery, AccountMail):
        before = kind.objects.filter(sent_at=None, created_at__lt=today)
        before.update(sent_at=F("created_at") + timedelta(seconds=20), attempts=1)


def _at(now: datetime, days_ago: int, day: int, hour: time) -> datetime:
    """The moment on `day` of a session `days_ago`; never after `now`, whatever the hour at which the demo is made."""
    on: date = now.astimezone(ZONE).date() - timedelta(days=days_ago - day)
    return min(datetime.combine(on, hour, ZONE).astimezone(UTC), now)


def _id(*parts: Any) -> UUID:
    return uuid5(NAMESPACE_URL, "/".join(map(str, ("mendline-demo", *parts))))
