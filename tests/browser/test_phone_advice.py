"""What the phone shows of a day's answers before and without the server, and how it reads them out of the form."""

import gzip
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from urllib.parse import urlsplit

import pytest
from django.contrib.staticfiles.finders import find
from django.core.exceptions import ValidationError
from django.template.loader import render_to_string
from django.utils.translation import override
from playwright.sync_api import expect

from symptoms.forms.temperature import in_celsius
from symptoms.recovery.course import Course
from symptoms.recovery.one_day import about
from symptoms.recovery.protocol import PROTOCOL
from symptoms.wording.one_day import numbers_as_data, phone_file
from symptoms.wording.patient import PhoneNumbers
from tests import pseudo
from tests.courses import drawn

pytestmark = pytest.mark.browser

SITE = "http://phone.test/"
RULES = "red-flags/en-gb.json"
LARGEST = 12_000  # bytes over the wire
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
PAGE = """<!doctype html><html lang="en-gb"><title>Log</title>
<link rel="stylesheet" href="/static/css/base.css"><script type="module" src="/static/js/advice.js"></script>
<main class="page">{}</main></html>"""
LOG = """<form class="log" method="post" action="/slow/"><input name="day" value="5">
<label><input type="checkbox" name="signs" value="pus">Pus</label><button>Save</button></form>
<script type="module" src="/static/js/meanwhile.js"></script>"""
KEEP = """() => new MutationObserver(() => {
    sessionStorage.setItem("said", document.querySelector("phone-advice:not([hidden]) .verdict")?.innerText ?? "");
}).observe(document.querySelector("phone-advice"), { attributes: true })"""
POLICY = {"Content-Security-Policy": "default-src 'self'"}
SHOW = """async ([facts, day, fields]) => {
    await customElements.whenDefined("phone-advice");
    return document.querySelector("phone-advice").show(facts, day, fields);
}"""
READ = """async (typed) => {
    const { answersOf } = await import("/static/js/answers.js");
    const fields = (number) => [["temperature_c", number], ["pain", ""], ["redness", "0"]];
    return typed.map(([number, unit]) => answersOf(fields(number), ["pain", "redness"], unit));
}"""


@pytest.fixture
def phone(chromium):
    """A page with nothing but the advice on it; the rules are answered while `page.answers_rules`."""
    page = chromium.new_page(viewport={"width": 360, "height": 740})
    page.complaints, page.answers_rules, page.held = [], True, []
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    page.route("**/*", lambda route: _answer(page, route))
    page.goto(SITE)
    yield page
    page.close()
    assert page.complaints == []


def _answer(page, route) -> None:
    path = urlsplit(route.request.url).path.removeprefix("/static/")
    if path == "/":
        body = PAGE.format(render_to_string("patient/phone_advice.html"))
        route.fulfill(body=body, content_type="text/html", headers=POLICY)
    elif path == "/log/":
        facts = json.dumps(_facts(drawn("C"), "Larkfield"))
        body = PAGE.format(render_to_string("patient/phone_advice.html", {"facts": facts}) + LOG)
        route.fulfill(body=body, content_type="text/html", headers=POLICY)
    elif path == "/slow/":
        page.held.append(route)
    elif path == RULES and not page.answers_rules:
        route.abort("internetdisconnected")
    else:
        file = find(path)
        route.fulfill(path=file) if file else route.fulfill(status=404)


def _facts(course: Course, clinic: str) -> dict:
    """As `phone_facts` gives them."""
    numbers = PhoneNumbers("999", "111", clinic, "020 7946 0123")
    return {
        "patient": about(course.patient, course.treatment),
        "numbers": numbers_as_data(numbers, NOON, is_verified=True),
        "unit": "c",
        "version": PROTOCOL.version,
    }


def _show(
    phone, who: str, day: int, *said: str, clinic: str = "Larkfield", unit: str = "c", version: str = PROTOCOL.version
) -> str | None:
    """What `show` gives for somebody who said this: "pain3", "pus", "T38.2"."""
    course = drawn(f"{who} | {day} {' '.join(said)}")
    (entry,) = course.entries
    facts = _facts(course, clinic) | {"version": version}
    fields = [*entry.symptoms.items(), *(("signs", sign) for sign in entry.signs), ("unit", unit)]
    fields += [("temperature_c", str(entry.temperature_c))] if entry.temperature_c else []
    return phone.evaluate(SHOW, [json.loads(json.dumps(facts)), day, [[name, str(value)] for name, value in fields]])


def test_an_emergency_is_said_at_once_with_whom_to_call_and_takes_the_focus(phone):
    assert _show(phone, "C", 3, "hives", "trouble_breathing") == "emergency"
    heading = phone.get_by_role("heading", name="Signs of an allergic reaction", level=2).first
    expect(heading).to_be_focused()
    verdict = phone.locator(".verdict")
    expect(verdict).to_have_attribute("data-urgency", "emergency")
    expect(verdict.locator(".verdict-head")).to_contain_text("Get emergency help now")
    expect(verdict.get_by_role("link", name="Call 999")).to_have_attribute("href", "tel:999")
    expect(verdict.locator(".leaf").first).to_contain_text("Use your adrenaline (epinephrine) pen now")
    expect(verdict).to_contain_text("Only once your log is sent can we tell what went up")
    assert phone.evaluate("document.documentElement.scrollWidth") == 360


def test_what_is_said_gives_way_to_what_is_said_next(phone):
    _show(phone, "C", 5, "pus", "T100.9", unit="f")
    expect(phone.locator(".verdict")).to_contain_text("a temperature of 100.9 °F")
    assert _show(phone, "C", 5, "pain0") == "on_track"
    expect(phone.locator(".verdict")).to_have_count(1)
    expect(phone.locator(".verdict")).to_have_attribute("data-urgency", "unjudged")
    expect(phone.locator(".verdict")).to_contain_text("Don’t take this as “all is well”")
    expect(phone.locator(".verdict")).not_to_contain_text("On track")


def test_a_name_that_looks_like_markup_is_shown_as_it_is(phone):
    _show(phone, "C", 5, "pus", clinic="<img src=x onerror=alert(1)> & Sons")
    expect(phone.get_by_role("link", name="Call <img src=x onerror=alert(1)> & Sons")).to_be_visible()
    assert phone.locator("main img").count() == 0


def test_where_the_rules_cannot_be_read_the_page_says_that_nothing_was_checked(phone):
    phone.answers_rules = False
    assert _show(phone, "C", 5, "pus") is None
    expect(phone.get_by_role("alert")).to_contain_text("We could not check these answers on this phone.")
    phone.answers_rules = True
    assert _show(phone, "C", 5, "pus") == "urgent"
    expect(phone.get_by_role("alert")).to_be_hidden()


def test_rules_of_another_version_than_the_form_say_what_cannot_wait_and_call_nothing_calm(phone):
    assert _show(phone, "C", 5, "pus", version="2025.1") == "urgent"
    expect(phone.locator(".verdict")).to_contain_text("This needs to be checked today: pus.")
    expect(phone.get_by_role("alert")).to_be_hidden()
    assert _show(phone, "C", 5, "pain0", version="2025.1") is None
    expect(phone.get_by_role("alert")).to_contain_text("We could not check these answers on this phone.")
    expect(phone.locator(".verdict")).to_have_count(0)


@pytest.mark.parametrize("ticked", [True, False])
def test_where_sending_takes_long_what_cannot_wait_is_said_meanwhile(phone, ticked):
    phone.goto(f"{SITE}log/")
    phone.evaluate(KEEP)
    phone.get_by_label("Pus").set_checked(ticked)
    phone.get_by_role("button", name="Save").click(no_wait_after=True)
    phone.wait_for_timeout(3_000)
    phone.held.pop().fulfill(body="<!doctype html><p>Saved</p>", content_type="text/html")
    phone.get_by_text("Saved").wait_for()
    said = phone.evaluate("sessionStorage.getItem('said')") or ""
    assert ("This needs to be checked today: pus." in said) is ticked
    assert bool(said) is ticked


TYPED = [
    ("38.2", "c"), ("38,2", "c"), ("37.75", "c"), ("37.45", "c"), ("٣٨٫١ °C", "c"), ("३८.१", "c"), ("３８．５", "c"),
    ("100.4", "f"), ("100", "f"), ("99.77", "f"), ("100.22 °F", "f"), ("38 º", "c"), ("30", "c"), ("45.0", "c"),
]  # fmt: skip
MEANT = [("384", "c", 38.4), ("101", "c", 38.3), ("38.1", "f", 38.1), ("1004", "f", 38.0)]  # refused, and asked about
NO_NUMBER = ["", "warm", "3 8", "12", "38.123", "-38"]


def test_a_temperature_is_read_as_the_server_reads_it_and_a_slip_as_what_was_meant(phone):
    with_slips = [*TYPED, *((number, unit) for number, unit, _ in MEANT), *((number, "c") for number in NO_NUMBER)]
    read = phone.evaluate(READ, [list(one) for one in with_slips])
    assert {json.dumps(one["symptoms"]) for one in read} == {'{"redness": 0}'}  # what was skipped is no answer
    expected = [in_celsius(*one) for one in TYPED] + [meant for _, _, meant in MEANT] + [None] * len(NO_NUMBER)
    assert [one["temperature_c"] for one in read] == expected
    for number, unit, _ in MEANT:
        with pytest.raises(ValidationError):
            in_celsius(number, unit)


CODES = {"any", "none", "who", "crit", "no_crit", "only", "concern", "concerns"}
CODES |= {"comes_first", "looks_alike", "headings", "unwell"}


def _texts(value) -> Iterator[str]:
    """What people read of the words, without codes and places."""
    if isinstance(value, str):
        yield re.sub(r"\{\w+\}", "", value)
    elif isinstance(value, dict):
        for key, part in value.items():
            yield from () if key in CODES else _texts(part)
    elif isinstance(value, list):
        for part in value:
            yield from _texts(part)


def test_every_word_is_in_the_language_of_the_reader():
    pseudo.install()
    with override(pseudo.CODE):
        untranslated = [text for text in _texts(phone_file()["words"]) if re.search(r"[A-Za-z]", text)]
    assert untranslated == []


def test_the_rules_and_their_words_are_a_small_file():
    with open(find(RULES), "rb") as file:
        assert len(gzip.compress(file.read(), 9)) <= LARGEST
