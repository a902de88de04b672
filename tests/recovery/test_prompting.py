"""On which days somebody is asked to log: daily, then less often, and longer where something may still come."""

import pytest

from symptoms.recovery.prompting import next_prompt, prompt_days
from tests.courses import drawn


def days_of(who: str) -> tuple[int, ...]:
    course = drawn(who)
    return prompt_days(course.patient, course.treatment)


def test_everybody_is_asked_daily_for_a_week_then_less_often_to_half_a_year():
    assert days_of("C") == (0, 1, 2, 3, 4, 5, 6, 7, 9, 11, 14, 21, 28, 60, 90, 180)


def test_who_scars_is_asked_through_the_weeks_in_which_keloids_come():
    assert {35, 42, 75, 120, 270, 365} <= set(days_of("C keloid_history"))


@pytest.mark.parametrize(
    "who", ["R", "C home", "C injected", "C shared", "C diabetes", "C isotretinoin_6m", "C autoimmune"]
)
def test_what_may_come_late_is_asked_for(who):
    assert {42, 120} <= set(days_of(who)) and not {42, 120} & set(days_of("C"))


def test_the_next_day_is_the_first_after_this_one_and_none_after_the_last():
    course = drawn("C")
    after = [next_prompt(course.patient, course.treatment, after=day) for day in (0, 7, 10, 28, 180)]
    assert after == [1, 9, 11, 60, None]
