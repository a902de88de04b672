"""A clinic's work, and how one joins it, by keyboard alone: the focus is seen where it stops; after a refusal it is at
what to put right."""

import json
import re
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import Locator, Page, expect

from symptoms.demo.cast import LINDQVIST, NOOR, PASSWORD
from tests import people
from tests.browser.site import NO_SERVICE
from tests.messages import push

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
  const bars = [...document.querySelectorAll(".tabs, .dock")].filter((bar) => !bar.contains(element));
  const tops = bars.map((bar) => bar.getBoundingClientRect().top).filter((edge) => edge > innerHeight / 2);
  const end = Math.min(innerHeight, ...tops);
  return top >= 0 && bottom <= end ? "" : `not on the screen: ${top} to ${bottom} of ${end}`;
}"""

# Somebody who has an account and nothing else, and the link behind the code that the clinic showed them.
WITH_A_CODE = """
from django.utils import timezone
from accounts.invitations import invite_patient
from accounts.models import Practice, User
from tests import people
from tests.treatments import pen
clinic, noor = Practice.objects.get(name="Larkfield Skin Clinic"), User.objects.get(email="noor@larkfield.example")
record = people.patient(clinic, "Ines Vale", accepted=False, year_of_birth=None)
pen(record, days_ago=1, by=noor, fitzpatrick=3)
print(people.user("Ines Vale", "ines@patients.example").email, invite_patient(record, noor, now=timezone.now())[1])
"""

# Two of whom something is still open, and whose newest log is on track.
ON_TRACK_BY_NOW = """
from datetime import timedelta
from django.utils import timezone
from accounts.models import Practice, User
from tests import people
from tests.treatments import logged, pen
clinic, noor = Practice.objects.get(name="Larkfield Skin Clinic"), User.objects.get(email="noor@larkfield.example")
for name in ("Cora Quill", "Dov Quill"):
    session = pen(people.patient(clinic, name), days_ago=5, by=noor)
    logged(session, 3, now=timezone.now() - timedelta(days=2), signs=["feeling_ill"], temperature_c=37.5)
    logged(session, 5, redness=0)
"""


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


def is_told(page: Page, words: str) -> Locator:
    """The focus is on what came of the act, which is whole on the screen: the keys go on from there."""
    said = page.get_by_role("status").filter(has_text=words)
    expect(said).to_be_focused()
    assert said.evaluate(HAS_FOCUS) == ""
    return said


def is_sent_back(keys: Keys, field: Locator) -> None:
    """The focus is on the summary above the page that came back, whose link leads to `field`; what is wrong stands
    beside the field as well."""
    summary = keys.page.get_by_role("region", name="One thing to correct")
    expect(summary).to_be_focused()
    assert summary.evaluate(HAS_FOCUS) == ""
    mistake = field.locator("xpath=ancestor::*[self::fieldset or contains(@class, 'field')][1]").locator(".error")
    expect(mistake).to_be_visible()
    link = summary.get_by_role("link")
    expect(link).to_contain_text(mistake.inner_text())
    keys.use(link)
    before = keys.pressed
    keys.to(field)
    assert keys.pressed - before <= 1, "the link leads past the field"


@pytest.mark.parametrize("screen", ["a desk", "a phone"])
def test_a_practitioner_with_two_minutes_takes_a_case_plans_it_and_goes_on_in_the_list(at, untaken, screen):
    case, list_of = {"a desk": ("Julia Brandt", "skin=2"), "a phone": ("Grace Turner", "device=pen")}[screen]
    page, keys = at(NOOR, f"/practice/?{list_of}")
    if screen == "a desk":
        page.set_viewport_size({"width": 1280, "height": 800})
    while page.evaluate("document.activeElement.textContent") != case:
        keys.press("j")
    keys.press("Enter")
    page.wait_for_url("**/patients/**")
    keys.use(page.get_by_role("button", name="I have this"))
    assert keys.pressed <= 20, "the way there is long"
    is_told(page, "You are now in charge.")
    before = keys.pressed
    keys.to(page.get_by_role("main").get_by_role("link", name="Phone"))
    assert keys.pressed == before + 1, "what is done next is not next"
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
    is_told(page, answer)
    together = page.locator("details.all")
    keys.use(together.locator("summary"))
    keys.choose(together.locator("[name=outcome]"), together.get_by_label("Advice given"))
    keys.choose(together.locator("[name=again]"), together.get_by_label("Tomorrow"))
    keys.use(together.get_by_role("button", name="Close all"))
    said = is_told(page, "They stay open.")
    before = keys.pressed
    keys.to(said.get_by_role("link", name="To the next patient"))
    assert keys.pressed == before + 1
    keys.press("Enter")
    expect(page.get_by_role("heading", level=1)).not_to_contain_text(case)
    follower = page.get_by_role("heading", level=1).inner_text().split("\n")[0].strip()
    keys.use(page.locator(".way a").first)
    page.wait_for_url(lambda address: f"show=open&{list_of}" in address)
    assert follower.startswith(page.evaluate("document.activeElement.textContent"))  # where one was in the list


def test_a_patient_is_found_by_slash_name_and_enter_and_the_address_does_not_say_whom_one_looks_for(at):
    page, keys = at(NOOR, "/practice/")
    page.keyboard.press("/")
    page.keyboard.type("Joe")
    keys.press("Enter")
    page.wait_for_url(lambda address: "show=all&s=" in address and "joe" not in address.lower())
    expect(page.locator("#q")).to_have_value("Joe")
    keys.use(page.locator(".case h2 a").first)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Joe")
    page.go_back()
    expect(page.locator("#q")).to_have_value("Joe")


def test_a_list_is_narrowed_and_those_on_track_are_closed_together(at, site):
    site.python(ON_TRACK_BY_NOW)
    page, keys = at(NOOR, "/practice/")
    keys.use(page.get_by_role("link", name=re.compile(r"^\d+ things? needs? attention$")))
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile(r"^\d+ needs? attention$"))
    page.go_back()
    keys.use(page.locator(".narrow > summary"))
    keys.use(page.get_by_label("Device"), "ArrowDown")
    keys.use(page.get_by_role("button", name="Show"))
    page.wait_for_url("**device=**")
    keys.use(page.get_by_role("link", name="Without this filter"))
    page.wait_for_url(lambda address: "device=" not in address)
    calm = page.locator("#calm")
    keys.use(calm.locator("> summary"))
    keys.use(calm.get_by_role("link", name="Close these together"))
    keys.use(page.get_by_label("Tick all"), "Space")
    keys.choose(page.locator("[name=outcome]"), page.get_by_label("Advice given"))
    keys.use(page.get_by_role("button", name="Close these together"))
    is_told(page, "Closed")
    expect(page.get_by_text("Cora Quill")).to_have_count(0)


def test_a_link_for_a_wall_screen_is_made_and_ended(at):
    page, keys = at(NOOR, "/practice/walls/")
    keys.to(page.get_by_label("Where it hangs"))
    page.keyboard.type("Corridor")
    keys.press("Enter")
    expect(page.get_by_role("region", name="The address for “Corridor”")).to_be_visible()
    keys.use(page.get_by_role("button", name="Turn off “Corridor”"))
    expect(page.get_by_role("button", name="Turn off “Corridor”")).to_have_count(0)


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
    is_told(page, "Sent. The patient is told by e-mail.")

    page, keys = at("joe@patients.example", "/today/")
    message = page.get_by_role("region", name="Message from your clinic")
    expect(message).to_contain_text("Please keep it out of the sun. And write to me on Monday.")
    keys.use(message.get_by_role("button", name="Send the message"))
    is_sent_back(keys, page.locator("[name=text]"))
    page.keyboard.type("I will.")
    keys.use(page.get_by_role("button", name="Send the message"))
    expect(page.get_by_text("has not read this yet")).to_be_visible()


def test_somebody_joins_by_a_code_and_begins(at, visitor, site):
    email, url = site.python(WITH_A_CODE).split()
    guest = visitor()
    guest.sign_in(email, people.PASSWORD)
    page, keys = guest.page, Keys(guest.page)
    page.goto(url)
    join = page.get_by_role("button", name="Join Larkfield Skin Clinic")
    keys.use(join)
    agreed = page.get_by_label("Mendline may keep my logs")
    expect(agreed).to_be_focused()  # the browser says that it is needed
    assert agreed.evaluate(HAS_FOCUS) == ""
    keys.press("Space")
    keys.use(join)
    go_on = page.get_by_role("link", name="I am confirmed: go on")
    keys.use(go_on)
    not_yet = page.get_by_role("status").filter(has_text="Not confirmed yet.")
    expect(not_yet).to_be_focused()
    assert not_yet.evaluate(HAS_FOCUS) == ""
    desk, noors = at(NOOR, "/practice/")
    notice = desk.locator("#notices .banner").filter(has_text="Is this Ines Vale?")
    noors.use(notice.get_by_role("link", name="Confirm who it was"))
    noors.use(desk.get_by_role("button", name="Yes"))
    expect(desk.get_by_role("button", name="Yes")).to_have_count(0)  # it is confirmed by now
    keys.use(go_on)
    keys.use(page.get_by_role("radio", name="Yes", exact=True), "Space")
    keys.use(page.get_by_role("button", name="Save and go on"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Welcome")
    for question, answer in {"right": "Yes", "needles_new": "Yes, sealed", "needles_shared": "No, only me"}.items():
        radios = page.locator(f"[name={question}]")
        keys.choose(radios, page.locator(f"label:has([name={question}])", has_text=answer).locator("input"))
    keys.to(page.get_by_label("Year of birth"))
    page.keyboard.type("1850")
    keys.use(page.get_by_role("button", name="Start"))
    is_sent_back(keys, page.get_by_label("Year of birth"))
    keys.press("ControlOrMeta+a")
    page.keyboard.type("1990")
    keys.press("Enter")
    expect(page.get_by_role("link", name="Log day 1")).to_be_visible()


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
    week = page.locator("details summary")
    as_it_was = week.all_inner_texts()
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
    assert week.all_inner_texts()[:-1] == as_it_was[:-1]


def test_a_manager_writes_down_changes_and_takes_back_an_absence(at):
    page, keys = at(NOOR, "/practice/members/")
    keys.use(page.get_by_role("link", name="Wei Chen"))
    away = page.get_by_role("region", name="Away")
    first, last, stands_in = (page.get_by_label(label) for label in ("From", "Until", "Who stands in"))
    for day, typed in ((first, "01042100"), (last, "01022100")):
        keys.to(day)
        page.keyboard.type(typed)
    keys.use(stands_in, "ArrowDown")
    keys.use(page.get_by_role("button", name="Add", exact=True))
    is_sent_back(keys, last)
    expect(away).to_contain_text("The last day is before the first.")
    expect(first).to_have_value("2100-01-04")
    expect(stands_in.locator("option:checked")).to_have_text("Dr Eva Lindqvist")
    page.keyboard.type("01082100")
    keys.press("Enter")
    expect(away).to_contain_text("4 January 2100 to 8 January 2100")
    expect(away).to_contain_text("Stands in: Dr Eva Lindqvist")
    keys.use(page.get_by_role("link", name="Change the absence from 4 January 2100"))
    keys.to(last)
    page.keyboard.type("01092100")
    keys.press("Enter")
    expect(away).to_contain_text("4 January 2100 to 9 January 2100")
    keys.use(page.get_by_role("button", name="Remove the absence from 4 January 2100"), "Space")
    is_told(page, "Removed.")
    expect(away).not_to_contain_text("2100")


def is_asked(page: Page) -> Locator:
    """The channel whose owner is asked whether its test arrived, once the worker has handed that over."""
    channel = page.get_by_role("listitem").filter(has_text="Did the test arrive?")
    for _ in range(60):
        if channel.is_visible():
            break
        page.wait_for_timeout(500)
        page.reload()
    return channel


def test_a_member_tests_their_channel(at):
    page, keys = at(LINDQVIST, "/account/")
    keys.use(page.get_by_role("link", name="How I am told"))
    keys.use(page.get_by_role("button", name="Send a test").first)
    keys.use(is_asked(page).get_by_role("button", name="Yes"))
    expect(page.get_by_text("arrived on")).to_be_visible()


def test_a_member_adds_this_browser(at):
    page, keys = at(LINDQVIST, "/account/channels/")
    page.context.grant_permissions(["notifications"])
    button = page.get_by_role("button", name="Turn on push on this browser")
    page.evaluate("() => { PushManager.prototype.subscribe = async () => { throw new Error(); }; }")
    keys.use(button)
    expect(page.get_by_text("This browser could not be added.")).to_be_visible()
    assert button.evaluate(HAS_FOCUS) == ""
    page.clock.install()
    page.evaluate("() => { PushManager.prototype.subscribe = () => new Promise(() => {}); }")
    keys.use(button)
    expect(page.get_by_text("Waiting for this browser.")).to_be_visible()
    page.clock.fast_forward(20_000)
    expect(page.get_by_text("This browser could not be added.")).to_be_visible()
    for service, answer in {"https://elsewhere.invalid": "is not one that we send to", NO_SERVICE: "Added."}.items():
        given = json.dumps(push.subscription(service=service))
        page.evaluate(f"() => {{ PushManager.prototype.subscribe = async () => ({given}); }}")
        keys.use(button)
        expect(page.get_by_text(answer)).to_be_visible()
        if service != NO_SERVICE:
            fault = page.get_by_text(answer).locator("..")
            expect(fault).to_be_focused()
            assert fault.evaluate(HAS_FOCUS) == ""
    channel = page.get_by_role("listitem").filter(has_text="Chrome")
    expect(channel).to_contain_text("A test is on its way")
    keys.use(channel.get_by_role("button", name="Turn off"))
    expect(channel.get_by_role("button", name="Turn on")).to_be_visible()
    assert channel.evaluate(HAS_FOCUS) == ""
    keys.use(channel.get_by_role("button", name="Remove"))
    expect(channel).to_have_count(0)
    keys.use(page.get_by_role("button", name="Turn off"))
    expect(page.get_by_role("form", name="Nothing else reaches you")).to_be_focused()
    keys.use(page.get_by_role("link", name="Keep it"))
    expect(page.get_by_role("button", name="Turn off")).to_be_visible()


def test_a_member_adds_a_number(at):
    page, keys = at(LINDQVIST, "/account/channels/")
    keys.use(page.get_by_role("radio", name="Text me"), "Space")
    number = page.get_by_role("textbox", name="Number")
    keys.to(number)
    page.keyboard.type("07700 900300")
    keys.press("Enter")
    is_sent_back(keys, number)
    expect(number).to_have_value("07700 900300")
    expect(page.get_by_role("radio", name="Text me")).to_be_checked()
    keys.press("ControlOrMeta+a")
    page.keyboard.type("+44 7700 900300")
    keys.use(page.get_by_role("button", name="Add, and send a test"))
    expect(page.get_by_role("status").first).to_contain_text("A test is on its way")
    keys.use(is_asked(page).get_by_role("button", name="No"))
    channel = page.get_by_role("listitem").filter(has_text="+447700900300")
    expect(channel).to_contain_text("It did not arrive.")
    expect(channel.get_by_role("button", name="No")).to_have_count(0)
    assert channel.evaluate(HAS_FOCUS) == ""
    keys.use(channel.get_by_role("button", name="Yes"))
    expect(channel).to_contain_text("On. Last proven on")
    keys.use(channel.get_by_role("button", name="Remove"))
    expect(channel).to_have_count(0)
