"""The sign of a practice is another one after each change to what its open pages show, and only then."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from symptoms.alerts.changes import BLOCK, sign_of, signs
from symptoms.alerts.conversation import write_to_practice
from symptoms.alerts.handling import acknowledge
from symptoms.models import Alert, AlertEvent, PatientStatus
from tests import people
from tests.treatments import logged, pen

pytestmark = pytest.mark.django_db


def test_each_change_gives_another_sign_and_nothing_else_does(clinic, noor, ana):
    now, before = timezone.now(), {}

    def is_another() -> bool:
        sign = sign_of(clinic.pk, now)
        is_new = sign not in before
        before[sign] = True
        return is_new and sign_of(clinic.pk, now + timedelta(days=1)) == sign

    session = pen(ana, days_ago=4, by=noor)
    assert is_another()
    logged(session, 3, signs=["pus"])
    assert is_another()
    logged(session, 3, signs=["pus", "feeling_ill"], temperature_c=39.2, now=now - timedelta(hours=1))
    assert is_another()  # worse, by a clock that was set back
    acknowledge(session, by=noor, now=now)
    assert is_another()
    write_to_practice(session, id=uuid4(), text="Hello?", by=ana.user, now=now)
    assert is_another()
    PatientStatus.objects.update(message_since=None)
    colleague = people.practitioner(clinic, "Dr Chen")
    assert is_another()
    colleague.memberships.update(removed_at=now)
    elsewhere = pen(people.patient(people.practice("Other"), "Zoe"), days_ago=4)
    logged(elsewhere, 4, signs=["pus"])
    is_another()  # back to as many members as before
    assert not is_another()


def test_an_event_that_comes_after_others_with_higher_numbers_is_a_change(clinic, noor, ana):
    session = pen(ana, days_ago=4, by=noor)
    logged(session, 4, signs=["pus"])
    alert, what, now = Alert.objects.first(), AlertEvent.What.ANSWERS_CHANGED, timezone.now()
    first = (AlertEvent.objects.latest("pk").pk // BLOCK + 3) * BLOCK  # PostgreSQL counts on from test to test
    for number in (first + 2, first + BLOCK - 1):
        late = number - BLOCK
        AlertEvent.objects.bulk_create([AlertEvent(pk=number, alert=alert, what=what, at=now)])
        before = sign_of(clinic.pk, now)
        AlertEvent.objects.bulk_create([AlertEvent(pk=late, alert=alert, what=what, at=now)])
        assert sign_of(clinic.pk, now) != before


def test_it_costs_one_statement_and_reads_few_events_however_many_there_are(clinic, noor, ana):
    session, now = pen(ana, days_ago=4, by=noor), timezone.now()
    logged(session, 4, signs=["pus"])
    alert = Alert.objects.first()
    AlertEvent.objects.bulk_create(AlertEvent(alert=alert, what="answered", at=now) for _ in range(300))
    others = [people.practice(f"Practice {number}").pk for number in range(3)]
    with CaptureQueriesContext(connection) as took:
        found = signs([clinic.pk, *others], now)
    assert len(took) == 1 and set(found) == {clinic.pk, *others}
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            plan = cursor.execute(f"EXPLAIN QUERY PLAN {took[0]['sql']}").fetchall()
        assert [line for *_, line in plan if "V0" in line] == ["SEARCH V0 USING INTEGER PRIMARY KEY (rowid>?)"]
