"""How a practice works, as its manager writes it down: details, hours, days off; what cannot be is said beside it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests import people
from tests.pages.html import held, select, text_of, words

pytestmark = pytest.mark.django_db
DETAILS = "/practice/details/"
TODAY = timezone.now().date()
SOON, LATER, PAST = ((TODAY + timedelta(days=days)).isoformat() for days in (10, 13, -9))


@pytest.fixture
def boss(clinic):
    return people.signed_in(people.admin(clinic))


def filled(browser, **typed) -> dict:
    """What the page's form would send, with something typed over it."""
    return {**held(browser.get(DETAILS), DETAILS), **typed}


def day(number: int, *spans: tuple[str, str]) -> dict[str, str]:
    """The inputs of a weekday."""
    return {
        f"day_{number}_{row}_{end}": value
        for row, span in enumerate(spans)
        for end, value in zip(("from", "to"), span, strict=True)
    }


def off(*closures: tuple[str, str]) -> dict[str, str]:
    return {
        f"days_off_{row}_{end}": value
        for row, closure in enumerate(closures)
        for end, value in zip(("from", "to"), closure, strict=True)
    }


def errors_beside(answer, field: str) -> list[str]:
    return [words(element) for element in select(answer, f"p[@id='id_{field}_error']")]


def test_a_manager_says_when_the_practice_is_open(clinic, boss):
    typed = {
        "name": "Larkfield Clinic", "phone": "020 7946 0999", "country": "IE", "time_zone": "Europe/Dublin",
        "answers_within": "4",
        **day(0, ("09:00", "12:30"), ("14:00", "18:00")), **day(4, ("22:00", "06:00")), **day(6, ("00:00", "00:00")),
        **off((SOON, LATER), (LATER, "")),
    }  # fmt: skip
    answer = boss.post(DETAILS, filled(boss, **typed), follow=True)
    assert "Saved. " in text_of(answer) and "Last changed by Mr Price" in text_of(answer)
    clinic.refresh_from_db()
    assert (clinic.name, clinic.phone, clinic.country, clinic.time_zone) == (
        "Larkfield Clinic", "020 7946 0999", "IE", "Europe/Dublin")  # fmt: skip
    assert clinic.week == {
        "0": [["09:00", "12:30"], ["14:00", "18:00"]], "4": [["22:00", "06:00"]], "6": [["00:00", "00:00"]],
    }  # fmt: skip
    assert clinic.days_off == [[SOON, LATER], [LATER, LATER]]
    assert clinic.answers_within == 4
    again = held(answer, DETAILS)
    assert {name: again[name] for name in typed} == {name: [value] for name, value in typed.items()} | {
        "days_off_1_to": [LATER]
    }


def test_a_day_says_its_hours_and_opens_where_they_are_wrong_or_none_are_set(clinic, boss):
    def days(answer, *, is_open: bool) -> list[str]:
        return [
            words(fold.find("summary/span"))
            for fold in select(answer, "details[@class='fold']")
            if ("open" in fold.attrib) is is_open
        ]

    assert len(days(boss.get(DETAILS), is_open=True)) == 7
    typed = day(0, ("09:00", "12:30"), ("14:00", "18:00"))
    answer = boss.post(DETAILS, filled(boss, **typed), follow=True)
    assert days(answer, is_open=True) == []
    assert days(answer, is_open=False)[:2] == ["Monday 09:00 to 12:30, 14:00 to 18:00", "Tuesday closed"]
    assert days(boss.post(DETAILS, filled(boss, **day(1, ("09:00", "")))), is_open=True) == ["Tuesday closed"]


def test_saving_what_stands_there_changes_nothing(clinic, boss):
    assert "Nothing was changed." in text_of(boss.post(DETAILS, filled(boss), follow=True))
    clinic.refresh_from_db()
    assert clinic.changed_at is None


@pytest.mark.parametrize(
    ("typed", "field", "sentence"),
    [
        ({"name": " "}, "name", "Write the clinic’s name."),
        ({"phone": "call us"}, "phone", "Write a phone number"),
        ({"country": "XX"}, "country", "Choose a country from the list."),
        ({"time_zone": "Mars/Olympus"}, "time_zone", "Choose a time zone from the list."),
        ({"answers_within": "soon"}, "answers_within", "Select a valid choice"),
        (day(0, ("09:00", "")), "day_0", "Write both times"),
        (day(0, ("", "18:00")), "day_0", "Write both times"),
        (day(0, ("nine", "18:00")), "day_0", "“nine” is not a time. Write it like 09:00."),
        (day(0, ("09:00", "25:00")), "day_0", "“25:00” is not a time."),
        (day(0, ("09:00+05:00", "18:00")), "day_0", "“09:00+05:00” is not a time."),
        (day(0, ("09:00", "09:00")), "day_0", "For day and night write 00:00 to 00:00."),
        (day(0, ("09:00", "14:00"), ("13:00", "18:00")), "day_0", "These hours overlap."),
        # Across midnight into the next day, and from Sunday into Monday.
        ({**day(4, ("22:00", "06:00")), **day(5, ("05:00", "12:00"))}, "day_5", "begin before those of Friday end."),
        ({**day(6, ("22:00", "06:00")), **day(0, ("05:00", "12:00"))}, "day_0", "begin before those of Sunday end."),
        (off((LATER, SOON)), "days_off", f"The last day, {SOON}, is before the first, {LATER}."),
        (off((SOON, "9999-12-31")), "days_off", "is more than a year."),
        (off(("", SOON)), "days_off", "Write the first day as well."),
        (off(("next week", SOON)), "days_off", "“next week” is not a day."),
    ],
)
def test_what_cannot_be_is_said_beside_its_field_and_nothing_is_saved(clinic, boss, typed, field, sentence):
    answer = boss.post(DETAILS, filled(boss, **{"phone": "020 7946 0999", **typed}))
    assert answer.status_code == 422
    assert sentence in " ".join(errors_beside(answer, field))
    kept = held(answer, DETAILS)
    assert all(
        kept[name] == [value] for name, value in typed.items() if name not in ("country", "time_zone", "answers_within")
    )
    clinic.refresh_from_db()
    assert (clinic.phone, clinic.week, clinic.days_off) == ("020 7946 0123", {}, [])


@pytest.mark.parametrize(
    "typed",
    [
        {**day(4, ("22:00", "06:00")), **day(5, ("06:00", "12:00"))},
        {str(name): value for number in range(7) for name, value in day(number, ("00:00", "00:00")).items()},
        day(6, ("22:00", "06:00")),
        day(2, ("9:00", "17:30")),
    ],
)
def test_hours_that_meet_do_not_overlap(clinic, boss, typed):
    assert boss.post(DETAILS, filled(boss, **typed)).status_code == 302
    clinic.refresh_from_db()
    assert clinic.hours.are_known


def test_the_second_of_two_managers_is_told_what_the_first_changed(clinic, boss):
    second = people.signed_in(people.practitioner(clinic, "Dr Lind", admin=True))
    bosses, seconds = filled(boss), filled(second)
    second.post(DETAILS, {**seconds, "phone": "020 7946 0777", **day(1, ("09:00", "17:00"))})
    answer = boss.post(DETAILS, {**bosses, "name": "Larkfield Clinic", **day(2, ("10:00", "12:00"))})
    assert answer.status_code == 409
    text = text_of(answer)
    assert "This was changed while you had it open by Dr Lind" in text
    assert "Phone that patients call was 020 7946 0123, became 020 7946 0777" in text
    assert "Tuesday was nothing, became 09:00 to 17:00" in text
    clinic.refresh_from_db()
    assert (clinic.name, clinic.phone) == ("Larkfield Skin Clinic", "020 7946 0777")
    again = held(answer, DETAILS)
    assert (again["day_1_0_from"], again["day_2_0_from"]) == (["09:00"], ["10:00"])
    assert boss.post(DETAILS, again).status_code == 302
    clinic.refresh_from_db()
    assert (clinic.name, clinic.phone, clinic.week) == (
        "Larkfield Clinic", "020 7946 0777", {"1": [["09:00", "17:00"]], "2": [["10:00", "12:00"]]})  # fmt: skip


def test_closures_that_are_over_are_left_out(clinic, boss):
    clinic.days_off = [[PAST, PAST], [SOON, SOON]]
    clinic.save()
    boss.post(DETAILS, filled(boss, name="Larkfield Clinic"))
    clinic.refresh_from_db()
    assert clinic.days_off == [[SOON, SOON]]
