"""Who falls silent with something open becomes an alert, once; whoever merely skips does not."""

from datetime import datetime, timedelta

import pytest

from accounts.consents import withdraw_consent
from symptoms.alerts.answering import answer_seen
from symptoms.alerts.asking_seen import ask_next
from symptoms.alerts.handling import resolve, resolve_all
from symptoms.alerts.patient_answers import open_concerns
from symptoms.alerts.quiet import date_the_undated, raise_next_quiet
from symptoms.messages.channels.email import Email
from symptoms.models import Alert, AlertEvent, Delivery, PatientStatus
from symptoms.recovery.vocabulary import Urgency
from symptoms.wording.seen import SeenAnswer
from tests import people
from tests.moving import joins, leaves
from tests.treatments import logged, pen

pytestmark = pytest.mark.django_db

CONTACT = {"signs": ["feeling_ill"], "temperature_c": 37.5}
URGENT = {"signs": ["pus"]}
EMERGENCY = {"signs": ["pus", "feeling_ill"], "temperature_c": 39.2}
HOUR = timedelta(hours=1)


@pytest.fixture
def session(clinic, noor):
    return pen(people.ana(clinic), days_ago=9, by=noor)


def at(session, day: int, hour: int = 9, minute: int = 0) -> datetime:
    """A moment of a day of the course, on the patient's clock."""
    return datetime(*session.date_of(day).timetuple()[:3], hour, minute, tzinfo=session.patient.zone)


def looked(now: datetime) -> list[Alert]:
    """What the worker finds: the alerts about silence that are open then."""
    while raise_next_quiet(now):
        pass
    return list(Alert.objects.open().filter(kind="quiet"))


@pytest.mark.parametrize(
    ("news", "last_quiet", "urgency"),
    [
        ({"pain": 1}, None, None),
        (CONTACT, (6, 9, 59), Urgency.CONTACT),
        (URGENT, (5, 9, 59), Urgency.URGENT),
        (EMERGENCY, (5, 9, 59), Urgency.URGENT),
    ],
)
def test_a_log_that_was_due_and_missed_becomes_an_alert_where_something_is_open(session, news, last_quiet, urgency):
    logged(session, 3, now=at(session, 3), **news)
    if last_quiet is None:
        assert looked(at(session, 200)) == []
        return
    assert looked(at(session, *last_quiet)) == []
    (alert,) = looked(at(session, *last_quiet) + timedelta(minutes=1))
    assert (alert.urgency, alert.raised_by.day) == (urgency, 3)
    assert PatientStatus.objects.get().log_due_on == session.date_of(4)
    assert looked(at(session, 40)) == [alert]
    assert AlertEvent.objects.filter(alert=alert, what="opened").count() == 1
    assert {d.recipient.name for d in Delivery.objects.filter(alert=alert)} == {"Dr Noor"}


def test_it_stands_on_no_page_of_the_patient(session):
    logged(session, 3, now=at(session, 3), **URGENT)
    looked(at(session, 6))
    assert {concern.alert.kind for concern in open_concerns(session.patient_id)} == {"concern"}


def test_logging_again_is_noted_closes_nothing_and_a_second_silence_tells_again(session):
    logged(session, 3, now=at(session, 3), **URGENT)
    (alert,) = looked(at(session, 5, 10))
    logged(session, 6, now=at(session, 6), pain=1)
    alert.refresh_from_db()
    assert (alert.is_open, alert.current_urgency, alert.cleared_at) == (True, Urgency.ON_TRACK, at(session, 6))
    assert looked(at(session, 8, 9, 59)) == [alert]
    assert looked(at(session, 8, 10)) == [alert]
    alert.refresh_from_db()
    assert (alert.worsened_at, alert.cleared_at) == (at(session, 8, 10), None)
    assert Delivery.objects.filter(alert=alert).count() == 2


def test_once_it_is_closed_silence_counts_from_then(session, noor):
    logged(session, 3, now=at(session, 3), **URGENT)
    (alert,) = looked(at(session, 5, 10))
    assert resolve(alert, outcome="advice", by=noor, now=at(session, 5, 11))
    assert looked(at(session, 7, 9, 59)) == []
    assert len(looked(at(session, 7, 10))) == 1


def test_when_all_is_closed_and_calm_nobody_is_alarmed(session, noor):
    logged(session, 3, now=at(session, 3), **CONTACT)
    logged(session, 4, now=at(session, 4), pain=1)
    resolve_all(dict.fromkeys(Alert.objects.open()), outcome="seen", by=noor, now=at(session, 4, 12))
    assert PatientStatus.objects.get().quiet_at is None
    assert looked(at(session, 100)) == []


def test_contact_asks_daily_until_two_logs_are_on_track(session):
    logged(session, 3, now=at(session, 3), **CONTACT)
    due = []
    for day in (7, 8):
        logged(session, day, now=at(session, day), pain=0)
        due.append((PatientStatus.objects.get().log_due_on - session.day_zero).days)
    assert due == [8, 9]
    logged(session, 9, now=at(session, 9), pain=0)
    assert PatientStatus.objects.get().log_due_on == session.date_of(11)


@pytest.mark.parametrize("why", ["alone", "left", "withdrawn"])
def test_nobody_is_missed_who_cannot_log_for_a_practice(session, noor, why):
    if why == "alone":
        session = pen(people.patient(None, "Ben"), days_ago=9)
    logged(session, 3, now=at(session, 3), **URGENT)
    if why == "left":
        leaves(session.patient)
    if why == "withdrawn":
        withdraw_consent(session.patient, "care", at(session, 4))
    assert looked(at(session, 20)) == []


def test_the_clinic_that_is_joined_goes_on_waiting(session):
    logged(session, 3, now=at(session, 3), **URGENT)
    looked(at(session, 5, 10))
    joins(session.patient, people.dr_okafor().membership.practice)
    alert = Alert.objects.get(kind="quiet")
    assert alert.practice.name == "Otherwhere Clinic" and alert.comes_back_at is None and alert.is_open


def asked(now: datetime) -> list[Delivery]:
    while ask_next(now):
        pass
    return list(Delivery.objects.filter(why="patient"))


@pytest.mark.parametrize("is_alone", [False, True])
@pytest.mark.parametrize(("news", "count"), [(CONTACT, 0), (URGENT, 1), (EMERGENCY, 1)])
def test_four_hours_after_an_urgent_verdict_the_patient_is_asked_once(session, is_alone, news, count):
    if is_alone:
        session = pen(people.patient(None, "Ben"), days_ago=9)
    opened = logged(session, 3, **news).entry.received_at
    assert asked(opened + 4 * HOUR - timedelta(minutes=1)) == []
    for hours in (4, 5, 20):
        messages = asked(opened + hours * HOUR)
        assert len(messages) == count
    for message in messages:
        assert (message.recipient, message.practice) == (session.patient.user, None)
        mail = Email().write(message)
        assert mail.subject == "You have a question to answer in Mendline" and mail.body.count("/today") == 1


@pytest.mark.parametrize("what", ["logged", "answered", "closed", "a day passed", "withdrawn"])
def test_who_has_said_something_since_is_not_asked(session, noor, what):
    opened = logged(session, 3, **URGENT).entry.received_at
    now = opened + 4 * HOUR
    if what == "logged":
        logged(session, 4, now=opened + HOUR, **URGENT)
    elif what == "answered":
        answer_seen(session.patient_id, SeenAnswer.NOT_YET, "", by=session.patient.user, now=opened + HOUR)
    elif what == "closed":
        resolve_all(dict.fromkeys(Alert.objects.open()), outcome="seen", by=noor, now=opened + HOUR)
    elif what == "a day passed":
        now += 24 * HOUR
    else:
        withdraw_consent(session.patient, "care", opened + HOUR)
    assert asked(now) == []


@pytest.mark.parametrize("missing", [("log_due_on", "quiet_at"), ("current_until",)])
def test_who_was_written_down_by_an_older_version_gets_a_date(session, missing):
    dates = ("log_due_on", "quiet_at", "current_until")
    assert not date_the_undated(at(session, 0))  # before the first log nothing is missing
    logged(session, 3, now=at(session, 3), **URGENT)
    before = PatientStatus.objects.values(*dates).get()
    PatientStatus.objects.update(**dict.fromkeys(missing))
    assert date_the_undated(at(session, 4)) and not date_the_undated(at(session, 4))
    assert PatientStatus.objects.values(*dates).get() == before
