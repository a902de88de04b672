"""Nobody is forgotten, whatever goes wrong: two days of the fortnight; `make fortnight` lives through all of it."""

import os
import random
from random import Random

import pytest

from symptoms.alerts import escalation
from tests.fortnight.run import Fortnight
from tests.tries import tries

pytestmark = [pytest.mark.django_db, pytest.mark.chance]

SEED = int(os.environ.get("MENDLINE_TEST_SEED", "2026"))
HAPPENS = {"logs", "alerts", "of them taken", "steps", "closed", "copies after a kill"}  # or the run tells nothing


def lived(days: int, patients: int, faults: int, seed: int = SEED) -> Fortnight:
    random.seed(seed)  # of the pauses between two tries
    fortnight = Fortnight(Random(seed), days, patients, faults)
    fortnight.run()
    print(fortnight.figures())
    return fortnight


def test_whatever_goes_wrong_each_alert_is_taken_or_told_on_in_time_and_nobody_is_told_twice():
    fortnight = lived(days=tries(2, 14), patients=tries(45, 600), faults=tries(24, 200))
    figures = fortnight.figures()
    assert (
        min(figures[what] for what in ("logs", "alerts", "of them taken", "steps", "closed", "copies after a kill")) > 0
    )
    assert fortnight.violations == []


def test_a_worker_that_tells_nothing_on_is_found_out(monkeypatch):
    monkeypatch.setattr(escalation, "_due", lambda now: escalation.Alert.objects.none())
    assert any("late" in violation for violation in lived(days=1, patients=30, faults=0).violations)


def test_steps_that_tell_nobody_are_found_out(monkeypatch):
    monkeypatch.setattr(escalation, "tell_step", lambda *about: [])
    assert any("a step told nobody" in violation for violation in lived(days=1, patients=30, faults=0).violations)
