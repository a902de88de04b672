"""The table of ASVS 5.0: each number of levels 1 and 2 once, with a reason, and nothing cited that is gone."""

import re
from collections import Counter

import pytest

from tests.house import tree

TEXT = (tree.ROOT / "docs" / "asvs.md").read_text(encoding="utf-8")
# How many requirements of level 1 or 2 each section has: they are its first ones.
SECTIONS = {
    "1.1": 2, "1.2": 9, "1.3": 11, "1.4": 3, "1.5": 2, "2.1": 3, "2.2": 3, "2.3": 4, "2.4": 1, "3.2": 2,
    "3.3": 4, "3.4": 6, "3.5": 5, "3.7": 2, "4.1": 3, "4.2": 1, "4.3": 2, "4.4": 4, "5.1": 1, "5.2": 3,
    "5.3": 2, "5.4": 3, "6.1": 3, "6.2": 12, "6.3": 4, "6.4": 4, "6.5": 5, "6.6": 3, "6.8": 4, "7.1": 3,
    "7.2": 4, "7.3": 2, "7.4": 5, "7.5": 2, "7.6": 2, "8.1": 2, "8.2": 3, "8.3": 1, "8.4": 1, "9.1": 3,
    "9.2": 4, "10.1": 2, "10.2": 2, "10.3": 4, "10.4": 11, "10.5": 5, "10.6": 2, "10.7": 3, "11.1": 2,
    "11.2": 3, "11.3": 3, "11.4": 4, "11.5": 1, "11.6": 1, "12.1": 3, "12.2": 2, "12.3": 4, "13.1": 1,
    "13.2": 5, "13.3": 2, "13.4": 5, "14.1": 2, "14.2": 4, "14.3": 3, "15.1": 3, "15.2": 3, "15.3": 7,
    "16.1": 1, "16.2": 5, "16.3": 4, "16.4": 3, "16.5": 3, "17.1": 1, "17.2": 4, "17.3": 2,
}  # fmt: skip
NUMBERS = [f"{section}.{number}" for section, count in SECTIONS.items() for number in range(1, count + 1)]
ROWS = re.findall(r"^\| (\d+\.\d+\.\d+) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", TEXT, re.M)
STATES = ("met", "n/a", "person", "open")
A_PATH = re.compile(r"`((?:tests|accounts|symptoms|tracker|docs|deploy|templates|static)/[\w@./-]+|pyproject\.toml)`")


def test_each_number_of_levels_1_and_2_is_there_once_and_in_order():
    assert len(NUMBERS) == 253
    assert [number for number, *_ in ROWS] == NUMBERS
    assert len(ROWS) == len([line for line in TEXT.splitlines() if re.match(r"\| \d", line)])


@pytest.mark.parametrize("state", STATES)
def test_the_numbers_at_the_top_are_right(state):
    counted = Counter(row[2] for row in ROWS)
    assert set(counted) <= set(STATES)
    assert f"{counted[state]} {state}" in TEXT.partition("## Open")[0]


def test_what_is_open_stands_at_the_top_to_be_ticked_off():
    listed = re.findall(r"^- \[ \] (\d+\.\d+\.\d+) ", TEXT, re.M)
    assert listed == [number for number, _about, state, _why in ROWS if state == "open"]


def test_what_is_cited_exists_and_what_is_met_cites_something():
    gone = [
        (number, path) for number, *_, why in ROWS for path in A_PATH.findall(why) if not (tree.ROOT / path).exists()
    ]
    assert gone == []
    bare = [number for number, _about, state, why in ROWS if state == "met" and not re.search(r"`[^`]+`", why)]
    # What a library or the language does has no place in ours.
    assert set(bare) <= {"11.5.1", "15.1.2"}, bare
