"""What nobody has told yet about a treatment and its skin is asked once more, and not again and again."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from symptoms.journal.treatments import questions_left
from symptoms.models import Treatment
from symptoms.recovery.vocabulary import Urgency
from tests import people
from tests.pages.html import text_of
from tests.treatments import logged, pen

pytestmark = pytest.mark.django_db
NEEDLES, SKIN, DEPTH = ["needles_new", "needles_shared"], ["skin_colour", "skin_burning"], ["needle_depth_mm"]
TODAY = reverse("today")
OPEN = "We still need to know a few things about your treatment."


@pytest.mark.parametrize(
    ("facts", "day", "asked"),
    [
        ({}, 0, NEEDLES),
        ({"needles_new": "yes"}, 3, ["needles_shared"]),
        ({"fitzpatrick": None}, 3, [*NEEDLES, *SKIN]),
        ({"needle_depth_mm": None}, 0, NEEDLES),
        ({"needle_depth_mm": None}, 1, [*NEEDLES, *DEPTH]),
    ],
)
def test_what_is_left_open_is_asked(ana, noor, facts, day, asked):
    assert questions_left(pen(ana, days_ago=day, by=noor, **facts), day) == asked


def test_a_type_that_a_patient_gave_by_the_one_question_of_before_is_asked_as_two(ana):
    assert questions_left(pen(ana, days_ago=3, fitzpatrick=4), 3) == [*NEEDLES, *SKIN]


@pytest.mark.parametrize(("days_later", "asked"), [(0, DEPTH), (2, [])])
def test_a_depth_left_open_on_day_0_is_asked_again_from_day_1_and_then_never(ana, noor, days_later, asked):
    treatment = pen(ana, days_ago=3, by=noor, needle_depth_mm=None, fitzpatrick=None)
    treatment.questions_asked_at = treatment.performed_at + timedelta(days=days_later)
    assert questions_left(treatment, 3) == asked


def test_answers_count_at_once_and_not_sure_is_one(ana, noor, phone):
    treatment = pen(ana, days_ago=3, by=noor, fitzpatrick=None, needle_depth_mm=None)
    logged(treatment, 2, dark_patches=1)
    page = reverse("treatment_questions", args=[treatment.pk])
    assert OPEN in text_of(phone.get(TODAY)) and "How deep did the needles go?" in text_of(phone.get(page))
    assert "Pen, whole face" in text_of(phone.get(page)) and str(treatment.day_zero) not in text_of(phone.get(page))
    refused = phone.post(page, {"needle_depth_mm": "15", "skin_colour": "6"})
    assert refused.status_code == 422 and "Did you mean one tenth of it" in text_of(refused)
    typed = {"needle_depth_mm": "1.5", "skin_colour": "6", "skin_burning": "0", "needles_new": "no"}
    assert "Saved." in text_of(phone.post(page, typed, follow=True))
    treatment.refresh_from_db()
    assert (treatment.fitzpatrick, treatment.needles_new, treatment.needles_shared) == (6, "no", "unknown")
    assert treatment.needle_depth_mm == 1.5 and treatment.revisions.exists()
    assert OPEN not in text_of(phone.get(TODAY)) and phone.get(page)["Location"] == TODAY
    newest = treatment.entries.get().assessments.get(is_current=True)
    assert newest.urgency >= Urgency.CONTACT  # needles that were not new


def test_nothing_answered_changes_nothing_and_is_not_asked_again(ana, noor, phone):
    treatment = pen(ana, days_ago=3, by=noor)
    assert phone.post(reverse("treatment_questions", args=[treatment.pk]), {}).status_code == 302
    assert Treatment.objects.get().questions_asked_at is not None and not treatment.revisions.exists()
    assert OPEN not in text_of(phone.get(TODAY))


def test_who_was_asked_as_they_recorded_it_is_not_asked_again(ana):
    treatment = pen(ana, days_ago=3)
    Treatment.objects.update(questions_asked_at=timezone.now())
    treatment.refresh_from_db()
    assert questions_left(treatment, 3) == []


def test_it_is_the_patients_alone(ana, noor, desk):
    address = reverse("treatment_questions", args=[pen(ana, days_ago=3, by=noor).pk])
    assert people.signed_in(people.patient(None, "Ben")).get(address).status_code == 404
    assert desk.get(address).status_code == 403
