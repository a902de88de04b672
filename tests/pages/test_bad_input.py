"""Whatever is sent in a field of a form is taken or refused, on both databases: never a fault, never half saved."""

from urllib.parse import quote, urlencode

import pytest
from django.urls import reverse

from tests import people
from tests.pages.html import forms_of
from tests.treatments import logged, pen
from tests.tries import some_of

pytestmark = [pytest.mark.django_db, pytest.mark.chance]

AN_ID = "an id of nobody"
NASTY = {
    "NUL": "%00a",
    "a lone surrogate": "%ED%A0%80",
    "longer than any column": "x" * 20_000,
    "past every number's range": "9" * 40,
    AN_ID: "0b5d0e6e-5f3a-4c55-9a53-7d2f1f0f6a11",  # nobody's; the same in every process that collects tests
}
ENDS = {reverse("account_logout")}


@pytest.fixture
def pages(clinic, noor, ana, desk, phone):
    """(browser, address) of each page with a form of ours."""
    treatment = pen(ana, days_ago=3, by=noor)
    logged(treatment, 2, signs=["pus"])
    admin = people.admin(clinic)
    boss = people.signed_in(admin)
    of_ana = {"patient_id": ana.id}
    theirs = [reverse("patient", kwargs=of_ana), reverse("patient_details", kwargs=of_ana)]
    theirs.append(reverse("practice_treatment_new"))
    hers = [reverse("log"), reverse("profile"), reverse("my_treatment", args=[treatment.id])]
    return [
        *[(desk, address) for address in theirs], *[(phone, address) for address in hers],
        (boss, reverse("members")), (boss, reverse("invite_member")),
    ]  # fmt: skip


def test_no_field_of_any_form_can_break_the_server(pages):
    sent = {}
    for browser, page in pages:
        answer = browser.get(page, follow=True)
        assert answer.status_code == 200, page
        for address, fields in forms_of(answer):
            for name in fields if address not in ENDS else ():
                if (address, name) in sent:
                    continue
                is_id = any(len(value) == 36 for value in fields[name])
                kinds = some_of(NASTY.keys() - {AN_ID}, 1, f"{name} {len(sent)}") + [AN_ID] * is_id
                sent[address, name] = is_id
                others = [(other, value) for other in fields if other != name for value in fields[other]]
                for kind in kinds:
                    body = f"{urlencode(others)}&{quote(name)}={NASTY[kind]}"
                    done = browser.post(address, body, content_type="application/x-www-form-urlencoded")
                    assert done.status_code < 500, f"{address}: {name}, {kind}"
    assert len(sent) > 50 and sum(sent.values()) > 3


def test_no_address_can_either(pages):
    desk, phone = pages[0][0], pages[-3][0]
    names = ("q", "show", "page", "country", "next", "day", "patient", "treatment")
    paths = ("/log/{}/", "/course/{}/", "/entries/{}/", "/join/{}/", "/photos/{}/", "/practice/patients/{}/")
    asked = [
        (browser, f"{page}?{name}={{}}")
        for name in names
        for browser, page in ((desk, reverse("queue")), (phone, reverse("log")), (phone, reverse("help_now")))
    ]
    for browser, address in asked + [(browser, path) for path in paths for browser in (desk, phone)]:
        for kind in some_of(NASTY, 2, address):
            assert browser.get(address.format(NASTY[kind])).status_code < 500, f"{address}: {kind}"
