"""A practice that a patient leaves with something open is told, and keeps an alert of its own about it."""

from uuid import uuid4

import pytest
from django.utils import timezone

from symptoms.alerts import conversation as talk
from symptoms.alerts.handling import acknowledge, resolve
from symptoms.alerts.leaving import raise_left
from symptoms.alerts.telling import may_still_be_told
from symptoms.models import Alert, AlertEvent, Delivery, PatientStatus
from symptoms.recovery.vocabulary import Urgency
from tests import people
from tests.moving import leaves
from tests.treatments import logged, pen

pytestmark = pytest.mark.django_db


@pytest.fixture
def session(clinic, noor):
    return pen(people.ana(clinic), days_ago=6, by=noor)


def left() -> Alert | None:
    return Alert.objects.filter(kind="left").first()


def move_open_alerts(patient, to) -> None:
    """As joining another practice does."""
    patient.practice = to
    patient.save()
    Alert.objects.open().filter(treatment__patient=patient).exclude(kind="left").update(practice=to)


def test_a_patient_who_leaves_with_nothing_open_leaves_nothing_behind(session, clinic):
    logged(session, 3)
    assert raise_left(session.patient, clinic, now=timezone.now()) is None
    assert not Alert.objects.exists() and not Delivery.objects.exists()


def test_one_alert_at_the_peak_holds_what_was_open_and_who_had_it_is_told(session, clinic, noor):
    logged(session, 3, signs=["pus", "blisters"])
    opened = {alert.concern for alert in Alert.objects.open()}
    chen = people.practitioner(clinic, "Dr Chen")
    acknowledge(session, by=chen, now=timezone.now())
    Delivery.objects.all().delete()
    raised = raise_left(session.patient, clinic, now=timezone.now())
    assert raised == left() and (raised.urgency, raised.practice) == (Urgency.URGENT, clinic)
    event = raised.events.get()
    assert event.what == "left" and all(f"{concern} " in event.detail for concern in opened)
    assert event.detail.startswith(f"{len(opened)}: ") and "infection urgent" in event.detail
    deliveries = Delivery.objects.values_list("recipient", "why", "urgency", "alert")
    assert set(deliveries) == {(chen.pk, "holds", 3, raised.pk), (noor.pk, "treated", 3, raised.pk)}


def test_the_message_goes_out_although_the_patient_has_another_practice_and_the_old_ones_do_not(session, clinic):
    entry = logged(session, 3, signs=["pus"]).entry
    raise_left(session.patient, clinic, now=timezone.now())
    move_open_alerts(session.patient, people.practice("Otherwhere Clinic"))
    about_leaving, about_entry = Delivery.objects.get(alert=left()), Delivery.objects.get(entry=entry)
    assert may_still_be_told(about_leaving) and not may_still_be_told(about_entry)
    resolve(left(), outcome="advice", by=about_leaving.recipient, now=timezone.now())
    assert not may_still_be_told(about_leaving)


def test_it_is_the_old_practices_alone_and_closes_by_hand(session, clinic, noor):
    logged(session, 3, signs=["pus"])
    raise_left(session.patient, clinic, now=timezone.now())
    new = people.practice("Otherwhere Clinic")
    okafor = people.dr_okafor(new)
    move_open_alerts(session.patient, new)
    assert list(Alert.objects.managed_by(noor)) == [left()]
    assert left() not in Alert.objects.managed_by(okafor)
    assert left() not in acknowledge(session, by=okafor, now=timezone.now())
    assert acknowledge(session, by=noor, now=timezone.now()) == [left()]
    logged(session, 5)
    assert PatientStatus.objects.get().practice == new and left().is_open
    assert resolve(left(), outcome="advice", by=noor, now=timezone.now())
    assert PatientStatus.objects.get().alert_urgency == Urgency.URGENT  # what the new practice has open


def test_who_leaves_two_practices_leaves_an_alert_at_each_and_who_leaves_one_twice_one(session, clinic):
    logged(session, 3, signs=["pus"])
    second = people.practice("Otherwhere Clinic")
    for place in (clinic, second, clinic):
        move_open_alerts(session.patient, place)
        raise_left(session.patient, place, now=timezone.now())
    assert sorted(str(alert.practice) for alert in Alert.objects.filter(kind="left")) == sorted(
        map(str, (clinic, second))
    )
    assert AlertEvent.objects.filter(what="left").count() == 3
    assert Delivery.objects.filter(practice=clinic, alert__isnull=False).count() == 2  # told of each time


def test_a_practice_that_treated_elsewhere_done_sessions_is_led_to_its_own(clinic, noor):
    patient = people.ana(clinic)
    own = pen(patient, days_ago=60, by=noor)
    elsewhere = pen(patient, days_ago=6)
    logged(elsewhere, 3, signs=["pus"])
    assert raise_left(patient, clinic, now=timezone.now()).treatment == own


def test_a_message_that_nobody_has_read_stays_with_the_practice_until_somebody_closes_it(session, clinic, noor):
    note = talk.write_to_practice(session, id=uuid4(), text="Call me.", by=session.patient.user, now=timezone.now())
    Delivery.objects.all().delete()
    leaves(session.patient)
    assert (left().urgency, left().practice, left().entry) == (Urgency.CONTACT, clinic, None)
    assert left().events.get().detail == "1: message contact" and left().next_step_at is not None
    assert {delivery.recipient for delivery in Delivery.objects.filter(alert=left())} == {noor}
    assert all(may_still_be_told(delivery) for delivery in Delivery.objects.filter(alert=left()))
    assert resolve(left(), outcome="advice", by=noor, now=timezone.now())
    note.refresh_from_db()
    assert note.read_by == noor


def test_a_message_that_was_read_leaves_nothing_behind(session, noor):
    talk.write_to_practice(session, id=uuid4(), text="Call me.", by=session.patient.user, now=timezone.now())
    talk.read_by_practice(session.patient_id, seen=None, by=noor, now=timezone.now())
    leaves(session.patient)
    assert left() is None
