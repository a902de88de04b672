"""The daily log with its script: quick to answer, refused beside what is missing, and short."""

import io
import subprocess
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from random import Random

import pytest
from PIL import Image
from playwright.sync_api import Error, expect

from symptoms.demo.cast import PASSWORD
from symptoms.demo.drawing.photo import draw
from tests import images
from tests.browser.conftest import ENGLISH, PHONE, QUIET, program
from tests.browser.somebody import NO_STORE, on_day_5
from tests.figures import keys
from tests.tries import tries

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
DRAFTS = """async () => {
  const open = indexedDB.open("mendline", 1);
  await new Promise((resolve) => open.addEventListener("success", resolve));
  const found = open.result.transaction("drafts").objectStore("drafts").getAllKeys();
  await new Promise((resolve) => found.addEventListener("success", resolve));
  return found.result.filter((name) => !name.startsWith("key/"));
}"""
# All that a script, or whoever copies the browser's folder, can read of what the site keeps there.
READABLE = """async () => {
  const text = (bytes) => new TextDecoder().decode(bytes);
  const shown = (_, value) => (ArrayBuffer.isView(value) || value instanceof ArrayBuffer ? text(value) : value);
  const read = [{ ...localStorage }, { ...sessionStorage }];
  for (const { name } of await indexedDB.databases()) {
    const open = indexedDB.open(name);
    await new Promise((resolve) => open.addEventListener("success", resolve));
    for (const store of open.result.objectStoreNames) {
      const found = open.result.transaction(store).objectStore(store).getAll();
      await new Promise((resolve) => found.addEventListener("success", resolve));
      for (const value of found.result) {
        if (value instanceof CryptoKey && value.extractable) throw new Error("a key can be read out");
        read.push(value);
      }
    }
    open.result.close();
  }
  return JSON.stringify(read, shown);
}"""
SENT = """() => {
  const { send } = XMLHttpRequest.prototype;
  window.sent = [];
  XMLHttpRequest.prototype.send = function (body) {
    const bytes = body.size;
    createImageBitmap(body).then(({ width, height }) => window.sent.push({ bytes, side: Math.max(width, height) }));
    return send.call(this, body);
  };
}"""
ALL_NONE = ("label:has(#none_right_now)", "label:has(#nothing_new)", "[data-fill=none]")
pytestmark = pytest.mark.browser


@pytest.fixture
def ora(visitor, site):
    """Her browser, signed in."""
    guest = visitor()
    guest.email = on_day_5(site)
    guest.sign_in(guest.email, PASSWORD)
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
    page.locator("#none_right_now").check(force=True)
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#nothing_new")).to_be_focused()
    assert page.locator("#nothing_new").evaluate("field => field.validationMessage") == (
        "Please tick what you see, or “None of these”."
    )
    page.locator("input[name=signs][value=pus]").check(force=True)
    assert page.locator("#nothing_new").evaluate("field => field.validity.valid")


def test_signs_that_an_answer_brings_up_are_seen_before_none_is_said_of_them(ora):
    page = ora.page
    none, streaks = page.locator("#nothing_new"), page.locator("[data-asked=signs] #signs-red_streaks")
    again = "Your answers bring up more signs. Please look at these again."
    page.goto("/log/")
    expect(page.locator(".no-sign:has(#nothing_new) > span")).to_have_css("border-top-style", "dashed")
    for tap in ALL_NONE:
        page.locator(tap).click()
    page.locator("input[name=pain][value='2']").check(force=True)
    expect(streaks).to_have_count(1)
    expect(none).not_to_be_checked()
    page.get_by_role("button", name="Save day 5").click()
    expect(none).to_be_focused()
    assert none.evaluate("field => field.validationMessage") == again
    # With a sign ticked already, they are shown once before the day goes.
    page.reload()
    page.locator("input[name=pain][value='0']").check(force=True)
    page.locator("input[name=signs][value=pus]").check(force=True)
    page.locator("input[name=pain][value='2']").check(force=True)
    page.get_by_role("button", name="Save day 5").click()
    expect(page.get_by_role("alert").filter(has_text=again)).to_be_visible()
    expect(none).to_be_focused()
    page.get_by_role("button", name="Save day 5").click()
    expect(page.get_by_text("Be seen today").first).to_be_visible()


def test_a_whole_day_that_was_typed_can_be_saved_after_a_reload(ora):
    page = ora.page
    page.goto("/log/")
    for tap in ALL_NONE:
        page.locator(tap).click()
    page.reload()
    expect(page.get_by_text("is filled in. Nothing is saved yet.")).to_be_visible()
    page.get_by_role("button", name="Save day 5").click()
    expect(page.get_by_role("heading", name="As expected on day 5")).to_be_visible()
    # A change that was begun outlives a look at the verdict; one that says the same as before is none.
    verdict, note = page.url, page.locator("textarea[name=note]")
    page.goto("/log/")
    expect(page.get_by_text("is filled in. Nothing is saved yet.")).to_have_count(0)
    page.locator("summary", has_text="Note").click()
    note.fill("It pulls.")
    page.goto(verdict)
    page.wait_for_load_state("networkidle")
    page.goto("/log/")
    expect(note).to_have_value("It pulls.")


def test_something_else_is_found_by_a_word(visitor):
    person = visitor()
    person.sign_in("priya@patients.example", PASSWORD)
    page = person.page
    page.goto("/log/")
    page.get_by_text("Something else", exact=True).click()
    page.get_by_label("Find something else").fill("NUMB")
    expect(page.locator("find-a-word .chip", has_text="A numb patch")).to_be_visible()
    expect(page.locator("find-a-word .word > summary", has_text="Peeling")).to_be_hidden()
    expect(page.get_by_text("Or did you …")).to_be_hidden()  # nothing stands under it
    page.get_by_label("Find something else").fill("zebra")
    expect(page.get_by_text("Nothing by that word.")).to_be_visible()
    page.keyboard.press("Enter")
    assert page.url.endswith("/log/")


def test_an_ordinary_day_is_short_and_few_taps_and_fetches_no_drawing_that_nobody_looks_at(ora):
    page, fetched = ora.page, []
    page.on("request", lambda request: fetched.append(request.url.rpartition("/")[2]))
    page.goto("/log/", wait_until="networkidle")
    expect(page.get_by_role("heading", level=1)).to_have_text("Day 5")
    assert page.evaluate("document.documentElement.scrollHeight") <= 2_000
    assert page.evaluate(SHOWN) <= 1_600
    page.locator("#redness .ask > summary").click()
    expect(page.get_by_alt_text("Redness, mild, drawn on light skin")).to_have_js_property("complete", True)
    assert [name for name in fetched if "redness" in name or "swelling" in name] == ["redness-light.svg"]
    page.locator("#redness .ask > summary").click()
    for tap in (*ALL_NONE, "button:has-text('Save day 5')"):
        page.locator(tap).click()
    expect(page.get_by_role("heading", name="As expected on day 5")).to_be_visible()


def test_a_whole_day_by_keyboard_alone_takes_few_keys_and_the_focus_is_always_in_sight(ora):
    (row,) = keys.rows(ora.page)
    assert row["reached"], row


def test_photos_go_small_and_one_by_one_and_what_failed_is_sent_again(ora):
    page = ora.page
    page.add_init_script("Object.defineProperty(window, 'indexedDB', { value: undefined })")  # nothing can be kept
    page.goto("/log/")
    for tap in (*ALL_NONE, "button:has-text('Save day 5')"):
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
    page.evaluate(SENT)
    drawn = Image.open(io.BytesIO(draw(seed=7, tone=3, view="front", pustules=0.8)))
    # With the grain of a camera: only at a lower quality is it small enough.
    grain = Image.effect_noise((3024, 4032), 100).convert("RGB")
    large = images.encoded(Image.blend(drawn.convert("RGB").resize(grain.size), grain, 0.3))
    for view in ("front", "left"):
        page.locator(f"input[name={view}]").set_input_files(
            {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": large}
        )
    expect(page.get_by_text("1 of 2 sent")).to_be_visible()
    with page.expect_event("dialog") as asked:  # it is on this page alone
        page.once("dialog", lambda dialog: dialog.dismiss())
        page.get_by_role("link", name="Done, back to Today").last.click()
    assert asked.value.type == "beforeunload" and "/entries/" in page.url
    page.get_by_role("button", name="Send again: Left").click()
    expect(page.get_by_text("2 of 2 sent")).to_be_visible()
    page.wait_for_function("window.sent.length === 3")
    for sent in page.evaluate("window.sent"):
        assert sent["bytes"] <= 500_000 < len(large) and sent["side"] == 2000
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
    for tap in (*ALL_NONE, "button:has-text('Save day 5')"):
        page.locator(tap).click()
    expect(page.get_by_role("heading", name="Add photos?")).to_be_visible()
    page.goto("/log/")
    expect(page.get_by_text("is filled in. Nothing is saved yet.")).to_have_count(0)
    note.fill("Another day.")
    page.goto("/accounts/logout/")
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("button", name="Sign out")).to_have_count(0)
    assert page.evaluate(DRAFTS) == []


def test_signing_out_in_another_tab_ends_what_this_one_keeps_and_a_week_ends_the_rest(ora):
    page, note = ora.page, ora.page.locator("textarea[name=note]")
    page.goto("/log/")
    page.get_by_text("Temperature, note").click()
    note.fill("It pulls.")
    page.reload()
    expect(note).to_have_value("It pulls.")
    page.clock.install(time=datetime.now() + timedelta(days=8))
    page.reload()
    page.wait_for_load_state("networkidle")
    expect(note).to_have_value("")
    page.locator("summary", has_text="Note").click()
    other_tab = page.context.new_page()
    other_tab.goto("/accounts/logout/")
    other_tab.get_by_role("button", name="Sign out").click()
    expect(other_tab.get_by_role("button", name="Sign out")).to_have_count(0)
    note.fill("Nobody is signed in.")
    expect(page.get_by_text("Your browser cannot keep what you type.")).to_be_visible()
    assert page.evaluate(DRAFTS) == []


def test_on_a_shared_phone_nothing_that_is_typed_is_kept_and_that_is_said(ora):
    page, note = ora.page, ora.page.locator("textarea[name=note]")
    page.goto("/log/")
    page.get_by_text("Temperature, note").click()
    note.fill("It pulls.")
    expect(page.locator("[data-not-kept]")).to_be_hidden()
    assert "It pulls" not in page.evaluate(READABLE)  # on one's own phone it lies encrypted
    page.context.clear_cookies(name="session")
    page.goto("/accounts/login/")
    page.get_by_label("E-mail").fill(ora.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("No, others use it too").check(force=True)
    page.get_by_role("main").get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/today/")
    page.goto("/log/")
    expect(note).to_have_value("It pulls.")  # what was kept when it was her own is given once more
    note.fill("It pulls more.")
    expect(page.get_by_text("Others use this phone, so nothing you type is kept on it.")).to_be_visible()
    assert page.evaluate(DRAFTS) == [] and "It pulls" not in page.evaluate(READABLE)
    page.reload()
    page.wait_for_load_state("networkidle")
    expect(note).to_have_value("")


def test_the_log_opens_where_one_was(ora):
    page = ora.page
    page.goto("/log/")
    last = page.locator("fieldset.symptom:visible").last
    last.locator("input[value='2']").check(force=True)
    name = last.locator("input").first.get_attribute("name")
    page.goto("/today/")
    page.goto("/log/")
    expect(page.locator(f"fieldset.symptom:has([name={name}])")).to_be_in_viewport(ratio=1)
    page.get_by_role("button", name="Clear it").click()
    expect(page.locator(f"input[name={name}]:checked")).to_have_count(0)


@pytest.mark.parametrize("point", range(tries(2, 30)))
def test_a_browser_that_is_ended_while_one_types_has_it_again(chromium, site, ora, point, tmp_path):
    """As a phone ends it: by a signal, at some moment while somebody types."""
    random = Random(point)

    @contextmanager
    def phone():
        started = chromium.browser_type.launch_persistent_context(
            tmp_path, executable_path=program(), args=QUIET, base_url=site.url, viewport=PHONE, **ENGLISH
        )
        try:
            yield started.pages[0]
        finally:
            with suppress(Error):  # it is gone
                started.close()

    with phone() as page:
        page.context.add_cookies(ora.page.context.cookies())
        page.goto("/log/")
        page.get_by_text("Temperature, note").click()
        typed = "x" * random.randint(1, 40)
        page.locator("textarea[name=note]").press_sequentially(typed, delay=random.uniform(5, 60))
        subprocess.run(["pkill", "-KILL", "-f", str(tmp_path)], check=True)
    with phone() as page:
        page.context.add_cookies(ora.page.context.cookies())
        page.goto("/log/")
        expect(page.get_by_text("is filled in. Nothing is saved yet.")).to_be_visible()
        # The last key may not have come as far as the page.
        assert page.locator("textarea[name=note]").input_value() in (typed, typed[:-1])


@pytest.mark.parametrize("fault", NO_STORE.values(), ids=NO_STORE)
def test_where_a_browser_keeps_nothing_the_log_says_so_and_is_saved_as_ever(ora, fault):
    page = ora.page
    page.add_init_script(fault)
    page.goto("/log/")
    warning = page.get_by_text("Your browser cannot keep what you type. Save before you leave this page.")
    expect(warning).to_be_hidden()
    for tap in ALL_NONE:
        page.locator(tap).click()
    expect(warning).to_be_visible()
    page.get_by_role("button", name="Save day 5").click()
    expect(page.get_by_role("heading", name="As expected on day 5")).to_be_visible()


def test_at_midnight_a_page_of_yesterday_says_so_whatever_the_phones_clock_shows(ora):
    page = ora.page
    page.clock.install(time="2031-01-01T12:00:00Z")  # years ahead: only how far it moves counts
    for path, words, way_on in (
        ("/today/", "A new day has begun. This page is still of yesterday.", "Show today"),
        ("/log/", "It is past midnight. This page is still for yesterday, day 5.", "Log today instead"),
    ):
        page.goto(path)
        seconds = int(page.locator("day-over").get_attribute("data-seconds"))
        page.clock.fast_forward((seconds - 30) * 1000)
        expect(page.get_by_text(words)).to_have_count(0)
        page.clock.fast_forward(60_000)
        expect(page.get_by_text(words)).to_be_in_viewport()
        expect(page.get_by_role("link", name=way_on)).to_have_attribute("href", path)


@pytest.mark.parametrize(
    "fault",
    [
        "HTMLCanvasElement.prototype.getContext = () => null",
        "HTMLCanvasElement.prototype.toBlob = (done) => done(new Blob([]))",
    ],
    ids=["no canvas", "shrinks to nothing"],
)
def test_a_photo_that_cannot_be_made_small_goes_as_it_is_and_what_is_none_is_said(ora, fault):
    page = ora.page
    page.add_init_script(fault)
    page.goto("/log/")
    for tap in (*ALL_NONE, "button:has-text('Save day 5')"):
        page.locator(tap).click()
    for view, data in (("front", images.photo()), ("left", images.photo()[:200])):
        page.locator(f"input[name={view}]").set_input_files({"name": "a.jpg", "mimeType": "image/jpeg", "buffer": data})
    expect(page.get_by_text("1 of 2 sent")).to_be_visible()
    expect(page.locator("photo-picker:has([name=left]) [role=status]")).to_contain_text("Part of this photo is")
    expect(page.get_by_role("button", name="Send again: Left")).to_have_count(0)
    first, second = (line.bounding_box() for line in page.locator("photo-picker:has([name=left]) > .error").all())
    assert first["y"] + first["height"] <= second["y"]  # one under the other, and legible
    page.get_by_role("link", name="Delete: Front").click()
    page.get_by_role("button", name="Delete it").click()
    expect(page.get_by_text("Photo deleted.")).to_be_visible()
    ora.complaints.clear()  # of the one that is no photo


def test_a_thermometer_that_an_answer_brings_up_is_seen(visitor):
    person = visitor()
    person.sign_in("mei@patients.example", PASSWORD)
    page = person.page
    page.goto("/log/")
    expect(page.locator("input[name=temperature_c]")).to_be_hidden()
    page.get_by_text("Something else", exact=True).click()
    page.locator("input[name=signs][value=chills]").check(force=True)
    expect(page.locator("[data-asked=thermometer] input[name=temperature_c]")).to_be_visible()
