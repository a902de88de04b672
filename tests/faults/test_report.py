"""`make faults` is well only when everything was tried, and nothing that was acknowledged was lost."""

import json
import re
from pathlib import Path

import pytest

from tests.faults import record, report
from tests.faults.kinds import KINDS
from tests.house.tree import ROOT, files

ALL = [record.Noted(kind, 60) for kind in KINDS]


def written(folder: Path, notes: list[record.Noted], **more) -> Path:
    file = folder / "noted"
    lines = [json.dumps({**vars(note), "is_passed": True, **more}) for note in notes]
    file.write_text("\n".join(lines))
    return file


@pytest.mark.parametrize(
    ("notes", "more", "is_whole", "said"),
    [
        (ALL, {}, True, []),
        ([*ALL, record.Noted("F1", 1, lost=2)], {}, True, ["F1: 2 lost."]),
        ([record.Noted("F1", 1, lost=2)], {}, False, ["F1: 2 lost."]),
        (ALL[1:2], {"is_passed": False}, False, ["F2: 1 tests failed."]),
        (ALL[1:], {}, True, ["None of F1 was brought about."]),
        ([record.Noted(kind) for kind in KINDS], {}, True, ["21 faults are fewer than 1000."]),
        ([note for note in ALL if note.kind != "F6"], {}, True, []),  # which SQLite has not
        ([], {}, False, []),
    ],
)
def test_what_was_lost_failed_or_left_out_is_said(tmp_path, notes, more, is_whole, said):
    by_kind = report.sums(written(tmp_path, notes, **more))
    assert report.wrong_with("sqlite", by_kind, is_whole=is_whole) == said


def test_the_table_says_how_many_of_each_kind():
    by_kind = {"F2": {"count": 200, "lost": 0, "doubled": 3, "late": 1}}
    assert re.search(r"F2 worker killed +\| +200 \| +0 \| +3 \| +1 \|", report.table("sqlite", 7, by_kind))


def test_each_kind_has_a_test_and_a_line_in_the_documents():
    marked = {kind for path in files("tests", suffixes={".py"}) for kind in _marked(path.read_text())}
    assert marked == set(KINDS)
    told = re.findall(r"^\| (F\d+) \|", (ROOT / "docs" / "faults.md").read_text(), re.M)
    assert told == list(KINDS)


def _marked(text: str) -> list[str]:
    return [kind for words in re.findall(r"mark\.faults\(([^)]*)\)", text) for kind in re.findall(r"F\d+", words)]
