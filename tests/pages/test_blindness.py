"""Where no worker runs, nobody is being told: who watches, who practises and who waits are told so."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from symptoms.models import Delivery, WorkerBeat
from tests import people
from tests.treatments import logged, pen

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_worker")]
BANNER, CANNOT = "Nobody is being told.", "We cannot reach your clinic right now."
BEATS = [(None, True), (timedelta(seconds=95), True), (timedelta(seconds=80), False), (-timedelta(hours=1), False)]


def beat(ago) -> None:
    WorkerBeat.objects.all().delete()
    if ago is not None:
        WorkerBeat.objects.create(at=timezone.now() - ago)


def text(browser, name: str, *args) -> str:
    return " ".join(browser.get(reverse(name, args=args)).content.decode().split())


@pytest.mark.parametrize(("ago", "is_blind"), BEATS)
def test_whoever_watches_the_site_is_told_apart_from_whether_it_answers(ago, is_blind):
    beat(ago)
    assert Client().get("/workerz").status_code == (503 if is_blind else 200)
    assert Client().get("/healthz").status_code == 200


@pytest.mark.parametrize(("ago", "is_blind"), BEATS)
def test_every_page_of_a_practice_says_it_to_practitioners(desk, noor, ana, ago, is_blind):
    session = pen(ana, days_ago=3, by=noor)
    beat(ago)
    pages = [
        ("queue",), ("patient", ana.pk), ("practice_treatment_new",), ("practice_patient_new",), ("profile",),
        ("own_channels",), ("practice_treatment_edit", session.pk), ("patient_details", ana.pk),
    ]  # fmt: skip
    for page in pages:
        assert (BANNER in text(desk, *page)) == is_blind, page


def test_patients_read_nothing_of_it_where_nobody_is_to_be_told(phone, ana, noor):
    logged(pen(ana, days_ago=3, by=noor), 3)
    page = text(phone, "today")
    assert BANNER not in page and CANNOT not in page


@pytest.mark.parametrize("was_sent", [False, True])
@pytest.mark.parametrize(("ago", "is_blind"), BEATS)
def test_patients_whose_clinic_was_or_is_being_told_are_asked_to_call(phone, ana, noor, was_sent, ago, is_blind):
    logged(pen(ana, days_ago=3, by=noor), 3, pain=3, signs=["pus"])
    if was_sent:
        Delivery.objects.update(sent_at=timezone.now())
    beat(ago)
    page = text(phone, "today")
    assert (CANNOT in page and "call them." in page and "tel:02079460123" in page) == is_blind
    assert ("We are alerting your clinic." in page) == (not is_blind and not was_sent)
    assert ("We alerted your clinic" in page) == was_sent
    people.signed_in(noor).get(reverse("patient", args=[ana.pk]))
    assert CANNOT not in text(phone, "today")


def test_another_clinic_s_messages_that_wait_are_no_news_to_this_one(desk, clinic):
    other = people.practitioner(people.practice("Northgate Clinic"), "Dr North")
    sarah = people.patient(other.membership.practice, "Sarah Moss")
    logged(pen(sarah, days_ago=3, by=other), 3, pain=3, signs=["pus"])
    Delivery.objects.update(created_at=timezone.now() - timedelta(hours=1))
    waiting = "Messages have been waiting since"
    assert waiting in text(people.signed_in(other), "queue") and waiting not in text(desk, "queue")
