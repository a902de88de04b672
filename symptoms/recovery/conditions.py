"""The kinds of condition a criterion is built from: each holds or not, says why, and prints as the evidence does."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Literal, NamedTuple

from symptoms.recovery.course import Entry
from symptoms.recovery.day import HEAT, HOT, INFECTION_SIGNS, NOT_ON_THE_SKIN, Day
from symptoms.recovery.vocabulary import Condition as PatientCondition
from symptoms.recovery.vocabulary import Exposure, Medication, Sign, Symptom

Kind = Literal["symptom", "sign", "temperature", "condition", "medication", "exposure", "treatment"]
Group = tuple[Symptom, ...]


class Fact(NamedTuple):
    """One thing that was seen: which word, on which day, at which value, against which limit (None: no limit)."""

    kind: Kind
    word: str
    day: int | None = None
    value: float | int | None = None
    limit: float | int | None = None


class Condition:
    """Something that holds on a day or not; combined by `&` and `|`. There is no `not`: more is never less."""

    __slots__ = ()

    def holds(self, day: Day) -> bool:
        raise NotImplementedError

    def facts(self, day: Day) -> Iterator[Fact]:
        """What was seen, where the condition holds."""
        raise NotImplementedError

    def __and__(self, other: Condition) -> Condition:
        return AllOf((*_parts(self, AllOf), *_parts(other, AllOf)))

    def __or__(self, other: Condition) -> Condition:
        return AnyOf((*_parts(self, AnyOf), *_parts(other, AnyOf)))


def _parts(condition: Condition, kind: type) -> tuple[Condition, ...]:
    return condition.parts if isinstance(condition, AllOf | AnyOf) and type(condition) is kind else (condition,)


@dataclass(frozen=True, slots=True)
class AllOf(Condition):
    """Every part holds."""

    parts: tuple[Condition, ...]

    def holds(self, day: Day) -> bool:
        for part in self.parts:  # noqa: SIM110  most of a judgement passes here, and all() takes half as long again
            if not part.holds(day):
                return False
        return True

    def facts(self, day: Day) -> Iterator[Fact]:
        for part in self.parts:
            yield from part.facts(day)

    def __str__(self) -> str:
        return " and ".join(f"({part})" if isinstance(part, AnyOf) else str(part) for part in self.parts)


@dataclass(frozen=True, slots=True)
class AnyOf(Condition):
    """At least one part holds; the facts are those of all parts that do."""

    parts: tuple[Condition, ...]

    def holds(self, day: Day) -> bool:
        for part in self.parts:  # noqa: SIM110
            if part.holds(day):
                return True
        return False

    def facts(self, day: Day) -> Iterator[Fact]:
        for part in self.parts:
            if part.holds(day):
                yield from part.facts(day)

    def __str__(self) -> str:
        return " or ".join(f"({part})" if isinstance(part, AllOf) else str(part) for part in self.parts)


@dataclass(frozen=True, slots=True)
class Seen(Condition):
    """This entry names the sign."""

    sign: Sign

    def holds(self, day: Day) -> bool:
        return self.sign in day.entry.signs

    def facts(self, day: Day) -> Iterator[Fact]:
        yield Fact("sign", self.sign, day.day)

    def __str__(self) -> str:
        return str(self.sign)


@dataclass(frozen=True, slots=True)
class Has(Condition):
    """The patient has the condition."""

    condition: PatientCondition

    def holds(self, day: Day) -> bool:
        return self.condition in day.patient.conditions

    def facts(self, day: Day) -> Iterator[Fact]:
        yield Fact("condition", self.condition)

    def __str__(self) -> str:
        return str(self.condition)


@dataclass(frozen=True, slots=True)
class Is(Condition):
    """A named claim about patient and treatment (at_risk, home, pih_risk …), with the facts behind it."""

    name: str
    claim: Callable[[Day], bool]
    because: Callable[[Day], Iterable[Fact]]

    def holds(self, day: Day) -> bool:
        return self.claim(day)

    def facts(self, day: Day) -> Iterator[Fact]:
        yield from self.because(day)

    def __str__(self) -> str:
        return self.name


def _level(day: Day, symptom: Symptom, entry: Entry | None = None) -> Fact:
    """A symptom as it was reported, against the most that is ordinary in the same units: the usual level added back."""
    at = entry or day.entry
    known: Fact | None = day.told.get((symptom, at.day))
    if known is None:
        known = Fact("symptom", symptom, at.day, at.symptoms.get(symptom, 0), day.most_expected(symptom, at))
        day.told[symptom, at.day] = known
    return known


@dataclass(frozen=True, slots=True)
class Level(Condition):
    """`v(s) >= n`, `v(s) == 4`; with `beyond_usual` `u(s)`. As 4 is the highest, `== 4` is `>= 4`."""

    symptom: Symptom
    least: int
    beyond_usual: bool = False

    def holds(self, day: Day) -> bool:
        return (day.u(self.symptom) if self.beyond_usual else day.v(self.symptom)) >= self.least

    def facts(self, day: Day) -> Iterator[Fact]:
        yield _level(day, self.symptom)

    def __str__(self) -> str:
        return f"{'u' if self.beyond_usual else 'v'}({self.symptom}) {'==' if self.least == 4 else '>='} {self.least}"


@dataclass(frozen=True, slots=True)
class Above(Condition):
    """`above(s, n)`: n steps or more above the ceiling of the day."""

    symptom: Symptom
    n: int = 1

    def holds(self, day: Day) -> bool:
        return day.above(self.symptom, self.n)

    def facts(self, day: Day) -> Iterator[Fact]:
        yield _level(day, self.symptom)

    def __str__(self) -> str:
        return f"above({self.symptom})" if self.n == 1 else f"above({self.symptom}, {self.n})"


@dataclass(frozen=True, slots=True)
class Twice(Condition):
    """`twice(s)`: above in this entry and in the last one before it that answers."""

    symptom: Symptom

    def holds(self, day: Day) -> bool:
        return bool(day.twice(self.symptom))

    def facts(self, day: Day) -> Iterator[Fact]:
        yield from (_level(day, self.symptom, entry) for entry in day.twice(self.symptom))

    def __str__(self) -> str:
        return f"twice({self.symptom})"


@dataclass(frozen=True, slots=True)
class Streak(Condition):
    """`streak(s)`: above in three answers running, or in all over three days or more."""

    symptom: Symptom

    def holds(self, day: Day) -> bool:
        return bool(day.streak(self.symptom))

    def facts(self, day: Day) -> Iterator[Fact]:
        yield from (_level(day, self.symptom, entry) for entry in day.streak(self.symptom))

    def __str__(self) -> str:
        return f"streak({self.symptom})"


@dataclass(frozen=True, slots=True)
class Rise(Condition):
    """`rise(s, n)`: n steps or more above the lowest answer of the two days before."""

    symptom: Symptom
    n: int

    def holds(self, day: Day) -> bool:
        return day.rise(self.symptom) >= self.n

    def facts(self, day: Day) -> Iterator[Fact]:
        yield from _risen(day, self.symptom)

    def __str__(self) -> str:
        return f"rise({self.symptom}, {self.n})"


def _risen(day: Day, symptom: Symptom) -> Iterator[Fact]:
    """The answers of the two days before, then this one."""
    for entry in day.recent(symptom):
        yield _level(day, symptom, entry)
    yield _level(day, symptom)


GROUPS: dict[Group, str] = {HEAT: "HEAT", HOT: "HOT"}


@dataclass(frozen=True, slots=True)
class SomeAbove(Condition):
    """`n_above(G, n) >= k`: k symptoms or more of the group are n steps or more above their ceilings."""

    group: Group
    n: int
    least: int

    def holds(self, day: Day) -> bool:
        return sum(day.above(symptom, self.n) for symptom in self.group) >= self.least

    def facts(self, day: Day) -> Iterator[Fact]:
        yield from (_level(day, symptom) for symptom in self.group if day.above(symptom, self.n))

    def __str__(self) -> str:
        return f"n_above({GROUPS[self.group]}{'' if self.n == 1 else f', {self.n}'}) >= {self.least}"


@dataclass(frozen=True, slots=True)
class SomeRise(Condition):
    """`n_rise(G, n) >= k`: k symptoms or more of the group rose by n or more."""

    group: Group
    n: int
    least: int

    def holds(self, day: Day) -> bool:
        return sum(day.rise(symptom) >= self.n for symptom in self.group) >= self.least

    def facts(self, day: Day) -> Iterator[Fact]:
        for symptom in self.group:
            if day.rise(symptom) >= self.n:
                yield from _risen(day, symptom)

    def __str__(self) -> str:
        return f"n_rise({GROUPS[self.group]}{'' if self.n == 2 else f', {self.n}'}) >= {self.least}"


@dataclass(frozen=True, slots=True)
class SomeRelapse(Condition):
    """`n_relapse(G) >= k`: k symptoms or more of the group rose by two and are above their ceilings."""

    group: Group
    least: int

    def holds(self, day: Day) -> bool:
        return sum(day.rise(symptom) >= 2 and day.above(symptom) for symptom in self.group) >= self.least

    def facts(self, day: Day) -> Iterator[Fact]:
        for symptom in self.group:
            if day.rise(symptom) >= 2 and day.above(symptom):
                yield from _risen(day, symptom)

    def __str__(self) -> str:
        return f"n_relapse({GROUPS[self.group]}) >= {self.least}"


@dataclass(frozen=True, slots=True)
class Temperature(Condition):
    """`T >= x` in degrees Celsius, or `T_twice(x)`: in the entry before as well, at most two days earlier."""

    least: float
    twice: bool = False

    def holds(self, day: Day) -> bool:
        return day.temperature_twice(self.least) if self.twice else day.temperature >= self.least

    def facts(self, day: Day) -> Iterator[Fact]:
        for entry in day.entries[-2:] if self.twice else (day.entry,):
            yield Fact("temperature", "temperature_c", entry.day, entry.temperature_c, self.least)

    def __str__(self) -> str:
        return f"T_twice({self.least})" if self.twice else f"T >= {self.least}"


# --- the named ones


def _fever_facts(day: Day) -> Iterator[Fact]:
    if day.temperature >= day.fever_from:
        yield Fact("temperature", "temperature_c", day.day, day.entry.temperature_c, day.fever_from)
    if Sign.CHILLS in day.entry.signs:
        yield Fact("sign", Sign.CHILLS, day.day)


def _infsign_facts(day: Day) -> Iterator[Fact]:
    yield from (Fact("sign", sign, day.day) for sign in INFECTION_SIGNS if sign in day.entry.signs)
    if sum(map(day.above, HOT)) >= 2:
        yield from (_level(day, symptom) for symptom in HOT if day.above(symptom))


def _skin_facts(day: Day) -> Iterator[Fact]:
    yield from (Fact("sign", sign, day.day) for sign in sorted(day.entry.signs - NOT_ON_THE_SKIN))
    yield from (_level(day, symptom) for symptom in Symptom if day.above(symptom))


def _patient_facts(*words: PatientCondition | Medication) -> Callable[[Day], Iterator[Fact]]:
    def facts(day: Day) -> Iterator[Fact]:
        for word in words:
            if isinstance(word, PatientCondition) and word in day.patient.conditions:
                yield Fact("condition", word)
            elif isinstance(word, Medication) and word in day.patient.medications:
                yield Fact("medication", word)

    return facts


def _exposed(exposure: Exposure) -> Callable[[Day], Iterator[Fact]]:
    def facts(day: Day) -> Iterator[Fact]:
        yield from (Fact("exposure", exposure, entry.day) for entry in day.entries if exposure in entry.exposures)

    return facts


def _pih_facts(day: Day) -> Iterator[Fact]:
    if day.patient.fitzpatrick is None or day.patient.fitzpatrick >= 4:
        yield Fact("treatment", "fitzpatrick", value=day.patient.fitzpatrick)
    yield from _patient_facts(PatientCondition.MELASMA, PatientCondition.PIH_HISTORY)(day)


def _home_facts(day: Day) -> Iterator[Fact]:
    if day.treatment.setting == "home":
        yield Fact("treatment", "home")
    yield from _exposed(Exposure.HOME_NEEDLING)(day)


def _treatment_fact(word: str) -> Callable[[Day], Iterator[Fact]]:
    def facts(day: Day) -> Iterator[Fact]:
        yield Fact("treatment", word)

    return facts


FEVER = Is("fever", lambda day: day.fever, _fever_facts)
INFSIGN = Is("infsign", lambda day: day.infsign, _infsign_facts)
SKIN_FINDING = Is("skin_finding", lambda day: day.skin_finding, _skin_facts)
AT_RISK = Is(
    "at_risk",
    lambda day: day.at_risk,
    _patient_facts(
        PatientCondition.DIABETES,
        PatientCondition.IMMUNOSUPPRESSED,
        Medication.ORAL_STEROID,
        Medication.IMMUNOSUPPRESSANT,
    ),
)
HOME = Is("home", lambda day: day.home, _home_facts)
PIH_RISK = Is("pih_risk", lambda day: day.pih_risk, _pih_facts)
BLEED_RISK = Is(
    "bleed_risk",
    lambda day: day.bleed_risk,
    _patient_facts(Medication.BLOOD_THINNER, PatientCondition.BLEEDING_DISORDER),
)
SUN_SO_FAR = Is("sun_so_far", lambda day: day.sun_so_far, _exposed(Exposure.UNPROTECTED_SUN))
RF = Is("rf", lambda day: day.rf, _treatment_fact("rf"))
SAME_DAY_INJECTION = Is("same_day_injection", lambda day: day.same_day_injection, _treatment_fact("same_day_injection"))


# --- short names, so that a criterion reads as the evidence


def v(symptom: Symptom, least: int) -> Condition:
    return Level(symptom, least)


def u(symptom: Symptom, least: int) -> Condition:
    return Level(symptom, least, beyond_usual=True)


def above(symptom: Symptom, n: int = 1) -> Condition:
    return Above(symptom, n)


def twice(symptom: Symptom) -> Condition:
    return Twice(symptom)


def streak(symptom: Symptom) -> Condition:
    return Streak(symptom)


def rise(symptom: Symptom, n: int) -> Condition:
    return Rise(symptom, n)


def n_above(group: Group, n: int = 1, *, least: int) -> Condition:
    return SomeAbove(group, n, least)


def n_rise(group: Group, n: int = 2, *, least: int) -> Condition:
    return SomeRise(group, n, least)


def n_relapse(group: Group, *, least: int) -> Condition:
    return SomeRelapse(group, least)


def temp(least: float) -> Condition:
    return Temperature(least)


def temp_twice(least: float) -> Condition:
    return Temperature(least, twice=True)


seen = SimpleNamespace(**{sign.name: Seen(sign) for sign in Sign})
has = SimpleNamespace(**{condition.name: Has(condition) for condition in PatientCondition})
