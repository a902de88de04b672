"""Random people and answers, aimed at one criterion: it holds for about half of them, and just misses for the rest."""

from dataclasses import dataclass, field, replace
from random import Random

from symptoms.recovery import predicates
from symptoms.recovery.ceilings import Ceilings, band
from symptoms.recovery.course import Course, Entry, Patient, Treatment
from symptoms.recovery.criteria import FOREVER, URGENT_FOR, Criterion, Days
from symptoms.recovery.day import FEVER
from symptoms.recovery.predicates import Predicate
from symptoms.recovery.vocabulary import Answer, Condition, Device, Exposure, Medication, Setting, Sign, Symptom

DEPTHS = (None, 0.3, 0.5, 0.6, 1.0, 1.1, 1.5, 1.6, 2.9, 3.0, 3.5)
AREAS = ((), ("face",), ("around_eyes",), ("neck", "chest"), ("cheeks", "left Eyelid"), ("back",))
LAST_DAY = 60  # of those that are drawn at random; the edges of a criterion lie where they lie
LATE = 200


@dataclass
class _Person:
    """What is being made up: it is changed until the criterion holds, or nearly does."""

    patient: Patient
    treatment: Treatment
    day: int = 0
    symptoms: dict[Symptom, int] = field(default_factory=dict)
    signs: set[Sign] = field(default_factory=set)
    exposures: set[Exposure] = field(default_factory=set)
    temperature: float | None = None

    def course(self) -> Course:
        entry = Entry(
            self.day, self.symptoms, signs=frozenset(self.signs), temperature_c=self.temperature,
            exposures=frozenset(self.exposures),
        )  # fmt: skip
        return Course(self.patient, self.treatment, (entry,))


def aimed(criterion: Criterion, chance: Random) -> Course:
    """A course of one entry at which `criterion` holds in about half of all draws."""
    person = _anybody(chance)
    misses = chance.random() < 0.5
    leaves = _leaves(criterion.predicate, chance)
    for who in criterion.raised_for:
        if chance.random() < 0.5:
            leaves += _leaves(URGENT_FOR[who], chance)
    outside = _days_outside(criterion.days, person.treatment)
    missed = chance.randrange(-1 if outside else 0, len(leaves)) if misses else None  # -1: the day
    person.day = chance.choice(outside) if missed == -1 else _day_within(criterion.days, person.treatment, chance)
    for number, leaf in enumerate(leaves):
        _bring_about(leaf, person, chance)
        if number == missed:
            _undo(leaf, person)
    return person.course()


def _anybody(chance: Random) -> _Person:
    def some(words, most):
        return chance.sample(list(words), chance.randint(0, most)) if chance.random() < 0.4 else []

    patient = Patient(
        fitzpatrick=chance.choice([None, 1, 2, 3, 4, 6]),
        conditions=frozenset(some(Condition, 2)),
        medications=frozenset(some(Medication, 2)),
        baseline={symptom: chance.randint(1, 3) for symptom in some(Symptom, 3)},
    )
    treatment = Treatment(
        chance.choice(list(Device)), chance.choice(DEPTHS), chance.choice(list(Setting)), chance.choice(AREAS),
        same_day_injection=chance.random() < 0.1,
        needles_new=chance.choice(list(Answer)) if chance.random() < 0.2 else Answer.UNKNOWN,
        needles_shared=chance.choice(list(Answer)) if chance.random() < 0.2 else Answer.UNKNOWN,
    )  # fmt: skip
    return _Person(
        patient, treatment,
        symptoms={symptom: chance.choice([0, 0, 1, 1, 2, 3, 4]) for symptom in some(Symptom, 5)},
        signs=set(some(Sign, 2)), exposures=set(some(Exposure, 2)),
        temperature=chance.choice([None, None, None, 36.9, 37.4, 37.5, 37.8, 37.9, 38.0, 38.9, 39.0]),
    )  # fmt: skip


def _days_outside(days: Days, treatment: Treatment) -> list[int]:
    """The days just before and after those of a criterion, where there are such."""
    first, last = days.spans[band(treatment)]
    return [first - 1] * (first > 0) + [last + 1] * (last < FOREVER)


def _day_within(days: Days, treatment: Treatment, chance: Random) -> int:
    """A day of a criterion, mostly at its edges, or where something else begins or ends."""
    first, last = days.spans[band(treatment)]
    end = last if last < FOREVER else max(first, chance.choice([13, 14, 21, 22, 28, 29, LAST_DAY, LATE]))
    return chance.choice([first, min(first + 1, end), end, chance.randint(first, end)])


def _leaves(predicate: Predicate, chance: Random) -> list[Predicate]:
    """What has to be brought about so that a predicate holds: of several ways one."""
    match predicate:
        case predicates.AllOf(parts):
            return [leaf for part in parts for leaf in _leaves(part, chance)]
        case predicates.AnyOf(parts):
            return _leaves(chance.choice([part for part in parts if part.as_data() is not None]), chance)
        case predicates.Named(_, meaning):
            return _leaves(meaning, chance)
        case predicates.SomeAbove(group, n, least):
            return [predicates.Above(symptom, n) for symptom in chance.sample(group, least)]
    return [predicate]


def _bring_about(leaf: Predicate, person: _Person, chance: Random) -> None:
    match leaf:
        case predicates.HasSign(sign):
            person.signs.add(sign)
        case predicates.SkinFinding():
            person.signs.add(chance.choice(sorted(set(Sign) - predicates.NOT_ON_THE_SKIN)))
        case predicates.HasCondition(condition):
            person.patient = replace(person.patient, conditions=person.patient.conditions | {condition})
        case predicates.Takes(medication):
            person.patient = replace(person.patient, medications=person.patient.medications | {medication})
        case predicates.DarkOrUnknownSkin():
            person.patient = replace(person.patient, fitzpatrick=chance.choice([None, 4, 5, 6]))
        case predicates.Exposed(exposure):
            person.exposures.add(exposure)
        case predicates.Treated(word):
            person.treatment = replace(person.treatment, **TREATED[word])
        case predicates.Level(symptom, least, beyond_usual):
            usual = Ceilings(person.patient, person.treatment).usual[symptom] if beyond_usual else 0
            _reach(symptom, usual + least, person)
        case predicates.Above(symptom, n):
            _reach(symptom, _most_expected(symptom, person) + n, person)
        case predicates.Temperature(least):
            person.temperature = max(person.temperature or 0, least)
        case predicates.FeverTemperature():
            person.temperature = chance.choice([FEVER, 37.8, 38.4])


def _undo(leaf: Predicate, person: _Person) -> None:
    """Let a leaf that was brought about miss by one: a sign less, a step, a tenth of a degree."""
    match leaf:
        case predicates.HasSign(sign):
            person.signs.discard(sign)
        case predicates.SkinFinding():
            person.signs &= predicates.NOT_ON_THE_SKIN
        case predicates.HasCondition(condition):
            person.patient = replace(person.patient, conditions=person.patient.conditions - {condition})
        case predicates.Takes(medication):
            person.patient = replace(person.patient, medications=person.patient.medications - {medication})
        case predicates.DarkOrUnknownSkin():
            person.patient = replace(person.patient, fitzpatrick=3)
        case predicates.Exposed(exposure):
            person.exposures.discard(exposure)
        case predicates.Treated(word):
            person.treatment = replace(person.treatment, **NOT_TREATED[word])
        case predicates.Level(symptom, least, beyond_usual):
            usual = Ceilings(person.patient, person.treatment).usual[symptom] if beyond_usual else 0
            person.symptoms[symptom] = max(0, min(4, usual + least - 1))
        case predicates.Above(symptom, n):
            person.symptoms[symptom] = max(0, min(4, _most_expected(symptom, person) + n - 1))
        case predicates.Temperature() | predicates.FeverTemperature():
            person.temperature = round(person.temperature - 0.1, 1)


TREATED = {
    "home": {"setting": Setting.HOME},
    "rf": {"device": Device.RF},
    "same_day_injection": {"same_day_injection": True},
    "neck_area": {"areas": ("Neckline",)},
    "blood_exposure": {"needles_shared": Answer.YES},
}
NOT_TREATED = {
    "home": {"setting": Setting.CLINIC},
    "rf": {"device": Device.STAMP},
    "same_day_injection": {"same_day_injection": False},
    "neck_area": {"areas": ("face",)},
    "blood_exposure": {"needles_shared": Answer.NO, "needles_new": Answer.YES},
}


def _reach(symptom: Symptom, level: int, person: _Person) -> None:
    person.symptoms[symptom] = min(4, max(level, person.symptoms.get(symptom, 0)))


def _most_expected(symptom: Symptom, person: _Person) -> int:
    ceilings = Ceilings(person.patient, person.treatment)
    return ceilings.above_usual(symptom, person.day, frozenset(person.exposures)) + ceilings.usual[symptom]
