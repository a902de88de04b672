"""Whom to call: no country stands for another, and only an operator's date verifies a number."""

from datetime import date

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from accounts.help_numbers import TABLE, WrongNumbers, country_of_zone, numbers_of, read_numbers

FALLBACK = "112 works from most mobile phones."
TODAY = date(2026, 11, 28)


@pytest.mark.parametrize(
    ("zone", "country"),
    [
        ("Europe/London", "GB"), ("Asia/Kolkata", "IN"), ("Asia/Calcutta", "IN"), ("US/Eastern", "US"), ("UTC", ""),
        ("Etc/GMT+5", ""),
        ("CET", ""), ("EST", ""), ("Africa/Asmera", ""), ("Atlantic/Jan_Mayen", ""), ("Mars/Base", ""),
        ("", ""),
    ],
)  # fmt: skip
def test_a_zone_names_the_one_country_it_belongs_to_or_none(zone, country):
    assert country_of_zone(zone) == country


@pytest.mark.parametrize(("code", "number"), [("IN", "112"), ("US", "911"), ("EU", ""), ("XX", ""), ("", "")])
def test_no_country_stands_for_another(code, number):
    assert numbers_of(code).emergency == number


def test_nothing_in_the_table_is_verified_by_itself():
    table = read_numbers(TABLE, {})
    assert len(table) > 100 and not any(numbers.verified for numbers in table.values())


def test_an_operators_file_adds_changes_and_verifies(tmp_path):
    (file := tmp_path / "own.toml").write_text(
        '[GB]\nverified = 2026-11-28\n[IN]\nemergency = "108"\n[MV]\nname = "Maldives"\nemergency = "102"\n'
    )
    table = read_numbers(file, read_numbers(TABLE, {}), TODAY)
    assert (table["GB"].emergency, table["GB"].verified) == ("999", TODAY)
    assert (table["IN"].emergency, table["IN"].urgent, table["IN"].verified) == ("108", "104", None)
    assert table["MV"].name == "Maldives"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('[GB]\nemergency = "nine"', "no number to call"),
        ('[GB]\nemergency = "1234567890123456"', "no number to call"),
        ('[GB]\nemergency = ""', "no number to call"), ("[GB]\nemergency = 999", "text in quotes"),
        ("[GB]\nverified = 2026-11-29", "in the future"), ('[GB]\nverified = "2026-11-28"', "not a date"),
        ('[EU]\nemergency = "112"', "code of two capital letters"), ('[MV]\nname = "Maldives"', "needs 'emergency'"),
        ('[GB]\nname = " "', "name is empty"), ('[MV]\nname = ""\nemergency = "102"', "name is empty"),
        ('[GB]\nphone = "1"', "no column 'phone'"), ("[GB", "cannot be read"),
    ],
)  # fmt: skip
def test_what_is_wrong_in_an_operators_file_is_named(tmp_path, text, reason):
    (file := tmp_path / "own.toml").write_text(text)
    with pytest.raises(WrongNumbers, match=reason):
        read_numbers(file, read_numbers(TABLE, {}), TODAY)


@pytest.mark.django_db
def test_the_help_page_names_no_country_until_one_is_chosen_and_remembers_it():
    phone = Client()
    first = phone.get("/help/").content.decode()
    assert "999" not in first and FALLBACK in first
    assert "India: 112" in phone.get("/help/?country=IN").content.decode()
    later = phone.get("/help/").content.decode()
    assert "India: 112" in later and FALLBACK in later
    assert FALLBACK in phone.get("/help/?country=GB").content.decode()  # verified, and yet a stranger may be elsewhere
    assert "We don’t have the number of that country." in phone.get("/help/?country=XX").content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("site", "country"), [("cross-site", "United Kingdom"), ("same-origin", "Zimbabwe"), ("none", "Zimbabwe")]
)
def test_a_link_on_another_site_chooses_for_one_page_only(site, country):
    phone = Client()
    phone.get("/help/?country=GB")
    assert "Zimbabwe: " in phone.get("/help/?country=ZW", headers={"sec-fetch-site": site}).content.decode()
    assert f"{country}: " in phone.get("/help/").content.decode()


@pytest.mark.django_db
def test_a_clinic_is_not_opened_in_a_country_that_nobody_named():
    with pytest.raises(CommandError, match="--country"):
        call_command("open_practice", "A Clinic", "a@clinic.example")
    with pytest.raises(CommandError, match="no country of the table"):
        call_command("open_practice", "A Clinic", "a@clinic.example", country="XX")
