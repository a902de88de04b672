"""Each criterion has a course that meets it and the nearest ones that do not: one answer less, or one day off."""

from dataclasses import replace

import pytest

from symptoms.recovery.course import Course, Entry, Patient, Treatment
from symptoms.recovery.day import TEMPERATURE, Day
from symptoms.recovery.protocol import PROTOCOL
from symptoms.recovery.vocabulary import Answer, Condition, Device, Exposure, Medication, Setting, Sign, Symptom
from tests.courses import criteria_held, drawn

# id, a course that meets it on its last day, the nearest that does not, the same on a day on which it is not judged
TABLE = [
    ("INF-1", "C | 1 pus T39.0", "C | 1 pus T38.9", "C | 0 pus T39.0"),
    ("INF-2", "C | 1 feeling_ill pus T38.0", "C | 1 feeling_ill pus T37.9", "C | 0 feeling_ill pus T38.0"),
    ("INF-3", "C | 1 pus trouble_breathing", "C | 1 pus", "C | 0 pus trouble_breathing"),
    ("INF-4", "C diabetes | 1 pus T38.0", "C diabetes | 1 pus T37.9", "C diabetes | 0 pus T38.0"),
    ("INF-5", "C | 0 pain4 spreading_redness", "C | 0 pain3 spreading_redness", ""),
    ("INF-6", "C | 1 fainted T38.0", "C | 1 fainted T37.9", "C | 0 fainted T38.0"),
    ("INF-33", "C | 1 chills pus T38.0", "C | 1 chills pus T37.9", "C | 0 chills pus T38.0"),
    ("INF-44", "C | 2 blue_lips", "C | 2", "C | 1 blue_lips"),
    ("INF-45", "C | 0 feeling_ill rash_beyond_area T39.0", "C | 0 feeling_ill rash_beyond_area T38.9", ""),
    ("INF-7", "C | 0 pus", "C | 0", ""),
    ("INF-8", "C | 2 red_streaks", "C | 2", "C | 1 red_streaks"),
    ("INF-9", "C | 2 honey_crust", "C | 2", "C | 1 honey_crust"),
    ("INF-10", "C | 0 T38.0", "C | 0 T37.9", ""),
    ("INF-11", "C | 8 pus T38.0", "C | 8 pus T37.9", "C | 7 pus T38.0"),
    ("INF-12", "C | 15 pus T38.0", "C | 15 pus T37.9", "C | 14 pus T38.0"),
    ("INF-13", "C | 3 pain3 warmth2", "C | 3 pain2 warmth2", "C | 2 pain3 warmth2"),
    ("INF-14", "C | 2 | 3 pain2 warmth2", "C | 2 | 3 pain1 warmth2", "C | 1 | 2 pain2 warmth2"),
    ("INF-15", "C | 0 pain3 warmth3 swollen_glands", "C | 0 pain2 warmth3 swollen_glands", ""),
    ("INF-16", "C | 3 pain2 warmth2 one_sided", "C | 3 pain1 warmth2 one_sided", "C | 2 pain2 warmth2 one_sided"),
    ("INF-17", "C | 2 fainted", "C | 2", "C | 1 fainted"),
    ("INF-32", "C | 8 T39.0", "C | 8 T38.9", "C | 7 T39.0"),
    (
        "INF-34",
        "C diabetes | 2 pain2 feeling_ill",
        "C diabetes | 2 pain1 feeling_ill",
        "C diabetes | 1 pain2 feeling_ill",
    ),
    ("INF-37", "C | 2 feeling_ill pus", "C | 2 pus", "C | 1 feeling_ill pus"),
    ("INF-41", "C | 1 pain4 warmth3", "C | 1 pain3 warmth3", "C | 0 pain4 warmth3"),
    ("INF-42", "C | 0 spreading_redness feeling_ill", "C | 0 spreading_redness", "C | 2 spreading_redness feeling_ill"),
    ("INF-18", "C | 1 pain3 warmth3", "C | 1 pain2 warmth3", "C | 0 pain3 warmth3"),
    ("INF-19", "C | 1 warmth4", "C | 1 warmth3", "C | 0 warmth4"),
    ("INF-20", "C | 2 | 3 pain2", "C | 2 | 3 pain1", "C | 1 | 2 pain2"),
    ("INF-21", "C | 0 open_sore", "C | 0", ""),
    ("INF-22", "C | 0 pain2 swollen_glands", "C | 0 pain1 swollen_glands", ""),
    ("INF-23", "C | 8 T38.0", "C | 8 T37.9", "C | 7 T38.0"),
    ("INF-24", "C | 1 feeling_ill hives", "C | 1 feeling_ill", "C | 8 feeling_ill hives"),
    ("INF-25", "C | 1 T37.8 | 2 T37.8", "C | 1 T37.7 | 2 T37.8", ""),
    ("INF-26", "C | 15 swollen_glands", "C | 15", "C | 14 swollen_glands"),
    ("INF-27", "C | 1 crusting3", "C | 1 crusting2", "C | 0 crusting3"),
    ("INF-35", "C | 15 T39.0", "C | 15 T38.9", "C | 14 T39.0"),
    ("INF-36", "C | 15 T38.0", "C | 15 T37.9", "C | 14 T38.0"),
    ("INF-38", "C | 3 pain2 firm_lumps", "C | 3 pain1 firm_lumps", "C | 2 pain2 firm_lumps"),
    ("INF-40", "C | 0 honey_crust", "C | 0", ""),
    ("INF-43", "C | 0 spreading_redness", "C | 0", "C | 2 spreading_redness"),
    ("INF-46", "C | 8 feeling_ill swollen_glands", "C | 8 feeling_ill", "C | 7 feeling_ill swollen_glands"),
    ("INF-28", "C | 0 T37.5", "C | 0", ""),
    ("INF-29", "C | 0 T38.0", "C | 0 T37.9", ""),
    ("INF-30", "C | 0 warmth3", "C | 0 warmth2", ""),
    ("INF-31", "C | 3 one_sided", "C | 3", "C | 2 one_sided"),
    ("INF-39", "C | 1 | 3 pain1 warmth1", "C | 1 | 3 pain0 warmth1", "C | 0 | 2 pain1 warmth1"),
    ("CS-1", "C eczema | 0 blisters T38.0", "C eczema | 0 blisters T37.9", ""),
    ("CS-2", "C eczema | 0 open_sore T38.0", "C eczema | 0 open_sore T37.9", ""),
    ("CS-3", "C | 0 blisters", "C | 0", ""),
    ("CS-6", "C cold_sores | 1 pain3 tingling", "C cold_sores | 1 pain2 tingling", "C cold_sores | 0 pain3 tingling"),
    ("CS-4", "C cold_sores | 0 tingling", "C cold_sores | 0", ""),
    ("CS-5", "C | 0 tingling", "C | 0", ""),
    ("LATE-1", "C | 14 pain2 firm_lumps", "C | 14 pain1 firm_lumps", "C | 13 pain2 firm_lumps"),
    ("LATE-2", "C | 14 open_sore", "C | 14", "C | 13 open_sore"),
    ("LATE-3", "C | 14 firm_lumps", "C | 14", "C | 13 firm_lumps"),
    ("LATE-4", "C | 14 bumps2 pain1", "C | 14 bumps1 pain1", "C | 13 bumps2 pain1"),
    ("ALL-1", "C | 0 trouble_breathing", "C | 0", ""),
    ("ALL-2", "C | 0 fainted hives", "C | 0 hives", ""),
    ("ALL-7", "C | 0 confused_or_drowsy", "C | 0", "C | 2 confused_or_drowsy"),
    ("ALL-8", "C | 0 fainted numbness", "C | 0 fainted", "C | 1 fainted numbness"),
    ("ALL-3", "C | 0 hives", "C | 0", ""),
    ("ALL-4", "C | 0 hives T38.0", "C | 0 hives T37.9", ""),
    ("ALL-5", "C | 2 hives", "C | 2", "C | 1 hives"),
    (
        "ALL-6",
        "C latex_or_anaesthetic_allergy | 0 itching2",
        "C latex_or_anaesthetic_allergy | 0 itching1",
        "C latex_or_anaesthetic_allergy | 1 itching2",
    ),
    ("CD-1", "C | 1 itching3 oozing3", "C | 1 itching2 oozing3", "C | 0 itching3 oozing3"),
    ("CD-2", "C | 1 bumps2 itching3", "C | 1 bumps1 itching3", "C | 0 bumps2 itching3"),
    ("CD-3", "C | 1 itching4", "C | 1 itching3", "C | 0 itching4"),
    ("CD-4", "C metal_allergy | 1 itching3", "C metal_allergy | 1 itching2", "C metal_allergy | 0 itching3"),
    ("CD-5", "C | 2 itching1 rash_beyond_area", "C | 2 itching0 rash_beyond_area", "C | 1 itching1 rash_beyond_area"),
    ("CD-6", "C | 1 peeling3", "C | 1 peeling2", "C | 0 peeling3"),
    ("CD-7", "C | 0 peeling2", "C | 0 peeling1", ""),
    ("RED-1", "C | 1 redness4 | 2 redness4", "C | 1 redness3 | 2 redness4", "C | 0 redness4 | 1 redness4"),
    ("RED-2", "C | 4 pain2 redness3", "C | 4 pain1 redness3", "C | 3 pain2 redness3"),
    ("RED-3", "C | 8 pain1 redness2", "C | 8 pain0 redness2", "C | 7 pain1 redness2"),
    ("RED-4", "C | 14 redness1 | 17 redness1", "C | 14 redness0 | 17 redness1", "C | 13 redness1 | 16 redness1"),
    (
        "RED-6",
        "C autoimmune | 8 unprotected_sun | 10 redness2",
        "C autoimmune | 7 unprotected_sun | 10 redness2",
        "C autoimmune | 0 redness4 unprotected_sun",
    ),
    (
        "RED-7",
        "C psoriasis | 11 redness2 peeling2",
        "C psoriasis | 11 redness2 peeling1",
        "C psoriasis | 6 redness2 peeling2",
    ),
    ("RED-5", "C | 0 redness4", "C | 0 redness3", ""),
    ("SWE-9", "C area:neck | 0 swelling4 pain3", "C area:neck | 0 swelling4 pain2", "C area:neck | 4 swelling4 pain3"),
    ("SWE-1", "C | 3 swelling4", "C | 3 swelling3", "C | 2 swelling4"),
    ("SWE-2", "C | 4 swelling3", "C | 4 swelling2", "C | 3 swelling3"),
    ("SWE-3", "C | 3 pain1 swelling2 one_sided", "C | 3 pain0 swelling2 one_sided", "C | 2 pain1 swelling2 one_sided"),
    ("SWE-7", "C | 0 swelling4", "C area:around_eyes | 0 swelling4", "C | 3 swelling4"),
    ("SWE-4", "C | 1 swelling4", "C | 1 swelling3", "C | 0 swelling4"),
    ("SWE-5", "C | 3 swelling2 one_sided", "C | 3 swelling1 one_sided", "C | 2 swelling2 one_sided"),
    ("SWE-8", "C | 0 swelling4", "C | 0 swelling3", "C | 3 swelling4"),
    ("SWE-6", "C | 0 swelling3", "C | 0 swelling2", ""),
    ("PAIN-1", "C | 1 pain4 feeling_ill", "C | 1 pain3 feeling_ill", "C | 0 pain4 feeling_ill"),
    ("PAIN-2", "C | 0 pain4", "C | 0 pain3", ""),
    ("PAIN-3", "C | 2 pain3", "C | 2 pain2", "C | 1 pain3"),
    ("PAIN-4", "C | 1 pain4", "C | 1 pain3", "C | 0 pain4"),
    ("PAIN-5", "C | 5 pain2", "C | 5 pain1", "C | 4 pain2"),
    ("PAIN-7", "C | 1 pain3", "C | 1 pain2", "C | 0 pain3"),
    ("PAIN-6", "C | 0 pain3", "C | 0 pain2", ""),
    ("NERV-4", "C | 0 drooping_or_weak", "C | 0", ""),
    ("NERV-1", "R | 7 numbness", "R | 7", "R | 6 numbness"),
    ("NERV-3", "C | 2 numbness pain1", "C | 2 numbness", "C | 1 numbness pain1"),
    ("NERV-2", "C | 2 numbness", "C | 2", "C | 1 numbness"),
    ("BURN-1", "R | 0 blisters", "R | 0", ""),
    (
        "BURN-4",
        "C | 8 unprotected_sun | 10 blisters redness2",
        "C | 7 unprotected_sun | 10 blisters redness2",
        "C | 0 blisters unprotected_sun redness4",
    ),
    ("BURN-2", "R | 1 pain3", "R | 1 pain2", "R | 0 pain3"),
    (
        "BURN-3",
        "C photosensitiser | 8 unprotected_sun | 10 redness2",
        "C photosensitiser | 7 unprotected_sun | 10 redness2",
        "C photosensitiser | 0 unprotected_sun redness4",
    ),
    ("PIG-1", "C | 14 dark_patches2", "C | 14 dark_patches1", "C | 13 dark_patches2"),
    ("PIG-2", "C type5 | 10 dark_patches2", "C type5 | 10 dark_patches1", "C type5 | 9 dark_patches2"),
    (
        "PIG-3",
        "C type4 | 9 dark_patches2 unprotected_sun | 10 dark_patches2",
        "C type4 | 9 dark_patches1 unprotected_sun | 10 dark_patches2",
        "C type4 | 8 dark_patches2 unprotected_sun | 9 dark_patches2",
    ),
    ("PIG-5", "C | 3 dark_patches4", "C | 3 dark_patches3", "C | 2 dark_patches4"),
    ("PIG-4", "C | 0 dark_patches1", "C | 0 dark_patches0", "C | 1 dark_patches1"),
    ("PALE-1", "C | 14 light_patches2", "C | 14 light_patches1", "C | 13 light_patches2"),
    ("PALE-2", "C | 28 light_patches1", "C | 28 light_patches0", "C | 27 light_patches1"),
    ("PALE-3", "C vitiligo | 10 light_patches1", "C vitiligo | 10 light_patches0", "C vitiligo | 9 light_patches1"),
    ("PALE-4", "C | 0 light_patches1", "C | 0 light_patches0", ""),
    ("SCAR-1", "C | 14 raised_scar2", "C | 14 raised_scar1", "C | 13 raised_scar2"),
    (
        "SCAR-2",
        "C keloid_history | 7 raised_scar1",
        "C keloid_history | 7 raised_scar0",
        "C keloid_history | 6 raised_scar1",
    ),
    ("SCAR-5", "C | 4 raised_scar3", "C | 4 raised_scar2", "C | 3 raised_scar3"),
    ("SCAR-3", "C | 4 track_marks", "C | 4", "C | 3 track_marks"),
    ("SCAR-4", "C | 0 raised_scar1", "C | 0 raised_scar0", ""),
    ("VOL-1", "R | 28 indentations1", "R | 28 indentations0", "R | 27 indentations1"),
    (
        "GRAN-1",
        "C | 3 firm_lumps joint_pain_or_shin_lumps",
        "C | 3 firm_lumps",
        "C | 2 firm_lumps joint_pain_or_shin_lumps",
    ),
    ("GRAN-2", "C | 3 firm_lumps T38.0", "C | 3 firm_lumps T37.9", "C | 2 firm_lumps T38.0"),
    ("GRAN-3", "C | 3 firm_lumps", "C | 3", "C | 2 firm_lumps"),
    ("GRAN-4", "C | 15 bumps2 itching1", "C | 15 bumps1 itching1", "C | 14 bumps2 itching1"),
    (
        "GRAN-7",
        "C | 3 bumps2 joint_pain_or_shin_lumps",
        "C | 3 bumps1 joint_pain_or_shin_lumps",
        "C | 2 bumps2 joint_pain_or_shin_lumps",
    ),
    ("GRAN-5", "C | 0 firm_lumps", "C | 0", ""),
    ("GRAN-6", "C | 11 bumps1 itching1", "C | 11 bumps0 itching1", "C | 10 bumps1 itching1"),
    ("ACNE-1", "C | 0 bumps3 pain1", "C | 0 bumps3", ""),
    ("ACNE-2", "C | 15 bumps2", "C | 15 bumps1", "C | 14 bumps2"),
    ("ACNE-3", "C | 0 bumps1", "C | 0 bumps0", "C | 1 bumps1"),
    ("BLED-1", "C | 0 bleeding4", "C | 0 bleeding3", ""),
    ("BLED-2", "C | 0 bleeding3 fainted", "C | 0 bleeding2 fainted", ""),
    (
        "BLED-14",
        "C blood_thinner | 0 swelling4 pain2",
        "C blood_thinner | 0 swelling4 pain1",
        "C blood_thinner | 4 swelling4 pain2",
    ),
    ("BLED-3", "C | 1 bleeding3", "C | 1 bleeding2", "C | 0 bleeding3"),
    ("BLED-4", "C | 2 bleeding2 bruising3", "C | 2 bleeding1 bruising3", "C | 1 bleeding2 bruising3"),
    ("BLED-5", "C | 1 | 2 bruising1 swelling3", "C | 1 | 2 bruising0 swelling3", "C | 0 | 1 bruising1 swelling3"),
    ("BLED-6", "C blood_thinner | 1 bleeding2", "C blood_thinner | 1 bleeding1", "C blood_thinner | 0 bleeding2"),
    ("BLED-7", "C | 1 bleeding3", "C | 1 bleeding2", "C | 0 bleeding3"),
    ("BLED-8", "C | 2 | 3 bruising3", "C | 2 | 3 bruising2", "C | 1 | 2 bruising3"),
    ("BLED-9", "C | 14 bruising1 | 15 bruising1", "C | 14 bruising0 | 15 bruising1", "C | 13 bruising1 | 14 bruising1"),
    ("BLED-11", "C | 2 bleeding2", "C | 2 bleeding1", "C | 1 bleeding2"),
    ("BLED-12", "C | 1 | 2 bruising1 swelling3", "C | 1 | 2 bruising0 swelling3", "C | 0 | 1 bruising1 swelling3"),
    ("BLED-13", "C blood_thinner | 0 bleeding3", "C blood_thinner | 0 bleeding2", "C blood_thinner | 1 bleeding3"),
    ("BLED-10", "C | 0 bruising3", "C | 0 bruising2", ""),
    ("EYE-1", "C | 0 vision_change", "C | 0", ""),
    ("EYE-2", "C | 0 eye_pain T38.0", "C | 0 eye_pain T37.9", ""),
    ("EYE-4", "C injected | 0 eye_pain", "C injected | 0", "C injected | 4 eye_pain"),
    ("EYE-3", "C | 0 eye_pain", "C | 0", ""),
    ("NEC-1", "C | 0 black_skin T38.0", "C | 0 black_skin T37.9", ""),
    ("NEC-2", "C | 0 pain3 black_skin", "C | 0 pain2 black_skin", ""),
    ("NEC-3", "C injected | 0 black_skin", "C injected | 0", ""),
    ("NEC-4", "C | 0 black_skin", "C | 0", ""),
    ("NEC-6", "C injected | 0 firm_lumps pain2", "C injected | 0 firm_lumps pain1", "C injected | 15 firm_lumps pain2"),
    ("NEC-5", "C | 14 crusting2", "C | 14 crusting1", "C | 13 crusting2"),
    ("BBV-1", "C shared | 0", "C home not_new | 0", "C shared | 4"),
    ("BBV-4", "C | 0 jaundice", "C | 0", ""),
    ("BBV-2", "C not_new | 4", "C home not_new | 4", "C not_new | 8"),
    ("BBV-3", "C shared | 8 feeling_ill", "C shared | 8", "C shared | 181 feeling_ill"),
]


def test_every_criterion_has_its_row():
    assert [row[0] for row in TABLE] == [criterion.id for criterion in PROTOCOL.criteria]


@pytest.mark.parametrize(("id", "meets", "misses", "wrong_day"), TABLE, ids=[row[0] for row in TABLE])
def test_a_course_that_meets_it_and_the_nearest_that_do_not(id, meets, misses, wrong_day):
    assert id in criteria_held(drawn(meets))
    assert id not in criteria_held(drawn(misses))
    if wrong_day:
        assert id not in criteria_held(drawn(wrong_day))


@pytest.mark.parametrize(("id", "meets"), [row[:2] for row in TABLE], ids=[row[0] for row in TABLE])
def test_what_held_names_the_facts_it_rests_on(id, meets):
    course = drawn(meets)
    facts = list(PROTOCOL.criterion(id).predicate.facts(Day(course, course.entries[-1].day)))
    assert facts
    assert all(fact.day is None or fact.day <= course.entries[-1].day for fact in facts)
    assert all(fact.limit is None or fact.value >= fact.limit for fact in facts if fact.kind == "temperature")


@pytest.mark.parametrize("criterion", PROTOCOL.criteria, ids=[criterion.id for criterion in PROTOCOL.criteria])
def test_a_criterion_is_passed_over_only_where_it_cannot_hold(criterion):
    """More is never less: of somebody with everything, what holds does so after days without anything or like this one,
    and nothing does where all is reported but what it needs."""
    needs, words = criterion.predicate.needs(), {*Symptom, *Sign, TEMPERATURE}
    with_all = _reporting(words)
    assert any(criterion.predicate.facts(_last_of(before, with_all)) for before in (_reporting(set()), with_all))
    if needs is not None:
        rest = _reporting(words - needs)
        assert _last_of(rest, with_all).reported == words
        for day in (_last_of(before, rest) for before in (_reporting(set()), with_all)):
            assert needs.isdisjoint(day.reported)
            assert not criterion.predicate.facts(day)


def test_on_a_quiet_day_hardly_any_criterion_is_looked_at():
    quiet = Day(drawn("C | 3 redness1"), 3)
    assert len(PROTOCOL.by_day.on("C", 3, quiet.reported)) <= len(PROTOCOL.criteria) / 10


def _reporting(words: set[str]) -> Entry:
    """Each of them at its highest."""
    return Entry(
        0,
        {symptom: 4 for symptom in Symptom if symptom in words},
        signs=frozenset(words).intersection(Sign),
        temperature_c=42.0 if TEMPERATURE in words else None,
        exposures=frozenset(Exposure) if words else frozenset(),
    )


def _last_of(before: Entry, last: Entry) -> Day:
    """A day on which nothing is ordinary any more, after three days like `before`, of somebody with everything."""
    patient = Patient(conditions=frozenset(Condition), medications=frozenset(Medication))
    treatment = Treatment(
        Device.RF, 2.0, Setting.HOME, areas=("neck", "eyes"), same_day_injection=True, needles_shared=Answer.YES
    )
    entries = (*(replace(before, day=day) for day in range(37, 40)), replace(last, day=40))
    return Day(Course(patient, treatment, entries), 40)
