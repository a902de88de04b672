"""What the words of the notation mean, one fact a test: the boundaries where a rule is easily got wrong."""

from dataclasses import replace

import pytest

from symptoms.recovery.assessment import assess
from symptoms.recovery.ceilings import band, ceiling, table_ceiling
from symptoms.recovery.course import Course
from symptoms.recovery.vocabulary import Concern, Exposure, Setting, Symptom, Urgency
from tests.courses import criteria_held, drawn, flags_by_day, last_assessment


@pytest.mark.parametrize(
    ("who", "expected"),
    [("A", "A"), ("B", "B"), ("C", "C"), ("D", "D"), ("R", "R")],
)
def test_a_treatment_belongs_to_the_band_of_its_depth_and_device(who, expected):
    assert band(drawn(who).treatment) == expected


def test_an_unknown_depth_counts_as_c_in_a_clinic_and_a_at_home():
    unknown = replace(drawn("C").treatment, needle_depth_mm=None)
    assert band(unknown) == "C"
    assert band(replace(unknown, setting=Setting.HOME)) == "A"


def test_a_day_that_is_not_listed_takes_the_last_listed_day_before_it():
    assert [table_ceiling("D", Symptom.REDNESS, day) for day in (7, 8, 9, 10, 13, 14, 20, 21, 29)] == [
        2, 2, 2, 1, 1, 1, 1, 0, 0,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("who", "symptom", "day", "most"),
    [
        ("C rosacea", Symptom.REDNESS, 10, 2),  # MOD-1 to day 10
        ("C rosacea", Symptom.REDNESS, 11, 1),
        ("C rosacea redness1", Symptom.REDNESS, 10, 1),  # not where a usual level is known
        ("B eczema", Symptom.ITCHING, 0, 2),
        ("A active_acne", Symptom.BUMPS, 14, 1),
        ("A active_acne", Symptom.BUMPS, 15, 0),
        ("A nsaid", Symptom.BRUISING, 4, 1),
        ("A bleeding_disorder", Symptom.BLEEDING, 0, 2),
        ("B blood_thinner", Symptom.BLEEDING, 0, 2),  # to 2 at most
        ("A area:around_eyes", Symptom.SWELLING, 2, 2),
        ("A area:around_eyes", Symptom.SWELLING, 3, 0),
        ("D area:neck", Symptom.SWELLING, 0, 3),  # never above 3
        ("D rosacea", Symptom.REDNESS, 0, 4),  # a 4 in the table stays
        ("A diabetes", Symptom.CRUSTING, 4, 1),  # MOD-8: the larger of this day's and the day before's
        ("A diabetes blood_thinner", Symptom.BRUISING, 4, 2),  # MOD-8 first, then MOD-5
    ],
)
def test_modifiers_change_the_ceiling_as_the_evidence_says(who, symptom, day, most):
    course = drawn(who)
    assert ceiling(course.patient, course.treatment, symptom, day) == most


def test_sport_lifts_redness_in_its_own_entry_only():
    course = drawn("A")
    sport = frozenset({Exposure.HEAVY_EXERCISE})
    assert ceiling(course.patient, course.treatment, Symptom.REDNESS, 20, sport) == 1
    assert "RED-5" in criteria_held(drawn("A | 19 heavy_exercise | 20 redness1"))
    assert "RED-5" not in criteria_held(drawn("A | 20 redness1 heavy_exercise"))


def test_a_usual_level_is_taken_off_redness_but_never_off_pain_or_warmth():
    assert criteria_held(drawn("C redness2 | 8 redness3")) == set()
    assert "PAIN-5" in criteria_held(drawn("C pain3 | 8 pain2"))


def test_twice_reaches_back_to_the_last_answer_however_far():
    assert "RED-4" in criteria_held(drawn("C | 5 redness2 | 20 redness1"))
    assert "RED-4" in criteria_held(drawn("C | 5 redness2 | 9 ?pain | 20 redness1"))
    assert "RED-4" not in criteria_held(drawn("C | 5 redness2 | 9 | 20 redness1"))


def test_a_streak_is_three_answers_or_three_days():
    assert "SWE-4" in criteria_held(drawn("C | 6 swelling1 | 7 swelling1 | 8 swelling1"))
    assert "SWE-4" in criteria_held(drawn("C | 6 swelling1 | 9 swelling1"))
    assert "SWE-4" not in criteria_held(drawn("C | 7 swelling1 | 9 swelling1"))
    assert "SWE-4" not in criteria_held(drawn("C | 6 swelling1 | 8 | 9 swelling1"))
    assert "SWE-4" in criteria_held(drawn("C | 6 swelling1 | 8 ?pain | 9 swelling1"))


def test_a_rise_is_seen_against_answers_of_the_two_days_before_only():
    assert "INF-20" in criteria_held(drawn("C | 4 | 6 pain2"))
    assert "INF-20" not in criteria_held(drawn("C | 3 | 6 pain2"))
    assert "INF-20" not in criteria_held(drawn("C | 4 ?redness | 6 pain2"))
    assert "INF-20" in criteria_held(drawn("C | 4 | 5 pain2 | 6 pain2"))  # against the lowest of the two days


def test_a_bruise_that_nobody_asked_about_has_not_grown():
    assert "BLED-8" in criteria_held(drawn("C | 4 | 5 bruising2"))
    assert "BLED-8" not in criteria_held(drawn("C | 4 ?pain | 5 bruising2"))


def test_a_temperature_counts_twice_only_within_two_days():
    assert "INF-25" in criteria_held(drawn("C | 4 T37.8 | 6 T37.8"))
    assert "INF-25" not in criteria_held(drawn("C | 4 T37.8 | 7 T37.8"))
    assert "INF-25" not in criteria_held(drawn("C | 4 T37.8 | 5 | 6 T37.8"))


def test_fever_counts_from_a_lower_temperature_with_weak_defences():
    assert "INF-10" in criteria_held(drawn("C oral_steroid | 3 T37.8"))
    assert "INF-10" not in criteria_held(drawn("C | 3 T37.9"))


@pytest.mark.parametrize(
    ("drawing", "urgency"),
    [
        ("C | 3 open_sore", Urgency.CONTACT),
        ("C diabetes | 3 open_sore", Urgency.URGENT),
        ("C home | 3 open_sore", Urgency.URGENT),
        ("C home | 2 open_sore", Urgency.CONTACT),
        ("C home | 14 open_sore", Urgency.URGENT),
        ("C | 3 home_needling | 5 open_sore", Urgency.URGENT),
    ],
)
def test_risk_and_home_make_a_contact_urgent_on_their_days(drawing, urgency):
    infection = {flag.concern: flag.urgency for flag in last_assessment(drawn(drawing)).flags}[Concern.INFECTION]
    assert infection == urgency


def test_a_fever_in_pregnancy_is_urgent_in_the_second_week():
    assert last_assessment(drawn("C | 9 T38.2")).urgency == Urgency.CONTACT
    assert last_assessment(drawn("C pregnant | 9 T38.2")).urgency == Urgency.URGENT


@pytest.mark.parametrize(
    ("day", "concerns"),
    [
        (13, {Concern.INFECTION}),
        (14, {Concern.INFECTION, Concern.LATE_INFECTION}),
        (21, {Concern.INFECTION, Concern.LATE_INFECTION}),
        (22, {Concern.LATE_INFECTION}),
    ],
)
def test_pus_is_an_infection_to_day_21_and_a_late_one_from_day_14(day, concerns):
    assert set(flags_by_day(drawn(f"C | {day} pus"))[day]) == concerns


def test_colour_alone_is_never_urgent_and_needs_two_entries():
    assert last_assessment(drawn("C | 9 redness4")).urgency == Urgency.WATCH
    assert last_assessment(drawn("C | 8 redness4 | 9 redness4")).urgency == Urgency.CONTACT


def test_pain_that_returns_after_easing_is_flagged_the_day_it_returns():
    assert flags_by_day(drawn("C | 0 pain2 | 1 pain1 | 2 | 3 | 4 pain3"))[4][Concern.UNEXPECTED_PAIN] == Urgency.URGENT
    assert flags_by_day(drawn("C | 0 pain2 | 1 pain1 | 2 | 3 | 4")) == {}


# --- a new session while an older one still speaks


def _both(older: str, days_before: int, newest: str) -> Course:
    return replace(drawn(newest), earlier=((days_before, drawn(older)),))


def _held_by_the_older(course: Course) -> set[str]:
    assessment = last_assessment(course)
    return {f.criterion for flag in assessment.flags for f in flag.findings if f.treatment_offset}


def test_a_mark_that_is_too_late_for_the_old_session_is_raised_on_its_own_day():
    course = _both("C type5 | 10 dark_patches1", 30, "C type5 | 1 dark_patches2")
    assert "PIG-2" in _held_by_the_older(course)
    assert "PIG-2" not in criteria_held(drawn("C type5 | 1 dark_patches2"))


def test_lumps_on_day_2_of_a_new_session_are_late_for_the_old_one():
    assert "LATE-3" in _held_by_the_older(_both("C", 40, "C | 2 firm_lumps"))


def test_heat_is_judged_by_the_newest_session_only():
    assert _held_by_the_older(_both("C", 40, "C | 1 warmth2 pain2 redness3 swelling2")) == set()


def test_an_old_session_falls_silent_after_180_days():
    assert "SCAR-1" in _held_by_the_older(_both("C", 178, "C | 2 raised_scar2"))
    assert _held_by_the_older(_both("C", 179, "C | 2 raised_scar1")) == set()


def test_there_is_no_judgement_of_a_day_without_an_entry():
    with pytest.raises(ValueError, match="no entry on day 4"):
        assess(drawn("C | 3 | 5"), day=4)


def test_the_stored_form_names_criterion_source_and_facts():
    stored = last_assessment(drawn("C | 0 pain1 | 3 pain3 pus")).as_json()
    infection = next(flag for flag in stored["flags"] if flag["concern"] == "infection")
    pus = next(row for row in infection["criteria"] if row["id"] == "INF-7")
    assert pus["source"] == "S39, S9b"
    assert pus["evidence"] == [{"kind": "sign", "word": "pus", "day": 3, "value": None, "limit": None}]
    pain = next(flag for flag in stored["flags"] if flag["concern"] == "unexpected_pain")["criteria"][0]
    assert pain["evidence"][0] == {"kind": "symptom", "word": "pain", "day": 3, "value": 3, "limit": 1}
    assert (stored["protocol_version"], len(stored["protocol_hash"])) == ("2026.2", 64)
