"""The bars at the lower edge of a phone: they stay in sight, take the focus in place, and never lie on each other."""

import pytest
from playwright.sync_api import Page

from symptoms.demo.cast import PASSWORD

pytestmark = pytest.mark.browser
JULIA, TOM = "julia@patients.example", "tom@patients.example"  # something is open; nothing is
EDGES = "bars => bars.map(bar => Math.round(bar.getBoundingClientRect().bottom))"


def test_the_tabs_stay_in_sight_and_take_the_focus_without_moving_the_page(visitor):
    page = _signed_in(visitor, "/today/")
    height = page.viewport_size["height"]
    for at in (0, 400):
        page.evaluate("at => scrollTo(0, at)", at)
        assert page.eval_on_selector_all(".tabs", EDGES) == [height]
    page.evaluate("scrollTo(0, 0)")
    for word in ("Skip to content", "Today", "My course", "Care", "Account"):
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent.trim()") == word
        assert page.evaluate("scrollY") == 0, word


def test_where_a_form_is_saved_from_a_bar_the_tabs_end_the_page(visitor):
    page = _signed_in(visitor, "/treatments/new/", TOM)
    height = page.viewport_size["height"]
    assert page.eval_on_selector_all(".dock", EDGES) == [height]
    assert page.eval_on_selector_all(".tabs", EDGES)[0] > height


def test_a_short_screen_belongs_to_the_content(visitor):
    page = _signed_in(visitor, "/today/")
    page.set_viewport_size({"width": 740, "height": 360})
    assert page.eval_on_selector_all(".tabs", EDGES)[0] > 360


def _signed_in(visitor, address: str, email: str = JULIA) -> Page:
    guest = visitor()
    guest.sign_in(email, PASSWORD)
    guest.page.goto(address)
    return guest.page
