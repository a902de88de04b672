"""On which days somebody is asked to log: daily, then less often, and longer where something may still come."""

import pytest

from symptoms.recovery.prompting import next_log, next_prompt, prompt_days, silent_on
from symptoms.recovery.vocabulary import Urgency
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


@pytest.mark.parametrize(
    ("after", "worst", "since", "state", "due"),
    [
        (3, Urgency.ON_TRACK, 3, "", 4),
        (9, Urgency.ON_TRACK, 9, "", 11),
        (28, Urgency.ON_TRACK, 28, "", 60),
        (28, Urgency.WATCH, 28, "", 29),  # the next day as well
        (29, Urgency.WATCH, 28, "", 60),
        (28, Urgency.CONTACT, 28, "open", 29),  # each day until on track twice, or closed
        (40, Urgency.CONTACT, 28, "open", 41),
        (40, Urgency.CONTACT, 28, "open calm", 60),
        (28, Urgency.CONTACT, 28, "", 60),
        (28, Urgency.URGENT, 28, "", 29),  # each day for a week, closed or calm or not
        (34, Urgency.URGENT, 28, "open calm", 35),
        (35, Urgency.URGENT, 28, "open", 60),
        (28, Urgency.EMERGENCY, 28, "", 29),
        (180, Urgency.ON_TRACK, 180, "", None),
        (180, Urgency.URGENT, 180, "", 181),
        (400, Urgency.URGENT, 400, "open", None),  # it is followed no longer
    ],
)
def test_when_a_log_is_due_after_a_verdict(after, worst, since, state, due):
    course = drawn("C")
    words = {f"is_{word}": True for word in state.split()}
    assert next_log(course.patient, course.treatment, after=after, worst=worst, since=since, **words) == due


@pytest.mark.parametrize(
    ("worst", "day"), [(0, None), (Urgency.WATCH, None), (Urgency.CONTACT, 12), (Urgency.URGENT, 11), (4, 11)]
)
def test_when_silence_becomes_an_alert(worst, day):
    assert silent_on(10, Urgency(worst)) == day
