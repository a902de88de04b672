"""A sample of `make simulate`: its figures repeat, and stay within what people can bear."""

import pytest

from tests.simulator.__main__ import simulate

PEOPLE = 240


@pytest.fixture(scope="module")
def figures() -> dict[str, float]:
    return simulate(PEOPLE, seed=7)


def test_the_same_seed_gives_the_same_people():
    assert simulate(9, seed=7) == simulate(9, seed=7) != simulate(9, seed=8)


def test_ordinary_people_whose_usual_levels_are_told_are_seldom_alarmed(figures):
    assert figures["contact or more, % of entries"] <= 5
    assert figures["usual levels not told: contact or more, % of entries"] > figures["contact or more, % of entries"]


@pytest.mark.parametrize("name", ["infection", "burn", "cold sore", "reaction on the day"])
def test_what_cannot_wait_is_told_in_time_whatever_the_skin(figures, name):
    for types in ("I-III", "IV-VI"):
        assert figures[f"{name}: told in time, types {types}, %"] >= 80
