"""Published and typical recoveries: what must be said of each is said, and files that are no cases are named."""

import json
from dataclasses import replace
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from symptoms.recovery.cases import InvalidCase, judge, read_case

CASES = sorted((Path(__file__).parents[1] / "cases").glob("*.json"))


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_what_must_be_said_of_a_case_is_said(path):
    assert judge(read_case(path)).problems == ()


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_no_rule_reads_a_note(path, tmp_path):
    document = json.loads(path.read_text(encoding="utf-8"))
    for entry in document["entries"]:
        entry.pop("note", None)
    bare = tmp_path / path.name
    bare.write_text(json.dumps(document), encoding="utf-8")
    assert judge(read_case(bare)).as_json() == judge(read_case(path)).as_json()


def test_a_case_fails_when_what_must_be_said_is_not():
    case = read_case(next(path for path in CASES if path.stem == "infection-pustules-day3"))
    quiet = replace(case.course.entries[3], signs=frozenset(), symptoms={})
    silenced = replace(case.course, entries=(*case.course.entries[:3], quiet))
    assert "infection" in judge(replace(case, course=silenced)).problems[0]


def _run(*args) -> tuple[str, str, bool]:
    out, err = StringIO(), StringIO()
    try:
        call_command("assess_cases", *map(str, args), stdout=out, stderr=err)
    except CommandError as failed:
        return out.getvalue(), err.getvalue() + str(failed), False
    return out.getvalue(), err.getvalue(), True


def test_the_command_prints_one_object_a_line_without_touching_the_database():
    out, _, passed = _run(CASES[0].parent, "--json")  # no database fixture: any query would fail the test
    rows = [json.loads(line) for line in out.splitlines()]
    assert passed and len(rows) == len(CASES)
    infection = next(row for row in rows if row["id"] == "infection-pustules-day3")
    assert infection["entries"][0] == {"day": 0, "urgency": "on_track", "flags": []}
    assert infection["entries"][3]["urgency"] == "urgent"
    flag = infection["entries"][3]["flags"][0]
    assert (flag["concern"], flag["urgency"], flag["criteria"][0]) == ("infection", "urgent", "INF-7")


GOOD = {
    "id": "x",
    "patient": {},
    "treatment": {"device": "pen"},
    "entries": [{"day": 0, "symptoms": {"pain": 1}}],
    "expect": {},
}


def _with(**changes) -> str:
    return json.dumps({**GOOD, **changes})


@pytest.mark.parametrize(
    ("content", "place"),
    [
        ("{", "line 1"),
        ("[]", "not an object"),
        ("[" * 100_000, "nested too deeply"),
        ('{"id": NaN}', "NaN"),
        ('{"id": "a", "id": "b"}', "named twice"),
        ('{"id": ' + "1" * 6000 + "}", "too long"),
        (b"\xff\xfe", "not UTF-8"),
        (json.dumps({**GOOD, "entries": None}), "entries: not a list"),
        (_with(entries=[{"day": 3}, {"day": 3}]), "does not come after"),
        (_with(entries=[{"day": 3}, {"day": 1}]), "does not come after"),
        (_with(entries=[{"day": -1}]), "entries[0].day"),
        (_with(entries=[{"day": True}]), "entries[0].day"),
        (_with(entries=[{"day": 0, "symptoms": {"pain": 5}}]), "entries[0].symptoms.pain"),
        (_with(entries=[{"day": 0, "symptoms": {"sorrow": 1}}]), "'sorrow' is not a word"),
        (_with(entries=[{"day": 0, "signs": ["pus", "gold"]}]), "'gold' is not a word"),
        (_with(entries=[{"day": 0, "signs": [[]]}]), "entries[0].signs"),
        (_with(entries=[{"day": 0, "temperature_c": 101}]), "entries[0].temperature_c"),
        (_with(entries=[{"day": 0, "temprature": 38}]), "entries[0].temprature"),
        (_with(treatment={"device": "hammer"}), "treatment.device"),
        (_with(treatment={}), "device is missing"),
        (_with(patient={"fitzpatrick": 7}), "patient.fitzpatrick"),
        (_with(id="\ud800"), "id: not text"),
        (_with(id="two\nlines"), "id: not a name"),
        (_with(**{"\ud800": 1}), "not a key we know"),
        (_with(treatment={"device": "pen", "needle_depth_mm": 1e308 * 10}), "Infinity is not a number"),
        (_with(entries=[{"day": 0, "symptoms": {}}]).replace("0,", "1e999,"), "entries[0].day"),
        (_with(entries=[{"day": 0, "note": 5}]), "entries[0].note: not text"),
        (_with(expect={"max_urgency": "soon"}), "expect.max_urgency"),
        (_with(expect={"flags": {}}), "expect.flags: not a list"),
        (
            _with(expect={"flags": [{"concern": "burn", "urgency": "urgent", "from_day": 3, "by_day": 1}]}),
            "expect.flags[0].by_day",
        ),
        (_with(expect={"flags": [{"concern": "plague", "urgency": "urgent", "from_day": 0, "by_day": 1}]}), "plague"),
    ],
)
def test_a_file_that_is_no_case_is_named_with_place_and_reason(tmp_path, content, place):
    path = tmp_path / "bad.json"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(InvalidCase) as refused:
        read_case(path)
    assert str(path) in str(refused.value) and place in str(refused.value)
    out, err, passed = _run(path, CASES[0])
    assert not passed and place in err and CASES[0].stem in out


def test_a_path_that_is_not_there_and_an_empty_folder_are_named(tmp_path):
    _, err, passed = _run(tmp_path / "nowhere", tmp_path)
    assert not passed
    assert "there is no such file or folder" in err and "no .json file" in err
