"""In a language of longer words, written from right to left, no page of what is done is wider than a phone."""

import pytest

from symptoms.demo.cast import NOOR, PASSWORD
from tests.browser.conftest import SIGNED_IN, Visitor
from tests.browser.site import served_again
from tests.browser.test_pages import ACCOUNT, NARROW, STRANGER, WIDTH

pytestmark = pytest.mark.browser

# Pages of the areas that are done; more may be added, none is taken out again.
READERS = {
    "": STRANGER,
    "julia@patients.example": [*ACCOUNT, "/account/leave/", "/before/", "/help/", "/log/"],
    "robin@patients.example": ["/account/", "/account/place/", "/before/"],
    NOOR: ["/account/", "/practice/members/", "/practice/members/invite/", "/practice/details/", "/practice/telling/"],
}


@pytest.fixture(scope="module")
def elsewhere(site):
    """The address of the same site in that language."""
    with served_again(site, DJANGO_SETTINGS_MODULE="tests.pseudo_site") as url:
        yield url


@pytest.mark.parametrize("reader", READERS)
def test_pages_fit_a_phone_from_right_to_left(visitor, chromium, elsewhere, reader):
    if reader:
        visitor().sign_in(reader, PASSWORD)
    there = Visitor(chromium, elsewhere)
    there.context.add_cookies(SIGNED_IN.get(reader, []))
    page = there.page
    page.set_viewport_size(NARROW)
    shown = {}
    for address in READERS[reader]:
        page.goto(address)
        page.evaluate("document.querySelectorAll('details').forEach(folded => folded.open = true)")
        assert page.get_by_role("heading", level=1).inner_text().startswith("⟦"), address
        shown[address] = (page.evaluate("document.dir"), page.evaluate(WIDTH))
    there.context.close()
    assert shown == dict.fromkeys(READERS[reader], ("rtl", NARROW["width"]))
    assert there.complaints == []
