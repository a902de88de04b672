"""A usual level is asked in the open as soon as a condition that implies it is ticked."""

import pytest
from playwright.sync_api import expect

from symptoms.demo.cast import NOOR, PASSWORD

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(
    ("who", "address"), [("robin@patients.example", "/treatments/new/"), (NOOR, "/practice/treatments/new/")]
)
def test_a_ticked_condition_brings_its_usual_level_up_and_takes_it_down_again(visitor, who, address):
    person = visitor()
    person.sign_in(who, PASSWORD)
    person.page.goto(address)
    level, condition = person.page.locator("fieldset#usual_raised_scar"), person.page.locator("[value=keloid_history]")
    expect(level).not_to_be_visible()
    condition.check(force=True)
    expect(level).to_be_visible()
    condition.uncheck(force=True)
    expect(level).not_to_be_visible()
