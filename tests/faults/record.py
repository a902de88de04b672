"""What tests marked `faults` brought about: written down by each, a line a test, for the report of `make faults`.

A test that says nothing of its own brought about one fault, and by passing says that nothing was lost, doubled or late.
"""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

import pytest

FILE = "MENDLINE_TEST_FAULTS_REPORT"  # names the file; without it nothing is written


@dataclass
class Noted:
    """So many faults of a kind; what had been acknowledged and was lost after them, what was there twice, what came
    later than is promised."""

    kind: str
    count: int = 1
    lost: int = 0
    doubled: int = 0
    late: int = 0


_NOTED = pytest.StashKey[list[Noted]]()


class Notes:
    """Given to a test as `noted`."""

    def __init__(self, item: pytest.Item):
        self._item = item

    def __call__(self, count: int, *, kind: str = "", **found: int) -> None:
        """Note that `count` faults were brought about, and what was found after them; what was lost fails the test."""
        note = Noted(kind or kinds_of(self._item)[0], count, **found)
        self._item.stash.setdefault(_NOTED, []).append(note)
        assert not note.lost, f"{note.lost} of what had been acknowledged is lost"


def kinds_of(item: pytest.Item) -> tuple[str, ...]:
    """The kinds that a test is marked with; none for most."""
    mark = item.get_closest_marker("faults")
    return mark.args if mark else ()


def write_down(item: pytest.Item, report: pytest.TestReport) -> None:
    """Add what a test noted to the file, once it ran."""
    file, kinds = os.environ.get(FILE), kinds_of(item)
    if not file or not kinds or report.when != "call" or report.skipped:
        return
    notes = item.stash.get(_NOTED, [])
    said = {note.kind for note in notes}
    others = [Noted(kind, count=int(report.passed)) for kind in kinds if kind not in said]
    with Path(file).open("a", encoding="utf-8") as lines:
        for note in notes + others:
            lines.write(json.dumps(asdict(note) | {"test": item.nodeid, "is_passed": report.passed}) + "\n")
