"""In which country somebody is: asked and never assumed, in whatever way they come; and what is shown until then."""

import re

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.forms import CountryForm
from accounts.help_numbers import ELSEWHERE, WrongNumbers, check_numbers, numbers_of
from accounts.web.whereabouts import ZONE_HERE
from tests import people
from tests.moving import joins
from tests.pages.html import forms_of, text_of
from tests.treatments import logged, pen

pytestmark = pytest.mark.django_db
FALLBACK = "Call your local emergency number now. 112 works from most mobile phones."
SHOW_NO_NUMBER = {"/care/", "/account/", "/course/"}
EMERGENCY = {"day": 2, "signs": ["face_or_tongue_swelling"]}


@pytest.mark.parametrize(
    ("typed", "guess", "place", "wrong"),
    [
        ({"is_here": "IN"}, "IN", ("IN", ""), []),
        ({"is_here": "IN", "country": "GB"}, "IN", ("IN", ""), []),
        ({"is_here": "IN"}, "FR", ("IN", ""), []),  # the page that was answered asked about India
        ({"is_here": "no", "country": "GB"}, "IN", ("GB", ""), []),
        ({"is_here": "no"}, "IN", None, ["country"]),
        ({"country": "GB"}, "IN", ("GB", ""), []),
        ({}, "IN", None, ["is_here"]),
        ({}, "", None, ["country"]),
        ({"country": "XX"}, "", None, ["country"]),
        ({"is_here": "XX"}, "IN", None, ["is_here"]),
        ({"country": ELSEWHERE, "emergency_number": " ١١٢ "}, "", (ELSEWHERE, "112"), []),
        ({"country": ELSEWHERE, "emergency_number": "*101#"}, "", (ELSEWHERE, "*101#"), []),
        ({"country": ELSEWHERE}, "", None, ["emergency_number"]),
        ({"country": ELSEWHERE, "emergency_number": "one-one-two"}, "", None, ["emergency_number"]),
        ({"country": ELSEWHERE, "emergency_number": "1" * 16}, "", None, ["emergency_number"]),
        ({"country": "GB", "emergency_number": "what?"}, "", ("GB", ""), []),
    ],
)
def test_a_guess_is_a_question_and_the_list_has_a_way_out(typed, guess, place, wrong):
    form = CountryForm(typed, guess=numbers_of(guess))
    form.is_valid()
    assert list(form.errors) == wrong
    if place:
        assert tuple(form.place().values()) == place


def test_nobody_gets_a_country_from_a_clinic(clinic, noor):
    invited = people.patient(clinic, "Nadia", accepted=False)
    alone = people.ana(country="IN")
    joins(alone, clinic, by=noor)
    for patient, country in ((invited, ""), (alone, "IN")):
        patient.refresh_from_db()
        assert patient.country == country
    with pytest.raises(CommandError, match="--country"):
        call_command("open_practice", "A Clinic", "a@clinic.example")


@pytest.mark.parametrize("name", ["today", "course", "log", "care", "profile", "help_now"])
def test_who_was_never_asked_reads_no_countrys_number_and_is_asked_on_every_page(clinic, name):
    ana = people.ana(clinic, country="")
    entry = logged(pen(ana, days_ago=3), **EMERGENCY).entry
    phone = people.signed_in(ana)
    for address in (reverse(name), entry.get_absolute_url()):
        page = text_of(phone.get(address))
        assert "999" not in page.replace("07700 900", ""), address
        assert FALLBACK in page or address in SHOW_NO_NUMBER
    assert ("Choose your country" in text_of(phone.get(reverse(name)))) == (name != "log")  # nothing typed is lost
    assert phone.post(reverse("profile_place"), {"country": "GB", "time_zone": "Europe/London"}).status_code == 302
    assert "Call 999" in text_of(phone.get(entry.get_absolute_url()))
    assert "Choose your country" not in text_of(phone.get(reverse("today")))


def test_in_a_country_that_is_not_listed_the_number_somebody_wrote_is_called(ana):
    entry = logged(pen(ana, days_ago=3), **EMERGENCY).entry
    phone = people.signed_in(ana)
    place = {"country": ELSEWHERE, "emergency_number": "102#", "time_zone": "Indian/Maldives"}
    assert phone.post(reverse("profile_place"), place).status_code == 302
    page = phone.get(entry.get_absolute_url())
    assert "Call 102# now." in text_of(page) and FALLBACK in text_of(page)
    assert b'href="tel:102%23"' in page.content and b'href="tel:102%23"' in phone.get(reverse("help_now")).content


def abroad(ana, zone: str = "Europe/Paris"):
    phone = people.signed_in(ana)
    phone.cookies[ZONE_HERE] = zone.replace("/", "%2F")
    return phone


def test_a_traveller_reads_both_numbers_where_they_seem_to_be_first_and_is_asked(ana):
    entry = logged(pen(ana, days_ago=3), **EMERGENCY).entry
    phone = abroad(ana)
    for address in (entry.get_absolute_url(), reverse("today"), reverse("log"), reverse("help_now")):
        page = phone.get(address)
        text = text_of(page)
        assert "France: 15" in text and "999" in text, address
        assert "Call 999" not in text or address == reverse("help_now"), address
        assert text.count(FALLBACK) == 1, address
        assert b'href="tel:15"' in page.content and b'href="tel:999"' in page.content, address
    page = text_of(phone.get(entry.get_absolute_url()))
    assert page.index("France: 15") < page.index("United Kingdom: 999")
    today = phone.get(reverse("today"))
    assert "Are you there now?" in text_of(today)
    (asked,) = [fields for address, fields in forms_of(today) if address == reverse("country_here")]
    assert asked["country"] == ["FR"]


@pytest.mark.parametrize(
    ("zone", "code"), [("America/Santo_Domingo", "DO"), ("Europe/Amsterdam", "NL"), ("Asia/Manila", "PH")]
)
def test_no_sentence_needs_an_article_before_the_name_of_a_country(ana, zone, code):
    entry, phone = logged(pen(ana, days_ago=3), **EMERGENCY).entry, abroad(ana, zone)
    pages = [
        phone.get(address)
        for address in (entry.get_absolute_url(), reverse("today"), reverse("help_now"), reverse("profile_place"))
    ]
    pages.append(phone.post(reverse("country_here"), {"country": code, "answer": "yes"}, follow=True))
    name = numbers_of(code).name
    for page in pages:
        assert set(re.findall(rf"(\S+) {name}", text_of(page))) & {"in", "In", "is", "of", "those"} == set()
        assert name in text_of(page)


@pytest.mark.parametrize(("answer", "country", "number"), [("yes", "FR", "15"), ("no", "GB", "999")])
def test_are_you_there_now(ana, answer, country, number):
    entry = logged(pen(ana, days_ago=3), **EMERGENCY).entry
    phone = abroad(ana)
    phone.post(reverse("country_here"), {"country": "FR", "answer": answer})
    ana.refresh_from_db()
    assert ana.country == country
    page = text_of(phone.get(entry.get_absolute_url()))
    assert f"Call {number} now." in page and "Are you there now?" not in page
    phone.cookies[ZONE_HERE] = "Asia/Tokyo"  # and then elsewhere: asked again
    assert "Japan: 119" in text_of(phone.get(entry.get_absolute_url()))


@pytest.mark.parametrize("zone", ["UTC", "Etc/GMT+5", "CET", "Mars/Base", "x" * 5000, "%00", "Europe/London"])
def test_a_clock_that_names_no_other_country_changes_nothing(ana, zone):
    entry = logged(pen(ana, days_ago=3), **EMERGENCY).entry
    page = text_of(abroad(ana, zone).get(entry.get_absolute_url()))
    assert "Call 999 now." in page and "Are you there now?" not in page


@pytest.mark.parametrize(
    ("site", "zone", "number"),
    [("", "", ""), ("", "Asia/Kolkata", "India: 112"), ("IE", "", "Ireland: 112"), ("IE", "Asia/Kolkata", "India")],
)
def test_who_is_not_signed_in_reads_a_guess_as_one(settings, site, zone, number):
    settings.COUNTRY = site
    stranger = Client()
    if zone:
        stranger.cookies[ZONE_HERE] = zone
    page = text_of(stranger.get(reverse("help_now")))
    assert number in page and FALLBACK in page and "999" not in page
    assert "help_country" not in stranger.cookies  # nobody chose it


def test_a_site_is_not_started_for_a_country_without_a_row(settings):
    settings.COUNTRY = "XX"
    with pytest.raises(WrongNumbers, match="MENDLINE_COUNTRY"):
        check_numbers(timezone.now().date())
