"""The practice's pages in a manager's hand: their row of links, and ticking many at once."""

import pytest
from playwright.sync_api import expect

from symptoms.demo.cast import PASSWORD
from tests.browser.conftest import PHONE

pytestmark = pytest.mark.browser
NOOR = "noor@larkfield.example"
COUNT_CLICKS = """() => {
    window.clicked = 0;
    addEventListener("click", (click) => { window.clicked += 1; click.preventDefault(); });
}"""


def test_on_a_phone_the_practices_pages_are_one_line_with_the_current_one_in_sight(visitor):
    guest = visitor()
    guest.sign_in(NOOR, PASSWORD)
    for address in ("/practice/attention/", "/practice/members/", "/practice/walls/"):
        guest.page.goto(address)
        row = guest.page.locator("nav.lists").bounding_box()
        current = guest.page.locator(".lists [aria-current]").bounding_box()
        assert row["height"] < 60, address
        assert current["x"] >= 0 and current["x"] + current["width"] <= PHONE["width"], address


def test_on_a_phone_the_row_to_which_the_bar_of_what_is_new_leads_is_not_covered_by_it(visitor):
    guest = visitor()
    guest.sign_in(NOOR, PASSWORD)
    guest.page.goto("/practice/")
    row = guest.page.locator("#queue-list .case h2 a").nth(2).get_attribute("id")
    guest.page.goto(f"/practice/#{row}")
    guest.page.reload()
    bar_ends = 56 + 126  # below the lists, with a name on two lines
    assert guest.page.locator(f".case:has(#{row})").bounding_box()["y"] >= bar_ends


def test_on_a_desk_the_lists_are_one_line_and_so_are_since_when_and_whose(visitor):
    guest = visitor()
    guest.page.set_viewport_size({"width": 1280, "height": 800})
    guest.sign_in(NOOR, PASSWORD)
    guest.page.goto("/practice/")
    assert guest.page.locator("nav.lists").bounding_box()["height"] < 60
    waits = guest.page.locator("#queue-list .case .waits").filter(has_text="not taken").first
    since, whose = waits.locator("b").first.bounding_box(), waits.locator(".line").first.bounding_box()
    assert whose["y"] < since["y"] + since["height"]


def test_keys_walk_a_list_and_from_patient_to_patient_until_they_are_turned_off(visitor):
    guest = visitor()
    guest.sign_in(NOOR, PASSWORD)
    page, keys = guest.page, guest.page.keyboard
    page.goto("/practice/?show=all")
    rows, search = page.locator("#queue-list .case h2 a"), page.get_by_role("searchbox")
    for pressed, at in {"j": 0, "jj": 2, "k": 1, "Control+j": 1, "kk": 0}.items():
        for key in [pressed] if "+" in pressed else pressed:
            keys.press(key)
        expect(rows.nth(at)).to_be_focused()
    keys.press("/")
    expect(search).to_be_focused()
    keys.type("jk/")
    expect(search).to_have_value("jk/")
    first, second = rows.nth(0).inner_text(), rows.nth(1).inner_text()
    rows.first.focus()
    for key, name in {"Enter": first, "j": second, "k": first}.items():
        page.wait_for_load_state()  # the keys are a script's
        keys.press(key)
        expect(page.get_by_role("heading", level=1)).to_contain_text(name)
    page.evaluate(COUNT_CLICKS)
    page.evaluate("document.querySelector('main').insertAdjacentHTML('beforeend', '<textarea></textarea>')")
    page.locator("textarea").last.focus()
    keys.type("jk")
    assert page.evaluate("clicked") == 0  # typed, not led away
    page.goto("/practice/?show=all")
    page.get_by_label("Keys: j down").uncheck()
    page.reload()
    for key in "j/":
        keys.press(key)
    assert page.evaluate("document.activeElement === document.body")
    rows.first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(first)
    page.wait_for_load_state()
    page.evaluate(COUNT_CLICKS)
    keys.press("j")
    assert page.evaluate("clicked") == 0


def test_one_box_ticks_all_of_a_list_and_clears_them(visitor):
    page = visitor().page
    page.goto("/before/")
    boxes = '<input type="checkbox">' * 3
    page.locator("main").evaluate(
        "(main, boxes) => { main.innerHTML = boxes; }",
        f'<label hidden><input type="checkbox" data-ticks="to-close">Tick all</label><p id="to-close">{boxes}</p>',
    )
    page.add_script_tag(url="/static/js/tick-all.js", type="module")
    every, ticked = page.get_by_label("Tick all"), page.locator("#to-close :checked")
    every.check()
    assert ticked.count() == 3
    page.locator("#to-close input").first.uncheck()
    assert not every.is_checked()
    every.check()
    every.uncheck()
    assert ticked.count() == 0
