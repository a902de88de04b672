"""What nobody has taken is told on, by the practice's steps, until somebody has; an outage costs nothing and nobody."""

from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from accounts.models import Absence, ContactMethod, Membership
from symptoms.alerts import escalation, telling
from symptoms.alerts.escalation import escalate_next, resume_dropped
from symptoms.alerts.handling import acknowledge, read_record, resolve
from symptoms.alerts.policy import Group, Policy, Step, policy_of
from symptoms.models import Alert, AlertEvent, Delivery
from symptoms.recovery.vocabulary import Urgency
from tests import people
from tests.moving import joins
from tests.treatments import logged, pen

pytestmark = pytest.mark.django_db

CONTACT = {"signs": ["feeling_ill"], "temperature_c": 37.5}
URGENT = {"signs": ["pus"]}
EMERGENCY = {"signs": ["pus", "feeling_ill"], "temperature_c": 39.2}
EVERYBODY = {"noor", "chen", "lind"}


def told(step: int) -> set[str]:
    """Last names of those told in a step, 1 being the first."""
    messages = Delivery.objects.filter(step=0 if step == 1 else step)
    return {message.recipient.name.split()[-1].lower() for message in messages}


def run(minutes: float, since: datetime) -> None:
    """The worker's look, so many minutes after `since`."""
    while escalate_next(since + timedelta(minutes=minutes)):
        pass


@pytest.mark.parametrize(
    ("news", "steps"),
    [
        (EMERGENCY, [(0, EVERYBODY), (10, EVERYBODY), (20, {"price"})]),
        (URGENT, [(0, {"noor"}), (30, EVERYBODY), (60, {"price"})]),
    ],
)
def test_a_step_follows_the_other_until_the_last(team, session, news, steps):
    opened = logged(session, 3, **news).entry.received_at
    for number, (minutes, expected) in enumerate(steps, start=1):
        if number > 1:
            run(minutes - 1, opened)
            assert told(number) == set()
        run(minutes, opened)
        assert told(number) == expected
    run(10_000, opened)
    assert Delivery.objects.count() == sum(len(expected) for _, expected in steps)
    assert set(Alert.objects.values_list("next_step_at", flat=True)) == {None}
    assert AlertEvent.objects.filter(what="escalated", alert__urgency__gte=Urgency.URGENT).count() >= len(steps) - 1


def test_a_concern_for_the_clinic_waits_for_the_next_working_morning(team, session, clinic):
    logged(session, 3, **CONTACT)
    alert = Alert.objects.get()
    assert alert.next_step_at == clinic.hours.next_working_morning(alert.opened_at)
    assert told(1) == {"noor"}
    run(0, alert.next_step_at)
    assert told(2) == EVERYBODY


@pytest.mark.parametrize("end", ["taken", "closed", "read by the holder"])
def test_whoever_deals_with_it_ends_the_steps(team, session, end):
    opened = logged(session, 3, **URGENT).entry.received_at
    alert = Alert.objects.get()
    if end == "taken":
        acknowledge(session, by=team["chen"], now=opened)
    elif end == "closed":
        resolve(alert, outcome="advice", by=team["chen"], now=opened)
    else:
        acknowledge(session, by=team["chen"], now=opened - timedelta(minutes=1))
        Alert.objects.update(acknowledged_at=opened - timedelta(minutes=1), next_step_at=opened)
        read_record(session.patient, by=team["chen"], now=opened)
    run(300, opened)
    assert told(2) == told(3) == set()


def test_a_worsening_begins_again_with_whoever_has_it_and_goes_on_until_they_read_it(team, session):
    acknowledged = logged(session, 3, **URGENT).entry.received_at
    acknowledge(session, by=team["chen"], now=acknowledged)
    later = acknowledged + timedelta(hours=20)
    worse = logged(session, 4, **EMERGENCY, now=later).entry
    first = Delivery.objects.filter(entry=worse, step=0)
    assert {(d.recipient_id, d.why) for d in first} >= {(team["chen"].pk, Delivery.Why.HOLDS)}
    run(10, worse.received_at)
    assert told(2) == EVERYBODY
    read_record(session.patient, by=team["chen"], now=worse.received_at + timedelta(minutes=12))
    run(21, worse.received_at)
    assert told(3) == set()


@pytest.mark.faults("F14")
def test_after_an_outage_the_step_of_now_is_taken_with_those_that_were_missed(team, session):
    opened = logged(session, 3, **URGENT).entry.received_at
    run(6 * 60, opened)
    assert told(3) == {*EVERYBODY, "price"} and told(2) == set()
    assert Delivery.objects.exclude(step=0).count() == 4  # one message each, not a pile


@pytest.mark.faults("F18")
def test_a_clock_that_ran_ahead_delays_nothing(team, session):
    ahead = timezone.now() + timedelta(hours=1)
    logged(session, 3, **URGENT, now=ahead)
    run(0, timezone.now())
    assert told(2) == EVERYBODY
    assert Alert.objects.get().steps_from <= timezone.now()


def test_what_somebody_took_who_leaves_is_told_on(team, session):
    logged(session, 3, **URGENT)
    acknowledge(session, by=team["chen"], now=timezone.now())
    assert resume_dropped(timezone.now()) == 0
    Membership.objects.filter(user=team["chen"]).update(removed_at=timezone.now())
    assert resume_dropped(timezone.now()) == 1
    run(0, timezone.now())
    assert told(1) == {"noor"} and Delivery.objects.filter(step=1, recipient=team["noor"]).exists()


def test_what_a_colleague_takes_just_before_it_would_be_told_on_is_theirs(team, session, monkeypatch):
    logged(session, 3, **URGENT)
    acknowledge(session, by=team["chen"], now=timezone.now())
    Membership.objects.filter(user=team["chen"]).update(removed_at=timezone.now())
    lock_patients = escalation.lock_patients

    def lock_after_somebody_else(ids):
        acknowledge(session, by=team["noor"], now=timezone.now())
        return lock_patients(ids)

    monkeypatch.setattr(escalation, "lock_patients", lock_after_somebody_else)
    assert resume_dropped(timezone.now()) == 0
    assert Alert.objects.get().next_step_at is None


def member(team, name) -> Membership:
    return team[name].memberships.get()


def away(team, name, stands_in=None) -> None:
    today = timezone.now().date()
    absent = {"first_day": today - timedelta(days=1), "last_day": today + timedelta(days=1)}
    Absence.objects.create(member=member(team, name), stands_in=stands_in and member(team, stands_in), **absent)


def broken(team, name) -> None:
    ContactMethod.objects.create(
        user=team[name], kind="email", address_hash=uuid4().hex, failing_since=timezone.now(), failing_why="full"
    )


@pytest.mark.faults("F20")
@pytest.mark.parametrize(
    ("absent", "unreachable", "expected"),
    [
        ([("noor", "lind")], [], {("lind", "stands_in")}),
        ([("noor", None)], [], {("chen", "practitioner"), ("lind", "practitioner")}),
        ([("noor", "chen"), ("chen", None)], [], {("lind", "practitioner")}),
        ([("noor", None), ("chen", None), ("lind", None)], [], {(name, "practitioner") for name in EVERYBODY}),
        ([], ["noor"], {("chen", "practitioner"), ("lind", "practitioner")}),
        ([("noor", "lind")], ["lind"], {("chen", "practitioner")}),
        ([], ["noor", "chen", "lind"], {("price", "admin")}),
        ([], ["noor", "chen", "lind", "price"], set()),
    ],
)
def test_who_is_away_or_cannot_be_reached_never_counts_as_told(team, session, absent, unreachable, expected):
    for name, stands_in in absent:
        away(team, name, stands_in)
    for name in unreachable:
        broken(team, name)
    logged(session, 3, **URGENT)
    messages = Delivery.objects.select_related("recipient")
    assert {(message.recipient.name.split()[-1].lower(), message.why) for message in messages} == expected


@pytest.mark.parametrize(
    ("news", "expected"),
    [({"signs": ["feeling_ill"], "temperature_c": 37.5}, {("chen", "email")}), (URGENT, {("noor", "sms")})],
)
def test_who_has_only_a_phone_is_not_reached_by_what_can_wait(team, session, monkeypatch, news, expected):
    monkeypatch.setitem(telling.CHANNELS, "sms", telling.CHANNELS["email"])
    broken(team, "noor")
    broken(team, "lind")
    ContactMethod.objects.create(user=team["noor"], kind="sms", address="+447700900300", address_hash="a")
    logged(session, 3, **news)
    messages = Delivery.objects.select_related("recipient")
    assert {(message.recipient.name.split()[-1].lower(), message.channel) for message in messages} == expected


def test_a_practice_sets_its_own_steps_and_rota(team, session, clinic):
    today = timezone.now().astimezone(clinic.zone).date()
    steps = [Step(frozenset({Group.ON_CALL})), Step(frozenset({Group.EVERYBODY}), 5)]
    clinic.telling = {
        "steps": {"urgent": [step.as_json() for step in steps]},
        "rota": {str(today.weekday()): [str(member(team, "lind").pk), str(member(team, "chen").pk)]},
    }
    clinic.save()
    assert policy_of(clinic).steps[Urgency.EMERGENCY] == Policy().steps[Urgency.EMERGENCY]
    session.patient.refresh_from_db()
    opened = logged(session, 3, **URGENT).entry.received_at
    assert told(1) == {"lind"}
    run(5, opened)
    assert told(2) == EVERYBODY


def test_quiet_hours_hold_back_what_is_not_urgent_and_only_that(team, session, clinic):
    now = timezone.now()
    local = now.astimezone(clinic.zone)
    begin, end = (local - timedelta(hours=1)).time(), (local + timedelta(hours=2)).time()
    clinic.telling = {"quiet_from": f"{begin:%H:%M}", "quiet_until": f"{end:%H:%M}"}
    clinic.save()
    session.patient.refresh_from_db()
    logged(session, 3, **CONTACT)
    alert = Alert.objects.get()
    assert (told(1), alert.steps_done) == (set(), 0)
    assert timedelta(hours=1) < alert.next_step_at - now <= timedelta(hours=2)
    run(0, alert.next_step_at)
    assert Delivery.objects.get().recipient == team["noor"]
    logged(session, 4, **URGENT)
    assert Delivery.objects.filter(urgency=Urgency.URGENT, step=0).exists()


def test_who_joins_in_quiet_hours_brings_nothing_that_is_told_at_night_or_twice(clinic, team):
    alone = people.patient(None, "Eve Stone")
    logged(pen(alone, days_ago=9), 3, **CONTACT)
    local = timezone.now().astimezone(clinic.zone)
    begin, end = (local - timedelta(hours=1)).time(), (local + timedelta(hours=2)).time()
    clinic.telling = {"quiet_from": f"{begin:%H:%M}", "quiet_until": f"{end:%H:%M}"}
    clinic.save()
    joins(alone, clinic, by=team["noor"])
    alert = Alert.objects.get()
    assert not Delivery.objects.filter(practice=clinic).exists() and alert.steps_done == 0
    run(0, alert.next_step_at)
    messages = Delivery.objects.filter(practice=clinic).values_list("recipient", flat=True)
    assert sorted(messages) == sorted(set(messages)) and messages
