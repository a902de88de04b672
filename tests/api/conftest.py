"""Ana, whom Dr Noor treated three days ago, and programs that act for them."""

import pytest
from django.core.cache import caches

from symptoms.api.throttles import PerPerson
from tests import people
from tests.api.programs import program
from tests.treatments import pen


@pytest.fixture(autouse=True)
def fresh_limits():
    caches["throttle"].clear()


@pytest.fixture
def treatment(ana, noor):
    return pen(ana, days_ago=3, by=noor)


@pytest.fixture
def anas(ana):
    return program(ana)


@pytest.fixture
def noors(noor):
    return program(noor)


@pytest.fixture
def okafors(db):
    return program(people.dr_okafor())


@pytest.fixture
def without_limit(monkeypatch):
    monkeypatch.setitem(PerPerson.THROTTLE_RATES, "person", "100000/min")
