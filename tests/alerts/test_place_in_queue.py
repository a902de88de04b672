"""Whose turn it is, who has it and whether it is over: kept by the verbs, whatever people do in whatever order."""

from contextlib import suppress
from datetime import datetime, timedelta
from importlib import import_module
from random import Random
from types import SimpleNamespace
from uuid import uuid4

import pytest
from django.apps import apps
from django.db import connection
from django.utils import timezone

from accounts.models import Membership, Patient
from symptoms.alerts.coming_back import return_next
from symptoms.alerts.conversation import read_by_practice, write_to_practice
from symptoms.alerts.escalation import resume_dropped
from symptoms.alerts.handing_over import remove_and_hand_over
from symptoms.alerts.handling import acknowledge, resolve_all, write_note
from symptoms.alerts.patient_status import refresh_status
from symptoms.alerts.place_in_queue import FOR_AN_ANSWER
from symptoms.alerts.quiet import raise_next_quiet
from symptoms.alerts.record_questions import question_record
from symptoms.alerts.reopening import OpenAgain, reopen
from symptoms.models import Alert, Note, PatientStatus
from symptoms.recovery.vocabulary import Urgency
from symptoms.views.clinic.queue_lists import calm, statuses_in
from tests import people
from tests.moving import joins, leaves
from tests.treatments import logged, pen
from tests.tries import tries

pytestmark = pytest.mark.django_db
LOW = {"signs": ["feeling_ill"], "temperature_c": 37.5}  # Contact
REPORTS = (LOW, LOW, LOW, {"redness": 0}, {"redness": 0}, {"signs": ["pus"]})
PLACE = "alert_urgency", "waiting_since", "waits_until", "is_free", "is_raised", "is_over", "has_left", "logs_until"


class Story:
    """Two patients, two clinics, and what people do; each act is one method, named as chance draws it."""

    def __init__(self, seed: int):
        self.chance, self.now = Random(seed), timezone.now() - timedelta(days=30)
        self.clinics = people.practice(), people.practice("Otherwhere Clinic")
        self.staff = [people.practitioner(self.clinics[0], name) for name in ("Dr Noor", "Wei Chen", "Ida Lund")]
        self.staff.append(people.practitioner(self.clinics[1], "Dr Okafor"))
        self.sessions = [
            pen(people.patient(self.clinics[0], name), days_ago=3, by=self.staff[0], now=self.now)
            for name in ("Ana", "Bea")
        ]

    def act(self) -> None:
        self.now += timedelta(minutes=self.chance.choice((1, 30, 60 * 26)))
        (act,) = self.chance.choices(list(ACTS), ACTS.values())
        act(self)

    @property
    def session(self):
        session = self.chance.choice(self.sessions)
        session.patient = Patient.objects.select_related("practice", "user").get(pk=session.patient_id)
        return session

    @property
    def member(self):
        (member,) = self.chance.choices(self.staff, (1, 3, 1, 1))
        member.look_up_again()
        return member

    def they_log(self):
        session = self.session
        day = session.day_of(session.patient.today(self.now)) - self.chance.choice((0, 0, 0, 1))
        logged(session, day, now=self.now, **self.chance.choice(REPORTS))

    def they_take_it(self):
        acknowledge(self.session, by=self.member, now=self.now, over_from=self.chance.choice([None, self.member.pk]))

    def they_settle_it(self):
        by, session = self.member, self.session
        outcome = self.chance.choice(("seen", "not_reached", "not_reached", "watching", "advice"))
        later = {"comes_back_at": self.now + timedelta(hours=self.chance.choice((1, 30)))}
        alerts = Alert.objects.open().filter(treatment=session).select_related("treatment__patient")
        resolve_all(
            dict.fromkeys(alerts), outcome=outcome, by=by, now=self.now,
            **(later if outcome in ("watching", "not_reached") else {}),
        )  # fmt: skip

    def they_write_to_the_patient(self):
        session = self.session
        by = self.member
        if session.patient.practice == by.practice_as_practitioner is not None:
            write_note(session, id=uuid4(), text="Call us.", for_patient=True, by=by, now=self.now)

    def they_answer(self):
        session = self.session
        if session.patient.practice is not None:
            write_to_practice(session, id=uuid4(), text="Here.", by=session.patient.user, now=self.now)

    def they_read_messages(self):
        by, session = self.member, self.session
        if session.patient.practice == by.practice_as_practitioner is not None:
            read_by_practice(session.patient_id, seen=None, by=by, now=self.now)

    def they_wait(self):
        self.now += timedelta(hours=self.chance.choice((2, 40, 80)))
        while raise_next_quiet(self.now) or return_next(self.now):
            pass

    def they_question_the_record(self):
        session = self.session
        if session.patient.practice_id == session.practice_id:
            question_record(session, words="Not my depth.", by=session.patient.user, now=self.now)

    def they_reopen(self):
        closed = Alert.objects.exclude(resolved_at=None).select_related("treatment").order_by("resolved_at").last()
        if closed is not None:
            with suppress(OpenAgain):
                reopen(closed, by=self.member, now=self.now)

    def they_leave_or_join(self):
        patient = self.session.patient
        if patient.practice is not None:
            leaves(patient, self.now)
        else:
            joins(patient, self.chance.choice(self.clinics), now=self.now, earlier=True)

    def they_stop_working_there(self):
        member = Membership.objects.filter(user=self.staff[1], removed_at=None).first()
        if member is None:
            Membership.objects.create(user=self.staff[1], practice=self.clinics[0])
        elif self.chance.random() < 0.5:
            successor = self.chance.choice((None, self.staff[2].memberships.get().pk))
            remove_and_hand_over(member, successor=successor, by=self.staff[0], now=self.now)
        else:  # in the database; the worker sees it
            Membership.objects.filter(pk=member.pk).update(removed_at=self.now)
            resume_dropped(self.now)


ACTS = {
    Story.they_log: 3, Story.they_take_it: 4, Story.they_settle_it: 2, Story.they_write_to_the_patient: 5,
    Story.they_answer: 3, Story.they_read_messages: 2, Story.they_wait: 2, Story.they_question_the_record: 1,
    Story.they_reopen: 1, Story.they_leave_or_join: 1, Story.they_stop_working_there: 1,
}  # fmt: skip


@pytest.mark.parametrize("seed", range(tries(6, 200)))
def test_whatever_people_do_the_lists_are_those_that_follow_from_what_is_open(seed):
    story = Story(seed)
    for _ in range(25):
        story.act()
        kept = list(PatientStatus.objects.order_by("patient").values("patient", "practice", *PLACE))
        for patient in Patient.objects.filter(status__isnull=False).select_related("practice"):
            refresh_status(patient)
        assert kept == list(PatientStatus.objects.order_by("patient").values("patient", "practice", *PLACE))
        for clinic in story.clinics:
            lists = statuses_in(clinic, None, story.now)
            shown = dict.fromkeys(lists["open"].values_list("pk", flat=True), "open")
            shown |= dict.fromkeys(calm(lists["open"]).values_list("pk", flat=True), "calm")
            shown |= dict.fromkeys(lists["waiting"].values_list("pk", flat=True), "waiting")
            assert shown == expected(clinic, story.now)


def expected(clinic, now: datetime) -> dict:
    """By patient, the list of the clinic in which they stand, by the words of the rule and nothing that is kept."""
    lists = {}
    for status in PatientStatus.objects.select_related("patient"):
        patient, at_any = status.patient, Alert.objects.open().filter(treatment__patient=status.pk)
        desks = at_any.exclude(kind="left").exclude(practice=None).order_by("-urgency", "worsened_at")
        alerts = [alert for alert in desks if alert.practice_id == clinic.pk]
        messages = Note.objects.filter(treatment__patient=patient, practice=clinic).order_by("written_at")
        is_here = patient.practice_id == clinic.pk
        is_unread = is_here and messages.filter(kind="from_patient", read_at=None).exists()
        is_left_here = bool(alerts) and patient.practice_id is None and desks[0].practice_id == clinic.pk
        if not (is_left_here or is_unread or (is_here and alerts)):
            continue
        lists[patient.pk] = "open"
        if alerts and not is_unread and all(waits(alert, messages, now) for alert in alerts):
            lists[patient.pk] = "waiting"
        elif alerts and is_here and not is_unread and status.urgency == 0 and all(map(is_over, alerts)):
            lists[patient.pk] = "calm"
    return lists


def waits(alert: Alert, messages, now: datetime) -> bool:
    is_left_open = alert.outcome in ("not_reached", "watching") and alert.kept_open_at >= alert.worsened_at
    if is_left_open and alert.comes_back_at is not None and alert.comes_back_at > now:
        return True
    here = Membership.objects.practitioners().filter(practice=alert.practice_id, user=alert.acknowledged_by_id)
    since = [note for note in messages if note.kind != "inside" and note.written_at > alert.worsened_at]
    is_asked = bool(since) and since[-1].kind == "to_patient"
    is_low = alert.urgency <= Urgency.CONTACT
    return is_low and here.exists() and alert.acknowledged_at >= alert.worsened_at and is_asked


def is_over(alert: Alert) -> bool:
    is_raised = alert.cleared_at is None or alert.current_urgency > 0 or alert.answers_changed_at is not None
    return alert.urgency <= Urgency.CONTACT and alert.kind in ("concern", "quiet") and not is_raised


def test_what_came_again_since_it_was_taken_waits_for_no_answer(clinic, noor):
    session, now = pen(people.patient(clinic), days_ago=4, by=noor), timezone.now()
    logged(session, 2, now=now - timedelta(days=2), **LOW)
    acknowledge(session, by=noor, now=now - timedelta(days=2))
    logged(session, 3, now=now - timedelta(days=1), redness=0)
    logged(session, 4, now=now, **LOW)
    write_note(session, id=uuid4(), text="Call us.", for_patient=True, by=noor, now=now + timedelta(minutes=1))
    assert list(statuses_in(clinic, noor, now)["open"].values_list("pk", flat=True)) == [session.patient_id]


def test_what_another_practice_is_asked_puts_nobody_into_the_queue(clinic, noor):
    session, other = pen(people.patient(clinic), days_ago=4, by=noor), people.practice("Otherwhere Clinic")
    question_record(session, words="Not my depth.", by=session.patient.user, now=timezone.now())
    assert statuses_in(clinic, noor, timezone.now())["open"].count() == 1
    leaves(session.patient)
    joins(session.patient, other)
    now = timezone.now()
    assert [statuses_in(each, None, now)["open"].count() for each in (clinic, other)] == [0, 0]


def test_the_places_of_before_are_found_by_the_migration(clinic, noor):
    free, taken, asked, left_open, gone = (
        pen(people.patient(clinic, name), days_ago=4, by=noor) for name in ("Ana", "Bea", "Cleo", "Dora", "Eva")
    )
    pen(people.patient(clinic, "Fay", accepted=False), days_ago=4, by=noor)
    now = timezone.now()
    for session in (free, taken, asked, left_open, gone):
        logged(session, 4, now=now, **LOW)
    acknowledge(taken, by=noor, now=now)
    acknowledge(asked, by=noor, now=now)
    write_note(asked, id=uuid4(), text="Call us.", for_patient=True, by=noor, now=now + timedelta(minutes=1))
    later = {"comes_back_at": now + timedelta(hours=1), "now": now}
    resolve_all(dict.fromkeys(left_open.alerts.all()), outcome="not_reached", by=noor, **later)
    leaves(gone.patient, now)
    kept = list(PatientStatus.objects.order_by("patient").values("patient", *PLACE))
    assert {row["waits_until"] for row in kept} == {None, FOR_AN_ANSWER, later["comes_back_at"]}
    assert {row["has_left"] for row in kept} == {row["is_free"] for row in kept} == {True, False}
    PatientStatus.objects.update(
        waits_until=None, is_free=False, is_raised=False, is_over=True, has_left=False, logs_until=None
    )
    PatientStatus.objects.filter(alert_urgency=0).update(is_over=False)
    migration = import_module("symptoms.migrations.0034_places_in_the_queue")
    migration.AT_ONCE = 2
    migration.find_places(apps, SimpleNamespace(connection=connection))
    migration.date_the_ends(apps, SimpleNamespace(connection=connection))
    assert list(PatientStatus.objects.order_by("patient").values("patient", *PLACE)) == kept
