"""The log's script reads a temperature in the digits and decimal marks that the server reads."""

import pytest
from playwright.sync_api import expect

from symptoms.demo.cast import PASSWORD

pytestmark = pytest.mark.browser


def test_a_fever_in_any_digits_brings_up_the_question_that_goes_with_it(visitor):
    joe = visitor()
    joe.sign_in("joe@patients.example", PASSWORD)
    joe.page.goto("/log/")
    temperature = joe.page.locator("input[name=temperature_c]")
    brought_up = joe.page.locator('[data-asked="signs"] > [data-if*="temperature_c"]')
    for fever, none in (
        ("٣٨٫٢", "٣٦٫٩"),
        ("۳۸٫۲", "۳۶٫۹"),
        ("３８．２", "３６，９"),
        ("38·2", "36,9 °C"),
        ("38,2 °C", "36.9"),
    ):
        temperature.fill(fever)
        expect(brought_up).to_have_count(2)  # swollen glands, and a rash elsewhere
        temperature.fill(none)
        expect(brought_up).to_have_count(0)
