"""The manager's statistics against counts by hand: how many alerts, how soon, and by criterion, skin and device."""

import re
from datetime import timedelta

import pytest
from django.core.cache import caches
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from accounts.access import record_access
from symptoms.alerts import statistics
from symptoms.alerts.handling import acknowledge, resolve_all
from symptoms.alerts.read_receipts import RECORD
from symptoms.alerts.statistics import statistics_of, statistics_shown
from symptoms.models import Alert, Assessment, Entry
from symptoms.recovery.protocol import PROTOCOL
from symptoms.wording.criteria import condition_in_words
from tests import people
from tests.pages.html import parsed, text_of
from tests.treatments import logged, pen

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
PUS = {"signs": ["pus"]}
# Skin type, hours until it is opened, taken and closed (None: not yet), with which outcome and words.
ALERTS = [
    (2, 1, 2, 3, "seen", "Coming in."),
    (3, 2, 4, 10, "advice", ""),
    (5, 3, 4, 6, "no_concern", "A spot."),
    (None, 10, None, None, "", ""),
]


@pytest.fixture
def now():
    return timezone.now()


def raise_one(clinic, noor, began, number, line):
    """An alert about pus of a patient of their own, and what became of it as the line says."""
    skin, opened, taken, closed, outcome, reason = line
    patient = people.patient(clinic, f"Somebody {number}")
    session = pen(patient, days_ago=5, by=noor, now=began, fitzpatrick=skin, device="pen" if number % 2 else "roller")
    logged(session, 3, now=began, **PUS)
    record_access(noor, patient, RECORD, began - HOUR)  # before there was anything to read
    record_access(noor, patient, RECORD, began + opened * HOUR)
    record_access(noor, patient, RECORD, began + 12 * HOUR)  # only the first opening counts
    if taken:
        acknowledge(session, by=noor, now=began + taken * HOUR)
    if closed:
        alerts = dict.fromkeys(Alert.objects.open().filter(treatment=session))
        resolve_all(alerts, outcome=outcome, reason=reason, by=noor, now=began + closed * HOUR)


def as_counted(tally):
    return tally.raised, tally.acted_on, tally.not_a_concern


def test_what_became_of_alerts_is_counted_as_by_hand(clinic, noor, now, django_assert_num_queries):
    began = now - timedelta(days=2)
    for number, line in enumerate(ALERTS):
        raise_one(clinic, noor, began, number, line)
    raise_one(clinic, noor, now - timedelta(days=20), 9, ALERTS[0])  # before the period
    okafor = people.dr_okafor()
    raise_one(okafor.membership.practice, okafor, began, 8, ALERTS[2])  # another practice's
    with django_assert_num_queries(2):
        made = statistics_of(clinic, 7, now)
    assert (made.entries, as_counted(made.raised), made.closed, made.documented) == (4, (4, 2, 1), 3, 2)
    urgent = next(row for row in made.times if row.raised)
    assert [(wait.number, wait.median / HOUR, wait.nine_in_ten / HOUR) for wait in (
        urgent.opened, urgent.taken, urgent.closed
    )] == [(4, 2.5, 10), (3, 4, 4), (3, 6, 10)]  # fmt: skip
    assert {skin: as_counted(tally) for skin, tally in made.by_skin.items()} == {
        "light": (2, 2, 0), "dark": (1, 0, 1), "unknown": (1, 0, 0),
    }  # fmt: skip
    assert {device: as_counted(tally) for device, tally in made.by_device.items()} == {
        "roller": (2, 1, 1), "pen": (2, 1, 0),
    }  # fmt: skip
    pus = next(criterion for criterion in made.criteria if criterion.raised == 4)
    assert pus.id.startswith("INF-") and pus.concern == "infection" and as_counted(pus) == (4, 2, 1)
    assert as_counted(pus.by_skin["dark"]) == (1, 0, 1) and as_counted(pus.by_device["pen"]) == (2, 1, 0)
    assert statistics_of(clinic, 30, now).raised.raised == 5


def test_what_is_only_to_be_watched_raised_nothing(clinic, noor, now):
    raise_one(clinic, noor, now - timedelta(days=1), 1, ALERTS[0])
    before = {criterion.id for criterion in statistics_of(clinic, 7, now).criteria}
    judged = Assessment.objects.get(urgency=3)
    flag = next(flag for flag in judged.flags if flag["concern"] == "infection")
    flag["criteria"].append({"id": "INF-0", "urgency": "watch", "evidence": []})
    judged.save()
    assert {criterion.id for criterion in statistics_of(clinic, 7, now).criteria} == before


def test_a_criterion_on_which_nobody_acts_is_named_for_review(clinic, noor, now):
    for number in range(5):
        assert not statistics_of(clinic, 7, now).nominated
        raise_one(clinic, noor, now - timedelta(days=1), number, ALERTS[2])
    nominated = {criterion.id for criterion in statistics_of(clinic, 7, now).nominated}
    assert nominated and nominated <= {criterion.id for criterion in statistics_of(clinic, 7, now).criteria}
    raise_one(clinic, noor, now - timedelta(days=1), 5, ALERTS[0])
    assert not statistics_of(clinic, 7, now).nominated


def test_a_criterion_whose_alerts_are_still_open_is_not_named(clinic, noor, now):
    for number in range(5):
        raise_one(clinic, noor, now - timedelta(days=1), number, ALERTS[3])
    assert not statistics_of(clinic, 7, now).nominated


def test_every_criterion_is_told_in_words(clinic, noor, now):
    said = {criterion.id: condition_in_words(criterion.predicate) for criterion in PROTOCOL.criteria}
    assert not [id for id, text in said.items() if re.search(r"[_<>=]|HEAT|HOT|\b[uvT]\b", text)]
    assert (
        said["INF-12"]
        == "Fever or shaking chills + (a sign of infection on the skin, or firm lumps, or swollen glands)"
    )
    raise_one(clinic, noor, now - timedelta(days=1), 1, ALERTS[2])
    shown = text_of(people.signed_in(people.admin(clinic)).get(reverse("practice_statistics")))
    assert all(said[raised.id] in shown for raised in statistics_of(clinic, 30, now).criteria)


@pytest.mark.parametrize("given", ["", "0", "31", "-7", "30 days", "९०", "7&days=x"])
def test_the_page_is_for_the_manager_names_nobody_and_says_what_it_does_not_know(clinic, noor, now, given):
    raise_one(clinic, noor, now - timedelta(days=1), 1, ALERTS[2])
    price, address = people.signed_in(people.admin(clinic)), reverse("practice_statistics")
    page = price.get(address)
    text = page.content.decode()
    assert "1 of 1" in text and "Somebody" not in text and "Noor" not in text
    assert all(header.get("scope") for header in parsed(page).iter("th"))
    assert "There is no such period" not in text
    assert "There is no such period" in price.get(f"{address}?days={given}").content.decode()
    assert "There is no such period" not in price.get(f"{address}?days=90").content.decode()
    assert people.signed_in(noor).get(address).status_code == 403


def test_nothing_raised_is_a_page_as_well(clinic):
    page = people.signed_in(people.admin(clinic)).get(reverse("practice_statistics"))
    assert "No criterion raised an alert in this period." in page.content.decode()
    assert Entry.objects.count() == 0


def test_where_there_is_much_to_count_the_page_shows_for_ten_minutes_what_was_counted(
    clinic, noor, now, monkeypatch, django_assert_num_queries
):
    caches["counted"].clear()
    raise_one(clinic, noor, now - timedelta(days=1), 1, ALERTS[2])
    assert statistics_shown(clinic, 7, now).entries == 1
    monkeypatch.setattr(statistics, "MANY_LOGS", 2)
    raise_one(clinic, noor, now - timedelta(days=1), 2, ALERTS[2])
    assert statistics_shown(clinic, 7, now).entries == 2  # of few logs nothing was kept
    raise_one(clinic, noor, now - timedelta(days=1), 3, ALERTS[2])
    with django_assert_num_queries(0):
        shown = statistics_shown(clinic, 7, now + timedelta(minutes=9))
    assert (shown.entries, shown.raised.raised, shown.counted_at) == (2, 2, now)
    price, address = people.signed_in(people.admin(clinic)), reverse("practice_statistics")
    at = date_format(now.astimezone(clinic.zone), "TIME_FORMAT")
    assert f"These figures are from {at}." in text_of(price.get(f"{address}?days=7"))
    assert statistics_shown(people.dr_okafor().membership.practice, 7, now).entries == 0
    assert statistics_shown(clinic, 30, now).entries == 3
    assert statistics_shown(clinic, 7, now + timedelta(minutes=10)).entries == 3
    caches["counted"].clear()
