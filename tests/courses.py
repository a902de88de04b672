"""How tests draw a course, so that one can see it: `drawn("C diabetes | 1 pain1 | 3 pain3 pus T38.2")`.

The first part is the treatment's band (A-R) and who the patient is; each further part is a day with what was reported:
`pain3` a symptom, `pain0` one answered with none, a sign, an exposure, `T38.2` a temperature, `?pain,redness` the
symptoms that were asked (without it, all were).
"""

import re
from dataclasses import replace

from symptoms.recovery.assessment import assess
from symptoms.recovery.course import ALL_SYMPTOMS, LAST_DAY, Course, Entry, Patient, Treatment
from symptoms.recovery.vocabulary import (
    Answer,
    Concern,
    Condition,
    Device,
    Exposure,
    Medication,
    Setting,
    Sign,
    Symptom,
    Urgency,
)

BANDS = {"A": 0.5, "B": 1.0, "C": 1.5, "D": 2.5, "R": 2.0}
LEVEL = re.compile(r"([a-z_]+)([0-4])$")


def drawn(text: str) -> Course:
    """The course that `text` draws."""
    who, *days = (part.strip() for part in text.split("|"))
    patient, treatment = _who(who.split())
    return Course(patient, treatment, tuple(_entry(day.split()) for day in days))


def _who(words: list[str]) -> tuple[Patient, Treatment]:
    band, *words = words
    patient = Patient(age=34, fitzpatrick=2)
    treatment = Treatment(Device.RF if band == "R" else Device.PEN, BANDS[band], areas=("face",))
    for word in words:
        if word == "home":
            treatment = replace(treatment, setting=Setting.HOME)
        elif word == "injected":
            treatment = replace(treatment, same_day_injection=True)
        elif word == "shared":
            treatment = replace(treatment, needles_shared=Answer.YES)
        elif word == "not_new":
            treatment = replace(treatment, needles_new=Answer.NO)
        elif word.startswith("depth:"):
            treatment = replace(treatment, needle_depth_mm=float(word[6:]))
        elif word.startswith("area:"):
            treatment = replace(treatment, areas=(word[5:],))
        elif word.startswith("type"):
            patient = replace(patient, fitzpatrick=None if word == "type?" else int(word[4:]))
        elif graded := LEVEL.match(word):
            patient = replace(patient, baseline={**patient.baseline, Symptom(graded[1]): int(graded[2])})
        elif word in set(Condition):
            patient = replace(patient, conditions=patient.conditions | {Condition(word)})
        else:
            patient = replace(patient, medications=patient.medications | {Medication(word)})
    return patient, treatment


def _entry(words: list[str]) -> Entry:
    entry = Entry(day=int(words[0]))
    for word in words[1:]:
        if word.startswith("T"):
            entry = replace(entry, temperature_c=float(word[1:]))
        elif word.startswith("?"):
            entry = replace(entry, answered=frozenset(map(Symptom, filter(None, word[1:].split(",")))))
        elif graded := LEVEL.match(word):
            symptom = Symptom(graded[1])
            answered = entry.answered if entry.answered == ALL_SYMPTOMS else entry.answered | {symptom}
            entry = replace(entry, symptoms={**entry.symptoms, symptom: int(graded[2])}, answered=answered)
        elif word in set(Exposure):
            entry = replace(entry, exposures=entry.exposures | {Exposure(word)})
        else:
            entry = replace(entry, signs=entry.signs | {Sign(word)})
    return entry


def last_assessment(course: Course):
    """The assessment of the last day."""
    return assess(course, day=course.entries[-1].day)


def criteria_held(course: Course) -> set[str]:
    """The ids of all criteria that hold on the last day."""
    return {finding.criterion for flag in last_assessment(course).flags for finding in flag.findings}


def flags_by_day(course: Course) -> dict[int, dict[Concern, Urgency]]:
    """What is raised on each day on which anything is, watch included."""
    assessments = (assess(course, day=entry.day) for entry in course.entries)
    return {a.day: {flag.concern: flag.urgency for flag in a.flags} for a in assessments if a.flags}


def largest_course(sessions_before: int, days: int = LAST_DAY + 1) -> Course:
    """So many days with every answer there is, of somebody with every condition, after as many sessions of as many
    days, a week between two; the areas are the longest texts, the only free ones that rules look at."""
    everything = Entry(
        0, dict.fromkeys(Symptom, 4), ALL_SYMPTOMS, frozenset(Sign), 41.0, frozenset(Exposure), frozenset(Sign)
    )
    entries = tuple(replace(everything, day=day) for day in range(days))
    patient = Patient(80, 6, frozenset(Condition), frozenset(Medication), dict.fromkeys(Symptom, 4))
    session = Treatment(Device.PEN, 3.0, Setting.HOME, areas=("eye" * 2_000,) * 50, needles_shared=Answer.YES)
    earlier = tuple((7 * weeks, Course(patient, session, entries)) for weeks in range(1, sessions_before + 1))
    return Course(patient, session, entries, earlier)
