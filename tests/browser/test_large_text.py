"""Pages hold at twice the text on the narrowest phone: nothing scrolls sideways, no bar covers what is read."""

import pytest
from playwright.sync_api import Page

from symptoms.demo.cast import NOOR, PASSWORD

pytestmark = pytest.mark.browser
NARROW = {"width": 320, "height": 640}
OPEN = "document.querySelectorAll('details').forEach(folded => folded.open = true)"
TWICE = "document.documentElement.style.fontSize = '200%'"
WIDTH = "document.documentElement.scrollWidth"
# Bars on the first screen of a page that goes on below it.
COVERING = "[...document.querySelectorAll('.tabs, .dock')].some(bar => bar.getBoundingClientRect().top < innerHeight)"
PATIENT = [
    "/today/", "/log/", "/log/1/", "/course/", "/course/4/", "/course/4/photos/", "/care/", "/help/",
    "/treatments/new/", "/account/", "/account/zone/", "/accounts/email/", "/accounts/sessions/",
]  # fmt: skip
ALONE = ["/today/", "/log/", "/course/", "/care/", "/treatments/new/", "/account/"]
STRANGER = ["/", "/help/", "/accounts/login/", "/accounts/signup/", "/accounts/password/reset/", "/join/no-such-token/"]
MEMBER = ["/practice/", "/practice/?show=all", "/practice/treatments/new/", "/practice/members/"]
WHO = {
    "a patient with an infection": ("julia@patients.example", PATIENT, ("/entries/", "/treatments/")),
    "somebody alone": ("robin@patients.example", ALONE, ("/entries/",)),
    "a stranger": ("", STRANGER, ()),
    "a practitioner": (NOOR, MEMBER, ("/practice/patients/",)),
}


@pytest.mark.parametrize("who", WHO)
def test_twice_the_text_scrolls_only_downwards(visitor, who):
    email, addresses, kinds = WHO[who]
    one = visitor()
    one.page.set_viewport_size(NARROW)
    if email:
        one.sign_in(email, PASSWORD)
    found: dict[str, None] = {}
    for address in addresses:
        one.page.goto(address)
        found |= dict.fromkeys(_first_links(one.page, kinds))
        _holds(one.page)
    for address in found:
        one.page.goto(address)
        _holds(one.page)


def _first_links(page: Page, kinds: tuple[str, ...]) -> list[str]:
    links = (page.locator(f"a[href^='{kind}']").first for kind in kinds)
    return [link.get_attribute("href") for link in links if link.count()]


def _holds(page: Page) -> None:
    page.evaluate(TWICE)
    page.evaluate(OPEN)
    wide = page.evaluate(WIDTH)
    assert wide <= NARROW["width"], f"{page.url} is {wide} px wide on a screen of {NARROW['width']}"
    assert not page.evaluate(COVERING), f"{page.url}: a bar covers what is read"
