"""The account page: what people change about themselves, take back, make for programs; and starting alone."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts import patients
from accounts.access import record_access, record_listing
from accounts.models import AuditRecord
from accounts.patients import CannotStart, start_alone
from tests import people
from tests.pages.html import select, text_of, words

pytestmark = pytest.mark.django_db
PROFILE = "/account/"
DETAILS = {"name": "Ana Marrowby", "phone": "", "country": "IE", "time_zone": "Europe/Dublin"}


def test_a_patient_changes_name_country_and_zone_and_nothing_else(ana):
    ana_before = (ana.practice_id, ana.year_of_birth)
    browser = people.signed_in(ana)
    answer = browser.post(PROFILE, {**DETAILS, "practice": "", "year_of_birth": "1950", "user": ""}, follow=True)
    assert b"Saved." in answer.content
    ana.refresh_from_db()
    assert (ana.country, ana.time_zone) == ("IE", "Europe/Dublin")
    assert (ana.practice_id, ana.year_of_birth) == ana_before


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""), ("name", "   \t "), ("name", "\u200f\u202e\u2066"), ("name", "x" * 10_000), ("name", "An\x00a"),
        ("name", "\u200b\u3164"), ("phone", "1" * 41), ("country", "XX"), ("country", ["GB", "US", "XX"]),
        ("time_zone", "Mars/Olympus_Mons"), ("time_zone", "localtime"), ("time_zone", "Factory"),
        ("time_zone", "../../etc/passwd"),
    ],
)  # fmt: skip
def test_a_wrong_answer_is_explained_beside_its_field_and_nothing_typed_is_lost(ana, field, value):
    answer = people.signed_in(ana).post(PROFILE, {**DETAILS, "phone": "020 7946 0999", field: value})
    assert answer.status_code == 422
    assert f'id="id_{field}_error"'.encode() in answer.content
    if field != "phone":
        assert b'value="020 7946 0999"' in answer.content
    ana.refresh_from_db()
    assert (ana.country, ana.time_zone, ana.name) == ("GB", "Europe/London", "Ana Marrowby")


def test_marks_that_would_rearrange_the_clinics_list_are_left_out_of_a_name(ana):
    people.signed_in(ana).post(PROFILE, {**DETAILS, "name": " \u202eAna\u2066   Marrowby\u200f "})
    ana.refresh_from_db()
    assert ana.name == "Ana Marrowby"


def test_hostile_text_in_a_name_is_shown_as_text(ana):
    name = "<script>alert(1)</script>"
    answer = people.signed_in(ana).post(PROFILE, {**DETAILS, "name": name}, follow=True)
    assert b"<script>alert" not in answer.content
    assert b"&lt;script&gt;alert(1)&lt;/script&gt;" in answer.content


def test_a_consent_is_taken_back_with_one_tap_and_given_again(ana):
    browser = people.signed_in(ana)
    browser.post("/account/consents/photos/", {"answer": "no"})
    assert not ana.agreed_to("photos") and ana.agreed_to("care")
    browser.post("/account/consents/photos/", {"answer": "yes"})
    assert ana.agreed_to("photos")
    assert browser.post("/account/consents/marketing/", {"answer": "yes"}).status_code == 404
    browser.post("/account/consents/photos/", {"answer": "perhaps"})
    assert ana.agreed_to("photos")


def test_withdrawing_from_logging_is_asked_once_more_and_says_what_stops(ana):
    page = people.signed_in(ana).get(reverse("profile"))
    asked = [words(fold) for fold in select(page, "details") if "Withdraw" in words(fold)]
    assert len(asked) == 1 and "Logging stops at once" in asked[0] and "Withdraw and stop logging" in asked[0]


def test_somebody_alone_reads_of_no_clinic_that_calls_or_opens_their_record():
    page = text_of(people.signed_in(people.patient()).get(reverse("profile")))
    assert "So that your clinic can call you." not in page and "Who opened my record" not in page


def test_a_patient_sees_who_opened_their_record_and_nobody_elses(ana, clinic):
    noor, other = people.dr_noor(clinic), people.patient(clinic, "Bo")
    record_access(noor, ana, "page")
    assert b"Dr Noor" in people.signed_in(ana).get(PROFILE).content
    assert b"Dr Noor" not in people.signed_in(other).get(PROFILE).content


def test_leaving_a_clinic_asks_first_and_keeps_the_patients_day(ana, clinic):
    patients.confirm_zone(ana, "Pacific/Kiritimati", timezone.now())
    browser = people.signed_in(ana)
    assert b"Leave Larkfield" in browser.get("/account/leave/").content
    ana.refresh_from_db()
    assert ana.practice == clinic
    browser.post("/account/leave/")
    ana.refresh_from_db()
    assert ana.practice is None
    assert ana.zone.key == "Pacific/Kiritimati"
    assert ana.agreed_to("care") and not ana.agreed_to("photos")  # that was for the clinic she left
    assert browser.post("/account/leave/")["Location"] == PROFILE


def test_leaving_a_clinic_signs_out_every_other_device(ana):
    here, there = Client(), Client()
    for browser in (here, there):
        browser.post("/accounts/login/", {"login": ana.user.email, "password": people.PASSWORD})
    here.post("/account/leave/")
    assert here.get(PROFILE).status_code == 200
    assert there.get(PROFILE).status_code == 302


def test_the_zone_is_asked_once_after_joining_with_the_clinics_as_the_first_guess(clinic):
    ana = people.ana(clinic, time_zone="", zone_confirmed_at=None, welcomed_at=None)
    browser = people.signed_in(ana)
    assert b'<option value="Europe/London" selected>' in browser.get("/account/place/").content
    assert browser.post("/account/place/", {"time_zone": "Nowhere/Land", "country": "IN"}).status_code == 422
    assert browser.post("/account/place/", {"time_zone": "Asia/Calcutta", "country": "IN"})["Location"] == "/welcome/"
    ana.refresh_from_db()
    assert (ana.zone.key, ana.country) == ("Asia/Calcutta", "IN")
    assert ana.zone_confirmed_at is not None


@pytest.mark.parametrize("zone", ["Etc/GMT+12", "GB", "UTC", "Asia/Kathmandu"])
def test_a_zone_that_the_list_leaves_out_is_still_the_one_chosen_in_it(zone):
    ana = people.ana(time_zone=zone)
    content = people.signed_in(ana).get("/account/place/").content.decode()
    assert f'<option value="{zone}" selected>' in content


@pytest.mark.parametrize("address", [PROFILE, "/account/place/"])
def test_the_zone_is_a_line_of_text_and_its_list_is_folded_until_it_is_refused(ana, address):
    ana.__class__.objects.filter(pk=ana.pk).update(time_zone="America/New_York")
    browser = people.signed_in(ana)
    page = browser.get(address)
    assert "Time zone: New York" in text_of(page) and not select(page, "details[@open]//select[@name='time_zone']")
    page = browser.post(address, {**DETAILS, "time_zone": "Mars/Olympus"})
    assert page.status_code == 422 and select(page, "details[@open]//select[@name='time_zone']")


def test_somebody_who_is_no_patient_has_a_plainer_page(noor):
    browser = people.signed_in(noor)
    assert b"What I agreed to" not in browser.get(PROFILE).content
    browser.post(PROFILE, {"name": "Dr N. Noor"})
    noor.refresh_from_db()
    assert noor.name == "Dr N. Noor"
    assert browser.post("/account/consents/care/", {"answer": "yes"}).status_code == 403


def test_a_form_without_its_guard_or_with_2000_fields_is_refused(ana):
    browser = people.signed_in(ana, enforce_csrf_checks=True)
    assert browser.post(PROFILE, DETAILS).status_code == 403
    many = people.signed_in(ana).post(PROFILE, {**DETAILS, **{f"field{n}": "x" for n in range(2000)}})
    assert many.status_code == 400
    ana.refresh_from_db()
    assert ana.country == "GB"


NEW_YEARS_EVE = datetime(2026, 12, 31, 12, tzinfo=UTC)
ALONE = {"name": "Ana", "country": "GB", "time_zone": "Europe/London", "now": NEW_YEARS_EVE}


def test_people_of_18_start_alone_and_younger_ones_are_plainly_refused():
    with pytest.raises(CannotStart, match="18 and over"):
        start_alone(people.user(), year_of_birth=2009, **ALONE)
    assert start_alone(people.user(), year_of_birth=2008, **ALONE).practice is None


def test_starting_twice_is_starting_once():
    person = people.user()
    first = start_alone(person, year_of_birth=1990, **ALONE)
    assert start_alone(person, year_of_birth=1991, **ALONE) == first


@pytest.mark.parametrize("wrong", [{"time_zone": "Mars/Olympus"}, {"name": ""}, {"name": "x" * 121}])
def test_a_patient_with_impossible_details_is_never_stored(wrong):
    person = people.user()
    with pytest.raises(ValidationError):
        start_alone(person, year_of_birth=1990, **{**ALONE, **wrong})
    person.refresh_from_db()
    assert person.as_patient is None


def test_what_one_person_read_again_and_again_is_one_line_of_the_account(ana, noor, clinic):
    now = timezone.now().replace(hour=12)
    for minutes in range(30):
        record_access(noor, ana, "record", now - timedelta(minutes=minutes))
    record_access(noor, ana, "photo", now)
    record_access(people.practitioner(clinic, "Dr Chen"), ana, "record", now - timedelta(days=1))
    page = people.signed_in(ana).get("/account/").content.decode()
    assert page.count("Dr Noor") == 2 and "record, 30 times that day" in page and "Dr Chen" in page


def test_a_list_leaves_one_record_a_day_for_each_patient_in_it_with_as_many_statements_for_many(clinic, noor):
    patients = [people.patient(clinic, f"Patient {number}").pk for number in range(30)]
    now = timezone.now().replace(hour=12)
    for _ in range(3):
        record_listing(noor, patients, "a line", now)
    assert AuditRecord.objects.readings().count() == 30
    with CaptureQueriesContext(connection) as statements:
        record_listing(noor, patients, "a line", now + timedelta(days=1))
    assert AuditRecord.objects.readings().count() == 60 and len(statements) <= 3
