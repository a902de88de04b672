"""A clinic's work by keyboard alone: the focus is seen where it stops; after a refusal it is at what to put right."""

from datetime import datetime, timedelta

import pytest
from playwright.sync_api import Locator, Page, expect

from symptoms.demo.cast import LINDQVIST, NOOR, PASSWORD

pytestmark = pytest.mark.browser
MOST_TABS = 80  # from one stop to the next

# Whether it has the focus, and where, if so, nobody would see that: an outline stands around it, around the chip that
# shows it or around the row that it opens, on the screen and above the bar below.
HAS_FOCUS = """(element) => {
  if (document.activeElement !== element) return "elsewhere";
  const around = [getComputedStyle(element), getComputedStyle(element, "::after")];
  if (element.nextElementSibling) around.push(getComputedStyle(element.nextElementSibling));
  const rings = around.filter((style) => style.outlineStyle === "solid" && parseFloat(style.outlineWidth) >= 3);
  if (!rings.length) return "no ring";
  const { top, bottom } = element.getBoundingClientRect();
  const bar = document.querySelector(".tabs").getBoundingClientRect();
  const end = bar.top > innerHeight / 2 ? bar.top : innerHeight;
  return top >= 0 && bottom <= end ? "" : `not on the screen: ${top} to ${bottom} of ${end}`;
}"""


class Keys:
    """Somebody who has only a keyboard, and counts what they press."""

    def __init__(self, page: Page) -> None:
        self.page, self.pressed = page, 0

    def press(self, key: str) -> None:
        self.page.keyboard.press(key)
        self.pressed += 1

    def to(self, target: Locator) -> None:
        """Tab until the focus is on `target`, and is seen there."""
        for _ in range(MOST_TABS):
            if (where := target.evaluate(HAS_FOCUS)) != "elsewhere":
                break
            self.press("Tab")
        assert where == "", f"{where}: {target}"

    def use(self, target: Locator, key: str = "Enter") -> None:
        self.to(target)
        self.press(key)

    def choose(self, radios: Locator, radio: Locator) -> None:
        """One of a group of which none is chosen: Tab stops at the first, the arrows lead on."""
        self.use(radios.first, "Space")
        for _ in range(radios.count()):
            if radio.is_checked():
                break
            self.press("ArrowDown")
        expect(radio).to_be_checked()
        assert radio.evaluate(HAS_FOCUS) == ""


@pytest.fixture
def at(visitor):
    """Brings somebody who has signed in to a page: that, and their keys."""

    def arrive(email: str, address: str) -> tuple[Page, Keys]:
        guest = visitor()
        guest.sign_in(email, PASSWORD)
        guest.page.goto(address)
        return guest.page, Keys(guest.page)

    return arrive


def is_led_to(page: Page, words: str) -> None:
    """The focus is on the field with the mistake, which is whole on the screen, with what is wrong with it."""
    field = page.locator("#mistake")
    expect(field).to_contain_text(words)
    expect(field).to_be_focused()
    assert field.evaluate(HAS_FOCUS) == ""


def is_sent_back(keys: Keys, field: Locator) -> None:
    """The focus is on the summary above the page that came back, whose link leads to `field`."""
    summary = keys.page.get_by_role("region", name="One thing to correct")
    expect(summary).to_be_focused()
    assert summary.evaluate(HAS_FOCUS) == ""
    keys.use(summary.get_by_role("link"))
    before = keys.pressed
    keys.to(field)
    assert keys.pressed - before <= 1, "the link leads past the field"


def test_a_practitioner_takes_a_case_and_plans_it(at):
    page, keys = at(NOOR, "/practice/")
    keys.use(page.get_by_role("link", name="Grace Turner"))
    keys.use(page.get_by_role("button", name="I have this"))
    expect(page.get_by_text("You are now in charge.")).to_be_visible()
    form = page.locator("form[action*='/resolve/']").first
    keys.choose(form.locator("[name=outcome]"), form.get_by_label("Watching until"))
    keys.use(form.get_by_role("button", name="Save the outcome"))
    is_led_to(page, "Say until when.")
    keys.choose(form.locator("[name=again]"), form.get_by_role("radio", name="Another day"))
    another_day = form.locator("[name=on]")
    for days, answer in {-9: "", 9: "It stays open."}.items():
        keys.to(another_day)
        day = datetime.now() + timedelta(days=days)
        page.keyboard.type(f"{day:%m%d%Y}")
        keys.press("Tab")
        page.keyboard.type("0900AM")
        expect(another_day).to_have_value(f"{day:%Y-%m-%d}T09:00")
        keys.use(form.get_by_role("button", name="Save the outcome"))
        if not answer:
            is_led_to(page, "Choose a time to come")
    expect(page.get_by_text(answer)).to_be_visible()


def test_a_message_is_written_looked_over_sent_read_and_answered(at):
    page, keys = at(NOOR, "/practice/?show=all&q=Joe")
    keys.use(page.locator(".case h2 a"))
    keys.use(page.get_by_role("link", name="Message to Joe"))
    look_over = page.get_by_role("button", name="Look over, then send")
    keys.use(look_over)
    is_led_to(page, "Choose a ready sentence, or write something.")
    keys.to(page.locator("#message textarea"))
    page.keyboard.type("Please keep it out of the sun.")
    keys.use(look_over)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Send this to Joe")
    keys.use(page.get_by_role("button", name="Go on writing"))
    keys.use(page.get_by_role("link", name="Message to Joe"))
    keys.to(page.locator("#message textarea"))
    page.keyboard.press("End")
    page.keyboard.type(" And write to me on Monday.")
    keys.use(look_over)
    keys.use(page.get_by_role("button", name="Send to Joe"))
    expect(page.get_by_text("Sent. The patient is told by e-mail.")).to_be_visible()

    page, keys = at("joe@patients.example", "/today/")
    message = page.get_by_role("region", name="Message from your clinic")
    expect(message).to_contain_text("Please keep it out of the sun. And write to me on Monday.")
    keys.use(message.get_by_role("button", name="Send the message"))
    is_sent_back(keys, page.locator("[name=text]"))
    page.keyboard.type("I will.")
    keys.use(page.get_by_role("button", name="Send the message"))
    expect(page.get_by_text("has not read this yet")).to_be_visible()


def test_a_manager_changes_who_is_told(at):
    page, keys = at(NOOR, "/practice/telling/")
    steps = page.locator("details", has_text="Emergency")
    keys.use(steps.locator("summary"))
    keys.use(steps.get_by_label("Step 1, when"), "ArrowDown")
    keys.use(page.get_by_role("button", name="Save"))
    is_sent_back(keys, steps.get_by_label("Step 1, when"))
    expect(steps.get_by_text("Somebody must be told at once")).to_be_visible()
    keys.press("ArrowUp")
    keys.use(steps.get_by_label("Step 2, when"), "ArrowDown")
    keys.use(page.get_by_role("button", name="Save"))
    expect(page.get_by_role("status").first).to_contain_text("Saved")
    expect(steps.locator("summary")).to_contain_text("after 15 min")


def test_a_manager_changes_when_the_clinic_is_open(at):
    page, keys = at(NOOR, "/practice/details/")
    sunday = page.locator("details", has_text="Sunday")
    keys.use(sunday.locator("summary"))
    opens, closes = sunday.get_by_label("from").first, sunday.get_by_label("to").first
    keys.to(opens)
    page.keyboard.type("1000AM")
    expect(opens).to_have_value("10:00")
    keys.use(page.get_by_role("button", name="Save"))
    is_sent_back(keys, opens)
    expect(opens).to_have_value("10:00")
    keys.to(closes)
    page.keyboard.type("0130PM")
    keys.press("Enter")
    expect(page.get_by_role("status").first).to_contain_text("Saved")
    expect(sunday.locator("summary")).to_contain_text("10:00 to 13:30")


def test_a_member_tests_their_channel(at):
    page, keys = at(LINDQVIST, "/account/")
    keys.use(page.get_by_role("link", name="How I am told"))
    keys.use(page.get_by_role("button", name="Send a test"))
    asked = page.get_by_text("Did the test arrive?")
    for _ in range(60):  # the worker hands it over
        if asked.is_visible():
            break
        page.wait_for_timeout(500)
        page.reload()
    keys.use(page.get_by_role("button", name="Yes"))
    expect(page.get_by_text("arrived on")).to_be_visible()
