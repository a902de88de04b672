"""Every page for everybody: axe finds no fault, light or dark; nothing is wider than a phone, nor at twice the text,
where no bar covers what is read; nobody complains."""

import json
import re
from datetime import datetime, timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect
from playwright.sync_api import TimeoutError as Late

from symptoms.demo.cast import NOOR, PASSWORD
from tests.browser.site import link_in
from tests.tries import EVERYTHING, tries

pytestmark = [pytest.mark.browser, pytest.mark.chance]

NARROW = {"width": 320, "height": 640}
DESK = {"width": 1280, "height": 800}
WIDTH = "document.documentElement.scrollWidth"
TOO_WIDE = """[...document.querySelectorAll('body *')].filter(
    part => part.getBoundingClientRect().right > document.documentElement.clientWidth
).map(part => part.outerHTML.slice(0, 150)).slice(0, 5)"""
# Bars on the first screen of a page that goes on below it.
COVERING = "[...document.querySelectorAll('.tabs, .dock')].some(bar => bar.getBoundingClientRect().top < innerHeight)"
WAY_OUT = "a[href='/accounts/logout/'], form[action='/accounts/logout/']"
# What a page is made of, as far as it shows in how it looks and is used.
PARTS = """[...new Set([...document.querySelectorAll('body *')].map(part => {
    const urgency = part.dataset.urgency
    return [part.tagName, part.className, part.type, part.role, urgency && `urgency ${urgency}`].join()
}))]"""
DARK = "axe.run({ runOnly: ['color-contrast'], resultTypes: ['violations'] })"
MOST_OF_A_KIND = tries(1, 2)  # of the pages that are found by following links
LOOKED_AT: dict[str, set[str]] = {}  # the parts that axe has seen on pages of a kind: `make chance` looks at all again
STRANGER = [
    "/", "/before/", "/help/", "/help/?country=US", "/accounts/login/", "/accounts/signup/",
    "/accounts/password/reset/", "/join/no-such-token/", "/demo/mail/",
]  # fmt: skip
ACCOUNT = [
    "/account/",
    "/account/place/",
    "/accounts/email/",
    "/accounts/password/change/",
    "/accounts/sessions/",
    "/accounts/logout/",
    "/accounts/2fa/",
]
PATIENT = [
    "/today/",
    "/log/",
    "/log/1/",
    "/course/",
    "/course/?symptom=pain",
    "/course/4/",
    "/course/4/photos/",
    "/before/",
    "/care/",
    "/treatments/new/",
    "/messages/",
]
MEMBER = [
    "/practice/", "/practice/?show=all&log=on_track", "/practice/?show=all", "/practice/close-together/",
    "/practice/?show=mine", "/practice/?show=waiting&device=pen&page=9", "/practice/?show=all&q=nobody",
    "/practice/?show=follow_up", "/practice/?show=quiet", "/practice/?show=not_joined", "/practice/?show=closed",
    "/practice/treatments/new/", "/practice/patients/new/", "/practice/members/", "/practice/members/invite/",
    "/practice/details/", "/practice/telling/", "/practice/attention/", "/practice/statistics/",
]  # fmt: skip
WITH_ROWS = tuple(f"/practice/?show={name}" for name in ("follow_up", "quiet", "not_joined", "closed", "mine"))
ABOUT_A_PATIENT = ("/practice/patients/", "/practice/treatments/")
WHO = {
    "a stranger": ("", STRANGER, []),
    "a patient with an infection": (
        "julia@patients.example",
        PATIENT + ACCOUNT,
        ["/entries/", "/treatments/", "/photos/"],
    ),
    "a patient with an emergency": ("grace@patients.example", ["/today/", "/log/", "/course/6/"], ["/entries/"]),
    "a patient whose clinic answered": ("carla@patients.example", ["/today/", "/messages/"], []),
    "a patient on track": ("tom@patients.example", ["/today/", "/course/", "/course/9/"], ["/entries/"]),
    "somebody alone": ("robin@patients.example", ["/today/", "/log/", "/course/5/", "/account/"], ["/entries/"]),
    "somebody whose treatment is to come": (
        "ruth@patients.example",
        ["/today/", "/before/", "/care/", "/treatments/new/"],
        [],
    ),
    "a practitioner": (
        NOOR,
        [*MEMBER, "/account/", "/account/channels/"],
        ["/practice/patients/", "/practice/treatments/", "/practice/members/"],
    ),
}


@pytest.mark.parametrize("who", WHO)
def test_every_page_is_for_everybody(visitor, who):
    email, addresses, kinds = WHO[who]
    guest = visitor()
    if email:
        guest.sign_in(email, PASSWORD)
    links: set[str] = set()
    for address in addresses:
        guest.page.goto(address)
        assert not address.startswith(WITH_ROWS) or guest.page.locator(".case").count(), f"nobody in {address}"
        links |= {link for link in _links(guest.page) if link.startswith(tuple(kinds))} if kinds else set()
        assert not email or guest.page.locator(WAY_OUT).count(), f"nobody can sign out on {address}"
        is_for_everybody(guest.page)
    by_kind: dict[str, list[str]] = {}
    for address in sorted(links - set(addresses)):
        by_kind.setdefault(_kind(address), []).append(address)
    for alike in by_kind.values():
        for address in alike[:MOST_OF_A_KIND]:
            guest.page.goto(address)
            is_for_everybody(guest.page)


def test_what_is_reached_from_a_patients_page_is_for_everybody(visitor):
    """Each page of its own about a patient, and that every one of them is looked at."""
    guest = visitor()
    guest.sign_in(NOOR, PASSWORD)
    guest.page.goto("/practice/?show=all&q=Grace")
    guest.page.locator(".case h2 a").click()
    links = {_kind(link): link for link in sorted(_links(guest.page)) if link.startswith(ABOUT_A_PATIENT)}
    reached = {link.partition("?")[0].rstrip("/").rpartition("/")[2] for link in links.values()}
    assert reached >= {"history", "log", "care", "before", "letter", "details", "edit", "photos"}, reached
    for link in links.values():
        guest.page.goto(link)
        is_for_everybody(guest.page)


def test_removing_a_colleague_and_changing_an_absence_are_for_everybody(visitor):
    guest = visitor()
    guest.sign_in(NOOR, PASSWORD)
    page = guest.page
    page.goto("/practice/members/")
    page.get_by_role("link", name="Chen").first.click()
    member = page.url
    page.get_by_role("link", name="Remove").click()
    expect(page.get_by_role("group", name="Who takes over?").get_by_role("radio", checked=True)).to_have_count(1)
    is_for_everybody(page)
    page.goto(member)
    page.get_by_label("From").fill("2100-01-04")
    page.get_by_label("Until").fill("2100-01-08")
    with page.expect_navigation():
        page.get_by_role("button", name="Add").click()
    is_for_everybody(page)
    page.get_by_role("link", name="Change the absence from").click()
    page.get_by_label("Until").fill("2100-01-02")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("The last day is before the first.").first).to_be_visible()
    is_for_everybody(page)
    page.goto(member)
    page.get_by_role("button", name="Remove the absence from").click()


def test_the_answers_before_a_treatment_are_for_everybody_given_and_read(visitor):
    """What an answer brings up stands on the page only with it; all of it is reached by keyboard."""
    page = visitor().page
    page.goto("/before/")
    expect(page.get_by_text("Ask for a patch test")).to_be_hidden()
    question = page.get_by_role("group", name="Do metal (nickel), latex")
    question.get_by_role("radio", name="Yes").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    expect(page.get_by_label("Metal, such as nickel")).to_be_checked()
    expect(page.get_by_text("Ask for a patch test")).to_be_visible()
    for name in ("rosacea", "eczema", "marks", "tan"):
        page.locator(f"[name={name}]").first.check(force=True)
    page.locator("[name=scars][value=unsure]").check(force=True)
    expect(page.get_by_role("group", name="Redness")).to_be_visible()
    is_for_everybody(page)
    page.get_by_role("button", name="Show what this means").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#result")).to_contain_text("Please don't book yet.")
    expect(page.locator("#result")).to_be_focused()
    is_for_everybody(page)
    noor = visitor()
    noor.sign_in(NOOR, PASSWORD)
    noor.page.goto("/practice/?show=all&q=Ruth")
    with noor.page.expect_navigation():
        noor.page.get_by_role("link", name="Ruth Carver").click()
    is_for_everybody(noor.page)
    with noor.page.expect_navigation():
        noor.page.get_by_role("link", name="Record a treatment").click()
    is_for_everybody(noor.page)


def test_what_is_half_filled_and_left_is_there_again(visitor):
    page = visitor().page
    page.goto("/before/")
    page.locator("[name=rosacea][value=yes]").check(force=True)
    page.goto("/help/")
    for _ in range(50):  # what is sent on leaving a page is no event of the next
        if any(cookie["name"] == "before" for cookie in page.context.cookies()):
            break
        page.wait_for_timeout(100)
    page.goto("/before/")
    expect(page.locator("[name=rosacea][value=yes]")).to_be_checked()
    page.get_by_role("button", name="Forget my answers").click()
    page.wait_for_load_state()
    expect(page.locator("[name=rosacea][value=yes]")).not_to_be_checked()


def test_a_refused_note_is_where_the_focus_is(visitor):
    guest = visitor()
    guest.sign_in(NOOR, PASSWORD)
    page = guest.page
    page.goto("/practice/?show=all&q=Priya")
    page.locator(".case h2 a").click()
    page.get_by_role("link", name="Note inside the clinic").click()
    page.locator("#id_note_text").evaluate("field => field.required = false")
    page.get_by_role("button", name="Keep the note").click()
    expect(page.locator("#inside #mistake:has(textarea)")).to_be_focused()


def test_on_a_phone_what_is_not_always_needed_opens_by_its_title(visitor):
    guest = visitor()
    guest.sign_in(NOOR, PASSWORD)
    page = guest.page
    page.goto("/practice/?show=all&q=Tom")
    page.locator(".case h2 a").click()
    send = page.get_by_role("button", name="Look over, then send")
    title = page.get_by_role("link", name="Message to Tom Ellery")
    expect(title).to_be_visible()
    expect(send).to_be_hidden()
    title.focus()
    page.keyboard.press("Enter")
    expect(send).to_be_visible()
    page.get_by_role("link", name="Note inside the clinic").click()
    expect(send).to_be_hidden()
    page.set_viewport_size(DESK)
    expect(send).to_be_visible()


def test_a_field_that_the_browser_refuses_opens_what_it_is_folded_into(visitor):
    guest = visitor()
    guest.sign_in(NOOR, PASSWORD)
    page = guest.page
    page.goto("/practice/details/")
    page.locator("summary", has_text="Monday").click()
    opens = page.locator("details", has_text="Monday").locator("input[type=time]").first
    opens.press("Delete")  # the hour: what is left is half a time
    page.locator("summary", has_text="Monday").click()
    expect(opens).to_be_hidden()
    page.get_by_role("button", name="Save").click()
    expect(opens).to_be_focused()
    assert "/practice/details/" in page.url


def test_on_a_phone_the_chosen_list_is_in_sight_and_the_first_patient_on_the_first_screen(visitor):
    guest = visitor()
    guest.sign_in(NOOR, PASSWORD)
    guest.page.goto("/practice/")
    tabs = guest.page.locator(".tabs").bounding_box()["y"]
    assert guest.page.locator(".case .urgency, .case h2").first.bounding_box()["y"] < tabs
    guest.page.goto("/practice/?show=all")
    chosen = guest.page.locator("#lists [aria-current]").bounding_box()
    assert 0 <= chosen["x"] <= chosen["x"] + chosen["width"] <= guest.page.viewport_size["width"]
    assert guest.page.locator("#lists").bounding_box()["height"] < 2 * chosen["height"]


def test_the_panel_of_an_emergency_is_readable_with_a_mistake_in_it(visitor, untaken):
    """White on dark red, folds and forms as well; what is less urgent is smaller."""
    guest = visitor()
    guest.sign_in(NOOR, PASSWORD)
    page = guest.page
    page.goto("/practice/")
    page.get_by_role("link", name="Grace Turner").click()
    panel = page.locator(".verdict[data-urgency=emergency]")
    expect(panel.get_by_text("First: Sepsis screen now")).to_be_visible()
    is_for_everybody(page)
    sizes = panel.locator(".say").evaluate_all(
        "titles => titles.map(title => parseFloat(getComputedStyle(title).fontSize))"
    )
    assert len(sizes) > 1 and sizes[0] > max(sizes[1:])
    page.reload()
    page.evaluate("document.querySelectorAll('details').forEach(folded => folded.open = true)")
    form = panel.locator("form[action*='/resolve/']").first
    form.locator("input[value=no_concern]").evaluate("radio => radio.checked = true")
    with page.expect_navigation():
        form.evaluate("form => form.submit()")
    expect(panel.get_by_text("Say why it is not a concern.")).to_be_visible()
    is_for_everybody(page)


def test_an_empty_queue_fills_by_itself_and_keys_walk_through_all_of_it(visitor):
    guest = visitor()
    guest.sign_in(NOOR, PASSWORD)
    guest.page.goto("/practice/?show=all&q=nobody")
    expect(guest.page.get_by_text("Nobody is found by that")).to_be_visible()
    guest.page.evaluate("history.replaceState(null, '', '/practice/')")
    guest.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(guest.page.locator(".case").first).to_be_visible()
    expect(guest.page.get_by_text("Nobody is found by that")).to_have_count(0)
    guest.page.keyboard.press("j")
    expect(guest.page.locator(".case h2 a").first).to_be_focused()


def test_a_chosen_file_that_is_no_photo_is_said_so_before_it_is_sent(visitor):
    guest = visitor()
    guest.sign_in("tom@patients.example", PASSWORD)
    guest.page.goto("/course/9/photos/")
    file = {"name": "front.jpg", "mimeType": "image/jpeg", "buffer": b"no picture"}
    guest.page.locator("input[type=file]").first.set_input_files(file)
    expect(guest.page.get_by_role("alert")).to_contain_text("cannot show this file")
    expect(guest.page.locator(".shot-preview")).to_have_count(0)


def test_a_second_question_takes_the_focus_and_is_answered_by_keyboard(visitor):
    focus = "document.activeElement.textContent"
    julia = visitor()
    julia.sign_in("julia@patients.example", PASSWORD)
    julia.page.goto("/account/leave/")
    julia.page.get_by_role("button", name="Leave this clinic").focus()
    with julia.page.expect_navigation():
        julia.page.keyboard.press("Enter")
    assert "A concern is not settled yet" in julia.page.evaluate(focus)
    assert "Signs of a skin infection" in julia.page.evaluate(focus)
    for word in ("Today", "Leave anyway", "Stay"):
        julia.page.keyboard.press("Tab")
        assert julia.page.evaluate(focus) == word
    robin = visitor()
    robin.sign_in("robin@patients.example", PASSWORD)
    robin.page.goto("/today/")
    robin.page.get_by_role("link", name="My treatment").click()
    when = robin.page.get_by_label("When were you treated?")
    moved = datetime.fromisoformat(when.input_value()) + timedelta(days=3)
    when.fill(f"{moved:%Y-%m-%dT%H:%M}")
    robin.page.get_by_role("button", name="Save").focus()
    with robin.page.expect_navigation():
        robin.page.keyboard.press("Enter")
    assert "Is this date right?" in robin.page.evaluate(focus)


def test_the_way_in_with_an_invitation_is_for_everybody(site, visitor):
    page = visitor().page
    page.goto(link_in(site.letter("nadia@patients.example", "/join/")))
    is_for_everybody(page)
    page.goto("/accounts/signup/")
    _sign_up(page, "nadia@patients.example")
    is_for_everybody(page)
    page.evaluate("document.querySelectorAll('form').forEach(form => form.noValidate = true)")
    page.get_by_role("button", name="Join Larkfield Skin Clinic").click()
    page.locator(".error").first.wait_for()
    is_for_everybody(page)
    page.get_by_label("Mendline may keep my logs").check()
    with page.expect_navigation():
        page.get_by_role("button", name="Join Larkfield Skin Clinic").click()
    is_for_everybody(page)
    page.get_by_role("group", name="We think this is your country").get_by_role("radio", name="Yes").check()
    page.get_by_role("button", name="Save and go on").click()
    page.wait_for_url("**/welcome/")
    is_for_everybody(page)
    page.evaluate("document.querySelectorAll('form').forEach(form => form.noValidate = true)")
    page.get_by_role("button", name="Start").click()
    page.locator(".error").first.wait_for()
    is_for_everybody(page)


def test_the_way_in_alone_is_for_everybody(site, visitor):
    page, email = visitor().page, "olu@patients.example"
    page.goto("/accounts/signup/")
    _sign_up(page, email)
    is_for_everybody(page)
    page.goto(link_in(site.letter(email, "confirm-email")))
    is_for_everybody(page)
    page.get_by_role("main").get_by_role("button").last.click()
    page.wait_for_load_state()
    if "/login/" in page.url:
        page.get_by_label("E-mail").fill(email)
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.get_by_label("Yes, only I use it").check(force=True)
        page.get_by_role("main").get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/start/")
    is_for_everybody(page)


def _sign_up(page: Page, email: str) -> None:
    page.get_by_label("Name").fill("Somebody New")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("Yes, only I use it").check(force=True)
    page.get_by_role("button", name="Create my account").click()
    page.wait_for_load_state()


def _links(page: Page) -> list[str]:
    return page.eval_on_selector_all("a[href^='/']", "found => found.map(a => a.getAttribute('href').split('#')[0])")


def _kind(address: str) -> str:
    return re.sub(r"[0-9a-f-]{36}|\d+", "…", address)


def is_for_everybody(page: Page) -> None:
    """Axe finds no fault on it, light or dark; nothing is wider than a phone, nor covered at twice the text."""
    page.wait_for_load_state()
    address = page.url
    page.evaluate("document.querySelectorAll('details').forEach(folded => folded.open = true)")
    page.evaluate("document.querySelectorAll('.task').forEach(folded => folded.classList.remove('task'))")
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    for size in (DESK, NARROW):
        page.set_viewport_size(size)
        _fits(page, size)
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    _fits(page, NARROW)
    assert not page.evaluate(COVERING), f"{address}: a bar covers what is read"
    page.evaluate("document.documentElement.style.fontSize = ''")
    known, parts = LOOKED_AT.setdefault(_kind(address.split("?")[0]), set()), set(page.evaluate(PARTS))
    new, is_first = parts - known, not known
    known |= parts
    if EVERYTHING or new:
        _has_no_fault(page, Axe().run(page).response)
    if EVERYTHING or is_first or any("urgency" in part for part in new):  # the colours are all that is different
        page.emulate_media(color_scheme="dark", reduced_motion="reduce")
        _fits(page, NARROW)
        _has_no_fault(page, page.evaluate(DARK))


def _has_no_fault(page: Page, found: dict) -> None:
    faults = [(fault["id"], [node["html"][:200] for node in fault["nodes"]][:3]) for fault in found["violations"]]
    assert not faults, f"{page.url}: " + json.dumps(faults, indent=1)


def _fits(page: Page, size: dict[str, int]) -> None:
    """What is still drawn after a change of size has its time: a page that stays too wide is the fault."""
    try:
        page.wait_for_function(f"{WIDTH} <= {size['width']}", timeout=15_000)
    except Late:
        pytest.fail(f"{page.url} stays {page.evaluate(WIDTH)} px wide on {size['width']}: {page.evaluate(TOO_WIDE)}")
