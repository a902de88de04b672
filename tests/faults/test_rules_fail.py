"""F19: whatever the rules raise, and however long they take, a day is kept and answered, and judged in the end."""

import time
from datetime import timedelta
from unittest.mock import patch

import pytest
from django.utils import timezone

from symptoms.journal.judging import judge_again
from symptoms.models import Alert, Delivery, Entry
from symptoms.recovery import assessment as core
from symptoms.recovery.assessment import EARLIER_FOR
from symptoms.recovery.course import LAST_DAY
from tests.api.programs import INFECTED, program, put_entry
from tests.courses import largest_course
from tests.treatments import pen
from tests.tries import chance, tries

LOGS = tries(4, 120)
RAISED = (ZeroDivisionError, KeyError, RecursionError, MemoryError, AssertionError, TypeError, ValueError)
LATE = 6.0  # seconds: two, on a machine that does other things as well


@pytest.mark.django_db
@pytest.mark.faults("F19")
def test_whatever_the_rules_raise_the_day_is_kept_the_clinic_told_and_it_is_judged_later(ana, noor, noted):
    drawn, session, late = chance("rules that fail"), pen(ana, days_ago=LOGS, by=noor), 0
    client, failed = program(ana), []
    for day in range(LOGS):
        began = time.monotonic()
        with patch("symptoms.journal.judging.core.assess", side_effect=drawn.choice(RAISED)("a fault of ours")):
            answer = put_entry(client, session, INFECTED | {"day": day})
        assert answer.status_code == 201, answer.content
        late += time.monotonic() - began > LATE
        failed.append(answer.json()["id"])
    assert Entry.objects.filter(is_judged=False).count() == LOGS
    assert (
        Alert.objects.open().filter(kind="unjudged").count() == 1 and Delivery.objects.filter(recipient=noor).exists()
    )
    later = timezone.now() + timedelta(days=1)
    for id in failed:
        judge_again(id, now=later)
    noted(LOGS, lost=LOGS - Entry.objects.filter(is_judged=True, pk__in=failed).count(), late=late)
    assert Alert.objects.open().filter(concern="infection").count() == 1


@pytest.mark.faults("F19")
def test_no_day_takes_long_whatever_was_answered_and_however_often():
    """A rule has no loop of its own and no pattern to match: the largest day that can be takes hardly longer."""
    course, began = largest_course(sessions_before=EARLIER_FOR // 7), time.thread_time()
    for day in (0, EARLIER_FOR // 2, EARLIER_FOR, LAST_DAY):
        assert core.assess(course, day=day).flags
    assert time.thread_time() - began < 1, "of a processor; it takes a hundredth of that"
