"""What the answers of one day can show, and what they cannot: a phone without a network judges by them alone."""

from dataclasses import replace

import pytest
from hypothesis import given

from symptoms.recovery.one_day import may_need_earlier_days, need_several_days
from symptoms.recovery.predicates import ABOUT_TREATMENT, DARK_OR_UNKNOWN_SKIN
from symptoms.recovery.protocol import PROTOCOL
from symptoms.recovery.vocabulary import Condition, Exposure, Medication, Sign, Symptom, Urgency
from tests.courses import criteria_held
from tests.recovery.test_properties import MANY, courses

SEVERAL_DAYS = {
    "INF-14", "INF-20", "INF-39", "BLED-5", "BLED-8", "BLED-12",  # a rise
    "INF-25", "RED-1", "RED-4", "PIG-3", "BLED-9",  # twice
}  # fmt: skip
EARLIER_DAYS_TOO = {
    "INF-31", "RED-2", "RED-3", "PALE-1", "SCAR-1", "ACNE-1",  # a rise, or twice
    "INF-27", "CD-3", "SWE-4", "PAIN-4", "PIG-1",  # a streak
    "INF-19", "INF-21", "INF-38",  # needled at home since
    "RED-6", "BURN-3", "BURN-4",  # sun in the two days before
}  # fmt: skip


def _ids(criteria):
    return {criterion.id for criterion in criteria}


def test_what_needs_several_days_is_listed_by_hand():
    assert _ids(need_several_days()) == SEVERAL_DAYS
    assert _ids(may_need_earlier_days()) == EARLIER_DAYS_TOO


@pytest.mark.chance
@MANY
@given(courses())
def test_earlier_days_change_nothing_else_and_never_show_less(course):
    alone = criteria_held(replace(course, entries=course.entries[-1:]))
    held = criteria_held(course)
    assert alone.isdisjoint(SEVERAL_DAYS)
    assert alone <= held
    assert held - alone <= SEVERAL_DAYS | EARLIER_DAYS_TOO


def test_all_that_one_day_can_call_urgent_is_exported():
    urgent = [c for c in PROTOCOL.criteria if c.urgency >= Urgency.URGENT or c.raised_for]
    assert {c.id for c in urgent if c.as_data() is None} == {"INF-14", "INF-20", "BLED-5"}


def test_no_two_vocabularies_share_a_word():
    """The phone keeps them in one set."""
    words = [*Symptom, *Sign, *Exposure, *Condition, *Medication, *(each.word for each in ABOUT_TREATMENT)]
    words += [DARK_OR_UNKNOWN_SKIN, "eye_or_neck", "deep_scar"]
    assert len(words) == len(set(map(str, words)))
