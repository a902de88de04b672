"""How skin heals, day by day, what goes wrong with it, and how people answer: all of it invented, all of it stated.

The ordinary course is that of ordinary.toml, not of the ceilings, which are to be held against it. Only differences
between two runs mean anything; no rate here was measured.
"""

import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from symptoms.recovery.ceilings import band
from symptoms.recovery.course import ALL_SYMPTOMS, Course, Entry
from symptoms.recovery.prompting import prompt_days
from symptoms.recovery.questions import asked_today
from symptoms.recovery.vocabulary import Concern, Device, Exposure, Sign, Symptom
from tests.simulator.people import Person

S = Symptom
LOGS = 0.85  # of the prompts that are answered
SLIP = 0.01  # of answers that are a step too high, for one log
SPORT = 0.12  # logs after sport or heat: redness and heat a step higher half the time
SUN = 0.08
UNSEEN = {5: 0.3, 6: 0.5}  # by skin type: answers in which redness is seen as a step less than it is
COLD = 0.006  # a day on which a cold begins: ill for three days, half of them warm, a third with a fever
FALSE_SIGN = {
    Sign.ONE_SIDED: 0.004,
    Sign.FIRM_LUMPS: 0.002,
    Sign.OPEN_SORE: 0.001,
    Sign.PUS: 0.001,
    Sign.TRACK_MARKS: 0.004,
}
HARDER, MILDER = 0.15, 0.15  # people whose peak is a step above, and a step below, the typical one
SPOTS = 0.25  # people who get spots or bronzing at all, mild, until nearly all have none
ORDINARY = tomllib.loads((Path(__file__).parent / "ordinary.toml").read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Complication:
    """Something that goes wrong: from which day, what it shows, and by which day after that it should be told.

    `shows(days since it began)`: the least severity of symptoms and the signs.
    """

    concerns: frozenset[Concern]
    first: int
    last: int
    in_time: int
    shows: Callable[[int, Random], tuple[Mapping[Symptom, int], frozenset[Sign], float | None]]
    who: Callable[[Person], bool] = lambda person: True


def _grows(*steps: tuple[int, Mapping[Symptom, int], tuple[Sign, ...], float | None]):
    """What shows from so many days after its beginning, the last step that has come."""

    def shows(since: int, chance: Random):
        _, symptoms, signs, temperature = max((step for step in steps if step[0] <= since), key=lambda step: step[0])
        seen = frozenset(sign for sign in signs if chance.random() < 0.85)
        measured = temperature if temperature and chance.random() < 0.6 else None
        return symptoms, seen, measured

    return shows


COMPLICATIONS: Mapping[str, Complication] = {
    "infection": Complication(
        frozenset({Concern.INFECTION}), 2, 6, 2,
        _grows(
            (0, {S.PAIN: 2, S.WARMTH: 2, S.REDNESS: 2}, (), None),
            (1, {S.PAIN: 3, S.WARMTH: 3, S.SWELLING: 2, S.REDNESS: 3}, (Sign.SPREADING_REDNESS,), 37.9),
            (2, {S.PAIN: 3, S.WARMTH: 3, S.SWELLING: 2, S.REDNESS: 3}, (Sign.PUS, Sign.SPREADING_REDNESS), 38.3),
        ),
    ),
    "cold sore": Complication(
        frozenset({Concern.COLD_SORE_REACTIVATION}), 2, 7, 2,
        _grows((0, {S.PAIN: 1}, (Sign.TINGLING,), None), (1, {S.PAIN: 2}, (Sign.BLISTERS,), None)),
    ),
    "dermatitis": Complication(
        frozenset({Concern.CONTACT_DERMATITIS, Concern.PERSISTENT_REDNESS}), 2, 7, 3,
        _grows((0, {S.ITCHING: 2, S.REDNESS: 2}, (), None), (1, {S.ITCHING: 3, S.REDNESS: 3, S.BUMPS: 2}, (), None)),
    ),
    "lasting redness": Complication(
        frozenset({Concern.PERSISTENT_REDNESS}), 10, 16, 10, _grows((0, {S.REDNESS: 2}, (), None)),
    ),
    "dark marks": Complication(
        frozenset({Concern.HYPERPIGMENTATION}), 12, 25, 14,
        _grows((0, {S.DARK_PATCHES: 1}, (), None), (5, {S.DARK_PATCHES: 2}, (), None)),
    ),
    "light patches": Complication(
        frozenset({Concern.HYPOPIGMENTATION}), 14, 30, 30, _grows((0, {S.LIGHT_PATCHES: 1}, (), None)),
    ),
    "scar": Complication(
        frozenset({Concern.SCARRING}), 14, 40, 30,
        _grows((0, {S.RAISED_SCAR: 1}, (), None), (14, {S.RAISED_SCAR: 2}, (), None)),
    ),
    "granuloma": Complication(
        frozenset({Concern.GRANULOMA, Concern.LATE_INFECTION}), 14, 60, 30,
        _grows((0, {S.BUMPS: 2, S.ITCHING: 1}, (Sign.FIRM_LUMPS,), None)),
    ),
    "burn": Complication(
        frozenset({Concern.BURN, Concern.SKIN_NECROSIS}), 0, 1, 1,
        _grows((0, {S.PAIN: 3}, (Sign.WHITE_OR_NETLIKE_SKIN,), None), (1, {S.PAIN: 3}, (Sign.BLISTERS,), None)),
        who=lambda person: person.treatment.device is Device.RF,
    ),
    "reaction on the day": Complication(
        frozenset({Concern.ALLERGIC_REACTION}), 0, 0, 1,
        _grows((0, {S.ITCHING: 2, S.SWELLING: 2}, (Sign.HIVES,), None)),
    ),
}  # fmt: skip


def logged(chance: Random, person: Person, gone_wrong: str = "", *, begins: int = 0) -> Course:
    """The course as the person logs it, on the days on which a log is asked for, most of the time.

    `gone_wrong`: a complication that begins on day `begins`.
    """
    healing = _healing(chance, person)
    ill_until = -1
    entries: list[Entry] = []
    for day in prompt_days(person.patient, person.treatment):
        if chance.random() > LOGS:
            continue
        severity = {
            symptom: (healing[symptom].on(day) if symptom in healing else 0) + person.usual.get(symptom, 0)
            for symptom in Symptom
        }
        signs, temperature, exposures = set(), None, set()
        if chance.random() < SPORT:
            exposures.add(Exposure.HEAVY_EXERCISE)
            for symptom in (S.REDNESS, S.WARMTH):
                severity[symptom] += chance.random() < 0.5
        if chance.random() < SUN:
            exposures.add(Exposure.UNPROTECTED_SUN)
        if chance.random() < COLD:
            ill_until = day + 3
        if day <= ill_until:
            signs.add(Sign.FEELING_ILL)
            temperature = chance.choice((None, 37.2, 37.6, 38.2))
        signs |= {sign for sign, share in FALSE_SIGN.items() if chance.random() < share}
        if gone_wrong and day >= begins:
            least, seen, measured = COMPLICATIONS[gone_wrong].shows(day - begins, chance)
            severity = {symptom: max(level, least.get(symptom, 0)) for symptom, level in severity.items()}
            signs, temperature = signs | seen, measured or temperature
        entries.append(_answered(chance, person, day, severity, signs, temperature, exposures, entries))
    return Course(person.patient, person.treatment, tuple(entries))


@dataclass(frozen=True)
class Healing:
    """How one symptom of one person heals: at its peak, then mild from a day on, then none from a day on."""

    peak: int
    mild_from: float
    none_from: float

    def on(self, day: int) -> int:
        """The severity on a day."""
        if day >= self.none_from:
            return 0
        return self.peak if day < self.mild_from else min(1, self.peak)


def _healing(chance: Random, person: Person) -> dict[Symptom, Healing]:
    """Each symptom's, at a pace that is mostly the person's own."""
    own_pace = chance.random()
    healing = {}
    for word, row in ORDINARY[band(person.treatment)].items():
        pace = min(1.0, max(0.0, own_pace + chance.gauss(0, 0.15)))
        if "gone_by" in row:
            has_any = chance.random() < SPOTS
            healing[Symptom(word)] = Healing(int(has_any), 0, 1 + pace * (row["gone_by"] - 1))
            continue
        peak = row["peak"] + chance.choices((1, 0, -1), (HARDER, 1 - HARDER - MILDER, MILDER))[0]
        days = (_by_pace(row[name], pace) for name in ("mild_by", "none_by"))
        healing[Symptom(word)] = Healing(max(0, peak), *days)
    return healing


def _by_pace(days: Sequence[int], pace: float) -> float:
    """The day for somebody at this place (0 to 1) among all: half by the first, 90 % by the second."""
    half, most, all_of_them = days
    if pace <= 0.5:
        return half * pace / 0.5
    if pace <= 0.9:
        return half + (most - half) * (pace - 0.5) / 0.4
    return most + (all_of_them - most) * (pace - 0.9) / 0.1


def _answered(chance, person, day, severity, signs, temperature, exposures, before) -> Entry:
    """What the questions of the day let somebody say: what is not asked is said when it is felt or seen."""
    if chance.random() < UNSEEN.get(person.patient.fitzpatrick, 0):
        severity = severity | {S.REDNESS: max(0, severity[S.REDNESS] - 1)}
    levels = {symptom: min(4, level + (chance.random() < SLIP)) for symptom, level in severity.items()}
    asked = asked_today(person.patient, person.treatment, day=day, previous_entry=before[-1] if before else None)
    answered = frozenset(asked.symptoms) | {symptom for symptom, level in levels.items() if level >= 2}
    symptoms = {symptom: level for symptom, level in levels.items() if level and symptom in answered}
    return Entry(day, symptoms, answered & ALL_SYMPTOMS, frozenset(signs), temperature, frozenset(exposures))
