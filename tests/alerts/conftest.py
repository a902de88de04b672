"""The practice that is told in these tests."""

import pytest

from tests import people
from tests.treatments import pen


@pytest.fixture
def team(clinic, noor) -> dict:
    """Dr Noor treats Ana, Dr Chen and Dr Lind work beside her, and Mr Price only manages."""
    return {
        "noor": noor,
        "chen": people.practitioner(clinic, "Dr Chen"),
        "lind": people.practitioner(clinic, "Dr Lind"),
        "price": people.admin(clinic),
    }


@pytest.fixture
def session(clinic, noor):
    return pen(people.ana(clinic), days_ago=9, by=noor)
