"""When a practice is open, opens next and begins its next working day: by its own clock, over its changes."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.opening_hours import OpeningHours

LONDON = ZoneInfo("Europe/London")
OFFICE = {day: ((time(9), time(18)),) for day in range(5)} | {5: ((time(10), time(14)),)}
LUNCH = {0: ((time(9), time(12)), (time(13), time(17)))}
NIGHT = {4: ((time(22), time(6)),)}  # Friday night
ALWAYS = {day: ((time(0), time(0)),) for day in range(7)}
CHRISTMAS = ((date(2026, 12, 25), date(2026, 12, 28)),)


def london(*when: int) -> datetime:
    return datetime(*when, tzinfo=LONDON)


@pytest.mark.parametrize(
    ("week", "days_off", "now", "is_open", "opens_next", "working_morning"),
    [
        # Saturday evening: closed until Monday.
        (OFFICE, (), (2026, 11, 28, 21, 40), False, (2026, 11, 30, 9), (2026, 11, 30, 9)),
        (OFFICE, (), (2026, 11, 27, 17, 59), True, (2026, 11, 28, 10), (2026, 11, 28, 10)),
        (OFFICE, (), (2026, 11, 27, 18, 0), False, (2026, 11, 28, 10), (2026, 11, 28, 10)),
        # Before it opens, the working morning is today's; at lunch it is another day's.
        (OFFICE, (), (2026, 11, 27, 7, 0), False, (2026, 11, 27, 9), (2026, 11, 27, 9)),
        (LUNCH, (), (2026, 11, 30, 12, 30), False, (2026, 11, 30, 13), (2026, 12, 7, 9)),
        (OFFICE, CHRISTMAS, (2026, 12, 24, 19), False, (2026, 12, 29, 9), (2026, 12, 29, 9)),
        (NIGHT, (), (2026, 11, 28, 5, 59), True, (2026, 12, 4, 22), (2026, 12, 4, 22)),
        (NIGHT, (), (2026, 11, 28, 6, 0), False, (2026, 12, 4, 22), (2026, 12, 4, 22)),
        # The night on which the clocks go back is an hour longer, and that on which they go forward an hour shorter.
        ({5: ((time(22), time(3)),)}, (), (2026, 10, 25, 2, 30), True, (2026, 10, 31, 22), (2026, 10, 31, 22)),
        ({6: ((time(1, 30), time(4)),)}, (), (2026, 3, 29, 0, 50), False, (2026, 3, 29, 2, 30), (2026, 3, 29, 2, 30)),
        # Where nothing is known: nine o'clock on the next weekday.
        ({}, (), (2026, 11, 27, 17), False, None, (2026, 11, 30, 9)),
        ({}, CHRISTMAS, (2026, 12, 24, 12), False, None, (2026, 12, 29, 9)),
    ],
)
def test_open_and_next(week, days_off, now, is_open, opens_next, working_morning):
    hours, now = OpeningHours(LONDON, week, days_off), london(*now)
    assert hours.is_open(now) is is_open
    assert hours.opens_next(now) == (london(*opens_next) if opens_next else None)
    assert hours.next_working_morning(now) == london(*working_morning)
    assert hours.are_known is bool(week)


def test_what_goes_on_without_a_gap_closes_once():
    assert OpeningHours(LONDON, LUNCH).span_at(london(2026, 11, 30, 10)).closes == london(2026, 11, 30, 12)
    whole = OpeningHours(LONDON, {0: ((time(9), time(12)), (time(12), time(17)))})
    assert whole.span_at(london(2026, 11, 30, 10)).closes == london(2026, 11, 30, 17)
    assert OpeningHours(LONDON, ALWAYS).span_at(london(2026, 11, 30, 10)).closes > london(2026, 12, 3)


@pytest.mark.parametrize("week", [{}, OFFICE])
def test_a_closure_without_an_end_puts_off_no_work(week):
    hours = OpeningHours(LONDON, week, ((date(2026, 1, 1), date.max),))
    assert hours.next_working_morning(london(2026, 11, 28, 21, 40)) == london(2026, 11, 30, 9)


CLOCKS = st.times().map(lambda clock: clock.replace(second=0, microsecond=0))
SPANS = st.tuples(CLOCKS, CLOCKS)
WEEKS = st.dictionaries(st.integers(0, 6), st.lists(SPANS, max_size=2).map(tuple))
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))


@given(week=WEEKS, now=MOMENTS, zone=st.sampled_from(["Europe/London", "Asia/Kolkata", "America/New_York"]))
def test_it_is_open_from_when_it_opens_to_when_it_closes(week, now, zone):
    hours = OpeningHours(ZoneInfo(zone), week)
    span, opens = hours.span_at(now), hours.opens_next(now)
    if span:
        assert span.opens <= now < span.closes
        assert not hours.is_open(span.closes) or span.closes - now > timedelta(days=7)
    if opens:
        assert opens > now and (hours.is_open(opens) or opens == hours.opens_next(now))
    if not span and opens and opens - now > timedelta(minutes=2):
        assert not hours.is_open(now + (opens - now) / 2)
