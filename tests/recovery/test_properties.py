"""What holds for every course, whoever the patient: tried on thousands of random ones."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from symptoms.recovery.assessment import assess
from symptoms.recovery.ceilings import most_expected
from symptoms.recovery.course import ALL_SYMPTOMS, Course, Entry, Patient, Treatment, entry_from_answers
from symptoms.recovery.questions import QUESTIONS
from symptoms.recovery.vocabulary import Condition, Device, Exposure, Medication, Setting, Sign, Symptom, Urgency
from tests.tries import tries

MANY = settings(max_examples=tries(75, 2000))
pytestmark = pytest.mark.chance


def _some(words):
    return st.frozensets(st.sampled_from(list(words)), max_size=4)


patients = st.builds(
    Patient,
    age=st.integers(18, 90),
    fitzpatrick=st.none() | st.integers(1, 6),
    conditions=_some(Condition),
    medications=_some(Medication),
    baseline=st.dictionaries(st.sampled_from(list(Symptom)), st.integers(0, 4), max_size=3),
)
treatments = st.builds(
    Treatment,
    device=st.sampled_from(list(Device)),
    needle_depth_mm=st.none() | st.sampled_from([0.25, 0.5, 0.6, 1.0, 1.2, 1.5, 1.6, 3.0]),
    setting=st.sampled_from(list(Setting)),
    areas=st.sampled_from([("face",), ("around_eyes",), ("neck", "chest"), ()]),
    same_day_injection=st.booleans(),
)
entries = st.builds(
    Entry,
    day=st.just(0),
    symptoms=st.dictionaries(st.sampled_from(list(Symptom)), st.integers(0, 4), max_size=6),
    answered=st.just(frozenset(Symptom)) | _some(Symptom),
    signs=_some(Sign),
    temperature_c=st.none() | st.floats(35.0, 42.0).map(lambda t: round(t, 1)),
    exposures=_some(Exposure),
)


@st.composite
def courses(draw) -> Course:
    days = sorted(draw(st.sets(st.integers(0, 40), min_size=1, max_size=6)))
    logged = tuple(replace(entry, day=day) for day, entry in zip(days, draw(_listed(len(days))), strict=True))
    answered = (replace(entry, answered=entry.answered | frozenset(entry.symptoms)) for entry in logged)
    return Course(draw(patients), draw(treatments), tuple(answered))


def _listed(count: int):
    return st.lists(entries, min_size=count, max_size=count)


def _urgency(course: Course, last: Entry | None = None) -> Urgency:
    """The urgency of the last day, with its entry replaced by `last` when given."""
    if last is not None:
        course = replace(course, entries=(*course.entries[:-1], last))
    return assess(course, day=course.entries[-1].day).urgency


@MANY
@given(
    courses(), st.lists(st.floats(0, 1), min_size=len(Symptom), max_size=len(Symptom)), st.sampled_from([None, 37.4])
)
def test_within_the_ceilings_nothing_above_watch_is_raised(course, shares, temperature):
    """Whatever came before: an entry within its band, without a sign or a temperature, is at most for watching."""
    last = course.entries[-1]
    highest = most_expected(
        course.patient, course.treatment, days=[last.day], exposures_by_day={last.day: last.exposures}
    )
    levels = {symptom: round(share * highest[symptom][0]) for symptom, share in zip(Symptom, shares, strict=True)}
    within = replace(last, symptoms=levels, answered=ALL_SYMPTOMS, signs=frozenset(), temperature_c=temperature)
    assert _urgency(course, within) <= Urgency.WATCH


@MANY
@given(courses(), st.sampled_from(list(Sign)))
def test_one_more_sign_never_lowers_the_urgency(course, sign):
    last = course.entries[-1]
    assert _urgency(course, replace(last, signs=last.signs | {sign})) >= _urgency(course)


@MANY
@given(courses(), st.sampled_from(list(Symptom)))
def test_a_higher_severity_never_lowers_the_urgency(course, symptom):
    last = course.entries[-1]
    worse = {**last.symptoms, symptom: min(4, last.symptoms.get(symptom, 0) + 1)}
    higher = replace(last, symptoms=worse, answered=last.answered | {symptom})
    assert _urgency(course, higher) >= _urgency(course)


@MANY
@given(courses(), st.floats(0.1, 5.0))
def test_a_higher_temperature_never_lowers_the_urgency(course, more):
    last = course.entries[-1]
    hotter = replace(last, temperature_c=(last.temperature_c or 36.0) + more)
    assert _urgency(course, hotter) >= _urgency(course)


@MANY
@given(courses())
def test_an_entry_is_judged_from_the_entries_up_to_its_day_only(course):
    for count, entry in enumerate(course.entries, start=1):
        known_then = replace(course, entries=course.entries[:count])
        assert assess(course, day=entry.day) == assess(known_then, day=entry.day)


@MANY
@given(courses(), courses(), st.integers(1, 200))
def test_a_new_session_never_silences_an_old_one(newest, older, days_before):
    alone = assess(newest, day=newest.entries[-1].day)
    both = assess(replace(newest, earlier=((days_before, older),)), day=newest.entries[-1].day)
    assert both.urgency >= alone.urgency
    assert {flag.concern for flag in both.flags} >= {flag.concern for flag in alone.flags}


@MANY
@given(courses(), st.sampled_from([Sign(question.word) for question in QUESTIONS if question.box]))
def test_each_sign_of_the_red_box_is_an_emergency_by_itself(course, sign):
    """What the box said before saving is never taken back by the verdict, whoever the patient and whatever the day."""
    assert _urgency(course, replace(course.entries[-1], signs=frozenset({sign}))) == Urgency.EMERGENCY


def test_a_faint_of_the_first_protocol_is_read_as_a_faint_and_not_as_confusion():
    entry = entry_from_answers(1, {"signs": ["fainting_or_confusion"]})
    assert entry.signs == {Sign.FAINTED}


@MANY
@given(courses(), st.integers(1, 6))
def test_an_unknown_skin_type_is_judged_like_one_at_risk(course, known):
    def urgency(fitzpatrick: int | None) -> Urgency:
        return _urgency(replace(course, patient=replace(course.patient, fitzpatrick=fitzpatrick)))

    assert urgency(None) == urgency(4) >= urgency(known)
