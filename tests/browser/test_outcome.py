"""What a practitioner does about one alert, in few taps."""

from datetime import datetime

import pytest
from playwright.sync_api import expect

from symptoms.demo.cast import NOOR, PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("untaken")]


def test_a_case_with_a_plan_takes_four_taps(visitor):
    """ "I have this", the outcome, when to look again, and save; another day is asked only of who chose it."""
    guest = visitor()
    guest.sign_in(NOOR, PASSWORD)
    page = guest.page
    page.goto("/practice/?show=all&q=Julia")
    page.locator(".case h2 a").click()
    page.wait_for_url("**/practice/patients/**")  # with its style sheets
    taps = 0

    def tap(control):
        nonlocal taps
        control.click()
        taps += 1

    tap(page.get_by_role("button", name="I have this"))  # of the panel's and the bar's, the style sheet shows one
    form = page.locator("form[action*='/resolve/']").first
    tap(form.locator("label.chip", has_text="Advice given"))
    another_day = form.get_by_label("On another day")
    expect(another_day).to_be_hidden()
    moments = form.locator("[name=again]").evaluate_all("radios => radios.map(radio => radio.value)")
    monday = next(value for value in moments if value[:1].isdigit() and datetime.fromisoformat(value).weekday() == 0)
    tap(form.locator("label.chip", has=page.locator(f"[value='{monday}']")))
    tap(form.get_by_role("button", name="Save the outcome"))
    expect(page.get_by_text("Saved. It stays open.")).to_be_visible()
    assert taps <= 4


def test_another_day_is_asked_of_who_chooses_it_and_a_choice_can_be_taken_back(visitor):
    guest = visitor()
    guest.sign_in(NOOR, PASSWORD)
    page = guest.page
    page.goto("/practice/?show=all&q=Julia")
    page.locator(".case h2 a").click()
    page.wait_for_url("**/practice/patients/**")  # with its style sheets
    form = page.locator("form[action*='/resolve/']").first
    page.evaluate("document.querySelectorAll('details').forEach(folded => folded.open = true)")
    another_day = form.get_by_label("On another day")
    expect(another_day).to_be_hidden()
    form.locator("label.chip", has_text="Another day").click()
    expect(another_day).to_be_visible()
    form.locator("label.chip", has_text="Not again").click()
    expect(another_day).to_be_hidden()
