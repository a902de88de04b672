"""The daily log with its script: quick to answer, refused beside what is missing, and short."""

import io

import pytest
from PIL import Image
from playwright.sync_api import expect

from symptoms.demo.cast import PASSWORD
from symptoms.demo.drawing.photo import draw
from tests import images

SHOWN = """() => {
  const texts = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT);
  let shown = 0;
  while (texts.nextNode()) {
    const around = texts.currentNode.parentElement, { width, height } = around.getBoundingClientRect();
    const isShown = around.checkVisibility() && !around.closest(".visually-hidden") && width > 1 && height > 1;
    if (isShown) shown += texts.currentNode.textContent.trim().replace(/\\s+/g, " ").length;
  }
  return shown;
}"""
SIZES = """() => {
  const { send } = XMLHttpRequest.prototype;
  window.sizes = [];
  XMLHttpRequest.prototype.send = function (body) { window.sizes.push(body.size); return send.call(this, body); };
}"""
pytestmark = pytest.mark.browser
# Somebody new on day 5, who has logged the days before.
ON_DAY_5 = f"""
from uuid import uuid4
from accounts.models import Practice
from tests import people
from tests.treatments import logged, pen
patient = people.patient(Practice.objects.first(), "Ora Dean", f"{{uuid4().hex}}@patients.example")
patient.user.set_password({PASSWORD!r})
patient.user.save()
session = pen(patient, days_ago=5)
for day in range(5):
    logged(session, day, redness=max(0, 2 - day), asked={["redness", "swelling", "pain", "warmth", "itching"]!r})
print(patient.user.email)
"""


@pytest.fixture
def ora(visitor, site):
    """Her browser, signed in."""
    guest = visitor()
    guest.sign_in(site.manage("shell", "--no-imports", "-c", ON_DAY_5).split()[-1], PASSWORD)
    return guest


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
    page.locator("button[data-fill=last]").click()
    expect(other).to_be_checked()
    for name in names[1:]:
        expect(page.locator(f"label[data-last-time] input[name={name}]")).to_be_checked()
    expect(page.locator("[data-said]")).to_contain_text(str(len(names) - 1))
    # What was not asked last time is marked, and the first of it is where one goes on.
    left = page.locator("fieldset[data-left]")
    expect(left).not_to_have_count(0)
    expect(left.first.locator("input").first).to_be_focused()
    page.keyboard.press("Space")
    page.locator("button[data-fill=none]").click()
    expect(left).to_have_count(0)
    expect(other).to_be_checked()
    assert page.url.endswith("/log/")


def test_a_day_is_not_sent_without_an_answer_about_the_signs(visitor):
    person = visitor()
    person.sign_in("priya@patients.example", PASSWORD)
    page = person.page
    page.goto("/log/")
    page.locator("button[data-fill=none]").click()
    page.locator("#no_box").check(force=True)
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#no_signs")).to_be_focused()
    assert page.locator("#no_signs").evaluate("field => field.validationMessage") == (
        "Please tick what you see, or “None of these”."
    )
    page.locator("input[name=signs][value=pus]").check(force=True)
    assert page.locator("#no_signs").evaluate("field => field.validity.valid")


def test_something_else_is_found_by_a_word(visitor):
    person = visitor()
    person.sign_in("priya@patients.example", PASSWORD)
    page = person.page
    page.goto("/log/")
    page.get_by_text("Something else", exact=True).click()
    page.get_by_label("Find something else").fill("NUMB")
    expect(page.locator("find-a-word .chip", has_text="A numb patch")).to_be_visible()
    expect(page.locator("find-a-word .word > summary", has_text="Peeling")).to_be_hidden()
    page.get_by_label("Find something else").fill("zebra")
    expect(page.get_by_text("Nothing by that word.")).to_be_visible()
    page.keyboard.press("Enter")
    assert page.url.endswith("/log/")


def test_an_ordinary_day_is_short_and_few_taps(ora):
    page = ora.page
    page.goto("/log/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Day 5")
    assert page.evaluate("document.documentElement.scrollHeight") <= 2_000
    assert page.evaluate(SHOWN) <= 1_600
    for tap in ("label:has(#no_box)", "label:has(#no_signs)", "[data-fill=none]", "button:has-text('Save day 5')"):
        page.locator(tap).click()
    expect(page.get_by_role("heading", name="As expected on day 5")).to_be_visible()


def test_photos_go_small_and_one_by_one_and_what_failed_is_sent_again(ora):
    page = ora.page
    page.goto("/log/")
    for tap in ("label:has(#no_box)", "label:has(#no_signs)", "[data-fill=none]", "button:has-text('Save day 5')"):
        page.locator(tap).click()
    expect(page.get_by_role("heading", name="Add photos?")).to_be_visible()
    fails = ["view=left"]

    def answer(route) -> None:
        if fails and fails[0] in route.request.url:
            fails.clear()
            route.abort()
        else:
            route.continue_()

    page.route("**/api/v1/treatments/*/photos/**", answer)
    page.evaluate(SIZES)
    drawn = Image.open(io.BytesIO(draw(seed=7, tone=3, view="front", pustules=0.8)))
    large = images.encoded(drawn.resize((3024, 4032)))
    for view in ("front", "left"):
        page.locator(f"input[name={view}]").set_input_files(
            {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": large}
        )
    expect(page.get_by_text("1 of 2 sent")).to_be_visible()
    page.get_by_role("button", name="Send again: Left").click()
    expect(page.get_by_text("2 of 2 sent")).to_be_visible()
    sizes = page.evaluate("window.sizes")
    assert len(sizes) == 3 and max(sizes) <= 500_000 < len(large)
    page.get_by_role("link", name="Open: Left").click()
    expect(page.locator("img")).to_have_js_property("naturalHeight", 2000)
    ora.complaints.clear()  # of the one that was made to fail


def test_what_is_typed_outlives_a_reload_and_is_gone_once_saved_or_signed_out(ora):
    page, note = ora.page, ora.page.locator("textarea[name=note]")
    page.goto("/log/")
    page.locator("input[name=pain][value='2']").check(force=True)
    page.get_by_text("Temperature, note").click()
    note.fill("It pulls.")
    page.reload()
    expect(page.get_by_text("is filled in. Nothing is saved yet.")).to_be_visible()
    expect(page.locator("input[name=pain][value='2']")).to_be_checked()
    expect(note).to_have_value("It pulls.")
    mine = page.context.cookies()
    page.context.clear_cookies()
    ora.sign_in("tom@patients.example", PASSWORD)
    page.goto("/log/")
    expect(note).to_have_value("")  # somebody else on the same phone reads nothing of it
    page.context.clear_cookies()
    page.context.add_cookies(mine)
    page.goto("/log/")
    expect(note).to_have_value("It pulls.")
    for tap in ("label:has(#no_box)", "label:has(#no_signs)", "[data-fill=none]", "button:has-text('Save day 5')"):
        page.locator(tap).click()
    expect(page.get_by_role("heading", name="Add photos?")).to_be_visible()
    page.goto("/log/")
    expect(page.get_by_text("is filled in. Nothing is saved yet.")).to_have_count(0)
    note.fill("Another day.")
    page.goto("/accounts/logout/")
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("button", name="Sign out")).to_have_count(0)
    assert page.evaluate("Object.keys(localStorage).filter(key => key.startsWith('draft:'))") == []


def test_a_thermometer_that_an_answer_brings_up_is_seen(visitor):
    person = visitor()
    person.sign_in("mei@patients.example", PASSWORD)
    page = person.page
    page.goto("/log/")
    expect(page.locator("input[name=temperature_c]")).to_be_hidden()
    page.get_by_text("Something else", exact=True).click()
    page.locator("input[name=signs][value=chills]").check(force=True)
    expect(page.locator("[data-asked=thermometer] input[name=temperature_c]")).to_be_visible()
