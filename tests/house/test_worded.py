"""Every word of the vocabulary, every concern and every criterion has its words for people."""

import re

import pytest
from django.template.loader import get_template
from django.urls import URLPattern, get_resolver

from accounts.web.middleware import rule_of
from symptoms.recovery.protocol import PROTOCOL
from symptoms.recovery.questions import BY_WORD
from symptoms.recovery.texts import CONCERN_TEXTS, OPENINGS, PRACTITIONER_TEXTS, heading_of
from symptoms.recovery.vocabulary import Concern, Exposure, Sign, Symptom, Urgency
from symptoms.wording import patient, practitioner
from symptoms.wording.practitioner import concern_title, urgency_word
from tests.house.tree import files, name


@pytest.mark.parametrize("word", [*Symptom, *Sign, *Exposure, "temperature_c"], ids=str)
def test_a_word_has_its_question(word):
    question = BY_WORD[str(word)]
    assert question.text and question.title and question.help
    assert question.kind != "symptom" or len(question.steps) == 5


def test_every_concern_is_raised_by_some_criterion_and_every_criterion_speaks_of_one():
    days = range(181)
    raised = {concern for criterion in PROTOCOL.criteria for day in days for concern in criterion.concerns(day)}
    assert raised == set(Concern)


@pytest.mark.parametrize("concern", Concern, ids=str)
def test_a_concern_has_its_words_for_both_sides(concern):
    for_patient, for_practitioner = CONCERN_TEXTS[heading_of(concern)], PRACTITIONER_TEXTS[concern]
    assert for_patient.titles and for_patient.means and for_patient.care
    assert for_practitioner.title and for_practitioner.think and for_practitioner.record
    assert concern_title(str(concern)) not in ("", str(concern))


@pytest.mark.parametrize("urgency", [*Urgency, None], ids=str)
def test_an_urgency_has_its_words_for_both_sides(urgency):
    assert OPENINGS["unjudged" if urgency is None else urgency.slug]
    assert urgency_word(urgency)


URGENCY_WORDS = {*patient.URGENCIES.values(), patient.CONTACT_ALONE, patient.NOT_JUDGED, practitioner.NOT_JUDGED}


def test_the_words_of_an_urgency_stand_in_no_template():
    """Urgencies are worded in `symptoms/wording/` alone; the filters of the templates ask there."""
    repeated = [
        f"{name(path)}: {word}"
        for path in files("templates", suffixes={".html", ".txt"})
        for word in URGENCY_WORDS
        if re.search(rf"(?:^|[>}}])\s*{word}\s*(?:$|[<{{])", path.read_text(), re.M)  # by itself, not in a sentence
    ]
    assert not repeated


def test_every_criterion_id_is_unique():
    ids = [criterion.id for criterion in PROTOCOL.criteria]
    assert len(ids) == len(set(ids))


def routes(patterns=None, before=""):
    """Every route with its view."""
    for pattern in patterns if patterns is not None else get_resolver().url_patterns:
        if isinstance(pattern, URLPattern):
            yield before + str(pattern.pattern), pattern.callback
        else:
            yield from routes(pattern.url_patterns, before + str(pattern.pattern))


def test_every_view_says_who_may_open_it():
    assert [route for route, view in routes() if rule_of(view) is None] == []


@pytest.mark.parametrize("status", [400, 403, 404, 500])
def test_every_error_has_its_page(status):
    get_template(f"{status}.html")
