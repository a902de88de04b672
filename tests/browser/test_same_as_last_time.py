""" "Same as last time" fills in what is empty, at once and without saving, and leaves what was chosen."""

import pytest
from playwright.sync_api import expect

from symptoms.demo.cast import PASSWORD

pytestmark = pytest.mark.browser


def test_it_fills_what_is_empty_and_says_how_much(visitor):
    person = visitor()
    person.sign_in("priya@patients.example", PASSWORD)
    page = person.page
    page.goto("/log/")
    marked = page.locator("label[data-last-time] input")
    names = marked.evaluate_all("inputs => inputs.filter(input => !input.disabled).map(input => input.name)")
    assert len(names) > 3
    other = page.locator(f"input[name={names[0]}]:not(label[data-last-time] input)").first
    other.check(force=True)
    page.locator("button[data-same]").click()
    expect(other).to_be_checked()
    for name in names[1:]:
        expect(page.locator(f"label[data-last-time] input[name={name}]")).to_be_checked()
    expect(page.locator("[data-said]")).to_contain_text(str(len(names) - 1))
    assert page.url.endswith("/log/")


def test_the_chosen_step_and_chip_are_filled_where_the_system_chooses_the_colours(visitor):
    guest = visitor(forced_colors="active")
    guest.sign_in("priya@patients.example", PASSWORD)
    guest.page.goto("/log/")
    step = guest.page.locator(".scale").first.locator("label").nth(2)
    step.click()
    look = "span => [getComputedStyle(span).backgroundColor, getComputedStyle(span).color]"
    chosen = step.locator("span").evaluate(look)
    other = guest.page.locator(".scale").first.locator("label").nth(1).locator("span").evaluate(look)
    assert chosen[0] != other[0] and chosen[1] != other[1]
