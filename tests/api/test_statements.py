"""What an entry costs the database: the same at the first and at the 180th."""

from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from symptoms.models import Alert, Delivery
from tests.api.programs import INFECTED, QUIET, of, put_entry
from tests.treatments import pen, stored

pytestmark = pytest.mark.django_db

AUTHENTICATION = ('FROM "accounts_programtoken"', "SAVEPOINT", "BEGIN", "COMMIT")
MOST = 13


@pytest.fixture
def long_ago(ana, noor):
    return pen(ana, days_ago=200, by=noor)


def statements(call) -> list[str]:
    """The domain statements of a call: all but those that say who is asking, and transactions."""
    with CaptureQueriesContext(connection) as captured:
        assert call().status_code in (200, 201)
    return [q["sql"] for q in captured if not any(word in q["sql"] for word in AUTHENTICATION)]


def fill(client, treatment, days) -> None:
    for day in days:
        assert put_entry(client, treatment, {**QUIET, "day": day}).status_code == 201


def test_an_entry_with_alert_and_delivery_costs_the_same_after_none_and_after_179(anas, long_ago):
    first = statements(lambda: put_entry(anas, long_ago, {**INFECTED, "day": 0}))
    assert (Alert.objects.count(), Delivery.objects.count()) == (1, 1)
    Alert.objects.all().delete()
    stored(long_ago, range(1, 178))
    fill(anas, long_ago, [178])
    told_before = Delivery.objects.count()
    last = statements(lambda: put_entry(anas, long_ago, {**INFECTED, "day": 179}))
    assert Delivery.objects.count() == told_before + 1
    assert len(first) == len(last) <= MOST, "\n".join(last)


def test_a_repeat_an_amendment_and_a_day_in_between_stay_in_the_budget(anas, long_ago):
    fill(anas, long_ago, [2, 3, 5])
    id = uuid4()
    assert len(statements(lambda: put_entry(anas, long_ago, {**INFECTED, "day": 4}, id))) <= MOST + 1
    assert len(statements(lambda: put_entry(anas, long_ago, {**INFECTED, "day": 4}, id))) <= MOST
    # The infection comes back after day 5 was well: its alert is raised again, with an event and a message.
    assert len(statements(lambda: put_entry(anas, long_ago, {**INFECTED, "day": 5}))) <= MOST + 4


@pytest.mark.parametrize("rest", ["entries", "assessments", "course", "photos"])
def test_reading_costs_the_same_however_much_there_is(anas, long_ago, rest):
    fill(anas, long_ago, [0])
    few = statements(lambda: anas.get(of(long_ago, rest)))
    fill(anas, long_ago, range(1, 20))
    many = statements(lambda: anas.get(of(long_ago, rest)))
    assert len(few) == len(many) <= 7, "\n".join(many)


def test_a_list_of_alerts_costs_the_same_however_many(anas, noors, long_ago, ana, noor):
    put_entry(anas, long_ago, INFECTED)
    noors.get("/api/v1/alerts/")  # writes down that she was listed, once a day
    few = statements(lambda: noors.get("/api/v1/alerts/"))
    for days_ago in (210, 220, 230):
        put_entry(anas, pen(ana, days_ago=days_ago, by=noor), INFECTED)
    # Two of them ask whether that was written down, and how much of the treatments the clinic may read.
    assert len(statements(lambda: noors.get("/api/v1/alerts/"))) == len(few) <= 5
