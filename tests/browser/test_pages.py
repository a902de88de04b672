"""Every page for everybody: axe finds no fault, light or dark; nothing is wider than a phone; nobody complains."""

import json

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from symptoms.demo.cast import NOOR, PASSWORD

NARROW = {"width": 320, "height": 640}
DESK = {"width": 1280, "height": 800}
STRANGER = [
    "/", "/help/", "/help/?country=US", "/accounts/login/", "/accounts/signup/", "/accounts/password/reset/",
    "/join/no-such-token/", "/demo/mail/",
]  # fmt: skip
ACCOUNT = ["/account/", "/accounts/email/", "/accounts/password/change/", "/accounts/sessions/", "/accounts/logout/"]
PATIENT = [
    "/today/",
    "/log/",
    "/log/1/",
    "/course/",
    "/course/?symptom=pain",
    "/course/4/",
    "/care/",
    "/treatments/new/",
]
MEMBER = [
    "/practice/", "/practice/?show=on_track", "/practice/?show=all", "/practice/?show=all&q=nobody",
    "/practice/treatments/new/", "/practice/members/", "/practice/members/invite/",
]  # fmt: skip
WHO = {
    "a stranger": ("", STRANGER, []),
    "a patient with an infection": ("julia@patients.example", PATIENT + ACCOUNT, ["/entries/", "/treatments/"]),
    "a patient on track": ("tom@patients.example", ["/today/", "/course/", "/course/9/"], ["/entries/"]),
    "somebody alone": ("robin@patients.example", ["/today/", "/log/", "/course/5/", "/account/"], ["/entries/"]),
    "a practitioner": (NOOR, MEMBER + ACCOUNT, ["/practice/patients/", "/practice/treatments/", "/practice/members/"]),
}


@pytest.mark.parametrize("who", WHO)
def test_every_page_is_for_everybody(visitor, who):
    email, addresses, kinds = WHO[who]
    one = visitor()
    if email:
        one.sign_in(email, PASSWORD)
    found: set[str] = set()
    for address in addresses:
        one.page.goto(address)
        found |= {link for link in _links(one.page) if link.startswith(tuple(kinds))} if kinds else set()
        _is_for_everybody(one.page, address)
    for address in _one_of_each(found - set(addresses), most=12):
        one.page.goto(address)
        _is_for_everybody(one.page, address)


def _links(page: Page) -> list[str]:
    return page.eval_on_selector_all("a[href^='/']", "found => found.map(a => a.getAttribute('href').split('#')[0])")


def _one_of_each(addresses: set[str], most: int) -> list[str]:
    return sorted(addresses)[:most]


def _is_for_everybody(page: Page, address: str) -> None:
    page.evaluate("document.querySelectorAll('details').forEach(folded => folded.open = true)")
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        for size in (NARROW, DESK) if scheme == "light" else (NARROW,):
            page.set_viewport_size(size)
            wide = page.evaluate("document.documentElement.scrollWidth")
            assert wide <= size["width"], f"{address} is {wide} px wide on a screen of {size['width']}"
        faults = Axe().run(page).response["violations"]
        assert not faults, f"{address}, {scheme}: " + json.dumps(
            [(fault["id"], [node["html"][:200] for node in fault["nodes"]][:3]) for fault in faults], indent=1
        )
