"""A patient's page in a practitioner's hand and on paper: the bar of what can be done, and what a print holds."""

import re

import pytest
from playwright.sync_api import Page

from symptoms.demo.cast import PASSWORD
from tests.browser.conftest import PHONE

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("untaken")]
NOOR, DESK = "noor@larkfield.example", {"width": 1280, "height": 800}
BOXES = """parts => parts.filter(part => part.checkVisibility()).map(part => {
    const box = part.getBoundingClientRect();
    return [part.textContent.trim().replace(/\\s+/g, " "), box.width, box.height, box.top, box.bottom];
})"""
FOCUS_LIES_ABOVE = """bar => {
    const part = document.activeElement;
    return !!part.closest(".dock, .tabs, .skip") || part.getBoundingClientRect().top < bar;
}"""
ACTS = ["I have this", "Phone", "Message", "Plan", "Close"]


def patients_page(visitor, name: str, size: dict = PHONE, **options) -> Page:
    """The page of a patient of the demo, as Dr Noor sees it."""
    guest = visitor(**options)
    guest.page.set_viewport_size(size)
    guest.sign_in(NOOR, PASSWORD)
    guest.page.goto(f"/practice/?show=all&q={name}")
    guest.page.goto(guest.page.locator(".case h2 a").first.get_attribute("href"))
    return guest.page


def test_on_a_phone_one_bar_holds_what_can_be_done_and_covers_neither_the_end_nor_the_focus(visitor):
    page = patients_page(visitor, "Grace")
    bar = ".dock.acts :is(a, button)"
    shown = page.eval_on_selector_all(bar, BOXES)
    assert [what for what, *_box in shown] == ACTS
    assert all(width >= 44 and height >= 48 and bottom <= PHONE["height"] for _, width, height, _, bottom in shown)
    assert not page.eval_on_selector_all(".verdict .acts", BOXES)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    top = shown[0][3]
    order = [what for what, *_box in sorted(page.eval_on_selector_all(".record h2", BOXES), key=lambda box: box[3])]
    assert order.index("Know before you call") == 1  # right under the alert, as it is seen
    # By keys alone: whatever has the focus lies above the bar, and the last thing on the page can be seen.
    for _ in range(60):
        page.keyboard.press("Tab")
        assert page.evaluate(FOCUS_LIES_ABOVE, top)
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    last = page.evaluate("[...document.querySelectorAll('.record > *')].at(-1).getBoundingClientRect().bottom")
    assert last <= page.evaluate("document.querySelector('.dock.acts').getBoundingClientRect().top")
    # Plan and Close lead into the form, which is folded until then.
    page.get_by_role("link", name="Plan").locator("visible=true").click()
    assert page.locator("#plan").is_visible()


def test_on_a_desk_the_same_stands_in_the_panel(visitor):
    page = patients_page(visitor, "Grace", DESK)
    shown = page.eval_on_selector_all(".verdict .acts :is(a, button)", BOXES)
    assert [what for what, *_box in shown] == ACTS and len({top for *_, top, _bottom in shown}) == 1
    below = page.evaluate("document.querySelector('.verdict .acts ~ p:not(:empty)').getBoundingClientRect().top")
    assert below - shown[0][4] >= 12  # what is to be done first does not touch the buttons
    assert shown[0][4] < DESK["height"] and not page.eval_on_selector_all(".dock.acts", BOXES)


def test_a_print_says_whose_it_is_and_holds_facts_treatment_and_course_and_nothing_to_press(visitor):
    page = patients_page(visitor, "Grace", DESK, color_scheme="dark")
    page.emulate_media(media="print", color_scheme="dark")
    text = page.locator("main").inner_text()
    for part in ("Grace Turner", "Year of birth", "Patient number", "Larkfield Skin Clinic, 020 7946 0123", "Printed"):
        assert part in text, part
    for part in ("Know before you call", "Drug allergies", "Treatment", "Course against expected", "Verdict"):
        assert part in text, part
    drawn = page.locator(".chip[aria-current]").first.text_content().strip()
    assert re.search(rf"Course against expected\s+{drawn}\s", text)  # whose curve it is
    visible = "parts => parts.filter(part => part.checkVisibility()).length"
    for selector in ("form", "button", ".button", ".chips", "nav", "textarea", ".acts", "details.card", ".tabs"):
        assert page.eval_on_selector_all(selector, visible) == 0, selector
    empty = "cards => cards.filter(card => card.checkVisibility() && !card.innerText.trim()).length"
    assert page.eval_on_selector_all(".card", empty) == 0
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    # How many sheets it takes depends on the fonts of the machine: between one and what a clinic still staples.
    paper = page.pdf(prefer_css_page_size=True)
    assert 1 <= len(re.findall(rb"/Type\s*/Page\b", paper)) <= 4
    assert b"/MediaBox [0 0 594" in paper or b"/MediaBox [0 0 595" in paper  # A4


def test_an_emergency_that_is_closed_is_named_in_letters_that_can_be_read(visitor):
    page = patients_page(visitor, "Grace", DESK)
    ink, ground = page.locator(".record > .first").evaluate(
        """first => {
            first.innerHTML = `<section class="card stack" data-urgency="emergency">
              <div class="verdict-head"><h2>Emergency</h2></div></section>`;
            const [card, word] = [first.querySelector("section"), first.querySelector("h2")];
            return [getComputedStyle(word).color, getComputedStyle(card).backgroundColor];
        }"""
    )
    assert ink != ground


def test_a_letter_prints_what_was_typed_into_it_on_one_white_sheet(visitor):
    page = patients_page(visitor, "Grace", DESK, color_scheme="dark")
    page.get_by_role("link", name="Letter").click()
    why = page.get_by_role("textbox", name="Why we write")
    why.focus()
    page.keyboard.press("Control+A")
    page.keyboard.type("Please see her today.\nShe is drowsy.")
    asked = page.evaluate("""new Promise(done => { window.print = () => done(true);
        document.querySelector("[data-print]").click(); })""")
    assert asked
    page.emulate_media(media="print", color_scheme="dark")
    text = page.locator("main").inner_text()
    assert "Please see her today.\nShe is drowsy." in text and "on day 6 after" not in text
    assert "It is kept nowhere" not in text and not page.locator(".tabs, [data-print]").locator("visible=true").count()
    assert page.locator(".paper").evaluate("paper => getComputedStyle(paper).color") == "rgb(20, 32, 31)"
    assert len(re.findall(rb"/Type\s*/Page\b", page.pdf(prefer_css_page_size=True))) == 1
    page.reload()
    assert "Please see her" not in page.locator("main").inner_text()  # kept nowhere
