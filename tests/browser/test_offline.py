"""Without a network: a patient writes days and photos down on their phone, and the clinic has all of it once, whatever
happened on the way."""

import os
import re
import signal
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from functools import partial
from pathlib import Path
from random import Random
from textwrap import indent
from uuid import UUID

import pytest
from playwright.sync_api import BrowserContext, Error, Page, expect

from accounts.free_text import Sealed
from symptoms.demo.cast import NOOR, PASSWORD
from symptoms.models import Entry
from tests import images
from tests.browser.conftest import ENGLISH, PHONE, QUIET, Visitor, program
from tests.browser.line import Line
from tests.browser.somebody import NO_STORE, ON_DAY_5, on_day_5
from tests.browser.test_keyboard import Keys
from tests.browser.test_pages import is_for_everybody
from tests.browser.test_push import until
from tests.tries import tries

pytestmark = [pytest.mark.browser, pytest.mark.chance]
PEOPLE = 21  # as many as the tests take
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5"
ANSWERED = """(log, sign) => {
  const nones = "#none_right_now, #nothing_new, [data-asked] fieldset.symptom input[value='0']";
  for (const input of log.querySelectorAll(nones)) if (!input.checked) input.click();
  if (sign) log.querySelector(`input[name=signs][value=${sign}]`).click();
}"""
KEPT = "async () => (await caches.keys()).length && (await self.outbox?.pages())?.days.length"
WAITING = "async () => (await self.outbox?.items())?.map(({ kind, day }) => `${kind} ${day}`)"
REFRESHED = """async () => {
  await self.outbox.refreshPages();
  return (await self.outbox.pages()).account === (await self.outbox.account());
}"""
REFUSED = "async () => (await self.outbox.items()).flatMap(({ refused }) => (refused ? [refused.detail] : []))"
# Somebody new on day 2, who has logged nothing yet.
NEW = ON_DAY_5.replace("days_ago=5", "days_ago=2").replace("range(5)", "range(0)")
NEW = NEW.replace("objects.first()", 'objects.get(name="Larkfield Skin Clinic")')
# What is stored of somebody: each entry's day and note, and whether it counts; each photo's day and view.
OF_SOMEBODY = """
JOIN symptoms_treatment AS treatment ON treatment.id = treatment_id
JOIN accounts_patient AS patient ON patient.id = treatment.patient_id
JOIN accounts_user AS user ON user.id = patient.user_id WHERE user.email = ? ORDER BY
"""
ENTRIES = (
    f"SELECT symptoms_entry.id, day, note, is_current FROM symptoms_entry {OF_SOMEBODY} symptoms_entry.received_at"
)
PHOTOS = f"SELECT day, view FROM symptoms_photo {OF_SOMEBODY} day, view"
# Their treatment was so many days earlier: as many days have passed.
LATER = """
from datetime import timedelta
from django.db.models import F
from symptoms.models import Treatment
days = timedelta(days={days})
earlier = {{name: F(name) - days for name in ("day_zero", "performed_at")}}
Treatment.objects.filter(patient__user__email={email!r}).update(**earlier)
"""
# The phone's own clock shows another time, from the next page on.
SHIFTED = "{{ const now = Date.now.bind(Date); Date.now = () => now() + {days} * 86_400_000; }}"
OUR_TIME = "async () => (await self.outbox?.now()) ?? 0"
# Everything that lies in the browser's databases, as far as it is text.
LIES_HERE = """async () => {
  const found = [];
  for (const { name } of await indexedDB.databases()) {
    const opening = indexedDB.open(name);
    await new Promise((done) => opening.addEventListener("success", done));
    for (const store of opening.result.objectStoreNames) {
      const all = opening.result.transaction(store).objectStore(store).getAll();
      await new Promise((done) => all.addEventListener("success", done));
      const text = (_, value) => value instanceof ArrayBuffer || ArrayBuffer.isView(value)
        ? new TextDecoder("latin1").decode(value) : value;
      found.push(JSON.stringify(all.result, text));
    }
    opening.result.close();
  }
  return found.join() + JSON.stringify({ ...localStorage }) + JSON.stringify({ ...sessionStorage });
}"""


@pytest.fixture
def line(site):
    """The line by which a phone reaches the site."""
    made = Line(site.url)
    yield made
    made.close()


class Person:
    """Somebody with a phone on a line that may be cut."""

    def __init__(self, site, line: Line, guest: Visitor, email: str):
        self.site, self.line, self.guest, self.page, self.email = site, line, guest, guest.page, email

    def signs_in(self) -> None:
        """And has what a phone keeps for when there is no network."""
        sign_in(self.page, self.email)
        until(lambda: self.page.evaluate(KEPT), "nothing is kept")

    def stored(self) -> tuple[list, list]:
        (file,) = Path(self.site.environment["MENDLINE_DATA_DIR"]).glob("*.sqlite3")
        with closing(sqlite3.connect(file, timeout=30)) as database:
            entries, photos = (database.execute(query, [self.email]).fetchall() for query in (ENTRIES, PHOTOS))
        said = [[day, opened(id, note), bool(is_current)] for id, day, note, is_current in entries]
        return said, [list(photo) for photo in photos]

    def changed_since(self, before: list | None) -> tuple[list] | None:
        waiting = self.page.evaluate(WAITING)
        return None if waiting in (None, before) else (waiting,)

    def is_sent(self) -> None:
        """Waited for as long as anything goes; nothing was refused."""
        left: list | None = None
        while left != []:
            (left,) = until(partial(self.changed_since, left), f"still waits: {left}")
            assert self.page.evaluate(REFUSED) == []


def opened(id: str, note: str) -> str:
    """What was written, which lies sealed in the database."""
    return Entry(pk=UUID(id), note=Sealed(note)).note if note else ""


def sign_in(page: Page, email: str) -> None:
    page.goto("/accounts/login/")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("Yes, only I use it").check(force=True)
    page.get_by_role("main").get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(re.compile(r"/today/|/practice/"))


def write_down(page: Page, *, note: str = "", sign: str = "", save: bool = True) -> None:
    """The log that is open: none of everything, and perhaps a note or a sign."""
    page.locator("daily-log").evaluate(ANSWERED, sign)
    if note:
        if not page.locator("textarea[name=note]").is_visible():
            page.locator("summary", has_text="ote").first.click()
        page.locator("textarea[name=note]").fill(note)
    if save:
        page.locator(".dock .button").click()


def add_photo(page: Page, view: str, colour=images.BLUE) -> None:
    file = {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": images.photo(colour)}
    page.locator(f"input[name={view}]").set_input_files(file)


@pytest.fixture(scope="module")
def addresses(site) -> Iterator[str]:
    """Those of people who are new."""
    made = f"for _ in range({PEOPLE}):\n" + indent(NEW, "    ")
    return iter([word for word in site.python(made).split() if "@" in word])


@pytest.fixture
def person(site, line, visitor, addresses):
    """Somebody new, who is signed in and whose phone is ready."""
    guest = visitor(base_url=line.url)
    someone = Person(site, line, guest, next(addresses))
    someone.signs_in()
    return someone


def shift(page: Page, days: int) -> None:
    page.add_init_script(SHIFTED.format(days=days))


def test_three_days_with_photos_and_a_red_flag_in_airplane_mode_reach_the_clinic_once(person, visitor):
    page, line = person.page, person.line
    line.cut()
    for later, (note, sign) in enumerate((("One.", ""), ("Two.", ""), ("Three.", "trouble_breathing"))):
        shift(page, min(later, 1))  # a day later each time
        page.goto("/today/")
        expect(page.get_by_text("No signal.")).to_be_visible()
        page.get_by_role("link", name=f"Write down day {2 + later}").click()
        expect(page.get_by_role("heading", name=f"Day {2 + later}")).to_be_visible()
        write_down(page, note=note, sign=sign)
        expect(page.get_by_role("heading", name=f"Day {2 + later} is written down")).to_be_visible()
        if sign:
            expect(page.locator("phone-advice .verdict")).to_have_attribute("data-urgency", "emergency")
            expect(page.locator("phone-advice a[href='tel:999']").first).to_be_in_viewport()
        else:
            add_photo(page, "front")
            expect(page.get_by_text("Kept: Front")).to_be_visible()
    page.goto("/today/")
    expect(page.get_by_role("heading", name="Not sent yet: 5")).to_be_visible()
    # Three days have passed when there is a signal again.
    person.site.python(LATER.format(email=person.email, days=2))
    assert person.stored() == ([], [])
    line.mend()
    page.evaluate("window.dispatchEvent(new Event('online'))")
    person.is_sent()
    assert person.stored() == (
        [[2, "One.", True], [3, "Two.", True], [4, "Three.", True]], [[2, "front"], [3, "front"]]
    )  # fmt: skip
    page.goto("/today/")
    expect(page.get_by_role("link", name="Call 999").first).to_be_visible()  # by the server now
    desk = visitor()
    desk.sign_in(NOOR, PASSWORD)
    desk.page.goto("/practice/?q=Ora+Dean")
    rows = desk.page.locator(".case", has_text="Ora Dean")  # of whom there are others
    expect(rows.filter(has_text="Day 4").filter(has_text="Emergency").first).to_be_visible()


def test_a_log_whose_sending_fails_on_the_way_is_kept_and_sent_once(person):
    page, line = person.page, person.line
    for note, fail in (("It never left.", line.cut), ("Its answer was lost.", line.lose_answers)):
        page.goto("/log/")
        write_down(page, note=note, save=False)
        until(lambda: page.evaluate("Boolean(self.outbox)"), "nothing is kept here")
        fail()
        page.locator(".dock .button").click()
        expect(page.get_by_role("heading", name="Day 2 is written down")).to_be_visible()
        line.mend()
        page.goto("/today/")
        person.is_sent()
    entries, _ = person.stored()
    assert entries == [[2, "It never left.", False], [2, "Its answer was lost.", True]]


def test_a_message_that_does_not_arrive_is_not_called_safe_and_can_be_sent_again(person):
    page, line = person.page, person.line
    page.goto("/messages/")
    page.get_by_role("textbox").fill("It still stings.")
    line.cut()
    page.locator("form:has(textarea) button").click()
    expect(page.get_by_role("alert")).to_contain_text("What you just sent did not arrive.")
    expect(page.get_by_text("What you write is safe on this phone.")).to_be_hidden()
    expect(page.get_by_role("link", name="Try again")).to_be_hidden()  # by which what was typed would be gone
    line.mend()
    page.get_by_role("button", name="Send it again").click()
    expect(page.locator(".talk")).to_contain_text("It still stings.")


def test_a_day_that_waits_is_changed_and_both_are_sent_in_their_order(person):
    page, line = person.page, person.line
    line.cut()
    for note in ("First.", "Then.", "At last."):
        page.goto("/log/")
        write_down(page, note=note)
        expect(page.get_by_role("heading", name="Day 2 is written down")).to_be_visible()
    page.goto("/offline/")
    page.get_by_role("button", name="Delete", exact=True).nth(1).click()
    page.get_by_role("button", name="Yes, delete it").click()
    expect(page.get_by_role("heading", name="Not sent yet: 2")).to_be_visible()
    line.mend()
    page.goto("/offline/")
    person.is_sent()
    assert person.stored() == ([[2, "First.", False], [2, "At last.", True]], [])


def test_what_the_server_refuses_stays_with_its_words_and_is_put_right(person):
    page, line = person.page, person.line
    line.cut()
    shift(page, 1)  # somebody sets the clock, and nobody is there to say that it is wrong
    page.goto("/log/")
    write_down(page, note="A day too early.")
    expect(page.get_by_role("heading", name="Day 3 is written down")).to_be_visible()
    add_photo(page, "left")
    expect(page.get_by_text("Kept: Left")).to_be_visible()
    page.locator("input[name=right]").set_input_files(
        {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": images.photo()[:200]}
    )
    expect(page.get_by_text("Kept: Right")).to_be_visible()
    line.mend()
    page.goto("/offline/")
    # Its photos are of a day that has not come either, and half of one is missing.
    expect(page.locator(".waiting .error:visible")).to_have_count(3)
    refused = page.get_by_text("By our clock today is day 2. Which day do you mean?")
    expect(refused.first).to_be_visible()
    page.get_by_role("button", name="Look at it again").click()
    expect(page.get_by_text("is filled in. Nothing is saved yet.")).to_be_visible()
    expect(page.locator("textarea[name=note]")).to_have_value("A day too early.")
    page.get_by_role("button", name="Save day 2").click()
    expect(page.get_by_role("heading", name="As expected on day 2")).to_be_visible()
    until(lambda: page.evaluate(WAITING) == ["photo 3", "photo 3"], "what was put right still waits")
    page.goto("/offline/")
    for _ in range(2):
        page.get_by_role("button", name="Delete", exact=True).first.click()
        page.get_by_role("button", name="Yes, delete it").click()
    expect(page.get_by_text("Everything is sent.", exact=True)).to_be_visible()
    assert person.stored() == ([[2, "A day too early.", True]], [])


def cookies_of(guest: Visitor, email: str) -> list:
    """Those of somebody who signs in on another phone."""
    sign_in(guest.page, email)
    guest.page.close()
    return guest.context.cookies()


def test_nothing_of_one_account_is_shown_to_or_sent_by_the_next(person, addresses, visitor):
    page, line, site = person.page, person.line, person.site
    line.cut()
    page.goto("/log/")
    write_down(page, note="Only mine.")
    expect(page.get_by_role("heading", name="is written down")).to_be_visible()
    assert "Only mine." not in page.evaluate(LIES_HERE)
    line.mend()
    page.context.clear_cookies()  # the session is over; nobody signed out
    other = Person(site, line, person.guest, next(addresses))
    # Before a page of theirs has said who they are.
    page.context.add_cookies(cookies_of(visitor(base_url=line.url), other.email))
    assert page.evaluate(REFRESHED)  # their forms are not put among hers
    page.goto("/offline/")
    expect(page.get_by_text("There is a signal.", exact=True)).to_be_visible()
    assert "your answers" not in page.locator("main").inner_text() and page.evaluate(WAITING) == []
    page.context.clear_cookies()
    other.signs_in()
    line.cut()
    seen = []
    for path in ("/today/", "/log/", "/log/2/", "/offline/", "/help/"):
        page.goto(path)
        page.wait_for_timeout(300)
        seen.append(page.locator("body").inner_text())
    for _ in range(6):
        page.go_back()
        page.wait_for_timeout(100)
        seen.append(page.content())
    assert not [text for text in seen if "Only mine." in text or "Not sent yet: 1" in text]
    assert page.evaluate(WAITING) == []
    line.mend()
    page.goto("/offline/")
    expect(page.get_by_text("There is a signal.", exact=True)).to_be_visible()
    assert other.stored() == person.stored() == ([], [])
    page.context.clear_cookies()
    sign_in(page, person.email)
    until(lambda: page.evaluate(KEPT), "nothing is kept")
    person.is_sent()
    assert person.stored() == ([[2, "Only mine.", True]], [])


def leave_with_a_log(person: Person, address: str, note: str, at: str = "/accounts/logout/") -> None:
    """Write a log down without a network, and press "Sign out", on either page that has it, where it still cannot be
    sent."""
    page = person.page
    person.line.cut()
    page.goto(address)
    write_down(page, note=note)
    expect(page.get_by_role("heading", name="is written down")).to_be_visible()
    person.line.mend()
    page.route("**/offline/session/", lambda route: route.abort())
    page.goto(at)
    page.get_by_role("button", name="Sign out", exact=True).click()


def test_signing_out_sends_first_or_asks_and_leaves_nothing(person):
    page, line = person.page, person.line
    # Its worker would send by itself what the page is kept from sending here.
    page.add_init_script("delete ServiceWorkerRegistration.prototype.sync")
    leave_with_a_log(person, "/log/", "Sent as I leave.")
    expect(page.get_by_text("Not everything is sent.")).to_be_visible()
    page.unroute("**/offline/session/")
    page.get_by_role("button", name="Sign out", exact=True).click()
    page.wait_for_url(person.line.url + "/")
    assert person.stored() == ([[2, "Sent as I leave.", True]], [])
    text = page.evaluate(LIES_HERE)
    assert person.email not in text and "kept_for" not in text and '"account"' not in text
    sign_in(page, person.email)
    until(lambda: page.evaluate(KEPT), "nothing is kept")
    leave_with_a_log(person, "/log/2/", "Never sent.", at="/account/")
    page.get_by_role("button", name="Delete it and sign out").click()
    page.wait_for_url(person.line.url + "/")
    line.cut()
    page.goto("/log/2/")
    expect(page.get_by_text("We cannot be reached just now.")).to_be_visible()
    assert page.locator("daily-log").count() == 0 and '"account"' not in page.evaluate(LIES_HERE)
    assert len(person.stored()[0]) == 1


def sync(page: Page, url: str) -> None:
    """The browser says to the worker, by itself, that there is a network."""
    wire = page.context.new_cdp_session(page)
    seen: list[dict] = []
    wire.on("ServiceWorker.workerRegistrationUpdated", lambda event: seen.extend(event["registrations"]))
    wire.send("ServiceWorker.enable")
    until(lambda: page.evaluate("1") and seen, "no registration")
    about = {"origin": url, "registrationId": seen[-1]["registrationId"], "tag": "outbox", "lastChance": False}
    wire.send("ServiceWorker.dispatchSyncEvent", about)


def is_over(person: Person) -> bool:
    """Whether the session has ended, by the server itself."""
    return person.page.context.request.get(f"{person.site.url}/offline/session/").status == 401


def test_what_waits_is_sent_by_the_browser_itself_when_no_page_is_open(person):
    page, line = person.page, person.line
    line.cut()
    page.goto("/log/")
    write_down(page, note="By itself.")
    expect(page.get_by_role("heading", name="is written down")).to_be_visible()
    add_photo(page, "front")
    expect(page.get_by_text("Kept: Front")).to_be_visible()
    line.mend()
    page.goto("/healthz")  # nothing of ours runs there
    assert person.stored() == ([], [])
    sync(page, line.url)
    until(lambda: person.stored() == ([[2, "By itself.", True]], [[2, "front"]]), "nobody has sent it")


@pytest.mark.parametrize("by", ["the next page", "the browser itself"])
def test_who_signs_out_without_a_network_is_signed_out_before_anybody_sees_a_page(person, by):
    page, line, beside = person.page, person.line, person.page.context.new_page()
    beside.goto("/healthz")  # nothing of ours runs there
    line.cut()
    page.goto("/log/")
    write_down(page, note="Thrown away.")
    expect(page.get_by_role("heading", name="is written down")).to_be_visible()
    page.goto("/accounts/logout/")
    expect(page.get_by_text("What waits on this phone is lost when you sign out here: 1")).to_be_visible()
    expect(page.get_by_role("button", name="Sign out", exact=True)).to_be_hidden()  # it is asked, not done
    page.get_by_role("button", name="Delete it and sign out").click()
    expect(page.get_by_text("You are signed out on this phone.")).to_be_visible()
    text = page.evaluate(LIES_HERE)
    assert '"account"' not in text and person.email not in text and "kept_for" not in text
    page.close()
    line.mend()
    assert not is_over(person)  # nobody could tell the server
    if by == "the next page":
        beside.goto("/today/")
        assert "/accounts/login/" in beside.url
    else:
        sync(beside, line.url)
    until(lambda: is_over(person), "nobody has told the server")
    sign_in(beside, person.email)  # and in again, and stays so
    beside.goto("/today/")
    assert beside.url.endswith("/today/") and not is_over(person) and person.stored() == ([], [])


def test_how_many_days_a_browser_may_throw_away_is_said_on_every_page(person):
    page, line = person.page, person.line
    page.add_init_script("delete ServiceWorkerRegistration.prototype.sync")
    line.cut()
    for day in (2, 3):
        shift(page, day - 2)
        page.goto(f"/log/{day}/")
        write_down(page, note=f"Day {day}.")
        expect(page.get_by_role("heading", name="is written down")).to_be_visible()
    line.mend()
    page.context.route("**/offline/session/", lambda route: route.abort())
    page.goto("/course/")
    waits = page.locator("[data-waits]")
    expect(waits).to_contain_text("Days that wait: 2")
    expect(waits.get_by_text("it may be lost after 7 days without a visit.")).to_be_visible()
    page.add_init_script("StorageManager.prototype.persisted = async () => true")
    page.goto("/course/")
    expect(waits.get_by_role("link", name="See what waits")).to_be_visible()
    expect(waits.get_by_text("it may be lost")).to_be_hidden()


def test_on_an_iphone_installing_is_said_in_words_and_not_once_it_is_done(site, visitor):
    guest = visitor(user_agent=IPHONE)
    sign_in(guest.page, on_day_5(site))
    by_hand = guest.page.get_by_text("Open this page in Safari, and tap Share")
    expect(by_hand).to_be_visible()
    expect(guest.page.get_by_role("button", name="Put it there")).to_be_hidden()
    guest.page.add_init_script("Object.defineProperty(navigator, 'standalone', { value: true })")
    guest.page.goto("/today/")
    guest.page.wait_for_load_state("networkidle")
    expect(by_hand).to_be_hidden()


def test_a_clock_that_is_a_day_off_changes_no_day(site, line, visitor, addresses):
    """Neither one that was wrong from the beginning, nor one that is put right later."""
    person = Person(site, line, visitor(base_url=line.url), next(addresses))
    page = person.page
    page.add_init_script(
        "Date.now = ((now) => () => now() + (Number(window.name) || 0) * 86_400_000)(Date.now.bind(Date))"
    )
    page.evaluate("window.name = '-1'")
    person.signs_in()
    for days in ("-1", "0"):
        page.evaluate("(days) => { window.name = days }", days)
        page.goto("/today/")
        until(lambda: abs(page.evaluate(OUR_TIME) - time.time() * 1000) < 60_000, "it believes its own clock")
        line.cut()
        page.goto("/today/")
        expect(page.get_by_role("link", name="Write down day 2")).to_be_visible()
        expect(page.get_by_role("link", name="Write down day")).to_have_count(1)
        line.mend()


@pytest.mark.parametrize("locks", ["there", "missing"])
def test_two_tabs_send_one_outbox_once(person, locks):
    page, line = person.page, person.line
    line.cut()
    page.goto("/log/")
    write_down(page, note="Once.")
    expect(page.get_by_role("heading", name="is written down")).to_be_visible()
    add_photo(page, "front")
    expect(page.get_by_text("Kept: Front")).to_be_visible()
    if locks == "missing":
        page.context.add_init_script("Object.defineProperty(navigator, 'locks', { value: undefined })")
    tabs = [page.context.new_page() for _ in range(2)]
    asked: list[str] = []
    page.context.on("request", lambda request: asked.append(f"{request.method} {request.url.partition('?')[0]}"))
    for tab in tabs:
        tab.goto("/offline/")
    page.close()
    line.mend()
    for tab in tabs:
        tab.evaluate("void self.outbox.send()")
    person.page = tabs[0]
    person.is_sent()
    assert person.stored() == ([[2, "Once.", True]], [[2, "front"]])
    if locks == "there":
        assert len([one for one in asked if one.startswith(("POST", "PUT"))]) == 2


@pytest.mark.parametrize("fault", NO_STORE.values(), ids=NO_STORE)
def test_where_a_phone_keeps_nothing_it_says_so_and_everything_else_goes_on(person, fault):
    page, line = person.page, person.line
    page.add_init_script(fault)
    page.goto("/log/")
    write_down(page, note="Saved as ever.", save=False)
    until(lambda: page.evaluate("Boolean(self.outbox)"), "nothing was tried")
    page.locator(".dock .button").click()
    expect(page.get_by_role("heading", name="As expected on day 2")).to_be_visible()
    line.cut()
    page.goto("/log/2/")
    expect(page.get_by_text("No signal.")).to_be_visible()
    if "full" in fault:
        write_down(page, note="No room.")
        expect(page.get_by_text("This phone could not keep it.")).to_be_visible()
        expect(page.locator("textarea[name=note]")).to_have_value("No room.")
    else:
        expect(page.get_by_role("heading", name="Any one of these")).to_be_visible()
    assert person.stored() == ([[2, "Saved as ever.", True]], [])


def test_a_shared_phone_keeps_nothing(site, line, visitor, addresses):
    guest = visitor(base_url=line.url)
    person = Person(site, line, guest, next(addresses))
    page = guest.page
    page.goto("/accounts/login/")
    page.get_by_label("E-mail").fill(person.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("No, others use it too").check(force=True)
    page.get_by_role("main").get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/today/")
    page.goto("/log/")
    page.wait_for_load_state("networkidle")
    write_down(page)
    expect(page.get_by_role("heading", name="As expected on day 2")).to_be_visible()
    assert page.evaluate("indexedDB.databases().then((all) => all.map(({ name }) => name))") == ["mendline"]  # drafts
    assert page.evaluate(LIES_HERE).count("[]") == 1 and person.email not in page.evaluate(LIES_HERE)
    assert page.evaluate("navigator.serviceWorker.getRegistrations().then(({ length }) => length)") == 0


def test_the_page_without_a_network_is_for_everybody_and_done_by_keyboard_alone(person):
    page, line, keys = person.page, person.line, Keys(person.page)
    line.cut()
    page.goto("/today/")
    expect(page.get_by_role("heading", level=1)).to_have_text("No signal")
    is_for_everybody(page)
    page.set_viewport_size(PHONE)
    keys.use(page.get_by_role("link", name="Write down day 2"))
    write_down(page, note="By keyboard.", save=False)
    keys.use(page.locator(".dock .button"))
    expect(page.locator("[data-kept]")).to_be_focused()  # nothing asks for more than that
    expect(page.get_by_text("Only this day was checked")).to_be_visible()
    keys.to(page.get_by_role("link", name="Call 999").first)
    keys.to(page.locator("input[name=front]"))
    is_for_everybody(page)
    page.goto("/today/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Waiting to be sent")
    delete = page.get_by_role("button", name="Delete", exact=True)
    keys.use(delete)
    expect(page.get_by_role("button", name="Keep it")).to_be_focused()
    is_for_everybody(page)
    keys.press("Enter")
    expect(delete).to_be_focused()
    page.goto("/accounts/logout/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign out?")
    is_for_everybody(page)
    line.mend()
    page.goto("/offline/")
    expect(page.get_by_text("Everything is sent.", exact=True)).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_have_text("Nothing waits")
    expect(page.get_by_role("link", name="Log day 2 again")).to_be_hidden()  # one logs on the server's page again
    assert person.stored() == ([[2, "By keyboard.", True]], [])


class Killed:
    """A browser with a profile on the disk, which is ended at any moment by what nothing can catch."""

    def __init__(self, play, folder: Path, url: str):
        self.play, self.folder, self.url = play, folder, url
        self.cookies: list = []

    def start(self, days: int = 0) -> Page:
        self.context: BrowserContext = self.play.launch_persistent_context(
            str(self.folder), executable_path=program(), args=QUIET, base_url=self.url, viewport=PHONE, **ENGLISH
        )
        self.context.add_cookies(self.cookies)  # written to the disk now and then only
        page = self.context.pages[0]
        page.add_init_script(SHIFTED.format(days=days))
        return page

    def end(self) -> None:
        (_, _, process) = (self.folder / "SingletonLock").readlink().name.rpartition("-")
        os.kill(int(process), signal.SIGKILL)
        with suppress(Error):
            self.context.close()


def test_a_browser_killed_at_any_moment_of_two_weeks_offline_loses_nothing(
    site, line, visitor, tmp_path, chromium, addresses
):
    rounds, chance = tries(5, 50), Random(14)
    person = Person(site, line, visitor(base_url=line.url), next(addresses))
    phone = Killed(chromium.browser_type, tmp_path, line.url)
    page = phone.start()
    sign_in(page, person.email)
    until(lambda: page.evaluate(KEPT), "nothing is kept")
    phone.cookies = phone.context.cookies()
    phone.context.close()
    line.cut()
    kept, written = [], []
    for number in range(rounds):
        day = 2 + number * 14 // rounds
        page = phone.start(days=day - 2)
        page.goto(f"/log/{day}/")
        written.append(f"Note {number}.")
        write_down(page, note=written[-1], save=False)
        page.locator(".dock .button").click(no_wait_after=True)
        with suppress(Error):
            page.wait_for_selector("[data-kept]:not([hidden])", timeout=chance.choice([20, 100, 300, 5000]))
            kept.append(written[-1])
            add_photo(page, "front", (number * 37 % 256, number * 91 % 256, 200))  # no two alike
            page.get_by_text("Kept: Front").wait_for(timeout=chance.choice([50, 5000]))
            kept.append(day)
        phone.end()
    site.python(LATER.format(email=person.email, days=13))
    line.mend()
    person.page = page = phone.start()
    page.goto("/today/")
    until(lambda: page.evaluate("self.outbox && self.outbox.account()"), "nobody is there")
    person.is_sent()
    entries, photos = person.stored()
    notes = [note for _, note, _ in entries]
    assert len(notes) == len(set(notes)) and set(notes) <= set(written)
    assert {note for note in kept if isinstance(note, str)} <= set(notes)
    days = [day for day, _ in photos]
    assert all(days.count(day) >= kept.count(day) for day in kept if isinstance(day, int))
    assert len(photos) <= len(written)
    phone.context.close()
    assert len(kept) >= rounds // 2, "it was never given the time to keep anything"
