"""What an entry costs the database: the same at the first and at the 180th."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from symptoms.models import Alert, Delivery, Treatment, TreatmentAccess
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


@pytest.mark.parametrize("listed", ["alerts", "treatments"])
def test_a_page_of_a_list_is_read_in_the_order_of_an_index(noors, anas, treatment, listed):
    """Else all that a clinic ever had is sorted for a page of thirty."""
    put_entry(anas, treatment, INFECTED)
    as_listed(treatment, 40)
    page = noors.get(f"/api/v1/{listed}/")
    for address in (f"/api/v1/{listed}/", page.json()["next"] or f"/api/v1/{listed}/?open=true"):
        with CaptureQueriesContext(connection) as captured:
            assert noors.get(address).status_code == 200
        asked = [query["sql"] for query in captured if re.search(r"LIMIT 3\d", query["sql"])]
        assert asked
        with connection.cursor() as cursor:
            plans = [cursor.execute(f"EXPLAIN QUERY PLAN {sql}").fetchall() for sql in asked]
        of_own = "\n".join(step[-1] for step in plans[0])
        assert "USE TEMP B-TREE FOR ORDER BY" not in of_own, of_own


def test_what_a_clinic_has_and_what_it_kept_is_one_list(noors, treatment):
    as_listed(treatment, 100)
    wanted = [str(one.pk) for one in Treatment.objects.order_by("-recorded_at", "-pk")]
    found, address = [], "/api/v1/treatments/"
    while address:
        page = noors.get(address).json()
        found += [row["id"] for row in page["results"]]
        address, before = page["next"], page["previous"]
    assert found == wanted
    assert [row["id"] for row in noors.get(before).json()["results"]] == wanted[60:90]


def as_listed(treatment, count: int) -> None:
    """So many more treatments like it, every other one of somebody who left since; several were recorded at once."""
    now = timezone.now()
    for number in range(count):
        made = Treatment.objects.get(pk=treatment.pk)
        made.pk, made.recorded_at = uuid4(), now - timedelta(hours=number // 3)
        made.open_to = made.open_to if number % 2 else None
        made.save(force_insert=True)
        if not number % 2:
            TreatmentAccess.objects.create(treatment=made, practice=treatment.practice, until=now)
