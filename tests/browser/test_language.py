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
    "julia@patients.example": [*ACCOUNT, "/account/leave/", "/before/", "/help/", "/log/", "/today/", "/course/"],
    "robin@patients.example": ["/account/", "/account/place/", "/before/"],
    NOOR: ["/account/", "/practice/members/", "/practice/members/invite/", "/practice/details/", "/practice/telling/"],
}
# The words that are cut off, or stand outside of the chip, button or card that they belong to.
CUT = """() => {
  const boxes = ".chip, .scale label, .button, summary, .card, .box, .banner, .masthead", cut = [];
  const texts = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT);
  const range = document.createRange();
  while (texts.nextNode()) {
    const text = texts.currentNode, around = text.parentElement;
    const isShown = text.textContent.trim() && around.checkVisibility();
    if (!isShown || around.closest(".visually-hidden, svg, option, textarea")) continue;
    range.selectNodeContents(text);
    const words = range.getBoundingClientRect(), box = (around.closest(boxes) ?? document.body).getBoundingClientRect();
    const isIn = words.left > box.left - 1 && words.right < box.right + 1 && words.top > box.top - 1;
    if (!isIn || words.bottom > box.bottom + 1) cut.push(text.textContent.trim());
  }
  return cut;
}"""


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
        shown[address] = (page.evaluate("document.dir"), page.evaluate(WIDTH), page.evaluate(CUT))
    there.context.close()
    assert shown == dict.fromkeys(READERS[reader], ("rtl", NARROW["width"], []))
    assert there.complaints == []
