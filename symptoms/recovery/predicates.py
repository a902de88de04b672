"""The kinds of predicate a criterion is built from: each holds or not, says why, and prints as the evidence does."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from symptoms.recovery import groups
from symptoms.recovery.course import Treatment
from symptoms.recovery.day import FEVER as FEVER_FROM
from symptoms.recovery.day import FEVER_AT_RISK, TEMPERATURE, Day, Fact
from symptoms.recovery.groups import HEAT, HOT, NOT_ON_THE_SKIN
from symptoms.recovery.vocabulary import Condition, Device, Exposure, Medication, Setting, Sign, Symptom

Group = tuple[Symptom, ...]
Data = str | list[Any]  # a predicate as plain JSON, which static/js/red-flags.js reads
Needs = frozenset[str] | None  # symptoms, signs, TEMPERATURE


class Predicate:
    """Something that holds on a day or not; combined by `&` and `|`. There is no `not`: more is never less."""

    __slots__ = ()

    def facts(self, day: Day) -> Sequence[Fact]:
        """What was seen, where the predicate holds; nothing where it does not."""
        raise NotImplementedError

    def holds(self, day: Day) -> bool:
        """Whether anything was seen."""
        return bool(self.facts(day))

    def as_data(self) -> Data | None:
        """The same for who knows the answers of one day only; None where those can never show it."""
        raise NotImplementedError

    def looks_back(self) -> bool:
        """Whether what was reported on earlier days counts too."""
        return False

    def needs(self) -> Needs:
        """Of what an entry has to report something for it to hold; None where it may hold whatever is reported."""
        return None

    def __and__(self, other: Predicate) -> Predicate:
        return AllOf((*_parts(self, AllOf), *_parts(other, AllOf)))

    def __or__(self, other: Predicate) -> Predicate:
        return AnyOf((*_parts(self, AnyOf), *_parts(other, AnyOf)))


def _parts(predicate: Predicate, kind: type) -> tuple[Predicate, ...]:
    return predicate.parts if isinstance(predicate, AllOf | AnyOf) and type(predicate) is kind else (predicate,)


@dataclass(frozen=True, slots=True)
class AllOf(Predicate):
    """Every part holds."""

    parts: tuple[Predicate, ...]

    def facts(self, day: Day) -> Sequence[Fact]:
        facts: list[Fact] = []
        for part in self.parts:
            of_part = part.facts(day)
            if not of_part:
                return ()
            facts += of_part
        return facts

    def as_data(self) -> Data | None:
        parts = [part.as_data() for part in self.parts]
        return None if None in parts else ["all", *parts]

    def looks_back(self) -> bool:
        return any(part.looks_back() for part in self.parts)

    def needs(self) -> Needs:
        each = [needs for part in self.parts if (needs := part.needs()) is not None]
        return min(each, key=len, default=None)  # any of them is enough to pass it over; the rarest does so most often

    def __str__(self) -> str:
        return " and ".join(f"({part})" if isinstance(part, AnyOf) else str(part) for part in self.parts)


@dataclass(frozen=True, slots=True)
class AnyOf(Predicate):
    """At least one part holds; the facts are those of all parts that do."""

    parts: tuple[Predicate, ...]

    def facts(self, day: Day) -> Sequence[Fact]:
        facts: list[Fact] = []
        for part in self.parts:
            facts += part.facts(day)
        return facts

    def as_data(self) -> Data | None:
        parts = [data for part in self.parts if (data := part.as_data()) is not None]
        return ["any", *parts] if parts else None

    def looks_back(self) -> bool:
        return any(part.looks_back() for part in self.parts)

    def needs(self) -> Needs:
        each = [needs for part in self.parts if (needs := part.needs()) is not None]
        return frozenset[str]().union(*each) if len(each) == len(self.parts) else None

    def __str__(self) -> str:
        return " or ".join(f"({part})" if isinstance(part, AllOf) else str(part) for part in self.parts)


@dataclass(frozen=True, slots=True)
class HasSign(Predicate):
    """This entry names the sign."""

    sign: Sign

    def facts(self, day: Day) -> Sequence[Fact]:
        return day.signs.get(self.sign, ())

    def as_data(self) -> Data:
        return str(self.sign)

    def needs(self) -> Needs:
        return frozenset({self.sign})

    def __str__(self) -> str:
        return str(self.sign)


@dataclass(frozen=True, slots=True)
class HasCondition(Predicate):
    """The patient has the condition."""

    condition: Condition

    def facts(self, day: Day) -> Sequence[Fact]:
        return (Fact("condition", self.condition),) if self.condition in day.patient.conditions else ()

    def as_data(self) -> Data:
        return str(self.condition)

    def __str__(self) -> str:
        return str(self.condition)


@dataclass(frozen=True, slots=True)
class Takes(Predicate):
    """The patient takes the medicine."""

    medication: Medication

    def facts(self, day: Day) -> Sequence[Fact]:
        return (Fact("medication", self.medication),) if self.medication in day.patient.medications else ()

    def as_data(self) -> Data:
        return str(self.medication)

    def __str__(self) -> str:
        return str(self.medication)


@dataclass(frozen=True, slots=True)
class Exposed(Predicate):
    """This entry names the exposure, or an earlier one, at most `within` days before (None: however far back)."""

    exposure: Exposure
    within: int | None = None

    def facts(self, day: Day) -> Sequence[Fact]:
        first = 0 if self.within is None else day.day - self.within
        naming = (entry for entry in day.entries if entry.day >= first and self.exposure in entry.exposures)
        return [Fact("exposure", self.exposure, entry.day) for entry in naming]

    def as_data(self) -> Data:
        return str(self.exposure)

    def looks_back(self) -> bool:
        return True

    def __str__(self) -> str:
        return str(self.exposure)


@dataclass(frozen=True, slots=True)
class Treated(Predicate):
    """Something about the treatment: `rf`, `home`, `same_day_injection`."""

    word: str
    claim: Callable[[Treatment], bool]

    def facts(self, day: Day) -> Sequence[Fact]:
        return (Fact("treatment", self.word),) if self.claim(day.treatment) else ()

    def as_data(self) -> Data:
        return self.word

    def __str__(self) -> str:
        return self.word


@dataclass(frozen=True, slots=True)
class DarkOrUnknownSkin(Predicate):
    """Fitzpatrick type IV to VI, or nobody has said."""

    def facts(self, day: Day) -> Sequence[Fact]:
        if not day.patient.has_dark_or_unknown_skin:
            return ()
        return (Fact("treatment", "fitzpatrick", value=day.patient.fitzpatrick),)

    def as_data(self) -> Data:
        return DARK_OR_UNKNOWN_SKIN


@dataclass(frozen=True, slots=True)
class Named(Predicate):
    """A predicate that prints as its name (fever, infsign, at_risk …) and is worked out once a day."""

    name: str
    meaning: Predicate

    def facts(self, day: Day) -> Sequence[Fact]:
        known = day.named.get(self.name)
        if known is None:
            known = day.named[self.name] = self.meaning.facts(day)
        return known

    def as_data(self) -> Data | None:
        return self.meaning.as_data()

    def looks_back(self) -> bool:
        return self.meaning.looks_back()

    def needs(self) -> Needs:
        return self.meaning.needs()

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class Level(Predicate):
    """`v(s) >= n`, `v(s) == 4`; with `beyond_usual` `u(s)`. As 4 is the highest, `== 4` is `>= 4`."""

    symptom: Symptom
    least: int
    beyond_usual: bool = False

    def facts(self, day: Day) -> Sequence[Fact]:
        level = day.u(self.symptom) if self.beyond_usual else day.v(self.symptom)
        return (day.level(self.symptom),) if level >= self.least else ()

    def as_data(self) -> Data:
        return ["u" if self.beyond_usual else "v", str(self.symptom), self.least]

    def needs(self) -> Needs:
        return frozenset({self.symptom})

    def __str__(self) -> str:
        return f"{'u' if self.beyond_usual else 'v'}({self.symptom}) {'==' if self.least == 4 else '>='} {self.least}"


@dataclass(frozen=True, slots=True)
class Above(Predicate):
    """`above(s, n)`: n steps or more above the ceiling of the day."""

    symptom: Symptom
    n: int = 1

    def facts(self, day: Day) -> Sequence[Fact]:
        return (day.level(self.symptom),) if day.above(self.symptom, self.n) else ()

    def as_data(self) -> Data:
        return ["above", self.n, 1, str(self.symptom)]

    def needs(self) -> Needs:
        return frozenset({self.symptom})

    def __str__(self) -> str:
        return f"above({self.symptom})" if self.n == 1 else f"above({self.symptom}, {self.n})"


@dataclass(frozen=True, slots=True)
class Twice(Predicate):
    """`twice(s)`: above in this entry and in the last one before it that answers."""

    symptom: Symptom

    def facts(self, day: Day) -> Sequence[Fact]:
        return [day.level(self.symptom, entry) for entry in day.twice(self.symptom)]

    def as_data(self) -> None:
        return None

    def looks_back(self) -> bool:
        return True

    def needs(self) -> Needs:
        return frozenset({self.symptom})

    def __str__(self) -> str:
        return f"twice({self.symptom})"


@dataclass(frozen=True, slots=True)
class Streak(Predicate):
    """`streak(s)`: above in three answers running, or in all over three days or more."""

    symptom: Symptom

    def facts(self, day: Day) -> Sequence[Fact]:
        return [day.level(self.symptom, entry) for entry in day.streak(self.symptom)]

    def as_data(self) -> None:
        return None

    def looks_back(self) -> bool:
        return True

    def needs(self) -> Needs:
        return frozenset({self.symptom})

    def __str__(self) -> str:
        return f"streak({self.symptom})"


@dataclass(frozen=True, slots=True)
class Rise(Predicate):
    """`rise(s, n)`: n steps or more above the lowest answer of the two days before."""

    symptom: Symptom
    n: int

    def facts(self, day: Day) -> Sequence[Fact]:
        return day.risen(self.symptom) if day.rise(self.symptom) >= self.n else ()

    def as_data(self) -> None:
        return None

    def looks_back(self) -> bool:
        return True

    def needs(self) -> Needs:
        return frozenset({self.symptom})

    def __str__(self) -> str:
        return f"rise({self.symptom}, {self.n})"


DARK_OR_UNKNOWN_SKIN = "dark_or_unknown_skin"
GROUPS: dict[Group, str] = {HEAT: "HEAT", HOT: "HOT"}


@dataclass(frozen=True, slots=True)
class SomeAbove(Predicate):
    """`n_above(G, n) >= k`: k symptoms or more of the group are n steps or more above their ceilings."""

    group: Group
    n: int
    least: int

    def facts(self, day: Day) -> Sequence[Fact]:
        symptoms = [symptom for symptom in self.group if day.above(symptom, self.n)]
        return [day.level(symptom) for symptom in symptoms] if len(symptoms) >= self.least else ()

    def as_data(self) -> Data:
        return ["above", self.n, self.least, *map(str, self.group)]

    def needs(self) -> Needs:
        return frozenset(self.group)

    def __str__(self) -> str:
        return f"n_above({GROUPS[self.group]}{'' if self.n == 1 else f', {self.n}'}) >= {self.least}"


@dataclass(frozen=True, slots=True)
class SomeRise(Predicate):
    """`n_rise(G, n) >= k`: k symptoms or more of the group rose by n or more."""

    group: Group
    n: int
    least: int

    def facts(self, day: Day) -> Sequence[Fact]:
        symptoms = [symptom for symptom in self.group if day.rise(symptom) >= self.n]
        return [fact for symptom in symptoms for fact in day.risen(symptom)] if len(symptoms) >= self.least else ()

    def as_data(self) -> None:
        return None

    def looks_back(self) -> bool:
        return True

    def needs(self) -> Needs:
        return frozenset(self.group)

    def __str__(self) -> str:
        return f"n_rise({GROUPS[self.group]}{'' if self.n == 2 else f', {self.n}'}) >= {self.least}"


@dataclass(frozen=True, slots=True)
class SomeRelapse(Predicate):
    """`n_relapse(G) >= k`: k symptoms or more of the group rose by two and are above their ceilings."""

    group: Group
    least: int

    def facts(self, day: Day) -> Sequence[Fact]:
        symptoms = [symptom for symptom in self.group if day.rise(symptom) >= 2 and day.above(symptom)]
        return [fact for symptom in symptoms for fact in day.risen(symptom)] if len(symptoms) >= self.least else ()

    def as_data(self) -> None:
        return None

    def looks_back(self) -> bool:
        return True

    def needs(self) -> Needs:
        return frozenset(self.group)

    def __str__(self) -> str:
        return f"n_relapse({GROUPS[self.group]}) >= {self.least}"


@dataclass(frozen=True, slots=True)
class Temperature(Predicate):
    """`T >= x` in degrees Celsius, or `T_twice(x)`: in the entry before as well, at most two days earlier."""

    least: float
    twice: bool = False

    def facts(self, day: Day) -> Sequence[Fact]:
        if not (day.temperature_twice(self.least) if self.twice else day.temperature >= self.least):
            return ()
        measured = day.entries[-2:] if self.twice else (day.entry,)
        return [Fact("temperature", TEMPERATURE, each.day, each.temperature_c, self.least) for each in measured]

    def as_data(self) -> Data | None:
        return None if self.twice else ["T", self.least]

    def looks_back(self) -> bool:
        return self.twice

    def needs(self) -> Needs:
        return frozenset({TEMPERATURE})

    def __str__(self) -> str:
        return f"T_twice({self.least})" if self.twice else f"T >= {self.least}"


@dataclass(frozen=True, slots=True)
class FeverTemperature(Predicate):
    """A temperature that is a fever for this patient: from 38.0 °C, from 37.8 °C when at risk."""

    def facts(self, day: Day) -> Sequence[Fact]:
        if day.temperature < day.fever_from:
            return ()
        return (Fact("temperature", TEMPERATURE, day.day, day.entry.temperature_c, day.fever_from),)

    def as_data(self) -> Data:
        return ["any", ["T", FEVER_FROM], ["all", ["any", *map(str, groups.AT_RISK)], ["T", FEVER_AT_RISK]]]

    def needs(self) -> Needs:
        return frozenset({TEMPERATURE})


@dataclass(frozen=True, slots=True)
class SkinFinding(Predicate):
    """A sign that is seen on the skin, or any symptom above its ceiling."""

    def facts(self, day: Day) -> Sequence[Fact]:
        signs = [Fact("sign", sign, day.day) for sign in sorted(day.entry.signs - NOT_ON_THE_SKIN)]
        return signs + [day.level(symptom) for symptom in Symptom if day.above(symptom)]

    def as_data(self) -> Data:
        return ["skin"]

    def needs(self) -> Needs:
        return frozenset({*Symptom, *(frozenset(Sign) - NOT_ON_THE_SKIN)})


# --- the named ones


def _any_word(words: Iterable[Condition | Medication]) -> AnyOf:
    return AnyOf(tuple(HasCondition(word) if isinstance(word, Condition) else Takes(word) for word in words))


FEVER = Named("fever", FeverTemperature() | HasSign(Sign.CHILLS))
INFSIGN = Named("infsign", AnyOf((*map(HasSign, groups.INFECTION_SIGNS), SomeAbove(HOT, 1, 2))))
SKIN_FINDING = Named("skin_finding", SkinFinding())
AT_RISK = Named("at_risk", _any_word(groups.AT_RISK))
BLEED_RISK = Named("bleed_risk", _any_word(groups.BLEED_RISK))
PIH_RISK = Named("pih_risk", DarkOrUnknownSkin() | _any_word(groups.PIH_HISTORY))
TREATED_AT_HOME = Treated("home", lambda treatment: treatment.setting is Setting.HOME)
HOME = Named("home", TREATED_AT_HOME | Exposed(Exposure.HOME_NEEDLING))
SUN_SO_FAR = Named("sun_so_far", Exposed(Exposure.UNPROTECTED_SUN))
SUN_RECENT = Named("sun_recent", Exposed(Exposure.UNPROTECTED_SUN, within=2))
RF = Treated("rf", lambda treatment: treatment.device is Device.RF)
SAME_DAY_INJECTION = Treated("same_day_injection", lambda treatment: treatment.same_day_injection)
NECK_AREA = Treated("neck_area", lambda treatment: treatment.is_of("neck"))
BLOOD_EXPOSURE = Treated("blood_exposure", lambda treatment: treatment.blood_exposure)
ABOUT_TREATMENT = (TREATED_AT_HOME, RF, SAME_DAY_INJECTION, NECK_AREA, BLOOD_EXPOSURE)


# --- short names, so that a criterion reads as the evidence


def v(symptom: Symptom, least: int) -> Predicate:
    return Level(symptom, least)


def u(symptom: Symptom, least: int) -> Predicate:
    return Level(symptom, least, beyond_usual=True)


def above(symptom: Symptom, n: int = 1) -> Predicate:
    return Above(symptom, n)


def twice(symptom: Symptom) -> Predicate:
    return Twice(symptom)


def streak(symptom: Symptom) -> Predicate:
    return Streak(symptom)


def rise(symptom: Symptom, n: int) -> Predicate:
    return Rise(symptom, n)


def n_above(group: Group, n: int = 1, *, least: int) -> Predicate:
    return SomeAbove(group, n, least)


def n_rise(group: Group, n: int = 2, *, least: int) -> Predicate:
    return SomeRise(group, n, least)


def n_relapse(group: Group, *, least: int) -> Predicate:
    return SomeRelapse(group, least)


def temp(least: float) -> Predicate:
    return Temperature(least)


def temp_twice(least: float) -> Predicate:
    return Temperature(least, twice=True)


seen = SimpleNamespace(**{sign.name: HasSign(sign) for sign in Sign})
has = SimpleNamespace(**{condition.name: HasCondition(condition) for condition in Condition})
takes = SimpleNamespace(**{medication.name: Takes(medication) for medication in Medication})
