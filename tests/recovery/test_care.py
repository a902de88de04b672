"""Care for each phase, what is allowed when, when to get help, and the words for each urgency and concern."""

import re

import pytest

from symptoms.recovery.care import PHASES, SEEK_HELP, care, phase_of, when_can_i
from symptoms.recovery.patient_texts import Grounds, opening, patient_text, texts_of
from symptoms.recovery.vocabulary import Concern, Urgency
from tests.courses import drawn


def _care(who: str, day: int) -> dict[str, str]:
    course = drawn(who)
    return {advice.topic: advice.text for advice in care(day, course.treatment, course.patient)}


def _allowed(who: str) -> dict[str, int]:
    course = drawn(who)
    return dict(when_can_i(course.treatment, course.patient))


def test_every_day_has_its_phase():
    edges = [(0, 0), (1, 1), (2, 1), (3, 2), (7, 2), (8, 3), (28, 3), (29, 4), (180, 4)]
    assert [(day, PHASES.index(phase_of(day))) for day, _ in edges] == edges


def test_there_is_no_sunscreen_on_open_pores_and_then_every_day():
    assert "No sunscreen" in _care("C", 0)["Sun"]
    assert _allowed("C")["Wear sunscreen"] == 1


def test_deep_needles_and_radiofrequency_wait_longer_for_the_pool():
    swim = "Swim or use a sauna, if the skin is closed"
    assert [_allowed(who)[swim] for who in "ABCDR"] == [7, 7, 7, 14, 14]
    assert "day 14" in _care("D", 5)["Pool, sea, sauna, hot tub, steam"]


@pytest.mark.parametrize(("who", "day"), [("C", 7), ("C type5", 10), ("C type?", 10), ("C rosacea", 10), ("R", 10)])
def test_strong_creams_wait_longer_on_skin_that_marks_or_flushes(who, day):
    assert _allowed(who)["Use retinoids, acids or vitamin C, if nothing peels"] == day


def test_ibuprofen_is_never_suggested_in_pregnancy():
    for day in range(8):
        assert re.search(r"No aspirin or ibuprofen", _care("C pregnant", day)["Pain relief"])
        assert re.search(r"No aspirin or ibuprofen", _care("C breastfeeding", day)["Pain relief"])


def test_help_is_listed_from_now_to_tomorrow():
    assert list(SEEK_HELP) == ["emergency", "urgent", "contact", "watch"]
    assert any("15 minutes" in bullet for bullet in SEEK_HELP["emergency"].bullets)


@pytest.mark.parametrize("practice", [True, False])
def test_every_urgency_has_words_and_only_a_practice_is_named_as_a_clinic(practice):
    for urgency in (None, *Urgency):
        words = opening(urgency, practice=practice)
        text = " ".join([words.line, words.line_for_many, words.sooner, *words.steps])
        assert words.line and words.steps
        assert practice or "clinic" not in text


def test_when_to_log_again_follows_the_days_of_the_care_page():
    steps = [opening(Urgency.ON_TRACK, practice=True, day=day).steps[0] for day in (3, 8, 22, 40, 200)]
    for step, words in zip(
        steps, ("tomorrow", "two or three days", "a week", "60, 90 and 180", "changes"), strict=True
    ):
        assert words in step


def test_what_to_do_follows_the_urgency_and_never_stands_in_the_words_of_a_concern():
    for concern in Concern:
        texts = texts_of(concern)
        assert texts.title and texts.patient_titles and texts.cares and texts.think and texts.record
        for line in texts.meanings:
            assert not re.search(r"be seen today|see you today|in the next two days|call today", line.say)


def test_a_concern_has_a_title_whatever_raised_it():
    nothing = Grounds(frozenset(), frozenset(), day=200, urgency=Urgency.CONTACT)
    assert all(patient_text(concern, nothing).title for concern in Concern)


@pytest.mark.parametrize(
    ("criteria", "words"),
    [
        (["INF-10"], "often just a cold"),
        (["INF-24", "INF-25"], "often just a cold"),
        (["INF-10", "INF-7"], "skin infection"),
        (["INF-35", "INF-36"], "most likely not from your treatment"),
        (["INF-36", "INF-12"], "skin infection"),
    ],
)
def test_a_fever_alone_is_not_called_a_skin_infection(criteria, words):
    grounds = Grounds(frozenset(criteria), frozenset({"temperature_c"}), day=5, urgency=Urgency.URGENT)
    assert words in patient_text(Concern.INFECTION, grounds).means


def test_the_words_for_patients_are_plain():
    """Grade 8 or below by the Flesch-Kincaid formula, over all that a patient can read of the concerns."""
    lines = [line for concern in Concern for line in (*texts_of(concern).meanings, *texts_of(concern).cares)]
    text = " ".join(line.say for line in lines)
    text += " ".join(bullet + "." for help in SEEK_HELP.values() for bullet in help.bullets)
    sentences = [part for part in re.split(r"[.?!:;](?:\s|$)", text) if part.strip()]
    words = re.findall(r"[A-Za-z']+", text)
    syllables = sum(max(1, len(re.findall(r"[aeiouy]+", re.sub(r"e$", "", word.lower())))) for word in words)
    assert 0.39 * len(words) / len(sentences) + 11.8 * syllables / len(words) - 15.59 <= 8
