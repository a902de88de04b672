"""The phone, which knows one day alone, judges that day as the server does: tried on people aimed at each criterion."""

import json
from random import Random

import pytest

from symptoms.recovery import one_day
from symptoms.recovery.assessment import Assessment, assess
from symptoms.recovery.course import Course
from symptoms.recovery.protocol import PROTOCOL
from symptoms.recovery.vocabulary import Sign, Symptom
from tests.aimed import aimed
from tests.house import tree
from tests.tries import EVERYTHING, tries

pytestmark = pytest.mark.browser

PEOPLE = tries(20, 10_000)  # for each criterion
AT_A_TIME = 2_500
NAMED = {"sign", "symptom", "temperature"}  # facts of the day itself
JUDGE = """async ([rules, cases]) => {
    const { judged } = await import("/static/js/red-flags.js");
    const [read, day] = [JSON.parse(rules), JSON.parse(cases)];
    return JSON.stringify(day.map(([patient, on, answers]) => judged(read, patient, on, answers)));
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


def _by_phone(judged: dict, named: set[str]) -> list:
    return [
        (flag["concern"], flag["urgency"], [
            (held["id"], held["urgency"], [word for word in held["facts"] if word in named])
            for held in flag["criteria"]
        ])
        for flag in judged["flags"]
    ]  # fmt: skip


def judged_by(phone, courses: list[Course]) -> list[dict]:
    """What the phone says of courses of one entry each."""
    rules = json.dumps(one_day.rules())
    said: list[dict] = []
    for start in range(0, len(courses), AT_A_TIME):
        cases = json.dumps([_case(course) for course in courses[start : start + AT_A_TIME]])
        said += json.loads(phone.evaluate(JUDGE, [rules, cases]))
    return said


@pytest.mark.parametrize("criterion", SHOWN_BY_ONE_DAY, ids=lambda criterion: criterion.id)
def test_phone_and_server_agree_on_one_day(phone, criterion):
    chance = Random(criterion.id)
    courses = [aimed(criterion, chance) for _ in range(PEOPLE)]
    named = {*Symptom, *Sign, "temperature_c"}
    held = 0
    for course, by_phone in zip(courses, judged_by(phone, courses), strict=True):
        judged = assess(course, day=course.entries[0].day)
        by_server = _by_server(judged)
        assert _by_phone(by_phone, named) == by_server, course
        assert by_phone["urgency"] == judged.urgency.slug
        held += any(one[0] == criterion.id for _, _, findings in by_server for one in findings)
    assert abs(held / PEOPLE - 1 / 2) < (1 / 4 if EVERYTHING else 9 / 20), "it should hold in about half of them"
