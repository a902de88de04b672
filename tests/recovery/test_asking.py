"""Which questions a day asks: few on an ordinary day, and again what has not yet gone."""

from dataclasses import replace

import pytest

from symptoms.recovery.questions import QUESTIONS, asked_today
from symptoms.recovery.vocabulary import Exposure, Sign, Symptom
from tests.courses import drawn


def _asked(who: str, day: int, last: str = "", so_far: str = ""):
    course = drawn(who)
    entries = [drawn(f"{who} | {text}").entries[0] if text else None for text in (last, so_far)]
    return asked_today(course.patient, course.treatment, day=day, previous_entry=entries[0], so_far=entries[1])


def test_every_word_has_its_question_and_the_temperature_has_one():
    words = [*Symptom, *Sign, *Exposure, "temperature_c"]
    assert sorted(question.word for question in QUESTIONS) == sorted(words)
    assert all(q.title and q.text and q.help for q in QUESTIONS)
    assert all(len(q.steps) == (5 if q.kind == "symptom" else 0) for q in QUESTIONS)


def test_the_four_that_matter_are_asked_every_day_and_must_be_answered():
    for day in (0, 4, 11, 30, 180):
        asked = _asked("C", day)
        assert set(asked.required) == {Symptom.REDNESS, Symptom.SWELLING, Symptom.PAIN, Symptom.WARMTH}
        assert set(asked.required) <= set(asked.symptoms)


def test_the_red_box_stands_on_every_day_and_apart_from_the_other_signs():
    for day in (0, 9, 60):
        asked = _asked("C", day)
        assert [str(sign) for sign in asked.box] == [
            "trouble_breathing", "face_or_tongue_swelling", "blue_lips", "confused_or_drowsy", "drooping_or_weak",
            "vision_change",
        ]  # fmt: skip
        assert not set(asked.box) & set(asked.signs)


@pytest.mark.parametrize(
    ("who", "day", "word", "is_asked"),
    [
        ("C", 2, Symptom.BLEEDING, False),
        ("D", 2, Symptom.BLEEDING, True),
        ("C blood_thinner", 7, Symptom.BRUISING, True),
        ("C", 3, Symptom.BRUISING, False),
        ("C active_acne", 3, Symptom.BUMPS, True),
        ("C keloid_history", 7, Symptom.RAISED_SCAR, True),
        ("C", 13, Symptom.RAISED_SCAR, False),
        ("C", 14, Symptom.RAISED_SCAR, True),
    ],
)
def test_who_is_at_risk_is_asked_earlier_or_for_longer(who, day, word, is_asked):
    assert (word in _asked(who, day).symptoms) is is_asked


@pytest.mark.parametrize(
    ("who", "day", "so_far", "sign", "is_asked"),
    [
        ("C", 1, "", Sign.FAINTED, True),
        ("C", 2, "", Sign.FAINTED, False),
        ("C", 5, "5 bleeding2", Sign.FAINTED, True),
        ("C", 20, "20 feeling_ill", Sign.JAUNDICE, True),
        ("C shared", 20, "", Sign.JAUNDICE, True),
        ("C", 20, "", Sign.JAUNDICE, False),
        ("C shared", 30, "", Sign.FEELING_ILL, True),
        ("C shared", 30, "", Sign.RASH_BEYOND_AREA, True),
        ("C", 12, "12 T38.0", Sign.RASH_BEYOND_AREA, True),
        ("C injected", 2, "", Sign.FIRM_LUMPS, True),
        ("C", 2, "", Sign.FIRM_LUMPS, False),
        ("C", 9, "9 blisters", Sign.EYE_PAIN, True),
        ("C", 9, "9 swelling2", Sign.EYE_PAIN, True),
        ("C", 9, "9 feeling_ill", Sign.JOINT_PAIN_OR_SHIN_LUMPS, True),
        ("C", 7, "7 feeling_ill", Sign.JOINT_PAIN_OR_SHIN_LUMPS, False),
        ("C autoimmune", 3, "3 redness2", Sign.JOINT_PAIN_OR_SHIN_LUMPS, True),
    ],
)
def test_a_sign_is_asked_of_whom_and_when_it_tells_something(who, day, so_far, sign, is_asked):
    assert (sign in _asked(who, day, so_far=so_far).signs) is is_asked


def test_a_tingle_is_asked_of_those_who_get_cold_sores_and_numbness_after_radiofrequency():
    assert Sign.TINGLING in _asked("C cold_sores", 3).signs and Sign.TINGLING not in _asked("C", 3).signs
    assert Sign.NUMBNESS in _asked("R", 3).signs and Sign.NUMBNESS not in _asked("C", 3).signs
    assert Sign.EYE_PAIN in _asked("C area:around_eyes", 7).signs and Sign.EYE_PAIN not in _asked("C", 7).signs


def test_what_was_there_last_time_is_asked_until_it_is_gone():
    assert Symptom.OOZING in _asked("C", 9, last="8 oozing1").symptoms
    assert Symptom.OOZING not in _asked("C", 9, last="8 oozing0").symptoms


def test_an_if_looks_at_today_once_today_has_answers():
    assert Sign.SWOLLEN_GLANDS in _asked("C", 4, so_far="4 pain2").signs
    assert Sign.SWOLLEN_GLANDS in _asked("C", 4, last="3 T37.5").signs
    assert Sign.SWOLLEN_GLANDS not in _asked("C", 4, last="3 T37.5", so_far="4 pain1").signs


def test_the_temperature_is_asked_in_the_first_week_and_later_of_the_ill():
    assert _asked("C", 7).temperature and not _asked("C", 8).temperature
    assert _asked("C", 20, so_far="20 chills").temperature


def test_an_ordinary_day_is_short():
    quiet = replace(drawn("C | 5 redness1").entries[0])
    course = drawn("C")
    for day in (6, 12, 25):
        asked = asked_today(course.patient, course.treatment, day=day, previous_entry=quiet)
        assert len(asked.symptoms) <= 10
