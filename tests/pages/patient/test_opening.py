"""What patients read of when their clinic is open: computed, by the clinic's clock, and whoever answers now first."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.urls import reverse

from accounts.opening_hours import OpeningHours
from symptoms.wording.opening import Opening
from tests import people
from tests.pages.html import select, text_of, words
from tests.treatments import logged, pen

pytestmark = pytest.mark.django_db
LONDON, MADRID = ZoneInfo("Europe/London"), ZoneInfo("Europe/Madrid")
OFFICE = {day: ((time(9), time(18)),) for day in range(5)} | {5: ((time(10), time(14)),)}
LUNCH = {0: ((time(9), time(12, 30)), (time(14), time(18)))}
NIGHT = {4: ((time(22), time(6)),)}
ALWAYS = {day: ((time(0), time(0)),) for day in range(7)}
WINTER = ((date(2026, 12, 24), date(2027, 1, 3)),)
STORED = {str(day): [["09:00", "18:00"]] for day in range(5)}
SATURDAY_NIGHT, MONDAY_NOON = datetime(2026, 11, 28, 21, 40, tzinfo=UTC), datetime(2026, 11, 30, 12, tzinfo=UTC)
PUS = {"pain": 3, "warmth": 3, "swelling": 3, "signs": ["pus"]}


@pytest.mark.parametrize(
    ("week", "days_off", "now", "reader", "line", "beside_call"),
    [
        (OFFICE, (), (2026, 11, 28, 21, 40), LONDON,
         "Larkfield is closed now. It opens on Monday at 09:00.", "closed; opens Monday at 09:00"),
        (OFFICE, (), (2026, 11, 26, 21, 40), LONDON,
         "Larkfield is closed now. It opens tomorrow at 09:00.", "closed; opens tomorrow at 09:00"),
        (LUNCH, (), (2026, 11, 30, 13, 0), LONDON,
         "Larkfield is closed now. It opens today at 14:00.", "closed; opens today at 14:00"),
        (OFFICE, WINTER, (2026, 12, 23, 19, 0), LONDON,
         "Larkfield is closed now. It opens on Monday 4 January at 09:00.", "closed; opens Monday 4 January at 09:00"),
        # "Today" is another day for somebody whose clock shows another time, and the clock is named.
        (OFFICE, (), (2026, 11, 26, 21, 40), MADRID,
         "Larkfield is closed now. It opens on Friday at 09:00 (London time).",
         "closed; opens Friday at 09:00 (London time)"),
        (OFFICE, ((date(2026, 1, 1), date(2027, 12, 31)),), (2026, 11, 26, 12, 0), LONDON,
         "Larkfield is closed now.", "closed now"),
        (OFFICE, (), (2026, 11, 26, 12, 0), LONDON, "", "open now, until 18:00"),
        (OFFICE, (), (2026, 11, 26, 12, 0), MADRID, "", "open now, until 18:00 (London time)"),
        (NIGHT, (), (2026, 11, 28, 2, 0), LONDON, "", "open now, until 06:00"),
        (ALWAYS, (), (2026, 11, 28, 2, 0), LONDON, "", "open now, day and night"),
        # The night on which the clocks go forward: half past one is not there, and it opens as they have moved.
        ({6: ((time(1, 30), time(4)),)}, (), (2026, 3, 29, 0, 50), LONDON,
         "Larkfield is closed now. It opens today at 02:30.", "closed; opens today at 02:30"),
    ],
)  # fmt: skip
def test_open_and_closed_are_said_with_the_time_at_which_that_ends(week, days_off, now, reader, line, beside_call):
    opening = Opening("Larkfield", OpeningHours(LONDON, week, days_off), reader, datetime(*now, tzinfo=LONDON))
    assert (opening.closed_line, opening.beside_call) == (line, beside_call)
    assert opening.is_open == (not line)


def test_the_week_is_read_in_rows_with_the_closures_to_come():
    opening = Opening("Larkfield", OpeningHours(LONDON, OFFICE | LUNCH, WINTER), MADRID, MONDAY_NOON)
    assert opening.week == [
        ("Mon", "09:00 to 12:30, 14:00 to 18:00"), ("Tue to Fri", "09:00 to 18:00"),
        ("Sat", "10:00 to 14:00"), ("Sun", "closed"),
    ]  # fmt: skip
    assert opening.closures == ["Closed from Thu 24 Dec to Sun 3 Jan 2027."]
    assert opening.by_which_clock == "By London time."


def page_of(phone, patient, now, **answers):
    """The page of what the patient logs at `now`."""
    with time_machine.travel(now, tick=False):
        recorded = logged(pen(patient, days_ago=3), 3, **answers)
        return phone.get(reverse("entry", args=[recorded.entry.pk]))


def calls(page) -> list[str]:
    return [words(link) for link in select(page, "a") if (link.get("href") or "").startswith("tel:")]


@pytest.fixture
def with_hours(clinic):
    clinic.week, clinic.answers_within = STORED, 2
    clinic.save()
    return clinic


def test_where_it_cannot_wait_and_the_clinic_is_closed_the_line_that_answers_comes_first(phone, ana, with_hours):
    closed = page_of(phone, ana, SATURDAY_NIGHT, **PUS)
    assert "Be seen today" in text_of(closed)
    assert [call.split(":")[0] for call in calls(closed)[:2]] == [
        "Urgent care", f"Call {with_hours} 020 7946 0123 · closed; opens Monday at 09"]  # fmt: skip
    text = text_of(closed)
    line, step = (
        f"{with_hours} is closed now. It opens on Monday at 09:00.",
        "Call 111 now. Call your clinic when it opens.",
    )
    assert text.index("Urgent care: 111") < text.index(line) < text.index(step)
    assert "Call your clinic now" not in text
    assert "When your clinic is open Mon to Fri 09:00 to 18:00 Sat, Sun closed" in text
    assert "Usual answer within 2 hours when open" in text
    assert "We could not reach your clinic. Your log is saved. Please don’t wait for us: call 111." in text


def test_while_it_is_open_the_clinic_comes_first(phone, ana, with_hours):
    page = page_of(phone, ana, MONDAY_NOON, **PUS)
    assert calls(page)[0] == f"Call {with_hours} 020 7946 0123 · open now, until 18:00"
    assert "is closed now" not in text_of(page)


def test_an_emergency_says_that_the_clinic_is_closed_below_the_call(phone, ana, with_hours):
    text = text_of(page_of(phone, ana, SATURDAY_NIGHT, signs=["trouble_breathing"]))
    assert "Get emergency help now" in text
    assert text.index("Call 999") < text.index(f"{with_hours} is closed now. It opens on Monday at 09:00.")


@pytest.mark.parametrize(
    ("now", "beside_call"),
    [(SATURDAY_NIGHT, "closed; opens Monday at 09:00"), (MONDAY_NOON, "open now, until 18:00")],
)
def test_what_can_wait_says_beside_the_call_whether_somebody_answers(phone, ana, with_hours, now, beside_call):
    page = page_of(phone, ana, now, signs=["firm_lumps"])
    assert "Contact your clinic" in text_of(page)
    assert calls(page)[0] == f"Call {with_hours} 020 7946 0123 · {beside_call}"
    with time_machine.travel(now, tick=False):
        today = phone.get(reverse("today"))
    assert calls(today)[0] == calls(page)[0]
    assert "is closed now" not in text_of(page) + text_of(today)


def test_where_no_hours_are_known_and_to_somebody_alone_nothing_is_said_of_them(phone, ana, clinic):
    alone = people.patient(name="Marta")
    pages = [page_of(phone, ana, SATURDAY_NIGHT, **PUS), page_of(people.signed_in(alone), alone, SATURDAY_NIGHT, **PUS)]
    for text in map(text_of, pages):
        assert "Be seen today" in text
        assert "clos" not in text and "opens" not in text and "clinic is open" not in text
