"""The course read by a program: reported beside expected, day by day."""

import pytest

from tests.api.programs import INFECTED, of, put_entry

pytestmark = pytest.mark.django_db


def test_each_day_has_what_was_reported_and_the_most_that_is_expected(anas, treatment):
    written = put_entry(anas, treatment, INFECTED).json()
    course = anas.get(of(treatment, "course"), {"to": "5"}).json()
    assert (course["today"], [day["day"] for day in course["days"]]) == (3, [0, 1, 2, 3, 4, 5])
    day_3, day_4 = course["days"][3], course["days"][4]
    assert (day_3["entry"], day_3["verdict"]) == (written["id"], "urgent")
    assert day_3["reported"]["pain"] == 2 > day_3["expected"]["pain"]
    assert day_3["reported"]["itching"] == 0
    assert (day_4["entry"], day_4["verdict"], day_4["reported"]) == (None, None, {})
    assert len(day_4["expected"]) == 15


def test_the_usual_level_is_part_of_what_is_expected(anas, noors, treatment):
    before = anas.get(of(treatment, "course")).json()["days"][10]["expected"]["dark_patches"]
    noors.patch(of(treatment), {"baseline": {"dark_patches": 2}}, format="json")
    assert anas.get(of(treatment, "course")).json()["days"][10]["expected"]["dark_patches"] == before + 2


@pytest.mark.parametrize("query", [{"from": "-1"}, {"from": "x"}, {"from": "5", "to": "4"}, {"to": "60"}, {"to": "401"},
                                   {"from": "1e3"}, {"from": "٣"}, {"day": "3"}])  # fmt: skip
def test_a_range_that_is_none_is_refused(anas, treatment, query):
    assert anas.get(of(treatment, "course"), query).status_code == 400


def test_the_end_of_a_long_course_is_reached(anas, treatment):
    days = anas.get(of(treatment, "course"), {"from": "390"}).json()["days"]
    assert (days[0]["day"], days[-1]["day"]) == (390, 400)
