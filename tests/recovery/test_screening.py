"""What is asked before a treatment is what the evidence asks, in its words; and what each answer changes."""

import re
from decimal import Decimal
from pathlib import Path

import pytest

from symptoms.recovery.care import SEEK_HELP
from symptoms.recovery.ceilings import MODIFIERS
from symptoms.recovery.groups import IMPLIED_BASELINE
from symptoms.recovery.protocol import PROTOCOL
from symptoms.recovery.screening import (
    CHECKLISTS,
    HOME,
    NEEDLES,
    PREVENT,
    QUESTIONS,
    RESULTS,
    SKIN_DOCTOR,
    Answers,
    Clearance,
    clearance_of,
    findings,
    needs_skin_doctor,
    recorded_words,
    rules_of,
    unanswered,
)
from symptoms.recovery.texts import CONCERN_TEXTS
from symptoms.recovery.vocabulary import Condition, Medication
from symptoms.wording.depth import needling_at_home
from symptoms.wording.screening import CHANGES, IN_CARE

EVIDENCE = (Path(__file__).parent / "before.md").read_text()
WORDS = {*map(str, Condition), *map(str, Medication)}
QUESTION_ROW = re.compile(r'^\| (\d+) \| "(.+?)" \| (.+?) \| "(.+?)" \| (.+?) \| (.+?) \|$', re.M)
ROWS = {int(number): cells for number, *cells in QUESTION_ROW.findall(EVIDENCE)}
ALL_NO = dict.fromkeys([question.key for question in QUESTIONS], "no")


def test_the_questions_are_asked_and_answered_in_the_words_of_the_evidence_and_in_its_order():
    assert list(ROWS) == list(range(1, 25))
    assert [(question.ask, question.say) for question in QUESTIONS] == [
        (ask, say) for ask, _, say, _, _ in ROWS.values()
    ]


@pytest.mark.parametrize("number", ROWS)
def test_a_question_is_as_strict_and_records_what_the_evidence_says(number):
    _, means, _, effect, source = ROWS[number]
    question = QUESTIONS[number - 1]
    named = {clearance.slug for clearance in Clearance if re.search(rf"\b{clearance.slug}\b", means)}
    assert {part.clearance.slug for part in question.parts} | {question.clearance.slug} == named
    assert question.words == {word for word in re.findall("[a-z0-9_]+", effect) if word in WORDS}
    sources = set(re.findall(r"[SK]\d+[a-z]?|\[D\]", source))
    # A range is written out.
    assert sources <= set(re.findall(r"[SK]\d+[a-z]?|\[D\]", question.source))


@pytest.mark.parametrize(
    ("key", "part", "clearance"),
    [
        ("isotretinoin", "now", "stop"),
        ("isotretinoin", "before", "doctor"),
        ("allergy", "metal", "stop"),
        ("allergy", "numbing_cream", "stop"),
        ("allergy", "latex", "doctor"),
        ("acne", "severe", "stop"),
        ("acne", "mild", "doctor"),
        ("immune_skin", "scleroderma", "stop"),
        ("immune_skin", "lupus", "doctor"),
        ("implant", "pacemaker", "stop"),
        ("implant", "plate", "doctor"),
        ("age", "under_18", "stop"),
        ("age", "18_to_21", "adapt"),
        ("age", None, "stop"),
        ("allergy", None, "stop"),
    ],
)
def test_the_part_that_is_named_decides_and_while_none_is_the_strictest_does(key, part, clearance):
    answers = Answers({**ALL_NO, key: "yes"}, {key: frozenset({part} if part else ())})
    assert clearance_of(answers) is Clearance[clearance.upper()]


def test_every_condition_and_medicine_is_asked_about():
    assert frozenset().union(*(question.words for question in QUESTIONS)) == WORDS


def test_the_result_line_is_that_of_the_worst_answer_in_the_words_of_the_evidence():
    texts = dict(re.findall(r'\b(stop|doctor|adapt|none): "(.+?)"', EVIDENCE))
    assert {
        ("none" if clearance is Clearance.CLEAR else clearance.slug): RESULTS[clearance] for clearance in Clearance
    } == texts
    assert f'"{SKIN_DOCTOR}"' in EVIDENCE
    answers = {**ALL_NO, "cold_sores": "yes"}
    assert clearance_of(Answers(answers)) is Clearance.ADAPT
    assert clearance_of(Answers({**answers, "rosacea": "yes"})) is Clearance.DOCTOR
    assert clearance_of(Answers({**answers, "rosacea": "yes", "tan": "yes"})) is Clearance.STOP


def test_nothing_speaks_against_it_is_said_only_of_answers_that_are_all_there():
    assert clearance_of(Answers(ALL_NO)) is Clearance.CLEAR
    for key in ALL_NO:
        some = {other: "no" for other in ALL_NO if other != key}
        assert clearance_of(Answers(some)) is None and unanswered(Answers(some)) == 1
        assert clearance_of(Answers({**some, key: "unsure"})) is not Clearance.CLEAR


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.key)
def test_a_skin_doctor_is_asked_first_on_stop_on_doctor_and_by_whoever_is_not_sure(question):
    yes = Answers({**ALL_NO, question.key: "yes"})
    assert needs_skin_doctor(yes) is (question.clearance >= Clearance.DOCTOR)
    unsure = Answers({**ALL_NO, question.key: "unsure"})
    assert needs_skin_doctor(unsure) and clearance_of(unsure) is min(question.clearance, Clearance.DOCTOR)
    assert not needs_skin_doctor(Answers(ALL_NO))


@pytest.mark.parametrize(
    ("answers", "parts", "present", "absent"),
    [
        ({"rosacea": "yes"}, {}, {"rosacea"}, set()),
        ({"rosacea": "no"}, {}, set(), {"rosacea"}),
        ({"rosacea": "unsure"}, {}, set(), set()),
        ({"marks": "yes"}, {"marks": {"melasma"}}, {"melasma"}, {"pih_history"}),
        ({"marks": "yes"}, {"marks": {"skin"}}, set(), {"melasma", "pih_history"}),
        ({"marks": "yes"}, {}, set(), set()),
        ({"acne": "yes"}, {}, {"active_acne"}, set()),
        ({"isotretinoin": "yes"}, {"isotretinoin": {"before"}}, {"isotretinoin_6m"}, set()),
        # Two questions ask about it: one no is not enough, one yes is.
        ({"numbing": "no"}, {}, set(), set()),
        ({"numbing": "no", "allergy": "no"}, {}, set(), {"latex_or_anaesthetic_allergy", "metal_allergy"}),
        (
            {"numbing": "no", "allergy": "yes"},
            {"allergy": {"latex"}},
            {"latex_or_anaesthetic_allergy"},
            {"metal_allergy"},
        ),
        # What was ticked beneath a yes that became a no does not count.
        ({"marks": "no"}, {"marks": {"melasma"}}, set(), {"melasma", "pih_history"}),
    ],
)
def test_answers_say_what_is_so_and_what_is_not(answers, parts, present, absent):
    filled = Answers(answers, {key: frozenset(ticked) for key, ticked in parts.items()})
    assert recorded_words(filled) == (present, absent)


def test_the_rules_that_an_answer_changes_are_those_that_read_its_word():
    assert rules_of("eczema") == ("MOD-3", "CS-1", "CS-2")
    assert {"MOD-8", "INF-4", "INF-24", "INF-34"} <= {*rules_of("diabetes")} == {*rules_of("oral_steroid")}
    assert rules_of("cold_sores") == ("CS-4", "CS-6")
    assert {*rules_of("melasma")} == {"PIG-2", "PIG-3"}
    assert {*rules_of("blood_thinner")} >= {"MOD-5", "MOD-6", "BLED-4", "BLED-5", "BLED-6", "BLED-13", "BLED-14"}
    assert {*rules_of("pregnant")} == {"INF-23", "INF-24", "INF-35", "INF-36"}
    care_alone = {word for word in WORDS if not rules_of(word)}
    assert care_alone == {"isotretinoin_6m", "topical_retinoid", "skin_cancer", "breastfeeding"}


def test_what_an_answer_changes_is_said_in_words_with_the_days_of_its_rules():
    assert {*map(str, CHANGES)} == {word for question in QUESTIONS for word in question.words}
    ends = {modifier.id: {modifier.first, modifier.last} for modifier in MODIFIERS}
    ends |= {rule.id: {day for span in rule.days.spans.values() for day in span} for rule in PROTOCOL.criteria}
    for word, change in CHANGES.items():
        days = set(map(int, re.findall(r"day (\d+)", str(change))))
        assert days <= {day for rule in rules_of(word) for day in ends.get(rule, ())}, word
        assert (change == IN_CARE) is (not rules_of(word)), word


def test_the_lists_are_those_of_the_evidence():
    choosing, clean = (
        re.findall(r'- \[ \] "(.+?)"$', EVIDENCE.split(f"**{heading}**")[1].split("**")[0], re.M)
        for heading in ("Choosing a person and a place", "Clean and safe on the day")
    )
    assert [[text for _, text in checklist.items] for checklist in CHECKLISTS] == [choosing, clean]
    prevent = EVIDENCE.split("**How to prevent lasting harm**")[1].split("**Home roller**")[0]
    assert list(PREVENT) == re.findall(r'"(.+?)"', prevent)
    assert f'**Home roller**: "{HOME}"'.replace("\u00a0", " ") in EVIDENCE
    keys = [key for checklist in CHECKLISTS for key, _ in checklist.items]
    assert len(keys) == len(set(keys)) == 15


def test_what_is_said_of_needles_is_said_in_the_same_words_elsewhere():
    texts = {fault.what: fault.text for fault in NEEDLES}
    assert list(texts) == ["Too long", "Shared", "Blunt"]
    assert needling_at_home("roller", "home", Decimal("1.0")).startswith(texts["Too long"])
    carries = next(line.say for line in CONCERN_TEXTS["blood_borne_infection"].means if "HIV" in line.say)
    within = next(bullet for bullet in SEEK_HELP["urgent"].bullets if "72 hours" in bullet)
    assert texts["Shared"] == f"{carries} {within}."


def test_each_question_whose_condition_implies_a_usual_level_names_the_condition():
    asked = {word for question in QUESTIONS for word in question.words}
    assert set(map(str, IMPLIED_BASELINE)) <= asked


def test_a_stored_document_is_read_back_and_what_is_not_asked_is_left_out():
    answers = Answers(
        {"marks": "yes", "tan": "no"}, {"marks": frozenset({"melasma"})}, 5, 0, {"dark_patches": 2},
        frozenset({"clean.needles"}),
    )  # fmt: skip
    assert Answers.of(answers.document()) == answers and answers and findings(answers)[0].records == {"melasma"}
    for odd in (
        None, 7, [], {"answers": 3}, {"answers": {"gone": "yes", "tan": "perhaps", "marks": ["yes"]}},
        {"parts": {"marks": "melasma", "gone": ["x"], "tan": [1, {}]}}, {"usual": {"pain": 2, "redness": True}},
        {"skin_colour": 9, "skin_burning": "2"}, {"ticked": [[], "gone"]},
    ):  # fmt: skip
        assert not Answers.of(odd), odd
