"""The whole story on a phone, with real mail: from the first treatment to a practitioner's answer."""

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect

from symptoms.demo.drawing.photo import draw
from tests.browser.site import Site, link_in

pytestmark = pytest.mark.browser
CLINIC, NURSE, PATIENT = "Riverside Skin", "vera@riverside.example", "iris.falk@patients.example"
WORK_PASSWORD, HOME_PASSWORD = "seven quiet lamps at noon", "nine slow boats on a river"


def test_from_the_first_treatment_to_a_practitioner_s_answer(site: Site, visitor):
    # An operator opens a clinic; its first practitioner chooses a password through her own mailbox.
    facts = ["--treats", "--admin", "Vera Lind", "--phone", "020 7946 0999"]
    facts += ["--country", "GB", "--time-zone", "Europe/London"]
    site.manage("open_practice", CLINIC, NURSE, *facts)
    vera = visitor().page
    vera.goto(link_in(site.letter(NURSE, "/accounts/password/reset/")))
    vera.get_by_label("E-mail").fill(NURSE)
    vera.get_by_role("button", name="Send the link").click()
    vera.goto(link_in(site.letter(NURSE, "/accounts/password/reset/key/")))
    for field in vera.locator("input[type=password]").all():
        field.fill(WORK_PASSWORD)
    vera.get_by_role("button", name="Use this password").click()
    vera.get_by_role("link", name="Sign in").click()
    vera.get_by_label("E-mail").fill(NURSE)
    vera.get_by_label("Password", exact=True).fill(WORK_PASSWORD)
    vera.get_by_label("Yes, only I use it. Keep me signed in.").check(force=True)
    vera.get_by_role("main").get_by_role("button", name="Sign in", exact=True).click()

    # She records a treatment and invites the patient by mail.
    vera.get_by_role("link", name="Treatment").first.click()
    vera.get_by_label("Name", exact=True).fill("Iris Falk")
    vera.get_by_label("Year of birth").fill("1990")
    vera.get_by_label("When", exact=True).fill(days_ago(3))
    vera.get_by_label("Treated by").select_option(label="Vera Lind")
    choose(vera, "Device", "Pen")
    vera.get_by_label("Depth").fill("15")
    choose(vera, "Areas", "Whole face")
    choose(vera, "Filler or PRP", "No")
    choose(vera, "Skin type", "Not known")
    vera.get_by_role("button", name="Save and invite").click()
    expect(vera.get_by_text("Did you mean one tenth of it").first).to_be_visible()
    vera.get_by_label("Depth").fill("1,5")
    vera.get_by_role("button", name="Save and invite").click()
    vera.get_by_role("textbox", name="E-mail").fill(PATIENT)
    vera.get_by_role("button", name="Send the link").click()
    expect(vera.get_by_text(f"Sent to {PATIENT}")).to_be_visible()

    # The patient opens the mailed link, makes an account, joins, and agrees.
    iris = visitor().page
    iris.goto(link_in(site.letter(PATIENT, "/join/")))
    iris.get_by_role("link", name="Create an account").click()
    iris.get_by_label("Name").fill("Iris Falk")
    iris.get_by_label("E-mail").fill(PATIENT)
    iris.get_by_label("Password", exact=True).fill(HOME_PASSWORD)
    choose(iris, "Is this your own phone", "Yes, only I use it. Keep me signed in.")
    iris.get_by_role("button", name="Create my account").click()
    for agreement in iris.get_by_role("region", name="Agree").get_by_role("checkbox").all():
        agreement.check()
    iris.get_by_role("button", name=f"Join {CLINIC}").click()
    choose(iris, "We think this is your country", "Yes")
    iris.get_by_role("button", name="Save and go on").click()
    choose(iris, "Is this right", "Yes")
    choose(iris, "What colour is your skin", "Light brown")
    choose(iris, "What does your skin do in strong midday sun", "Not sure")
    iris.get_by_role("button", name="Start").click()

    # She logs the day: symptoms, a sign, a temperature, a photo; and reads at once what to do.
    iris.get_by_role("link", name="Log day 3").click()
    for symptom, answer in {"redness": 2, "swelling": 2, "pain": 3, "warmth": 3}.items():
        iris.locator(f"fieldset#{symptom} input[value='{answer}']").check()
    iris.locator("#none_right_now").check()
    iris.get_by_label("Pus", exact=False).first.check()
    iris.get_by_text("Temperature, note").click()
    iris.locator("textarea[name=note]").fill("Yellow heads on my left cheek.")
    iris.get_by_role("button", name="Save day 3").click()
    expect(iris.get_by_text("Be seen today").first).to_be_visible()
    iris.locator("input[type=file]").first.set_input_files(
        {"name": "IMG_1.jpg", "mimeType": "image/jpeg", "buffer": draw(seed=7, tone=3, view="front", pustules=0.8)}
    )
    expect(iris.get_by_text("1 of 1 sent")).to_be_visible()
    iris.reload()
    photo = iris.get_by_role("img", name="Front, day 3")
    photo.scroll_into_view_if_needed()
    expect(photo).to_have_js_property("naturalWidth", 360)
    verdict = iris.url

    # The practitioner is told by mail, without a word about anybody, is led to her, and finds her first in the queue.
    letter = site.letter(NURSE, "needs your review")
    assert not re.search(r"Iris|Falk|pus|infection|photo", letter, re.I)
    vera.goto(link_in(letter))
    expect(vera.get_by_role("heading", level=1)).to_contain_text("Iris Falk")
    vera.get_by_role("link", name="To review").first.click()
    row = vera.locator("li.case").first
    expect(row).to_contain_text("Iris Falk")
    expect(row).to_contain_text("See today")
    row.get_by_role("link").first.click()
    vera.wait_for_url("**/practice/patients/**")
    expect(vera.locator("img").first).to_be_visible()
    iris.goto(verdict)
    expect(iris.get_by_text("Vera Lind read it")).to_be_visible()
    vera.get_by_role("button", name="I have this").click()
    expect(vera.get_by_text("Vera Lind has it").first).to_be_visible()

    # The patient sees that somebody has it.
    iris.reload()
    expect(iris.get_by_text("Vera Lind is looking after this")).to_be_visible()


def days_ago(days: int) -> str:
    """A moment as a clinic's clock shows it, for a field that asks when."""
    return (datetime.now(ZoneInfo("Europe/London")) - timedelta(days=days)).strftime("%Y-%m-%dT%H:%M")


def choose(page: Page, question: str, answer: str) -> None:
    """Tap an answer under the question whose text begins so."""
    group = page.get_by_role("group", name=re.compile(rf"^{re.escape(question)}"))
    group.get_by_label(answer, exact=True).first.check()
