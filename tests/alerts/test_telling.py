"""Who is told of an entry at once: by urgency, by who has the patient in hand and who treated."""

from datetime import timedelta
from itertools import product

import pytest
from django.utils import timezone

from accounts.models import Membership
from symptoms.alerts.handling import acknowledge
from symptoms.models import Alert, AlertEvent, Delivery
from symptoms.recovery.vocabulary import Urgency
from tests import people
from tests.treatments import logged, pen

pytestmark = pytest.mark.django_db

CONTACT = {"signs": ["feeling_ill"], "temperature_c": 37.5}
URGENT = {"signs": ["pus"]}
EMERGENCY = {"signs": ["pus", "feeling_ill"], "temperature_c": 39.2}
SWOLLEN = {"signs": ["swollen_glands"]}  # to watch


def leave(person) -> None:
    Membership.objects.filter(user=person).update(removed_at=timezone.now())


def told_of(entry) -> set[tuple[str, str]]:
    """(last name, why) of those told of an entry."""
    return {
        (delivery.recipient.name.split()[-1].lower(), str(delivery.why))
        for delivery in Delivery.objects.filter(entry=entry)
    }


@pytest.mark.parametrize(
    ("news", "gone", "expected"),
    [
        (CONTACT, (), {("noor", "treated")}),
        (URGENT, (), {("noor", "treated")}),
        (EMERGENCY, (), {("noor", "treated"), ("chen", "practitioner"), ("lind", "practitioner")}),
        (CONTACT, ("noor",), {("chen", "practitioner"), ("lind", "practitioner")}),
        (URGENT, ("noor",), {("chen", "practitioner"), ("lind", "practitioner")}),
        (EMERGENCY, ("noor",), {("chen", "practitioner"), ("lind", "practitioner")}),
        (CONTACT, ("noor", "chen", "lind"), {("price", "admin")}),
        (EMERGENCY, ("noor", "chen", "lind"), {("price", "admin")}),
        (EMERGENCY, ("noor", "chen", "lind", "price"), set()),
        (SWOLLEN, (), set()),
    ],
)
def test_who_is_told_first(team, session, news, gone, expected):
    for name in gone:
        leave(team[name])
    assert told_of(logged(session, 3, **news).entry) == expected


@pytest.mark.parametrize(
    ("before", "news", "gone", "expected"),
    [
        (CONTACT, URGENT, (), {("chen", "holds"), ("noor", "treated")}),
        (URGENT, EMERGENCY, (), {("chen", "holds"), ("noor", "treated"), ("lind", "practitioner")}),
        (CONTACT, URGENT, ("noor",), {("chen", "holds")}),
        (CONTACT, URGENT, ("chen",), {("noor", "treated")}),  # who left holds nothing
        (CONTACT, URGENT, ("chen", "noor"), {("lind", "practitioner")}),
        (URGENT, {"signs": ["pus", "blisters"]}, (), {("chen", "holds"), ("noor", "treated")}),  # another concern
        (URGENT, URGENT, (), set()),
        (EMERGENCY, URGENT, (), set()),
    ],
)
def test_who_has_the_patient_in_hand_is_always_told_of_worse_and_keeps_it(team, session, before, news, gone, expected):
    logged(session, 3, **before)
    acknowledge(session, by=team["chen"], now=timezone.now())
    for name in gone:
        leave(team[name])
    assert told_of(logged(session, 4, **news).entry) == expected
    assert Alert.objects.get(concern="infection").acknowledged_by == team["chen"]


def test_several_concerns_in_one_entry_are_one_message_to_each_at_the_highest_urgency(team, session):
    logged(session, 3, **CONTACT)
    acknowledge(session, by=team["chen"], now=timezone.now())
    entry = logged(session, 4, pain=4, redness=4, signs=["pus", "blisters", "feeling_ill"], temperature_c=39.2).entry
    assert Alert.objects.open().count() > 2
    urgencies = Delivery.objects.filter(entry=entry).values_list("recipient__name", "urgency")
    assert sorted(urgencies) == [(f"Dr {name}", Urgency.EMERGENCY) for name in ("Chen", "Lind", "Noor")]


LEVELS = {1: SWOLLEN, 2: CONTACT, 3: URGENT, 4: EMERGENCY}


@pytest.mark.parametrize("first", [2, 3, 4])
def test_it_tells_when_it_opens_rises_or_comes_back_to_its_peak_after_it_was_well(clinic, noor, first):
    """Every course of four days, against the rule written down once more; level 1 is to watch."""
    start = timezone.now() - timedelta(hours=1)
    for number, rest in enumerate(product((1, 2, 3, 4), repeat=2)):
        course = pen(people.patient(clinic, f"Patient {number}"), days_ago=9, by=noor)
        peak, was_well, since = 0, False, None
        for day, level in enumerate((first, *rest, first), 2):
            now = start + timedelta(minutes=day)
            entry = logged(course, day, now=now, **LEVELS[level]).entry
            tells = level > max(peak, 1) or (level == peak and was_well)
            was_well = (was_well and not tells) or level < 2
            peak, since = max(peak, level), now if tells else since
            alert = Alert.objects.get(treatment=course, concern="infection")
            assert bool(told_of(entry)) == tells, (first, rest, day)
            assert (alert.urgency, alert.worsened_at) == (peak, since), (first, rest, day)
            assert alert.acknowledged_by == (noor if day > 2 else None)
            if day == 2:
                acknowledge(course, by=noor, now=now)


def test_a_relapse_is_told_to_who_has_it_and_who_treated_and_waits_from_then_on(team, session):
    start = timezone.now()
    logged(session, 2, now=start, **URGENT)
    acknowledge(session, by=team["chen"], now=start + timedelta(minutes=1))
    logged(session, 4, now=start + timedelta(minutes=2))
    again = logged(session, 5, now=start + timedelta(minutes=3), **URGENT).entry
    alert = Alert.objects.get()
    assert told_of(again) == {("chen", "holds"), ("noor", "treated")}
    assert (alert.entry, alert.worsened_at) == (again, start + timedelta(minutes=3))
    assert alert.acknowledged_by == team["chen"] and alert.is_worse_since_taken
    assert [event.what for event in alert.events.order_by("id")] == ["opened", "acknowledged", "relapsed"]
    assert alert.events.last().urgency == Urgency.URGENT


def test_a_well_day_recorded_late_is_no_relapse(session):
    logged(session, 5, **URGENT)
    logged(session, 3)
    assert not AlertEvent.objects.filter(what="relapsed").exists()
    assert Delivery.objects.count() == 1
