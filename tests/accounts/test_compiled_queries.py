"""A compiled query reads what its query set reads: an upgrade of Django that changes how SQL is composed shows here."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import ContactMethod
from symptoms.alerts.patient_answers import open_concerns_of, read_open_concerns
from symptoms.alerts.raising import open_alerts_about, read_open_alerts
from symptoms.alerts.telling import members_with_ways, read_members
from symptoms.journal.loading import read_sessions, sessions_of
from symptoms.models import WorkerBeat
from symptoms.models.worker_beat import beats_since, read_beats
from symptoms.views.patient.own_treatments import own_sessions_of, read_own_sessions
from tests import people
from tests.treatments import logged, pen

pytestmark = pytest.mark.django_db

QUERIES = [
    (read_sessions, sessions_of),
    (read_own_sessions, own_sessions_of),
    (read_open_alerts, open_alerts_about),
    (read_open_concerns, open_concerns_of),
]


@pytest.fixture
def patients(clinic, ana, noor):
    """One with open alerts who was also treated by somebody who left, one without consent, one with nothing at all."""
    gone = people.practitioner(clinic, "Dr Gone")
    without_consent = people.patient(clinic, "Bo", "bo@example.org", consents=())
    logged(pen(ana, days_ago=3, by=noor), 3, pain=3, signs=["pus"])
    pen(ana, days_ago=40, by=gone)
    pen(without_consent, days_ago=3, by=noor)
    gone.memberships.update(removed_at=timezone.now())
    return [ana, without_consent, people.patient(clinic, "Cleo", "cleo@example.org")]


def values(row) -> dict:
    related = {name: values(one) for name, one in row._state.fields_cache.items() if one is not None}
    return related | {name: value for name, value in vars(row).items() if name != "_state"}


@pytest.mark.parametrize(("read", "query_set"), QUERIES)
def test_the_rows_of_each_patient_are_those_of_the_query_set(patients, read, query_set):
    counts = []
    for patient in [*patients, *patients]:
        with CaptureQueriesContext(connection) as made:
            rows = list(map(values, read(patient.pk)))
        assert len(made) == 1
        assert rows == list(map(values, query_set(patient.pk)))
        counts.append(len(rows))
    assert counts[:2] == counts[3:5] and counts[0] == 2 and counts[2] == 0


def test_members_are_read_for_a_practice_and_a_day(clinic, noor):
    today, stranger = timezone.now().date(), people.practitioner(people.practice("Elsewhere"))
    (member,) = noor.memberships.all()
    member.absences.create(first_day=today, last_day=today, stands_in=people.practitioner(clinic, "Sub").membership)
    ContactMethod.objects.create(user=noor, kind="push", address="x", is_on=True)
    read = {}
    for practice in (clinic, stranger.membership.practice):
        for day in (today, today + timedelta(days=1), today):
            rows = list(map(values, read_members(practice.pk, day)))
            assert rows == list(map(values, members_with_ways(practice.pk, day)))
            read[practice.pk, day] = [(row["is_away"], row["by_push"]) for row in rows if row["user_id"] == noor.pk]
    assert list(read.values()) == [[(True, True)], [(False, True)], [], []]


def test_a_row_that_was_read_can_be_changed(patients):
    session, *_ = read_sessions(patients[0].pk)
    session.areas_other = "neck"
    session.save()
    assert "neck" in [session.areas_other for session in sessions_of(patients[0].pk)]


def test_a_beat_is_read_for_a_moment():
    now = timezone.now()
    WorkerBeat.objects.create(at=now)
    for since, found in ((now - timedelta(seconds=1), 1), (now, 0), (now + timedelta(days=1), 0)):
        rows = list(map(values, read_beats(since)))
        assert rows == list(map(values, beats_since(since))) and len(rows) == found
