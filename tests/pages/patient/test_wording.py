"""The words for the patient over every case of the clinical set: whole, plain, and right for those without a clinic."""

import re
from pathlib import Path

import pytest

from symptoms.recovery.assessment import assess
from symptoms.recovery.cases import read_case
from symptoms.recovery.vocabulary import Symptom, Urgency
from symptoms.wording.chart import draw
from symptoms.wording.patient import Lines, verdict
from tests.courses import drawn

CASES = sorted((Path(__file__).parents[2] / "cases").glob("*.json"))
CLINIC = Lines("999", "111", "Larkfield Skin Clinic", "020 7946 0123")
ALONE = Lines("112")


def said(course, day: int, lines: Lines = CLINIC):
    judged = assess(course, day=day)
    flags = judged.as_json()["flags"]
    return verdict(judged.urgency, flags, day=day, compared=list(Symptom), lines=lines, version="2026.1")


def words_of(verdict) -> str:
    parts = [verdict.word, verdict.heading, verdict.line, *verdict.means, *verdict.steps, verdict.sooner]
    parts += [call.label for call in verdict.calls]
    parts += [text for reason in verdict.why for text in (reason.title, *reason.facts, *reason.earlier)]
    return " ".join(parts)


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_every_day_of_every_case_is_worded_whole_with_and_without_a_clinic(path):
    course = read_case(path).course
    for entry in course.entries:
        urgency = assess(course, day=entry.day).urgency
        for lines in (CLINIC, ALONE):
            verdict = said(course, entry.day, lines)
            text = words_of(verdict)
            assert verdict.urgency == urgency.slug and verdict.heading and verdict.line
            assert not re.search(r"[{}_]|None|\.\.|,\.", text), text
            assert lines.has_clinic or not re.search(r"your clinic|999|111", text, re.I), text
            if urgency <= Urgency.WATCH:
                assert not any(reason.title or reason.rule for reason in verdict.why)
            else:
                assert verdict.why and all(reason.rule for reason in verdict.why)


def test_what_is_urgent_is_not_mixed_with_what_can_wait():
    verdict = said(drawn("C | 3 redness3 | 4 redness3 pain3 pus"), 4)
    assert not [text for text in (*verdict.means, *verdict.steps) if "sunscreen" in text.lower()]
    assert "Redness that lasts" in [reason.title for reason in verdict.why]


def test_a_fact_of_an_earlier_session_is_told_apart():
    older = drawn("C | 20 redness0")
    newer = drawn("C | 10 firm_lumps")
    course = type(newer)(newer.patient, newer.treatment, newer.entries, ((30, older),))
    reasons = said(course, 10).why
    assert any("Firm lumps, on day 40." in reason.earlier for reason in reasons)
    assert any("Firm lumps, on day 10." in reason.facts for reason in reasons)


class Point:
    def __init__(self, day, level, limit):
        self.day, self.level, self.limit = day, level, limit


def test_a_dot_on_the_ceiling_is_drawn_inside_and_one_above_it_outside():
    chart = draw([Point(0, 2, 2), Point(1, 3, 2)], "pain", today=1)
    assert [dot.is_above for dot in chart.dots] == [False, True]
    assert chart.limit == "M0 1.65 1 1.65" and chart.above == "M1 1V1.65"


def test_a_course_of_one_day_can_be_drawn():
    assert draw([Point(0, None, 3)], "redness", today=0).label == "Redness by day. Not answered on these days."
