"""On the smallest phone the first line of first aid and the number to call are seen without scrolling."""

import pytest
from playwright.sync_api import expect

from symptoms.demo.cast import PASSWORD
from tests.browser.somebody import on_day_5

pytestmark = pytest.mark.browser
TICK = "(box, is_ticked) => { box.checked = is_ticked; box.dispatchEvent(new Event('change', { bubbles: true })); }"
SMALL = {"width": 360, "height": 640}


def test_none_of_these_calls_nobody_and_gives_way_to_a_sign(visitor):
    robin = visitor()
    robin.sign_in("robin@patients.example", PASSWORD)
    page = robin.page
    page.goto("/log/")
    none, sign = page.locator(".box [data-none]"), page.locator(".box [data-box]").first
    none.check(force=True)
    expect(page.locator(".box-advice").get_by_text("This can be an emergency")).to_be_hidden()
    sign.check(force=True)
    expect(none).not_to_be_checked()
    expect(page.locator(".box-advice").get_by_text("This can be an emergency")).to_be_visible()
    none.check(force=True)
    expect(sign).not_to_be_checked()


@pytest.mark.parametrize(
    ("signs", "first", "number"),
    [
        # The less urgent first: what is open of one person stands above what comes after it and is no worse.
        (["eye_pain"], "Did a cream or other product get into your eye?", "tel:111"),
        (["trouble_breathing", "hives"], "Use your adrenaline", "tel:999"),
    ],
)
def test_first_aid_and_the_number_are_seen_at_once(visitor, signs, first, number):
    robin = visitor()
    robin.page.set_viewport_size(SMALL)
    robin.sign_in("robin@patients.example", PASSWORD)
    page = robin.page
    page.goto("/log/")
    page.evaluate("document.querySelectorAll('details').forEach(folded => folded.open = true)")
    for symptom in ("redness", "swelling", "pain", "warmth"):
        page.locator(f"input[name={symptom}][value='0']").evaluate("radio => radio.checked = true")
    for box in page.locator("input[name=signs]").all():
        is_ticked = box.get_attribute("value") in signs
        box.evaluate(TICK, is_ticked)
    for name, group in (("none_right_now", ".box"), ("nothing_new", "fieldset:has(#nothing_new)")):
        is_none = not page.locator(f"{group} input[name=signs]:checked").count()
        page.locator(f"#{name}").evaluate(TICK, is_none)
    with page.expect_navigation():
        page.evaluate("document.querySelector('form[action*=\"/log/\"]').requestSubmit()")
    expect(page.get_by_text(first).first).to_be_in_viewport()
    expect(page.locator(f".verdict a[href^='{number}']").first).to_be_in_viewport()


def test_the_minutes_of_pressing_are_counted_through_a_reload_and_their_end_is_said(visitor, site):
    ora = visitor()
    ora.sign_in(on_day_5(site), PASSWORD)
    page = ora.page
    page.goto("/log/5/")
    page.evaluate("document.querySelectorAll('details').forEach(folded => folded.open = true)")
    for symptom, level in (
        ("redness", 0),
        ("swelling", 0),
        ("pain", 0),
        ("warmth", 0),
        ("itching", 0),
        ("bleeding", 3),
    ):
        page.locator(f"input[name={symptom}][value='{level}']").evaluate("radio => radio.checked = true")
    for name in ("none_right_now", "nothing_new"):
        page.locator(f"#{name}").evaluate(TICK, True)
    page.get_by_role("button", name="Save day 5").click()
    said = page.locator("keep-pressing [role=status]")
    expect(page.get_by_role("button", name="Start 15 minutes of pressing")).to_be_visible()
    page.clock.install()
    page.reload()
    page.get_by_role("button", name="Start 15 minutes of pressing").click()
    expect(said).to_have_text("15 minutes left. Keep pressing.")
    page.clock.run_for(6 * 60_000)
    page.reload()
    expect(said).to_have_text("9 minutes left. Keep pressing.")
    page.clock.run_for(9 * 60_000 + 1_000)
    expect(said).to_contain_text("The time is over.")
    expect(page.get_by_role("button", name="Start 15 minutes of pressing")).to_be_visible()
