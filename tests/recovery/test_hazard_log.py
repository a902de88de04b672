"""The hazard log that people read is the code's own, and no control is claimed that no test proves."""

import ast
from functools import cache
from pathlib import Path

import pytest

from symptoms.recovery.hazard_log import HAZARDS, MOST_PROBABLE, hazard_log
from symptoms.recovery.protocol import PROTOCOL

ROOT = Path(__file__).parents[2]


@cache
def names_in(path: str) -> set[str]:
    """The names of the test functions of a file; none where there is no such file."""
    file = ROOT / path
    tree = ast.parse(file.read_text(encoding="utf-8") if file.is_file() else "")
    return {part.name for part in tree.body if isinstance(part, ast.FunctionDef) and part.name.startswith("test_")}


def test_the_page_is_fresh():
    written = (ROOT / "docs" / "hazards.md").read_text(encoding="utf-8")
    assert written == hazard_log(), "make docs writes it again"


def test_no_hazard_is_left_out():
    assert [hazard.id for hazard in HAZARDS] == [f"H-{number:02}" for number in range(1, len(HAZARDS) + 1)]
    assert len(HAZARDS) >= 39


@pytest.mark.parametrize("hazard", HAZARDS, ids=lambda hazard: hazard.id)
def test_every_control_names_tests_that_exist(hazard):
    assert hazard.controls
    for control in hazard.controls:
        assert control.tests, control.say
        for test in control.tests:
            path, _, name = test.partition("::")
            assert name in names_in(path), f"{test} does not exist"


@pytest.mark.parametrize("hazard", HAZARDS, ids=lambda hazard: hazard.id)
def test_a_risk_that_is_left_is_acceptable_or_says_why_it_is_kept(hazard):
    assert hazard.severity in MOST_PROBABLE and 1 <= hazard.after <= hazard.before <= 5
    assert hazard.steps_too_many <= (1 if hazard.because else 0)
    assert set(hazard.owner) <= {"clinical", "developer", "operator"} and hazard.owner


def test_every_criterion_guards_against_hazards_that_are_listed():
    known = {hazard.id for hazard in HAZARDS}
    for criterion in PROTOCOL.criteria:
        assert set(criterion.hazards) <= known, criterion.id
