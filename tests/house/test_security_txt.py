"""Whom to tell of a hole in security stands where whoever finds one looks, as long as the operator says so."""

from datetime import date, timedelta

import pytest
from django.test import Client
from django.utils import timezone

PATH = "/.well-known/security.txt"


def test_the_contact_and_until_when_it_holds(db, settings):
    settings.SECURITY_CONTACT, settings.SECURITY_EXPIRES = "mailto:security@mendline.example", date(2100, 1, 31)
    answer = Client().get(PATH)
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    said = dict(line.split(": ", 1) for line in answer.content.decode().splitlines())
    assert (said["Contact"], said["Expires"]) == ("mailto:security@mendline.example", "2100-01-31T23:59:59Z")
    assert said["Canonical"] == f"{settings.SITE_URL}{PATH}"


@pytest.mark.parametrize(("contact", "days"), [("", 9), ("mailto:security@mendline.example", -1)])
def test_without_a_contact_or_after_its_day_there_is_no_page(db, settings, contact, days):
    settings.SECURITY_CONTACT = contact
    settings.SECURITY_EXPIRES = timezone.now().date() + timedelta(days=days)
    assert Client().get(PATH).status_code == 404
