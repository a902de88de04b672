"""A compiled query reads what its query set reads: an upgrade of Django that changes how SQL is composed shows here."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from symptoms.alerts.raising import open_alerts_about, read_open_alerts
from symptoms.journal.loading import read_sessions, sessions_of
from tests import people
from tests.treatments import logged, pen

pytestmark = pytest.mark.django_db

QUERIES = [(read_sessions, sessions_of), (read_open_alerts, open_alerts_about)]


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
    return {name: value for name, value in vars(row).items() if name != "_state"}


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


def test_a_row_that_was_read_can_be_changed(patients):
    session, *_ = read_sessions(patients[0].pk)
    session.areas_other = "neck"
    session.save()
    assert "neck" in [session.areas_other for session in sessions_of(patients[0].pk)]
