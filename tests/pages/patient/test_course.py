"""The course: each symptom against its band as drawing, sentence and table; one day in full; what it costs."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from symptoms.models import Assessment
from tests import people
from tests.pages.html import select, text_of
from tests.pages.practitioner.pages import statements
from tests.treatments import logged, pen, stored

pytestmark = pytest.mark.django_db
COURSE = reverse("course")


def day_of(day: int) -> str:
    return reverse("course_day", args=[day])


@pytest.fixture
def flared(ana):
    """Pain that eased and came back on day 4; day 2 was not logged."""
    treatment = pen(ana, days_ago=5)
    for day, pain in {0: 2, 1: 1, 3: 1, 4: 3}.items():
        logged(treatment, day, pain=pain, note="It throbs." if day == 4 else "")
    return treatment


def test_the_drawing_says_the_same_as_its_sentence_and_its_table(phone, flared):
    page = phone.get(COURSE, {"symptom": "pain"})
    assert "Pain: above the usual range on day 4" in text_of(page)
    sentence = (
        "Pain by day, none to very severe. Medium on day 0, mild on day 1, not answered on day 2, mild on day 3, "
        "severe on day 4, not answered on day 5. Above the expected range on day 4."
    )
    assert select(page, f"*[@aria-label='{sentence}']")
    dots = [len(select(page, f"*[@class='{name}']")) for name in ("dot", "dot outside")]
    assert dots == [3 + 1, 1 + 1]  # and one each as legend
    assert select(page, "path[@d='M0 2L1 3M3 3L4 1']")  # the line breaks where nothing was logged
    assert "4 Severe, above Up to mild Be seen today" in text_of(page) and "2 Not logged" in text_of(page)


def test_it_opens_with_the_symptom_that_is_furthest_above(phone, flared):
    assert "Pain: above the usual range on day 4" in text_of(phone.get(COURSE))


def test_the_band_includes_the_usual_level_and_what_changes_it(phone, ana):
    pen(ana, days_ago=28, baseline={"redness": 2})
    assert "28 Not logged" in text_of(phone.get(COURSE))
    logged(ana.treatments.get(), 28, redness=2)
    assert "28 Medium Up to medium On track" in text_of(phone.get(COURSE, {"symptom": "redness"}))


def test_what_was_not_asked_is_not_drawn_as_none(phone, flared):
    page = text_of(phone.get(COURSE, {"symptom": "bumps"}))
    assert "Spots: not answered on these days" in page and "0 Not answered" in page


def test_one_day_in_full_against_what_is_usual(phone, flared):
    page = text_of(phone.get(day_of(4)))
    assert "Pain severe, above (usual: up to mild)" in page and "It throbs." in page and "Change day" in page
    assert "That is fine: we do not guess." in text_of(phone.get(day_of(2)))
    logged(flared, 4, pain=1)
    assert "What you saved before" in text_of(phone.get(day_of(4)))


@pytest.mark.parametrize(
    "address",
    [
        f"{COURSE}?symptom=unknown", f"{COURSE}?symptom=pain'; --", f"{COURSE}?view=behind", f"{COURSE}?page=0",
        f"{COURSE}?page=-1", f"{COURSE}?page=2", f"{COURSE}?page=1000000000", f"{COURSE}?page={'x' * 10_000}",
        f"{COURSE}?treatment=1", f"{COURSE}?treatment=00000000-0000-0000-0000-000000000000", day_of(6), day_of(99999),
    ],
    ids=lambda address: address[:40],
)  # fmt: skip
def test_what_the_course_does_not_have_is_not_found(phone, flared, address):
    assert phone.get(address).status_code == 404


# --- what it costs
def long_course(patient, days: int):
    treatment = pen(patient, days_ago=days - 1)
    now = timezone.now()
    entries = stored(treatment, range(days), pain=1, redness=2)
    Assessment.objects.bulk_create(
        Assessment(entry=entry, urgency=0, flags=[], protocol_version="1", protocol_hash="", made_at=now)
        for entry in entries
    )
    return treatment


def test_the_course_takes_six_statements_at_most_however_long_it_is():
    counts = []
    for days in (30, 180):
        patient = people.patient(people.practice(), f"Patient of {days} days")
        long_course(patient, days)
        browser = people.signed_in(patient)
        counts.append(len(statements(browser, COURSE)))
        assert text_of(browser.get(COURSE)).count("Up to") <= 30
    assert counts[0] == counts[1] <= 6


def test_a_long_course_shows_thirty_days_a_page_and_all_of_them(phone, ana):
    long_course(ana, 75)
    assert "Days 45–74 Days 15–44 Days 0–14" in text_of(phone.get(COURSE))
    shown = [text_of(phone.get(COURSE, {"page": page, "symptom": "pain"})) for page in (1, 2, 3)]
    for day, page in ((74, 0), (45, 0), (44, 1), (15, 1), (14, 2), (0, 2)):
        assert f" {day} Mild" in shown[page]


def test_the_dates_of_the_days_are_the_patients(phone, ana):
    treatment = pen(ana, days_ago=3)
    logged(treatment, 0)
    on = treatment.day_zero + timedelta(days=3)
    assert f"{on:%A} {on.day} {on:%B}" in text_of(phone.get(day_of(3)))
