"""For somebody who cannot type or does not see: log, result and help in the order in which they are read aloud, targets
that a finger finds, and a note that is spoken."""

import pytest
from playwright.sync_api import Page, expect

from symptoms.demo.cast import PASSWORD
from tests.browser.somebody import on_day_5

pytestmark = pytest.mark.browser
SPOKEN = "Since this morning it is a bit tight, nothing else."
SAID = {"heading", "group", "radio", "checkbox", "button", "link", "textbox", "DisclosureTriangle", "status", "alert"}
EVERY_DAY, LEAST = 48, 44  # px
# Of each control what is pressed, its label where it has one around it, whether it is one of every day, and how large.
SIZES = """() => [...document.querySelectorAll("main :is(a, button, summary, input:not([type=hidden]), textarea)")]
  .filter((control) => control.checkVisibility({ visibilityProperty: true }))
  .map((control) => [control.closest("label") ?? control, control.closest(".scale, .dock, .no-sign") !== null])
  .map(([pressed, isDaily]) => {
    const { width, height } = pressed.getBoundingClientRect();
    return [pressed.innerText.trim() || pressed.name, isDaily, width, height];
  })
  .filter(([name, isDaily, width, height]) => width && height)"""


def read_aloud(page: Page) -> list[tuple[str, str]]:
    """What a screen reader says of a page, in its order: (role, name) of all that has a name and is more than words."""
    tree = page.context.new_cdp_session(page).send("Accessibility.getFullAXTree")["nodes"]
    nodes = {node["nodeId"]: node for node in tree}
    said: list[tuple[str, str]] = []

    def walk(node: dict) -> None:
        role = node.get("role", {}).get("value", "")
        if not node.get("ignored") and role in SAID:
            said.append((role, " ".join(node.get("name", {}).get("value", "").split())))
        for child in node.get("childIds", ()):
            if child in nodes:
                walk(nodes[child])

    walk(tree[0])
    return said


def stand_in_order(said: list[tuple[str, str]], *expected: tuple[str, str]) -> None:
    """Each of these is read, one after the other."""
    rest = iter(said)
    for role, name in expected:
        assert any(is_role == role and name in is_name for is_role, is_name in rest), f"{role} {name!r} in {said}"


@pytest.fixture(scope="module")
def email(site) -> str:
    """Of somebody new on day 5; the last test logs it."""
    return on_day_5(site)


@pytest.fixture
def log(visitor, email) -> Page:
    """Their log of today."""
    ora = visitor()
    ora.sign_in(email, PASSWORD)
    ora.page.goto("/log/")
    return ora.page


def test_the_log_is_read_in_the_order_in_which_it_is_answered_and_each_control_has_its_name(log):
    said = read_aloud(log)
    stand_in_order(
        said,
        ("heading", "Day 5"),
        ("link", "Get help"),
        ("group", "Right now?"),
        ("checkbox", "Trouble breathing"),
        ("checkbox", "None of these"),
        ("group", "Anything new?"),
        ("checkbox", "Pus"),
        ("checkbox", "None of these"),
        ("heading", "How is your skin now?"),
        ("button", "Copy my last answers"),
        ("group", "Redness"),
        ("radio", "None"),
        ("radio", "Very severe"),
        ("group", "Swelling"),
        ("group", "Pain"),
        ("group", "Heat"),
        ("DisclosureTriangle", "Since your last log"),
        ("DisclosureTriangle", "Temperature, note"),
        ("DisclosureTriangle", "Something else"),
        ("button", "Save day 5"),
    )
    assert [role for role, name in said if not name and role not in ("status", "alert", "group")] == []
    radios = [place for place, (role, _name) in enumerate(said) if role == "radio"]
    assert all(said[place - 1][0] in ("radio", "group", "DisclosureTriangle") for place in radios)


def test_help_begins_with_the_emergency(visitor):
    page = visitor().page
    page.goto("/help/?country=GB")
    said = read_aloud(page)
    headings = [name for role, name in said if role == "heading"]
    calls = [name for role, name in said if role == "link" and name.startswith("Call")]
    assert headings[:2] == ["When to get help now", "Any one of these"] and calls
    words = page.locator("main").inner_text()
    assert words.index("Get emergency help now") < words.index("Any one of these")
    assert said.index(("link", calls[0])) < said.index(("heading", headings[2]))


def test_what_one_does_every_day_is_large_enough_for_a_thumb(log):
    sizes = log.evaluate(SIZES)
    small = [
        (name, width, height)
        for name, is_daily, width, height in sizes
        if min(width, height) < (EVERY_DAY if is_daily else LEAST) - 0.5
    ]
    assert len(sizes) > 30 and small == []


def test_a_note_can_be_spoken_and_the_result_says_first_how_urgent_it_is_then_what_to_do_then_why(log):
    log.get_by_text("Temperature, note").click()
    note = log.get_by_label("A note for your clinic")
    note.click()
    log.keyboard.insert_text(SPOKEN)  # as dictation does: no key is pressed
    expect(note).to_have_value(SPOKEN)
    log.wait_for_timeout(1_500)  # until it is kept, however busy the machine is
    log.reload()
    expect(log.get_by_label("A note for your clinic")).to_have_value(SPOKEN)
    for name in ("redness", "swelling", "pain", "warmth", "itching"):
        log.locator(f"input[name={name}][value='0']").check(force=True)
    log.locator("#signs-pus").check(force=True)
    log.locator("input[name=none_right_now]").check(force=True)
    log.get_by_role("button", name="Save day 5").click()
    expect(log.get_by_text("Be seen today").first).to_be_visible()
    stand_in_order(
        read_aloud(log),
        ("link", "Get help"),
        ("heading", "infect"),
        ("link", "Clinic"),
        ("heading", "Why we say this"),
        ("heading", "When to call 999"),
        ("link", "Change day 5"),
        ("link", "Done, back to Today"),
    )
    body = log.locator("main").inner_text()
    assert body.index("Be seen today") < body.index("Clinic") < body.index("Why we say this")
    log.get_by_role("link", name="Day 5 in full").click()
    expect(log.get_by_text(SPOKEN)).to_be_visible()
