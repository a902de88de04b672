"""The phone, which knows one day alone, judges that day and says what to do as the server does: tried on people aimed
at each criterion."""

import json
from dataclasses import replace
from datetime import UTC, datetime, time
from random import Random
from zoneinfo import ZoneInfo

import pytest

from accounts.opening_hours import OpeningHours
from symptoms.recovery import one_day
from symptoms.recovery.assessment import Assessment, assess
from symptoms.recovery.course import Course
from symptoms.recovery.protocol import PROTOCOL
from symptoms.recovery.texts import who_of
from symptoms.recovery.vocabulary import Sign, Symptom, Urgency
from symptoms.wording.findings import Reported
from symptoms.wording.one_day import numbers_as_data, phone_file
from symptoms.wording.opening import Opening
from symptoms.wording.patient import PhoneNumbers, Place, verdict
from tests.aimed import aimed
from tests.courses import drawn
from tests.house import tree
from tests.tries import EVERYTHING, tries

pytestmark = pytest.mark.browser

PEOPLE = tries(20, 10_000)  # for each criterion
AT_A_TIME = 2_500
SPOKEN_TO = tries(5, 200)  # for each criterion
NAMED = {"sign", "symptom", "temperature"}  # facts of the day itself
JUDGE = """async ([rules, cases]) => {
    const { judged } = await import("/static/js/red-flags.js");
    const [read, day] = [JSON.parse(rules), JSON.parse(cases)];
    return JSON.stringify(day.map(([patient, on, answers]) => judged(read, patient, on, answers)));
}"""
SAY = """async ([file, cases]) => {
    const { judged } = await import("/static/js/red-flags.js");
    const { advised } = await import("/static/js/advice-words.js");
    const [{ rules, words }, day] = [JSON.parse(file), JSON.parse(cases)];
    const said = ([about, on, answers, now]) =>
        advised(words, about, judged(rules, about.patient, on, answers), on, answers, now);
    return JSON.stringify(day.map(said));
}"""
SHOWN_BY_ONE_DAY = [criterion for criterion in PROTOCOL.criteria if criterion.as_data() is not None]


@pytest.fixture(scope="module")
def phone(chromium):
    """A page that holds nothing but our scripts."""
    page = chromium.new_page()
    page.route("**/*", lambda route: route.fulfill(**_file(route.request.url)))
    page.goto("http://phone.test/")
    yield page
    page.close()


def _file(url: str) -> dict[str, str]:
    path = tree.ROOT / url.removeprefix("http://phone.test/")
    return {"path": path} if path.is_file() else {"body": "<!doctype html>", "content_type": "text/html"}


def _case(course: Course) -> list:
    """What the phone knows of a course of one entry."""
    (entry,) = course.entries
    answers = {
        "symptoms": entry.symptoms,
        "signs": sorted(entry.signs),
        "exposures": sorted(entry.exposures),
        "temperature_c": entry.temperature_c,
    }
    return [one_day.about(course.patient, course.treatment), entry.day, answers]


def _by_server(assessment: Assessment) -> list:
    return [
        (flag.concern, flag.urgency.slug, [
            (held.criterion, held.urgency.slug, [fact.word for fact in held.evidence if fact.kind in NAMED])
            for held in flag.findings
        ])
        for flag in assessment.flags
    ]  # fmt: skip


def _by_phone(judged: dict) -> list:
    named = {*Symptom, *Sign, "temperature_c"}
    return [
        (flag["concern"], flag["urgency"], [
            (held["id"], held["urgency"], [word for word in held["facts"] if word in named])
            for held in flag["criteria"]
        ])
        for flag in judged["flags"]
    ]  # fmt: skip


def _asked(phone, script: str, rules: dict, cases: list) -> list[dict]:
    """What the phone says of each case, some at a time."""
    said: list[dict] = []
    for start in range(0, len(cases), AT_A_TIME):
        some = json.dumps(cases[start : start + AT_A_TIME])
        said += json.loads(phone.evaluate(script, [json.dumps(rules), some]))
    return said


def judged_by(phone, courses: list[Course]) -> list[dict]:
    """What the phone says of courses of one entry each."""
    return _asked(phone, JUDGE, one_day.rules(), [_case(course) for course in courses])


@pytest.mark.parametrize("criterion", SHOWN_BY_ONE_DAY, ids=lambda criterion: criterion.id)
def test_phone_and_server_agree_on_one_day(phone, criterion):
    chance = Random(criterion.id)
    courses = [aimed(criterion, chance) for _ in range(PEOPLE)]
    held = 0
    for course, by_phone in zip(courses, judged_by(phone, courses), strict=True):
        judged = assess(course, day=course.entries[0].day)
        by_server = _by_server(judged)
        assert _by_phone(by_phone) == by_server, course
        assert by_phone["urgency"] == judged.urgency.slug
        held += any(one[0] == criterion.id for _, _, findings in by_server for one in findings)
    assert abs(held / PEOPLE - 1 / 2) < (1 / 4 if EVERYTHING else 9 / 20), "it should hold in about half of them"


# Where the orders of protocol and urgency differ: at risk, a cold sore stands before an infection that can wait; blood
# comes last; six things are named of eight.
CROWDED = [
    "C diabetes cold_sores | 3 tingling feeling_ill",
    "C shared diabetes cold_sores | 2 tingling",
    "C | 5 pus spreading_redness red_streaks honey_crust blisters black_skin eye_pain T38.4 pain4",
]


def test_what_is_raised_stands_in_the_order_of_the_server(phone):
    courses = [drawn(text) for text in CROWDED]
    for course, by_phone in zip(courses, judged_by(phone, courses), strict=True):
        assert _by_phone(by_phone) == _by_server(assess(course, day=course.entries[0].day))


# --- what is said

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)  # a Tuesday
MORNINGS, ALWAYS = ({day: ((time(opens), time(closes)),) for day in range(5)} for opens, closes in ((8, 11), (8, 18)))


def _opening(week) -> Opening:
    return Opening("Larkfield", OpeningHours(ZoneInfo("UTC"), week), ZoneInfo("UTC"), NOON)


CLINIC = PhoneNumbers("999", "111", "Larkfield", "020 7946 0123")
ABROAD = (Place("France", "112", "116 117"), Place("", "999", ""))
SPOKEN = [
    CLINIC,
    replace(CLINIC, opening=_opening(ALWAYS)),
    replace(CLINIC, opening=_opening(MORNINGS)),
    replace(CLINIC, opening=_opening(MORNINGS), urgent=""),
    replace(CLINIC, urgent="", phone=""),
    PhoneNumbers("999", "111"),
    PhoneNumbers(""),
    PhoneNumbers("", clinic="Larkfield", phone="020 7946 0123", places=ABROAD),
]


def _by_server_in_words(course: Course, numbers: PhoneNumbers, unit: str) -> dict:
    (entry,) = course.entries
    judged = assess(course, day=entry.day)
    reported = Reported(entry, who=who_of(course.patient, course.treatment))
    flags = judged.as_json()["flags"]
    said = verdict(judged.urgency, flags, reported=reported, compared=(), numbers=numbers, unit=unit)
    return {
        "urgency": said.urgency, "word": said.word, "heading": said.heading, "first": list(said.first),
        "line": said.line, "calls": [(call.label, call.number, call.tel) for call in said.calls],
        "closed": bool(said.closed), "steps": list(said.steps), "afterCall": list(said.after_call),
        "doNotWait": said.do_not_wait, "also": said.also, "atOnce": said.at_once,
        "concerns": [(one.title, list(one.means), list(one.care)) for one in said.concerns],
    }  # fmt: skip


def _by_phone_in_words(said: dict) -> dict:
    return said | {
        "calls": [tuple(call[key] for key in ("label", "number", "tel")) for call in said["calls"]],
        "closed": bool(said["closed"]),
        "concerns": [(one["title"], one["means"], one["care"]) for one in said["concerns"]],
    }


def _people() -> list[tuple[Course, PhoneNumbers, str]]:
    chance = Random("words")
    courses = [aimed(criterion, chance) for criterion in SHOWN_BY_ONE_DAY for _ in range(SPOKEN_TO)]
    raising = [course for course in courses if assess(course, day=course.entries[0].day).urgency >= Urgency.CONTACT]
    people = [(course, chance.choice(SPOKEN), chance.choice("cf")) for course in raising]
    return people + [(drawn(text), CLINIC, "c") for text in CROWDED]


def test_the_phone_says_what_the_server_says(phone):
    people = _people()
    cases = []
    for course, numbers, unit in people:
        patient, day, answers = _case(course)
        about = {"patient": patient, "numbers": numbers_as_data(numbers, NOON, is_verified=True), "unit": unit}
        cases.append([about, day, answers, NOON.timestamp()])
    said = _asked(phone, SAY, phone_file(), cases)
    for (course, numbers, unit), by_phone in zip(people, said, strict=True):
        expected = _by_server_in_words(course, numbers, unit)
        assert _by_phone_in_words(by_phone) | expected == _by_phone_in_words(by_phone), course
    assert {"contact", "urgent", "emergency"} == {by_phone["urgency"] for by_phone in said}
