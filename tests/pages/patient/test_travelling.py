"""A patient who travels: the day turns at another hour, and nothing that was logged disappears meanwhile."""

from datetime import UTC, datetime

import pytest
import time_machine
from django.urls import reverse

from symptoms.models import PatientStatus
from symptoms.recovery.vocabulary import Urgency
from tests import people
from tests.api.programs import of, program
from tests.pages.html import text_of
from tests.treatments import logged, pen

pytestmark = pytest.mark.django_db
IN_TOKYO = datetime(2026, 11, 9, 16, tzinfo=UTC)  # the 10th there at 01:00, the 9th at 08:00 in Los Angeles


@pytest.mark.parametrize("day", [0, 5])
def test_the_newest_verdict_is_shown_where_its_day_has_not_come_yet(clinic, noor, desk, day):
    with time_machine.travel(IN_TOKYO, tick=False):
        ana = people.ana(clinic, time_zone="Asia/Tokyo")
        treatment = pen(ana, days_ago=day, by=noor)
        entry = logged(treatment, day, pain=3, signs=["pus"]).entry
        phone = people.signed_in(ana)
        phone.post(reverse("profile_place"), {"time_zone": "America/Los_Angeles", "country": "US"})
        today = text_of(phone.get(reverse("today")))
        assert "Be seen today" in today and f"As expected on day {day}" not in today
        links = phone.get(reverse("today")).content.decode()
        assert f'href="{reverse("course_day", args=[day])}"' in links  # among the days of the week
        course = phone.get(reverse("course"), {"symptom": "pain"})
        assert f"Day {max(0, day - 1)} · Pen" in text_of(course)  # as Today counts the days
        assert f"severe on day {day}." in course.content.decode().lower()  # the chart's sentence leaves nothing out
        for address in (
            reverse("course_day", args=[day]), reverse("log_day", args=[day]), entry.get_absolute_url(),
        ):  # fmt: skip
            assert phone.get(address).status_code == 200, address
        assert "pus" in text_of(phone.get(reverse("course_day", args=[day]))).lower()
        assert f"Change day {day}" in text_of(phone.get(reverse("log_day", args=[day])))
        assert phone.get(reverse("course_day", args=[day + 1])).status_code == 404
        assert "pus" in text_of(desk.get(reverse("patient", args=[ana.id]))).lower()
        days = program(ana).get(of(treatment, "course") + f"?from=0&to={day}").json()["days"]
        assert days[day]["entry"] is not None
        assert PatientStatus.objects.get().urgency == Urgency.URGENT


def test_a_day_logged_before_the_journey_can_still_be_changed(clinic, noor):
    with time_machine.travel(IN_TOKYO, tick=False):
        ana = people.ana(clinic, time_zone="Asia/Tokyo")
        treatment = pen(ana, days_ago=5, by=noor)
        logged(treatment, 5, pain=3)
        ana.time_zone = "America/Los_Angeles"
        ana.save()
        assert logged(treatment, 5, signs=["pus"]).assessment.urgency == Urgency.URGENT
