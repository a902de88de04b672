"""Photos sent by the script of an entry's page: what is taken away is not kept, nothing that waits is lost unsaid."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from symptoms.demo.cast import PASSWORD
from tests import images
from tests.browser.somebody import ON_DAY_5

pytestmark = pytest.mark.browser

PHOTOS = "**/api/v1/treatments/*/photos/**"
SAVED = ON_DAY_5 + "print(logged(session, 5).entry.get_absolute_url())\n"
SMALL_WHEN_TOLD = """() => {
  const { createImageBitmap } = window;
  const told = new Promise((go) => (window.makeSmall = go));
  window.createImageBitmap = async (...given) => { await told; return createImageBitmap(...given); };
}"""


@pytest.fixture(scope="module")
def entry(site) -> tuple[str, str]:
    """The e-mail of somebody who has saved today's answers, and the page of these."""
    email, page = site.python(SAVED).split()[-2:]
    return email, page


@pytest.fixture
def guest(visitor, entry):
    """Her browser, on that page; `sent` and `deleted` are the addresses of photos it has asked for."""
    guest = visitor()
    guest.sign_in(entry[0], PASSWORD)
    guest.page.goto(entry[1])
    guest.sent, guest.deleted = [], []
    noted = {"PUT": guest.sent, "DELETE": guest.deleted}
    guest.page.on("request", lambda asked: noted.get(asked.method, []).append(asked.url.partition("?")[0]))
    return guest


def choose(page: Page, view: str, data: bytes | None = None) -> None:
    file = {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": images.photo() if data is None else data}
    page.locator(f"input[name={view}]").set_input_files(file)


def kept(page: Page) -> int:
    page.reload()
    return page.locator("section[aria-labelledby=photos] figure").count()


def wait_for_one(page: Page, events: list) -> None:
    """Until something has happened; half a minute at most."""
    for _ in range(1500):
        if not events:
            page.wait_for_timeout(20)


def test_what_is_chosen_before_the_script_has_come_that_sends_it_is_sent_once_it_has(guest):
    page, held = guest.page, []
    page.route("**/photo-sender*.js", lambda route: held.append(route))
    page.reload(wait_until="commit")
    choose(page, "front")
    expect(page.get_by_role("button", name="Remove: Front")).to_be_visible()
    wait_for_one(page, held)
    held[0].continue_()
    expect(page.get_by_text("1 of 1 sent")).to_be_visible()
    assert len(guest.sent) == 1


def test_what_is_taken_away_is_not_kept_however_far_it_has_come(guest):
    page = guest.page
    before = kept(page)
    page.evaluate(SMALL_WHEN_TOLD)
    choose(page, "front")
    page.get_by_role("button", name="Remove: Front").click()
    page.evaluate("window.makeSmall()")
    choose(page, "left")
    expect(page.get_by_text("1 of 1 sent")).to_be_visible()  # the front would have gone before it
    assert len(guest.sent) == 1 and not guest.deleted

    held = []

    def keep_the_answer_back(route) -> None:
        if route.request.method == "PUT":
            held.append(route.fetch().status)  # the server has the photo, and the phone does not know it
        elif len(guest.deleted) == 1:
            route.fulfill(status=403)  # signed in anew in another window: it is not deleted by that
        else:
            route.continue_()

    page.route(PHOTOS, keep_the_answer_back)

    def answer_to_deleting() -> Any:
        return page.expect_response(lambda answer: answer.request.method == "DELETE")

    with answer_to_deleting() as refused:
        choose(page, "right")
        wait_for_one(page, held)
        page.get_by_role("button", name="Remove: Right").click()
    with answer_to_deleting() as deleted:
        page.evaluate("window.dispatchEvent(new Event('online'))")
    assert held == [201] and (refused.value.status, deleted.value.status) == (403, 204)
    assert guest.deleted == guest.sent[1:] * 2
    page.unroute(PHOTOS)
    assert kept(page) == before + 1


def test_whoever_leaves_while_photos_wait_is_asked_and_what_was_sent_is_kept(guest):
    page, asked = guest.page, []
    before = kept(page)
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    page.evaluate(SMALL_WHEN_TOLD)
    for view in ("front", "left"):
        choose(page, view)
    expect(page.get_by_text("0 of 2 sent. Stay on this page until all are sent.")).to_be_visible()
    page.get_by_role("link", name="Done, back to Today").last.click()
    wait_for_one(page, asked)
    assert asked == ["beforeunload"]
    page.evaluate("window.makeSmall()")
    expect(page.get_by_text("2 of 2 sent", exact=True)).to_be_visible()
    # A second one of a view: its own two links, not two pairs with the same names.
    first = page.get_by_role("link", name="Open: Front").get_attribute("href")
    choose(page, "front", images.photo(images.BLUE))
    expect(page.get_by_text("3 of 3 sent", exact=True)).to_be_visible()
    for name in ("Open: Front", "Delete: Front"):
        (link,) = page.get_by_role("link", name=name).all()
        assert guest.sent[-1].split("/")[-2] in link.get_attribute("href") != first
    page.get_by_role("link", name="Done, back to Today").last.click()
    page.wait_for_url("**/today/")
    assert asked == ["beforeunload"]
    page.go_back()
    assert kept(page) == before + 3


def test_what_cannot_go_well_is_said_once_and_what_can_is_sent_again(guest):
    page, again = guest.page, guest.page.get_by_role("button", name="Send again")
    page.route(PHOTOS, lambda route: route.fulfill(status=503, json={"detail": "We are busy just now."}))
    choose(page, "front")
    expect(page.get_by_text("We are busy just now.")).to_be_visible()
    expect(again).to_have_count(1)
    page.unroute(PHOTOS)
    again.click()
    expect(page.get_by_text("1 of 1 sent", exact=True)).to_be_visible()
    choose(page, "left", images.photo()[:200])
    expect(page.get_by_text("Part of this photo is")).to_be_visible()
    expect(again).to_have_count(0)
    address = page.url
    page.context.clear_cookies()
    choose(page, "right")
    expect(page.get_by_text("Not sent: you have signed out, or in again, elsewhere.")).to_be_visible()
    expect(again).to_have_count(0)
    page.get_by_role("link", name="Sign in again").click()  # and nobody is asked about what cannot be sent from here
    page.wait_for_url("**/accounts/login/**")
    assert address.endswith(page.locator("input[name=next]").first.input_value())
    guest.complaints.clear()  # of what was made to fail
