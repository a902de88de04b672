"""A real browser and a whole site for the tests that need them."""

import shutil
import subprocess
import time

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.browser.site import running

ENGLISH = {"locale": "en-GB", "timezone_id": "Europe/London"}
PHONE = {"width": 360, "height": 740}
SIGNED_IN: dict[str, list] = {}  # cookies by address
expect.set_options(timeout=30_000)  # what is awaited comes in the end, however busy the machine is
# What a colleague of the demo has to do, as it was before anybody of the tests did it.
UNTAKEN = """
from datetime import timedelta
from django.db.models import Q
from django.utils import timezone
from accounts.models import Patient
from symptoms.alerts.patient_status import refresh_status
from symptoms.models import Alert
for patient in Patient.objects.filter(name__in={names!r}):
    just_now = Q(resolved_at=None) | Q(resolved_at__gt=timezone.now() - timedelta(hours=1))
    Alert.objects.filter(just_now, treatment__patient=patient).update(
        acknowledged_by=None, acknowledged_at=None, resolved_at=None, resolved_by=None, outcome="", kept_open_at=None,
        comes_back_at=None)
    refresh_status(patient)
"""
QUIET = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync"]


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    with running(tmp_path_factory.mktemp("site")) as running_site:
        yield running_site


@pytest.fixture
def untaken(site):
    """Julia's and Grace's alerts are open and in nobody's hands, whatever was done on the same site before."""
    site.python(UNTAKEN.format(names=["Julia Brandt", "Grace Turner"]))


def program() -> str:
    """Where Chromium lies."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    assert found, "install Chromium: the browser tests need it"
    return found


@pytest.fixture(scope="module")
def playwright():
    """Closed after each file: its event loop keeps the thread from the database, which tests of other files need."""
    with sync_playwright() as play:
        yield play


@pytest.fixture(scope="module")
def chromium(playwright):
    browser = playwright.chromium.launch(executable_path=program(), args=QUIET)
    yield browser
    browser.close()


@pytest.fixture
def window(playwright, tmp_path):
    """A window of a browser that was started as people start it: of its tabs one is in sight, the others are hidden.

    Playwright lets every page of its own believe that it is in sight, and Chromium leaves their timers alone.
    """
    started = [program(), "--headless=new", "--remote-debugging-port=0", f"--user-data-dir={tmp_path}", *QUIET]
    process = subprocess.Popen([*started, "about:blank"], stderr=subprocess.DEVNULL)
    try:
        said = tmp_path / "DevToolsActivePort"
        ends = time.monotonic() + 60
        while not (said.exists() and said.read_text().count("\n")):
            assert time.monotonic() < ends, "the browser did not start"
            time.sleep(0.05)
        port = said.read_text().split()[0]
        browser = playwright.chromium.connect_over_cdp(f"http://127.0.0.1:{port}", no_defaults=True)
        yield browser.contexts[0]
        browser.close()
    finally:
        process.terminate()
        process.wait(20)


class Visitor:
    """One person's browser; remembers every complaint: errors of scripts, refusals of the content security policy.

    Who comes by an address of their own is behind a line that tests cut: that nobody answers there is no complaint.
    """

    def __init__(self, browser: Browser, url: str, **options):
        self.context = browser.new_context(**({"base_url": url, "viewport": PHONE} | ENGLISH | options))
        self.complaints: list[str] = []
        self._by_a_line = "base_url" in options
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(45_000)
        self.page.on("pageerror", lambda error: self.complaints.append(f"{self.page.url}: {error}"))
        self.page.on("console", self._heard)

    def _heard(self, message) -> None:
        if self._by_a_line and "net::ERR_" in message.text:
            return
        if message.type in ("error", "warning") and "the server responded with a status of 4" not in message.text:
            self.complaints.append(f"{self.page.url}: {message.text}")

    def sign_in(self, email: str, password: str) -> None:
        """Through the page, as anybody does; or with the cookies of the last time, while they are good."""
        self.context.add_cookies(SIGNED_IN.get(email, []))
        self.page.goto("/accounts/login/")
        if not self.page.url.endswith("/accounts/login/"):
            return
        self.page.get_by_label("E-mail").fill(email)
        self.page.get_by_label("Password", exact=True).fill(password)
        self.page.get_by_role("radio", name="Yes, only I use it").check()
        self.page.get_by_label("Yes, only I use it").check(force=True)
        self.page.get_by_role("main").get_by_role("button", name="Sign in", exact=True).click()
        self.page.wait_for_url(lambda address: "/accounts/login/" not in address)
        SIGNED_IN[email] = self.context.cookies()


@pytest.fixture
def visitor(chromium, site):
    """Makes visitors; at the end none of them may have heard a complaint."""
    made: list[Visitor] = []

    def make(**options) -> Visitor:
        made.append(Visitor(chromium, site.url, **options))
        return made[-1]

    yield make
    for guest in made:
        guest.context.close()
    assert [complaint for guest in made for complaint in guest.complaints] == []
