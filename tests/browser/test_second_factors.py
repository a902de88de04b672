"""Whole ceremonies in a real browser: a passkey alone and as the second step, an app's codes, recovery codes.

Setting up is by keyboard alone, and its pages are for everybody: light and dark, narrow, at twice the text.

Chromium's virtual authenticator holds the passkeys. It works under a name, not under a number: at http://localhost.
"""

import time
from urllib.parse import urlsplit

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from playwright.sync_api import Page, expect

from symptoms.demo.cast import NOOR, PASSWORD
from tests.browser.conftest import Visitor
from tests.browser.somebody import on_day_5
from tests.browser.test_keyboard import Keys
from tests.browser.test_pages import is_for_everybody

pytestmark = pytest.mark.browser

LOOKED_AT: set[str] = set()
PERIOD = 30  # seconds that a code is shown
WHO_SET_NOTHING_UP = """
from allauth.mfa.models import Authenticator
Authenticator.objects.all().delete()
"""


@pytest.fixture
def by_name(chromium, site):
    """Makes visitors of the site under its name, each with a phone of their own that holds passkeys."""
    made: list[Visitor] = []

    def make(with_passkeys: bool = True) -> Visitor:
        guest = Visitor(chromium, site.url.replace("127.0.0.1", "localhost"))
        made.append(guest)
        if with_passkeys:
            guest.authenticator = with_authenticator(guest.page)
        return guest

    yield make
    for guest in made:
        guest.context.close()
    site.python(WHO_SET_NOTHING_UP)
    assert [complaint for guest in made for complaint in guest.complaints] == []


def with_authenticator(page: Page):
    """A phone that keeps passkeys and unlocks them by finger."""
    tools = page.context.new_cdp_session(page)
    tools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
        "isUserVerified": True, "automaticPresenceSimulation": True,
    }  # fmt: skip
    made = tools.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return tools, made["authenticatorId"]


@pytest.fixture
def people(site):
    return {"patient": on_day_5(site), "practitioner": NOOR}


def types_password(page: Page, email: str) -> None:
    page.goto("/accounts/login/")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("Yes, only I use it").check(force=True)
    page.get_by_role("button", name="Sign in", exact=True).click()


def goes_to_set_up(page: Page, link: str) -> Keys:
    """To the page that sets one up, past the question who is there; gives the keys, which go on from there."""
    page.goto("/accounts/2fa/")
    keys = Keys(page)
    keys.use(page.get_by_role("link", name=link))
    page.wait_for_url(lambda address: not address.endswith("/accounts/2fa/"))
    if "reauthenticate" in page.url:
        looks_at(page)
        page.get_by_label("Password").fill(PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url(lambda address: "reauthenticate" not in address)
    looks_at(page)
    return keys


def looks_at(page: Page) -> None:
    """Is it for everybody? Each page is looked at once, whoever comes to it first."""
    path = urlsplit(page.url).path
    if path not in LOOKED_AT:
        LOOKED_AT.add(path)
        is_for_everybody(page)


def sees_recovery_codes(page: Page) -> None:
    expect(page.get_by_role("heading", name="Keep these now: they are shown only once")).to_be_visible()
    looks_at(page)


def adds_passkey(page: Page) -> list[str]:
    """Gives the recovery codes that are shown."""
    goes_to_set_up(page, "Add a passkey").use(page.get_by_role("button", name="Add it"))
    sees_recovery_codes(page)
    return page.locator("[data-text] code").all_inner_texts()


def sets_up_app(page: Page) -> str:
    """Gives the secret that the app got."""
    keys = goes_to_set_up(page, "Set it up")
    secret = page.locator("code").inner_text().replace(" ", "")
    keys.to(page.get_by_label("Code"))
    page.keyboard.type(code_of(secret, -1))
    keys.use(page.get_by_role("button", name="Turn it on"))
    sees_recovery_codes(page)
    return secret


def code_of(secret: str, steps: int = 0) -> str:
    """What the app shows, on a clock that is so many half minutes fast."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // PERIOD + steps))


def signs_out(page: Page) -> None:
    page.goto("/accounts/logout/")
    page.get_by_role("main").get_by_role("button", name="Sign out").click()
    page.wait_for_url(lambda address: "/accounts/logout/" not in address)


def is_in(page: Page) -> bool:
    page.goto("/account/")
    return urlsplit(page.url).path == "/account/"


@pytest.mark.parametrize("who", ["patient", "practitioner"])
def test_a_passkey_signs_in_alone_and_is_asked_for_after_the_password(by_name, people, who):
    guest = by_name()
    page = guest.page
    types_password(page, people[who])
    adds_passkey(page)
    signs_out(page)
    page.goto("/accounts/login/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    assert "/accounts/login/" in page.url, "nobody said whose phone it is"
    page.get_by_label("Yes, only I use it").check(force=True)
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url(lambda address: "/accounts/login/" not in address)
    assert is_in(page)
    cookie = next(cookie for cookie in guest.context.cookies() if cookie["name"] == "session")
    assert cookie["expires"] > 0, "on one's own phone it stays"
    signs_out(page)
    types_password(page, people[who])
    expect(page.get_by_role("heading", name="One more step")).to_be_visible()
    assert not is_in(page)
    page.goto("/accounts/2fa/authenticate/")
    page.get_by_role("button", name="Use your passkey").click()
    page.wait_for_url(lambda address: "/accounts/" not in address)
    assert is_in(page)


def test_a_passkey_shows_once_more_who_is_there_and_the_session_gets_a_new_key(by_name, people):
    guest = by_name()
    page = guest.page
    types_password(page, people["patient"])
    adds_passkey(page)
    signs_out(page)
    types_password(page, people["patient"])
    page.get_by_role("button", name="Use your passkey").click()
    page.wait_for_url(lambda address: "/accounts/" not in address)
    before = key_of(guest)
    page.goto("/accounts/2fa/recovery-codes/generate/")
    expect(page.get_by_role("heading", name="Is it you?")).to_be_visible()
    expect(page.get_by_label("Password")).to_have_count(0)
    page.get_by_role("button", name="Use your passkey").click()
    expect(page.get_by_role("heading", name="New recovery codes")).to_be_visible()
    assert key_of(guest) != before


def key_of(guest: Visitor) -> str:
    return next(cookie["value"] for cookie in guest.context.cookies() if cookie["name"] == "session")


def test_what_a_passkey_said_to_another_site_opens_nothing(by_name, people):
    """As a page that looks like ours would hand it on: all is right but where it was said."""
    guest = by_name()
    page = guest.page
    types_password(page, people["patient"])
    adds_passkey(page)
    signs_out(page)
    page.goto("/accounts/login/")
    page.get_by_label("Yes, only I use it").check(force=True)
    page.evaluate(SAID_ELSEWHERE)
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_text("This passkey was made on another site")).to_be_visible()
    assert not is_in(page)


SAID_ELSEWHERE = """() => {
    const ask = navigator.credentials.get.bind(navigator.credentials)
    navigator.credentials.get = async (options) => {
        const made = await ask(options)
        const said = JSON.parse(new TextDecoder().decode(made.response.clientDataJSON))
        const clientDataJSON = new TextEncoder().encode(JSON.stringify({...said, origin: "https://mend1ine.example"})).buffer
        const { authenticatorData, signature, userHandle } = made.response
        return { id: made.id, type: made.type, getClientExtensionResults: () => ({}),
                 response: { clientDataJSON, authenticatorData, signature, userHandle } }
    }
}"""


@pytest.mark.parametrize("who", ["patient", "practitioner"])
def test_codes_of_an_app_and_recovery_codes(by_name, people, who):
    guest = by_name(with_passkeys=False)
    page = guest.page
    types_password(page, people[who])
    secret = sets_up_app(page)
    recovery = page.locator("[data-text] code").first.inner_text()
    with page.expect_download() as saved:
        page.get_by_role("button", name="Save as a file").click()
    assert recovery in saved.value.path().read_text().splitlines()
    page.reload()
    expect(page.get_by_text("10 are left. They were shown once")).to_be_visible()
    page.get_by_role("link", name="Make new ones").click()
    page.wait_for_url("**/generate/")
    looks_at(page)
    signs_out(page)
    types_password(page, people[who])
    expect(page.get_by_role("heading", name="One more step")).to_be_visible()
    looks_at(page)
    types_code(page, "000000")
    expect(page.get_by_role("main")).to_contain_text("This code is wrong")
    types_code(page, code_of(secret, 3))
    expect(page.get_by_role("main")).to_contain_text("is about two minutes fast")
    types_code(page, code_of(secret))
    page.wait_for_url(lambda address: "/accounts/" not in address)
    assert is_in(page)
    signs_out(page)
    types_password(page, people[who])
    types_code(page, recovery)
    page.wait_for_url(lambda address: "/accounts/" not in address)
    signs_out(page)
    types_password(page, people[who])
    types_code(page, recovery)
    expect(page.get_by_role("main")).to_contain_text("This code is wrong, or was used already")
    assert not is_in(page)


def types_code(page: Page, code: str) -> None:
    page.get_by_label("Code").fill(code)
    page.get_by_role("button", name="Sign in", exact=True).click()
