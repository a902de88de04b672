"""The words for the patient over every case of the clinical set: whole, plain, and right for those without a clinic."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from symptoms.recovery.assessment import assess
from symptoms.recovery.cases import read_case
from symptoms.recovery.prompting import next_prompt
from symptoms.recovery.questions import QUESTIONS
from symptoms.recovery.texts import who_of
from symptoms.recovery.vocabulary import Symptom, Urgency
from symptoms.wording.chart import Point, draw
from symptoms.wording.findings import Reported
from symptoms.wording.patient import PhoneNumbers, box_advice, verdict
from tests.courses import drawn
from tests.recovery.test_completeness import DAYS
from tests.recovery.test_criteria import TABLE
from tests.recovery.test_properties import MANY, courses

CASES = sorted((Path(__file__).parents[2] / "cases").glob("*.json"))
CLINIC = PhoneNumbers("999", "111", "Larkfield Skin Clinic", "020 7946 0123")
ALONE = PhoneNumbers("112")


def verdict_of(course, day: int, numbers: PhoneNumbers = CLINIC, unit: str = "c"):
    judged, entry = assess(course, day=day), next(entry for entry in course.entries if entry.day == day)
    before = [earlier for earlier in course.entries if earlier.day < day]
    reported = Reported(
        entry,
        last_signs=before[-1].signs if before else frozenset(),
        who=who_of(course.patient, course.treatment),
        next_day=next_prompt(course.patient, course.treatment, after=day),
    )
    about = {"reported": reported, "compared": Symptom, "numbers": numbers, "version": "2026.2", "unit": unit}
    return verdict(judged.urgency, judged.as_json()["flags"], **about)


def last_verdict(drawing: str, numbers: PhoneNumbers = CLINIC, unit: str = "c"):
    course = drawn(drawing)
    return verdict_of(course, course.entries[-1].day, numbers, unit)


def texts_of(verdict) -> list[str]:
    """Everything that is said, in the order of the page."""
    concerns = [text for concern in verdict.concerns for text in (concern.title, *concern.means, *concern.care)]
    why = verdict.why
    facts = [*why.facts, *(fact for _, facts in why.earlier for fact in facts)]
    return [
        verdict.word, verdict.heading, *verdict.first, verdict.line, *(call.label for call in verdict.calls),
        *verdict.steps, *verdict.after_call, verdict.do_not_wait, *concerns, verdict.also, verdict.sooner, *facts,
        verdict.at_once,
    ]  # fmt: skip


def words_of(verdict) -> str:
    return " ".join(texts_of(verdict))


@MANY
@given(courses(), courses(), st.integers(1, 200), st.sampled_from([CLINIC, ALONE]))
def test_whatever_is_logged_after_whatever_was_done_before_has_its_words(newest, older, days_before, numbers):
    course = replace(newest, earlier=((days_before, older),))
    read = verdict_of(course, newest.entries[-1].day, numbers)
    assert read.heading and "{" not in words_of(read)


def test_what_only_an_earlier_session_expects_less_of_is_named_too():
    newest, older = drawn("B | 5 dark_patches1"), drawn("B | 1 pain1")
    read = verdict_of(replace(newest, earlier=((36, older),)), 5)
    assert read.urgency == "watch" and "dark" in read.heading.lower()


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_every_day_of_every_case_is_worded_whole_with_and_without_a_clinic(path):
    course = read_case(path).course
    for entry in course.entries:
        urgency = assess(course, day=entry.day).urgency
        for numbers in (CLINIC, ALONE):
            verdict = verdict_of(course, entry.day, numbers)
            text = words_of(verdict)
            assert verdict.urgency == urgency.slug and verdict.heading and verdict.steps
            assert not re.search(r"[{}_]|None|\.\.|,\.", text), text
            assert numbers.has_clinic or not re.search(r"your clinic|999|111", text, re.I), text
            assert bool(verdict.concerns and verdict.rules) is (urgency >= Urgency.CONTACT)
            assert bool(verdict.at_once) is (Urgency.WATCH <= urgency <= Urgency.URGENT)
            assert bool(verdict.why) is (urgency > Urgency.ON_TRACK)
            assert len(set(verdict.why.facts)) == len(verdict.why.facts)


REASSURING = re.compile(r"common|settles|harmless|just a cold|not rare|most of(ten| the)")


@pytest.mark.parametrize(("id", "drawing"), [row[:2] for row in TABLE], ids=[row[0] for row in TABLE])
def test_nothing_calms_where_it_would_be_wrong(id, drawing):
    verdict = last_verdict(drawing)
    if verdict.urgency == "emergency":
        assert not REASSURING.search(words_of(verdict).lower())
    common = [text for text in texts_of(verdict) if "One step like this is common" in text]
    entry = drawn(drawing).entries[-1]
    if common:
        assert verdict.urgency == "watch" and max(entry.symptoms.values()) <= 2


def test_a_fever_or_a_sign_is_never_called_a_little_more():
    """A page that speaks of one step speaks of it alone; a fever and a sign have words of their own."""
    for day in DAYS:
        for reported in ("T37.5", "feeling_ill", "swollen_glands", "track_marks", "numbness", "tingling", "firm_lumps"):
            verdict = last_verdict(f"C | {day} {reported}")
            assert "a little more than we expect" not in words_of(verdict), (day, reported)


@pytest.mark.parametrize(
    ("drawing", "heading", "line"),
    [
        ("C | 3 T37.6", "A temperature of 37.6 °C is a bit high, but it is not a fever", "Take it again"),
        ("C | 9 feeling_ill", "You feel ill", "It may just be a cold."),
        ("C | 4 track_marks", "We do not expect this on day 4: lines or rows of dots", "It may be harmless"),
        ("C | 4 track_marks | 5 track_marks", "This is still there: lines or rows of dots", "Tell your clinic"),
        ("C | 2 | 3 pain1 warmth1", "Pain and heat went up since your last logs", "It should go down from now on."),
        ("D | 12 bumps1 itching1", "Spots and an itch together are worth a second look", "Please look again tomorrow."),
        ("C | 12 bumps2 dark_patches2", "Dark patches and spots are a little more", "One step like this is common"),
        ("C | 5 redness3", "Redness is clearly more than we expect on day 5", "If it is the same, tell your clinic."),
        ("C | 9 redness2", "Redness is a little more than we expect on day 9", "One step like this is common"),
    ],
)
def test_each_kind_of_thing_to_watch_has_its_line(drawing, heading, line):
    verdict = last_verdict(drawing)
    assert verdict.urgency == "watch" and verdict.heading.startswith(heading) and line in verdict.line


@pytest.mark.parametrize(
    ("drawing", "headings", "says_infection", "care_of_skin"),
    [
        ("C | 3 T38.5", ["A fever"], False, False),
        ("C | 20 T38.2", ["A fever"], False, False),
        ("C | 20 swollen_glands", ["Swollen glands"], False, False),
        ("C diabetes | 2 feeling_ill", ["You feel ill"], False, False),
        ("C | 2 fainted", ["A faint"], False, False),
        ("C | 4 T38.5 redness3", ["A fever"], False, True),  # a change of the skin is named, an infection is not
        ("C | 3 spreading_redness", ["Redness that grows"], False, True),
        ("C | 4 T38.5 pus", ["Signs of a skin infection"], True, True),
        ("C | 5 blisters redness3 unprotected_sun", ["Signs of a sunburn", "Signs of a cold sore"], False, False),
        ("R | 1 blisters", ["Signs of a burn", "Signs of a cold sore"], False, False),
        ("R | 5 blisters", ["Signs of a cold sore", "Signs of a burn"], False, False),
    ],
)
def test_an_infection_is_named_where_the_skin_shows_one_and_a_burn_before_a_cold_sore(
    drawing, headings, says_infection, care_of_skin
):
    concerns = last_verdict(drawing).concerns
    assert [concern.title for concern in concerns] == headings
    means, care = (
        " ".join(text for concern in concerns for text in getattr(concern, part)) for part in ("means", "care")
    )
    assert ("skin infection" in means, "Don't squeeze" in care) == (says_infection, care_of_skin)


@pytest.mark.parametrize("numbers", [CLINIC, ALONE])
def test_what_is_to_be_watched_says_what_to_look_out_for_as_on_track_does(numbers):
    on_track, watch = (last_verdict(drawing, numbers).sooner for drawing in ("C | 3", "C | 3 pain2"))
    (look_out,) = re.findall(r"Look out for [^.]+\.", on_track)
    assert look_out in watch


@pytest.mark.parametrize("sign", ["hives", "rash_beyond_area", "trouble_breathing", "face_or_tongue_swelling"])
def test_nobody_is_told_to_get_up_and_not_to(sign):
    """A faint with a sign of an allergy: lying down until one feels well is not what that needs."""
    for day, more in ((0, "feeling_ill"), (1, "T37.6"), (5, "T38.5"), (20, "feeling_ill")):
        first = " ".join(last_verdict(f"C | {day} fainted {sign} {more}").first)
        assert "Don't stand up or walk" in first and "Get up" not in first
    assert "Get up slowly." in " ".join(last_verdict("C | 0 fainted").first)


@pytest.mark.parametrize("drawing", ["C | 3 pain2", "C | 0 bleeding3", "C | 9 T38.2", "C | 4 pus", "C | 1 blue_lips"])
def test_without_a_number_only_an_emergency_is_told_to_call_now(drawing):
    verdict = last_verdict(drawing, PhoneNumbers(""))
    bare = [text for text in texts_of(verdict) if text.startswith("Call your local emergency number now.")]
    assert bool(bare) is (verdict.urgency == "emergency")
    assert verdict.urgency == "emergency" or "Call your local emergency number at once if you can't" in verdict.at_once


def test_a_dot_on_the_ceiling_is_drawn_inside_and_one_above_it_outside():
    chart = draw([Point(0, 2, 2), Point(1, 3, 2)], "pain", today=1)
    assert [dot.is_above for dot in chart.dots] == [False, True]
    assert chart.limit == "M0 1.65 1 1.65" and chart.above == "M1 1V1.65"


def test_a_course_of_one_day_can_be_drawn():
    assert draw([Point(0, None, 3)], "redness", today=0).label == "Redness by day. Not answered on these days."


def test_a_sign_of_the_box_heads_the_page_and_is_named_first():
    verdict = last_verdict("C | 6 redness1 swelling1 pain1 warmth1 trouble_breathing hives")
    assert verdict.heading == "Signs of an allergic reaction"
    assert verdict.line.startswith("This can be an emergency: trouble breathing")
    assert verdict.call_above is verdict.calls[0]
    assert last_verdict("C | 4 pus").call_above is None


@pytest.mark.parametrize("sign", [question.word for question in QUESTIONS if question.box])
@pytest.mark.parametrize("who", ["C", "C injected", "C pregnant"])
def test_a_tick_of_the_box_says_what_the_saved_verdict_will_say(who, sign):
    for day in (0, 1, 5, 40):
        course, verdict = drawn(who), last_verdict(f"{who} | {day} {sign}")
        advice = box_advice(who_of(course.patient, course.treatment), day, CLINIC)
        before, after = (
            tuple(text for text, signs in rows if sign in signs.split())
            for rows in (advice.before_call, advice.after_call)
        )
        assert (before, advice.steps, after) == (verdict.first, verdict.steps, verdict.after_call)
