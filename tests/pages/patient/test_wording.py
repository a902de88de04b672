"""The words for the patient over every case of the clinical set: whole, plain, and right for those without a clinic."""

import re
from pathlib import Path

import pytest

from symptoms.recovery.assessment import assess
from symptoms.recovery.cases import read_case
from symptoms.recovery.protocol import PROTOCOL
from symptoms.recovery.vocabulary import Sign, Symptom, Urgency
from symptoms.wording.chart import Point, draw
from symptoms.wording.patient import Lines, verdict
from tests.courses import drawn
from tests.recovery.test_completeness import DAYS
from tests.recovery.test_criteria import TABLE

CASES = sorted((Path(__file__).parents[2] / "cases").glob("*.json"))
CLINIC = Lines("999", "111", "Larkfield Skin Clinic", "020 7946 0123")
ALONE = Lines("112")


def verdict_of(course, day: int, lines: Lines = CLINIC):
    judged, entry = assess(course, day=day), next(entry for entry in course.entries if entry.day == day)
    flags = judged.as_json()["flags"]
    answered = {"compared": list(Symptom), "signs": entry.signs}
    return verdict(judged.urgency, flags, day=day, **answered, lines=lines, version="2026.1")


def words_of(verdict) -> str:
    parts = [verdict.word, verdict.heading, verdict.line, *verdict.means, *verdict.steps, verdict.sooner]
    parts += [call.label for call in verdict.calls]
    why = verdict.why
    parts += [*why.facts, *(fact for _, facts in why.earlier for fact in facts), *(title for title, _ in why.concerns)]
    return " ".join(parts)


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_every_day_of_every_case_is_worded_whole_with_and_without_a_clinic(path):
    course = read_case(path).course
    for entry in course.entries:
        urgency = assess(course, day=entry.day).urgency
        for lines in (CLINIC, ALONE):
            verdict = verdict_of(course, entry.day, lines)
            text = words_of(verdict)
            assert verdict.urgency == urgency.slug and verdict.heading and verdict.line
            assert not re.search(r"[{}_]|None|\.\.|,\.", text), text
            assert lines.has_clinic or not re.search(r"your clinic|999|111", text, re.I), text
            if urgency <= Urgency.WATCH:
                assert not verdict.why.concerns and not verdict.why.rules
            else:
                assert verdict.why and verdict.why.concerns and verdict.why.rules
            assert len(set(verdict.why.facts)) == len(verdict.why.facts)


def test_what_is_urgent_is_not_mixed_with_what_can_wait():
    verdict = verdict_of(drawn("C | 3 redness3 | 4 redness3 pain3 pus"), 4)
    assert not [text for text in (*verdict.means, *verdict.steps) if "sunscreen" in text.lower()]
    assert ("Redness that lasts", "Contact your clinic") in verdict.counts_as


def test_a_fact_of_an_earlier_session_is_told_apart():
    older = drawn("C | 20 redness0")
    newer = drawn("C | 10 firm_lumps")
    course = type(newer)(newer.patient, newer.treatment, newer.entries, ((30, older),))
    why = verdict_of(course, 10).why
    assert why.earlier == ((30, ("Firm lumps, on day 40.",)),)
    assert why.facts == ("Firm lumps, on day 10.",)


def test_a_fact_under_several_concerns_is_told_once_and_the_concerns_beside_it():
    verdict = verdict_of(drawn("C | 14 firm_lumps pain2"), 14)
    assert verdict.why.facts == ("Firm lumps, on day 14.", "Pain: medium on day 14, when we expect none.")
    assert verdict.counts_as[0] == ("Lumps or sores that started later", "Be seen today")
    assert ("Firm lumps", "Contact your clinic") in verdict.counts_as and len(verdict.counts_as) == 3


def test_one_concern_that_the_heading_names_is_not_said_again():
    assert not verdict_of(drawn("C | 5 firm_lumps"), 5).counts_as
    assert verdict_of(drawn("C | 0 trouble_breathing"), 0).counts_as  # there the heading is the call


def test_temperatures_are_told_in_the_unit_that_was_chosen():
    course = drawn("C | 4 pus T38.1")
    flags = assess(course, day=4).as_json()["flags"]
    text = words_of(verdict(Urgency.URGENT, flags, day=4, compared=(), signs=(), lines=CLINIC, unit="f"))
    assert text.count("100.6 °F") == 2 and "°C" not in text


@pytest.mark.parametrize("sign", Sign, ids=str)
def test_no_warning_sign_was_ticked_is_said_only_when_none_was(sign):
    for day in DAYS:
        assert "warning sign" not in verdict_of(drawn(f"C | {day} {sign}"), day).line, day


@pytest.mark.parametrize("day", DAYS)
def test_a_day_without_a_sign_says_so(day):
    assert verdict_of(drawn(f"C | {day}"), day).line.endswith(" No warning sign was ticked.")


SPOKEN_OF = {  # what a text may speak of only when it was reported
    "hives": ["hives"], "rash": ["rash_beyond_area", "hives"], "blister": ["blisters"],
    "lump": ["firm_lumps", "open_sore", "joint_pain"], "itchy": ["itching"], "bruis": ["bruising"],
    "bleeding": ["bleeding"], "black": ["black_skin"], "eye pain": ["eye_pain"], "sight": ["vision_change"],
    "tingling": ["tingling"], "raised": ["raised_scar"], "fever": ["T3", "T4", "chills"],
}  # fmt: skip


@pytest.mark.parametrize(("id", "drawing"), [row[:2] for row in TABLE], ids=[row[0] for row in TABLE])
def test_what_it_can_mean_speaks_of_nothing_that_was_not_reported(id, drawing):
    course = drawn(drawing)
    verdict = verdict_of(course, course.entries[-1].day)
    if verdict.urgency in ("contact", "urgent", "emergency"):
        assert verdict.means and all(verdict.means)
        text = " ".join((verdict.heading, *verdict.means)).lower()
        for word, reported in SPOKEN_OF.items():
            assert word not in text or any(what in drawing for what in reported), text


@pytest.mark.parametrize(
    "drawing", [drawing for id, drawing, *_ in TABLE if PROTOCOL.criterion(id).urgency is Urgency.EMERGENCY]
)
def test_in_an_emergency_the_call_is_said_once_and_without_an_if(drawing):
    course = drawn(drawing)
    verdict = verdict_of(course, course.entries[-1].day)
    assert verdict.heading == "Call 999 now"
    assert not [
        text for text in (verdict.line, *verdict.means, *verdict.steps) if "999" in text or "be seen today" in text
    ]


def test_trouble_breathing_alone_speaks_of_breathing_alone():
    verdict = verdict_of(drawn("C | 0 trouble_breathing"), 0)
    assert verdict.line == "Trouble breathing can be an emergency."
    assert verdict.means == ("This can be a severe allergic reaction.",)
    assert verdict.steps[0] == "Use your adrenaline (epinephrine) pen now, if you have one."


def test_old_scabs_are_not_called_black_skin():
    verdict = verdict_of(drawn("C | 14 crusting2"), 14)
    assert "Scabs should have come off by now, and yours have not." in verdict.means


def test_a_dot_on_the_ceiling_is_drawn_inside_and_one_above_it_outside():
    chart = draw([Point(0, 2, 2), Point(1, 3, 2)], "pain", today=1)
    assert [dot.is_above for dot in chart.dots] == [False, True]
    assert chart.limit == "M0 1.65 1 1.65" and chart.above == "M1 1V1.65"


def test_a_course_of_one_day_can_be_drawn():
    assert draw([Point(0, None, 3)], "redness", today=0).label == "Redness by day. Not answered on these days."
