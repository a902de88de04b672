"""How facts are printed for practitioners: in the patterns of words.md, days together, the limit with its first day."""

import re
from collections.abc import Iterable

import pytest
from django.urls import reverse
from django.utils.html import strip_tags

from symptoms.wording.evidence import evidence, in_a_line
from tests import people
from tests.pages.html import text_of
from tests.recovery.test_texts import rows
from tests.treatments import logged, pen

PATTERNS = {
    what: re.findall(r'"([^"]+)"', pattern) for what, pattern in (row[:2] for row in rows("3.3.4") if len(row) == 2)
}


def flag(*facts: tuple, offset: int = 0) -> dict:
    """A flag that rests on facts, each (kind, word, day, value, limit)."""
    held = [dict(zip(("kind", "word", "day", "value", "limit"), fact, strict=True)) for fact in facts]
    criterion = {"id": "X-1", "urgency": "urgent", "source": "", "treatment_offset": offset, "evidence": held}
    return {"concern": "infection", "urgency": "urgent", "criteria": [criterion]}


def graded(word: str, days: Iterable[tuple[int, int, int]]) -> list[tuple]:
    return [("symptom", word, day, level, limit) for day, level, limit in days]


def printed(flag: dict) -> list[str]:
    return [strip_tags(fact.text) for fact in evidence(flag)]


def test_symptoms_and_temperatures_are_printed_in_the_patterns():
    pain = flag(*graded("pain", [(2, 1, 1), (3, 2, 1), (4, 3, 1)]))
    redness = flag(*graded("redness", [(14, 2, 0), (16, 2, 0)]))
    assert [*printed(pain), *printed(redness)] == PATTERNS["a symptom above its ceiling"]
    fever = flag(("temperature", "temperature_c", 4, 38.1, 38.0))
    assert [line.replace("\u00a0", " ") for line in printed(fever)] == PATTERNS["a temperature"]


@pytest.mark.parametrize(
    ("facts", "offset", "line"),
    [
        (graded("pain", [(6, 3, 1)]), 0, "Pain: severe (day 6). Expected from day 6: mild at most."),
        (graded("pain", [(1, 2, 2), (2, 2, 1)]), 0, "Pain: medium (days 1, 2). Expected from day 2: mild at most."),
        (
            graded("redness", [(day, 1 + day % 3, 0) for day in range(9, 15)]),
            0,
            "Redness: mild to severe (6 days from day 9 on). Expected from day 9: none.",
        ),
        (
            graded("raised_scar", [(60, 1, 0)]),
            1,
            "Raised skin: mild (day 60 of the session 1 day before). Expected from day 60: none.",
        ),
        (
            [("temperature", "temperature_c", day, value, 37.8) for day, value in ((2, 37.8), (3, 37.9))],
            0,
            "Temperature 37.8 °C on day 2, 37.9 °C on day 3 (counts from 37.8 °C)",
        ),
        ([("temperature", "temperature_c", 4, 39.2, 39.0)], 0, "Temperature 39.2 °C on day 4 (fever from 38.0 °C)"),
        ([("temperature", "temperature_c", 4, 39.2, 37.5)], 0, "Temperature 39.2 °C on day 4 (fever from 38.0 °C)"),
        ([("sign", "pus", 4, None, None)], 0, "Pus on day 4: not expected on any day"),
        ([("sign", "numbness", 4, None, None)], 0, "A numb patch on day 4: ordinary on days 0 and 1 only"),
        ([("exposure", "unprotected_sun", 8, None, None)], 0, "Sun without cover on day 8"),
        ([("condition", "cold_sores", None, None, None)], 0, "Cold sores"),
        ([("treatment", "fitzpatrick", None, 5, None)], 0, "Skin type V"),
    ],
)
def test_each_kind_of_fact_is_one_sentence(facts, offset, line):
    assert printed(flag(*facts, offset=offset)) == [line]


def test_a_sign_of_the_red_box_is_said_first():
    signs = [("sign", word, 6, None, None) for word in ("spreading_redness", "feeling_ill", "confused_or_drowsy")]
    assert in_a_line(flag(*signs)) == "confusion or drowsiness, spreading redness or heat, feeling ill"


def test_a_line_says_what_rose_and_on_how_many_days():
    facts = [*graded("redness", [(14, 2, 0), (16, 2, 0)]), *graded("pain", [(14, 1, 0), (16, 3, 0)])]
    assert in_a_line(flag(*facts)) == "pain severe, up from mild, redness medium on 2 days"


@pytest.mark.django_db
def test_the_pages_around_the_facts_say_them_in_their_words(desk, clinic, noor):
    session = pen(people.ana(clinic), days_ago=4, by=noor, baseline={"redness": 1})
    logged(session, 4, pain=3, signs=["pus"])
    shown = text_of(desk.get(reverse("patient", args=[session.patient_id])))
    (course,) = PATTERNS["the course"]
    assert course.replace(":", "") in shown
    assert f"{PATTERNS['usual levels'][0]} Redness mild" in shown
    assert PATTERNS["what the patient read"][0] in shown
    edit = text_of(desk.get(reverse("practice_treatment_edit", args=[session.id])))
    assert PATTERNS["usual levels"][1] in edit
    assert PATTERNS["when usual levels, depth or skin type are changed"][0] in edit
