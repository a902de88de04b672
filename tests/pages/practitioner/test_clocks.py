"""Whose clock a treatment's time is by: each side reads and writes its own, and both are named where they differ."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.models import AccountMail
from accounts.zones import clock_of, known_zones, place_of
from symptoms.wording.times import clock_by, on_both_clocks
from tests import people
from tests.pages.html import held, text_of
from tests.pages.practitioner.pages import treatment_answers

NEW = reverse("practice_treatment_new")
TEN_IN_LONDON = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
LONDON, LISBON, LOS_ANGELES, KATHMANDU, LAGOS = map(
    ZoneInfo, ("Europe/London", "Europe/Lisbon", "America/Los_Angeles", "Asia/Kathmandu", "Africa/Lagos")
)


@pytest.fixture
def world(clinic, noor, db):
    with time_machine.travel(TEN_IN_LONDON, tick=False):
        yield people.ana(clinic, time_zone="America/Los_Angeles")


def record(desk, patient, at: str):
    assert desk.post(NEW, treatment_answers(patient=patient.id, performed_at=at)).status_code == 302
    return patient.treatments.get()


@pytest.mark.parametrize(
    ("typed", "day_zero", "clinic_reads", "patient_reads"),
    [
        (
            "2026-11-20T09:30", date(2026, 11, 20),
            "Fri 20 Nov 2026, 09:30 (London time), 01:30 in Los Angeles",
            "Friday 20 November 2026, 01:30 (Los Angeles time), 09:30 in London",
        ),
        (
            "2026-11-20T05:00", date(2026, 11, 19),
            "Fri 20 Nov 2026, 05:00 (London time), Thu 19 Nov, 21:00 in Los Angeles",
            "Thursday 19 November 2026, 21:00 (Los Angeles time), Fri 20 Nov, 05:00 in London",
        ),
    ],
)  # fmt: skip
def test_the_clinic_writes_and_reads_its_own_clock_and_day_0_is_the_date_where_the_patient_was(
    world, desk, typed, day_zero, clinic_reads, patient_reads
):
    page = desk.get(NEW, {"patient": world.id})
    assert held(page)["performed_at"] == ["2026-11-20T10:00"]
    named = "By your clock, London time. Los Angeles is 8 h behind. Day 0 is the date there, where the patient is."
    assert named in text_of(page)
    treatment = record(desk, world, typed)
    assert treatment.day_zero == day_zero
    assert clinic_reads in text_of(desk.get(reverse("patient", args=[world.id])))
    assert patient_reads in text_of(people.signed_in(world).get(reverse("my_treatment", args=[treatment.id])))


def test_a_change_is_typed_by_the_clinics_clock_and_the_earlier_time_is_shown_by_both(world, desk):
    treatment = record(desk, world, "2026-11-20T09:30")
    edit = reverse("practice_treatment_edit", args=[treatment.id])
    page = desk.get(edit)
    assert held(page)["performed_at"] == ["2026-11-20T09:30"] and "By your clock, London time." in text_of(page)
    assert desk.post(edit, treatment_answers(performed_at="2026-11-20T08:15")).status_code == 302
    treatment.refresh_from_db()
    assert treatment.performed_at == datetime(2026, 11, 20, 8, 15, tzinfo=UTC)
    shown = text_of(desk.get(edit))
    assert "09:30 (London time), 01:30 in Los Angeles" in shown
    assert "became Fri 20 Nov 2026, 08:15 (London time), 00:15 in Los Angeles" in shown


def test_the_future_begins_when_it_begins_at_the_clinic(world, desk):
    answer = desk.post(NEW, treatment_answers(patient=world.id, performed_at="2026-11-20T10:01"))
    assert "That is in the future." in text_of(answer)


def test_a_patient_types_by_their_own_clock_which_is_named_where_the_clinics_differs(world):
    page = people.signed_in(world).get("/treatments/new/")
    assert "The day of the treatment is day 0. By your clock, Los Angeles time. London is 8 h ahead." in text_of(page)


def test_where_both_clocks_show_the_same_none_is_named(clinic, noor, desk, db):
    with time_machine.travel(TEN_IN_LONDON, tick=False):
        near = people.ana(clinic)
        treatment = record(desk, near, "2026-11-20T09:30")
        pages = [
            desk.get(NEW, {"patient": near.id}),
            desk.get(reverse("patient", args=[near.id])),
            people.signed_in(near).get(reverse("my_treatment", args=[treatment.id])),
        ]
        assert not any("London time" in text_of(page) or "in London" in text_of(page) for page in pages)
        assert "Fri 20 Nov 2026, 09:30" in text_of(pages[1])


@pytest.mark.parametrize(
    ("reader", "other", "at", "shown"),
    [
        (LONDON, LONDON, TEN_IN_LONDON, "Fri 20 Nov 2026, 10:00"),
        (LONDON, LISBON, TEN_IN_LONDON, "Fri 20 Nov 2026, 10:00"),
        (LONDON, KATHMANDU, TEN_IN_LONDON, "Fri 20 Nov 2026, 10:00 (London time), 15:45 in Kathmandu"),
        (KATHMANDU, ZoneInfo("UTC"), TEN_IN_LONDON, "Fri 20 Nov 2026, 15:45 (Kathmandu time), 10:00 UTC"),
        (LONDON, LAGOS, datetime(2026, 7, 1, 12, tzinfo=UTC), "Wed 1 Jul 2026, 13:00"),
        (LONDON, LAGOS, TEN_IN_LONDON, "Fri 20 Nov 2026, 10:00 (London time), 11:00 in Lagos"),
    ],
)
def test_a_time_is_shown_on_both_clocks_only_where_they_differ_then(reader, other, at, shown):
    assert on_both_clocks(at, reader, other) == shown


def test_the_clock_is_named_also_where_the_two_differ_in_another_half_of_the_year_only():
    assert clock_by(LONDON, LISBON, TEN_IN_LONDON) == ""
    in_summer = datetime(2026, 7, 1, 12, tzinfo=UTC)
    assert clock_by(LONDON, LAGOS, in_summer) == "By your clock, London time. Lagos is the same just now."
    assert clock_by(LONDON, KATHMANDU, in_summer).endswith("Kathmandu is 4 h 45 min ahead.")


@pytest.mark.parametrize(
    ("key", "place", "clock"),
    [
        ("America/Argentina/Buenos_Aires", "Buenos Aires", "Buenos Aires time"), ("UTC", "UTC", "UTC"),
        ("Etc/GMT+5", "UTC−5", "UTC−5"), ("Etc/GMT-14", "UTC+14", "UTC+14"), ("Etc/UTC", "UTC", "UTC"),
        ("GB", "GB", "GB time"), ("Europe/Kiev", "Kiev", "Kiev time"),
    ],
)  # fmt: skip
def test_a_zone_is_called_by_its_place(key, place, clock):
    assert (place_of(ZoneInfo(key)), clock_of(ZoneInfo(key))) == (place, clock)


def test_every_zone_has_a_name():
    assert all(place_of(ZoneInfo(key)).strip() for key in known_zones())


@pytest.mark.parametrize(
    ("who", "when"),
    [("patient", "20 November 2026, 02:00 (Los Angeles time)"), ("member", "20 November 2026, 10:00 (London time)"),
     ("neither", "20 November 2026, 10:00 (UTC)")],
)  # fmt: skip
def test_a_letter_about_the_account_names_its_readers_clock(world, noor, who, when):
    person = {"patient": world.user, "member": noor, "neither": people.user("Eva")}[who]
    browser = Client()
    browser.post("/accounts/login/", {"login": person.email, "password": people.PASSWORD})
    change = {"oldpassword": people.PASSWORD, "password1": "another one of mine", "password2": "another one of mine"}
    assert browser.post("/accounts/password/change/", change).status_code == 302
    assert f"When: {when}\n" in AccountMail.objects.get(to=person.email).body
