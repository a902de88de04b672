"""What a row of the queue says without being opened: the newest facts, what to know, who has it and until when."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from symptoms.alerts.handling import acknowledge
from symptoms.models import Alert, TreatmentAccess
from symptoms.recovery.vocabulary import Condition, Medication
from symptoms.wording.markers import MARKERS, markers
from tests import people
from tests.pages.html import select, text_of, words
from tests.treatments import attached, logged, pen

pytestmark = pytest.mark.django_db
QUEUE = reverse("queue")


@pytest.fixture
def session(clinic, noor):
    return pen(people.patient(clinic, "Mara", phone="07700 900101"), days_ago=5, by=noor, conditions=["cold_sores"])


def test_what_got_worse_since_somebody_took_it_says_what_it_was(noor, desk, session):
    logged(session, 4, pain=3, now=timezone.now() - timedelta(days=1))
    acknowledge(session, by=noor, now=timezone.now())
    assert "worse since taken" not in text_of(desk.get(QUEUE))
    logged(session, 5, pain=4)  # the same urgency: no alert opened or rose
    shown = text_of(desk.get(QUEUE))
    assert "worse since taken" in shown and "Pain was severe when taken" in shown and "pain very severe" in shown


def test_a_day_answered_anew_is_compared_with_what_it_said_when_taken(noor, desk, session):
    logged(session, 5, signs=["pus"])
    acknowledge(session, by=noor, now=timezone.now())
    logged(session, 5, signs=["pus", "spreading_redness"])
    shown = text_of(desk.get(QUEUE))
    assert "worse since taken" in shown and "new since taken: spreading redness" in shown
    logged(session, 5, pain=0)
    assert "new since taken" not in text_of(desk.get(QUEUE))


def test_a_row_brings_photo_words_number_and_what_changes_what_one_thinks_of(noor, desk, session, photo_folder):
    attached(session, day=3)
    newest, _ = attached(session, day=5, view="left")
    logged(session, 5, signs=["pus"], note="It is bigger and hot.")
    page = desk.get(QUEUE)
    assert [img.get("src") for img in select(page, "img[@class='photo']")] == [reverse("photo_small", args=[newest.pk])]
    assert "“It is bigger and hot.”" in text_of(page) or "It is bigger and hot." in text_of(page)
    assert [words(tag) for tag in select(page, "p[@class='tags']/span")] == ["Cold sores"]
    (call,) = select(page, "a[@class='tel num line']")
    assert (call.get("href"), words(call)) == ("tel:07700900101", "07700 900101")
    session.patient.consents.filter(purpose="photos").update(withdrawn_at=timezone.now())
    assert not select(desk.get(QUEUE), "img[@class='photo']")


def test_a_note_of_before_that_was_not_shared_is_in_no_row(clinic, noor, desk, session):
    logged(session, 5, signs=["pus"], note="zq9secret")
    TreatmentAccess.objects.create(treatment=session, practice=clinic, since=timezone.now() + timedelta(minutes=1))
    assert "zq9secret" not in text_of(desk.get(QUEUE))


def test_nobodys_row_says_by_when_somebody_is_to_be_in_charge(clinic, noor, desk, session):
    logged(session, 5, signs=["pus"])
    alert = Alert.objects.get()
    by = alert.next_step_at.astimezone(clinic.zone)
    page = desk.get(QUEUE)
    assert f"in charge by {by:%H:%M}" in text_of(page) and not select(page, "span[@class='line out']")
    Alert.objects.update(next_step_at=timezone.now() - timedelta(minutes=1))
    assert len(select(desk.get(QUEUE), "span[@class='line out']")) == 1
    acknowledge(session, by=noor, now=timezone.now())
    assert "in charge by" not in text_of(desk.get(QUEUE))


def test_every_word_of_the_markers_is_one_and_each_shows(db):
    every = [str(word) for word in MARKERS]
    assert {*MARKERS} <= {*Condition, *Medication}
    assert markers(every, [], injected=True, drugs="penicillin")[:2] == [
        "Filler or PRP the same day", "Allergic to penicillin",
    ]  # fmt: skip
    assert (
        len(markers(every, [], injected=False)) == len(MARKERS)
        and markers(["vitiligo"], ["nsaid"], injected=False) == []
    )
