"""Every word of the vocabulary counts somewhere, or stands here with the reason why it does not."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass

import pytest

from symptoms.recovery.care import care, when_can_i
from symptoms.recovery.ceilings import MODIFIERS
from symptoms.recovery.criteria import URGENT_FOR
from symptoms.recovery.protocol import PROTOCOL
from symptoms.recovery.questions import asked_today
from symptoms.recovery.vocabulary import Condition, Exposure, Medication, Sign, Symptom, Urgency
from tests.courses import criteria_held, drawn, last_assessment

DAYS = (*range(60), 90, 180, 300)
EXPLAINS = "may explain what is seen, for the practitioner to read; it never makes a finding less"
COUNTS_NOWHERE = {
    Exposure.SUNSCREEN_USED: EXPLAINS,
    Exposure.MAKEUP: EXPLAINS,
    Exposure.ACTIVE_SKINCARE: EXPLAINS,
    Exposure.PICKING: EXPLAINS,
}
# The days on which a sign alone is part of an ordinary course; on every other day it raises something.
ORDINARY_ALONE = {
    "C": {
        Sign.NUMBNESS: range(2),
        Sign.ONE_SIDED: range(3),
        Sign.TRACK_MARKS: range(4),
        Sign.TINGLING: DAYS[DAYS.index(15) :],
    },
    "R": {
        Sign.NUMBNESS: range(2),
        Sign.ONE_SIDED: range(3),
        Sign.TRACK_MARKS: range(11),
        Sign.TINGLING: DAYS[DAYS.index(15) :],
    },
}


def _words(value: object) -> Iterator[object]:
    """The words of the vocabulary that a predicate and its parts name."""
    if isinstance(value, Sign | Symptom | Condition | Medication | Exposure):
        yield value
    elif isinstance(value, tuple):
        for part in value:
            yield from _words(part)
    elif is_dataclass(value):
        for field in fields(value):
            yield from _words(getattr(value, field.name))


IN_CRITERIA = {
    word
    for criterion in PROTOCOL.criteria
    for predicate in (criterion.predicate, *(URGENT_FOR[who] for who in criterion.raised_for))
    for word in _words(predicate)
}
IN_CEILINGS = {word for modifier in MODIFIERS for word in modifier.who}


def _changes_care(word: str) -> bool:
    """Whether a patient with the condition or medicine reads other advice on any day."""
    plain, with_it = drawn("C"), drawn(f"C {word}")
    return when_can_i(with_it.treatment, with_it.patient) != when_can_i(plain.treatment, plain.patient) or any(
        care(day, with_it.treatment, with_it.patient) != care(day, plain.treatment, plain.patient) for day in DAYS
    )


@pytest.mark.parametrize("word", [*Symptom, *Sign], ids=str)
def test_a_symptom_and_a_sign_stand_in_a_criterion(word):
    assert word in IN_CRITERIA


@pytest.mark.parametrize("band", ORDINARY_ALONE)
@pytest.mark.parametrize("sign", Sign, ids=str)
def test_a_sign_alone_raises_something_but_on_the_days_on_which_it_is_ordinary(sign, band):
    on_track = [day for day in DAYS if last_assessment(drawn(f"{band} | {day} {sign}")).urgency is Urgency.ON_TRACK]
    assert on_track == list(ORDINARY_ALONE[band].get(sign, ()))


@pytest.mark.parametrize("symptom", Symptom, ids=str)
def test_a_very_severe_symptom_raises_something_on_every_day(symptom):
    assert all(last_assessment(drawn(f"C | {day} {symptom}4")).urgency > Urgency.ON_TRACK for day in DAYS)


@pytest.mark.parametrize("word", [*Condition, *Medication, *Exposure], ids=str)
def test_what_a_patient_brings_and_does_counts_or_the_reason_is_written_down(word):
    counts = word in IN_CRITERIA | IN_CEILINGS or (not isinstance(word, Exposure) and _changes_care(word))
    assert counts is (word not in COUNTS_NOWHERE)


def _evidence(drawing: str, criterion: str) -> set[str]:
    """The words on which a criterion rests on the last day; empty where it does not hold."""
    findings = [finding for flag in last_assessment(drawn(drawing)).flags for finding in flag.findings]
    return {fact.word for finding in findings if finding.criterion == criterion for fact in finding.evidence}


@pytest.mark.parametrize("word", [*Condition, *Medication], ids=str)
def test_who_is_at_risk_is_seen_sooner_and_the_reason_is_shown(word):
    at_risk = word in {"diabetes", "immunosuppressed", "oral_steroid", "immunosuppressant"}
    assert (word in _evidence(f"C {word} | 1 pus T38.0", "INF-4")) is at_risk
    assert ("INF-10" in criteria_held(drawn(f"C {word} | 3 T37.8"))) is at_risk
    assert (last_assessment(drawn(f"C {word} | 4 oozing2")).urgency is Urgency.URGENT) is at_risk


@pytest.mark.parametrize("word", [*Condition, *Medication], ids=str)
def test_who_bleeds_easily_is_asked_for_longer_and_told_sooner_and_the_reason_is_shown(word):
    bleeds = word in {"blood_thinner", "bleeding_disorder"}
    course = drawn(f"C {word}")
    asked = asked_today(course.patient, course.treatment, day=7, previous_entry=None)
    assert (Symptom.BRUISING in asked.symptoms) is bleeds
    assert (word in _evidence(f"C {word} | 1 bleeding2", "BLED-6")) is bleeds


@pytest.mark.parametrize("word", [*Condition, *Medication], ids=str)
def test_who_marks_easily_is_told_sooner_and_the_reason_is_shown(word):
    marks = word in {"melasma", "pih_history", "recent_tan"}
    assert (word in _evidence(f"C {word} | 10 dark_patches2", "PIG-2")) is marks
