"""The whole story on a phone, with real mail: from the first treatment to a practitioner's answer."""

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from playwright.sync_api import Page

from tests.browser.site import Site, link_in

CLINIC, NURSE, PATIENT = "Riverside Skin", "vera@riverside.example", "iris@patients.example"
WORK_PASSWORD, HOME_PASSWORD = "seven quiet lamps at noon", "nine slow boats on a river"


def test_from_the_first_treatment_to_a_practitioner_s_answer(site: Site, visitor, tmp_path):
    # An operator opens a clinic; its first practitioner chooses a password through her own mailbox.
    site.manage("open_practice", CLINIC, NURSE, "--treats", "--phone", "020 7946 0999", "--time-zone", "Europe/London")
    vera = visitor().page
    vera.goto(link_in(site.letter(NURSE, "/accounts/password/reset/")))
    vera.get_by_label("E-mail").fill(NURSE)
    vera.get_by_role("main").get_by_role("button").last.click()
    vera.goto(link_in(site.letter(NURSE, "/accounts/password/reset/key/")))
    for field in vera.locator("input[type=password]").all():
        field.fill(WORK_PASSWORD)
    vera.get_by_role("main").get_by_role("button").last.click()
    vera.get_by_role("link", name="Sign in").click()
    vera.get_by_label("E-mail").fill(NURSE)
    vera.get_by_label("Password", exact=True).fill(WORK_PASSWORD)
    vera.get_by_role("main").get_by_role("button", name="Sign in").click()

    # She records a treatment and invites the patient by mail.
    vera.get_by_role("link", name="Treatment").first.click()
    vera.get_by_label("Name").fill("Iris Falk")
    vera.get_by_label("Year of birth").fill("1990")
    vera.get_by_label("When", exact=True).fill(days_ago(3))
    vera.get_by_label("Treated by").select_option(label=NURSE)
    choose(vera, "Where", "At a clinic")
    choose(vera, "Device", "Pen")
    vera.get_by_label("Deepest setting used").fill("1,5")
    choose(vera, "Areas", "Whole face")
    choose(vera, "Filler or PRP", "No")
    choose(vera, "Skin type", "Not known")
    vera.get_by_role("button", name="Save and invite").click()
    vera.screenshot(path="/tmp/h8/s1.png", full_page=True)
    vera.get_by_role("textbox", name="E-mail").fill(PATIENT)
    vera.get_by_role("button", name="Send the link").click()
    vera.screenshot(path="/tmp/h8/s2.png", full_page=True)

    # The patient opens the mailed link, makes an account, and joins.
    iris = visitor().page
    iris.goto(link_in(site.letter(PATIENT, "/join/")))
    iris.get_by_role("link", name="Make an account").click()
    iris.screenshot(path="/tmp/h8/s3.png", full_page=True)
    iris.get_by_label("Name").fill("Iris Falk")
    iris.get_by_label("E-mail").fill(PATIENT)
    iris.get_by_label("Password", exact=True).fill(HOME_PASSWORD)
    iris.get_by_role("button", name="Make my account").click()
    iris.screenshot(path="/tmp/h8/s4.png", full_page=True)
    print(iris.url)


def days_ago(days: int) -> str:
    """A moment as a clinic's clock shows it, for a field that asks when."""
    return (datetime.now(ZoneInfo("Europe/London")) - timedelta(days=days)).strftime("%Y-%m-%dT%H:%M")


def choose(page: Page, question: str, answer: str) -> None:
    """Tap an answer under the question whose text begins so."""
    group = page.get_by_role("group", name=re.compile(rf"^{re.escape(question)}"))
    group.get_by_label(answer, exact=True).first.check()
