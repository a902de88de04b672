"""Closing several together: each patient whole or not at all, and who was not closed is named with the reason."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from symptoms.alerts.conversation import write_to_practice
from symptoms.alerts.handling import acknowledge, resolve_all
from symptoms.models import Alert, AlertEvent
from tests import people
from tests.pages.html import select, text_of, words
from tests.treatments import logged, pen

pytestmark = pytest.mark.django_db
PAGE = reverse("close_calm")
LOW = {"signs": ["feeling_ill"], "temperature_c": 37.5}


def calm(clinic, noor, name: str):
    session = pen(people.patient(clinic, name), days_ago=5, by=noor)
    logged(session, 3, now=timezone.now() - timedelta(days=2), **LOW)
    logged(session, 5, redness=0)
    return session


def filled(desk, **typed) -> dict:
    """What the page sends, with everybody ticked."""
    page = desk.get(PAGE)
    values: dict = {}
    for field in select(page, "form[@method='post']//input"):
        if field.get("type") in ("hidden", "checkbox") and field.get("name") != "csrfmiddlewaretoken":
            values.setdefault(field.get("name"), []).append(field.get("value"))
    return {**values, "outcome": "advice", "reason": "All well.", **typed}


def test_all_who_are_on_track_by_now_are_closed_with_one_outcome(clinic, noor, desk):
    for name in ("Anna", "Berta", "Cleo"):
        calm(clinic, noor, name)
    still = pen(people.patient(clinic, "Still"), days_ago=5, by=noor)
    logged(still, 5, **LOW)
    (link,) = [link for link in select(desk.get(reverse("queue")), "a") if words(link) == "Close these together"]
    assert link.get("href") == PAGE and "Still" not in text_of(desk.get(PAGE))
    answer = desk.post(PAGE, filled(desk))
    assert "Closed for 3 patients." in text_of(answer) and "Nobody here now" in text_of(answer)
    assert [alert.treatment.patient.name for alert in Alert.objects.open()] == ["Still"]
    closed = AlertEvent.objects.filter(what="resolved")
    assert closed.count() == 3 and {event.actor for event in closed} == {noor}
    outcomes = [(alert.outcome, alert.reason) for alert in Alert.objects.exclude(resolved_at=None)]
    assert set(outcomes) == {("advice", "All well.")}


def test_who_changed_meanwhile_is_left_whole_and_named_with_the_reason(clinic, noor, desk):
    names = ("Anna", "Berta", "Cleo", "Dora", "Eva")
    sessions = {name: calm(clinic, noor, name) for name in names}
    chen = people.practitioner(clinic, "Wei Chen")
    typed = filled(desk)
    logged(sessions["Anna"], 5, redness=0, signs=["pus"])
    write_to_practice(
        sessions["Berta"], id=uuid4(), text="Hello?", by=sessions["Berta"].patient.user, now=timezone.now()
    )
    acknowledge(sessions["Cleo"], by=chen, now=timezone.now())
    resolve_all(
        dict.fromkeys(Alert.objects.filter(treatment=sessions["Dora"])), outcome="seen", by=chen, now=timezone.now()
    )
    shown = text_of(desk.post(PAGE, typed))
    assert "Closed for 1 patient." in shown
    assert "Anna : Something new or worse has come in." in shown
    assert "Berta : Berta wrote to you at" in shown
    assert "Cleo : Wei Chen has this. It would be settled for them as well." in shown
    assert "Dora : Wei Chen closed this at" in shown
    still_open = {alert.treatment.patient.name for alert in Alert.objects.open()}
    assert still_open == {"Anna", "Berta", "Cleo"}


def test_a_second_tab_closes_nothing_again(clinic, noor, desk):
    calm(clinic, noor, "Anna")
    typed = filled(desk)
    desk.post(PAGE, typed)
    assert "Dr Noor closed this at" in text_of(desk.post(PAGE, typed))
    assert AlertEvent.objects.filter(what="resolved").count() == 1


def test_who_is_not_ticked_stays_and_a_mistake_keeps_the_ticks(clinic, noor, desk):
    anna, berta = calm(clinic, noor, "Anna"), calm(clinic, noor, "Berta")
    assert not select(desk.get(PAGE), "input[@checked]")  # to close somebody is a choice
    nobody = desk.post(PAGE, filled(desk, patient=[]))
    assert nobody.status_code == 422 and "Tick at least one patient." in text_of(nobody)
    typed = filled(desk, patient=[str(anna.patient_id)])
    for wrong in ({"outcome": ""}, {"outcome": "watching"}, {"outcome": "no_concern", "reason": " "}):
        answer = desk.post(PAGE, {**typed, **wrong})
        assert answer.status_code == 422 and Alert.objects.open().count() == 2
        ticked = [
            box.get("value") for box in select(answer, "input[@name='patient']") if box.get("checked") is not None
        ]
        assert ticked == [str(anna.patient_id)]
    desk.post(PAGE, typed)
    assert [alert.treatment.patient_id for alert in Alert.objects.open()] == [berta.patient_id]


@pytest.mark.parametrize("nonsense", ["x", "", "\0", "00000000-0000-4000-8000-000000000000"])
def test_nonsense_closes_nothing(clinic, noor, desk, nonsense):
    calm(clinic, noor, "Anna")
    for name in ("patient", "seen", "page_at", "known_holder"):
        desk.post(PAGE, filled(desk, **{name: nonsense, **({} if name == "patient" else {"patient": nonsense})}))
    assert Alert.objects.open().count() == 1
    stranger = people.signed_in(people.dr_okafor())
    assert "Anna" not in text_of(stranger.post(PAGE, filled(desk))) and Alert.objects.open().count() == 1
