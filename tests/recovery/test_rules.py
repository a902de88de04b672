"""What decides is what rules.md says: each ceiling, and each rule with its urgency, days, condition and source."""

import re
from pathlib import Path

import pytest

from symptoms.recovery.ceilings import CEILINGS
from symptoms.recovery.protocol import PROTOCOL

PARTS = (Path(__file__).parent / "rules.md").read_text(encoding="utf-8").split("\n## ")[1:]
TABLES = {
    part.split("\n", 1)[0]: [row.split(" | ") for row in re.findall(r"^\| (.+) \|$", part, re.M)][1:] for part in PARTS
}


def test_each_ceiling_is_the_one_that_is_written():
    written = {
        (band, symptom): tuple(map(int, cells[place].split()))
        for symptom, *cells in TABLES["Ceilings"]
        for place, band in enumerate("ABCDR")
    }
    assert written == {(band, str(symptom)): row for band, rows in CEILINGS.items() for symptom, row in rows.items()}


@pytest.mark.parametrize("row", TABLES["Rules"], ids=[row[0] for row in TABLES["Rules"]])
def test_each_rule_is_the_one_that_is_written(row):
    rule = PROTOCOL.criterion(row[0])
    assert [str(rule.concern or "INF"), rule.written_urgency, str(rule.days), str(rule.predicate), rule.source] == row[
        1:
    ]


def test_no_rule_is_written_nowhere():
    assert sorted(row[0] for row in TABLES["Rules"]) == sorted(rule.id for rule in PROTOCOL.criteria)
