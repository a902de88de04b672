"""What a criterion looks for, in words: for who reads how often it was met, and not the evidence's notation."""

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from symptoms.recovery.predicates import (
    Above,
    AllOf,
    AnyOf,
    HasCondition,
    HasSign,
    Level,
    Named,
    Predicate,
    Rise,
    SomeAbove,
    SomeRelapse,
    SomeRise,
    Streak,
    Takes,
    Temperature,
    Treated,
    Twice,
)
from symptoms.wording.phrases import degrees, listed, small, step, title
from symptoms.wording.treatment import CONDITIONS, MEDICATIONS

NAMED: Mapping[str, Any] = {  # predicates that have a name of their own, and what is asked of a treatment
    "fever": gettext_lazy("fever or shaking chills"),
    "infsign": gettext_lazy("a sign of infection on the skin"),
    "skin_finding": gettext_lazy("anything on the skin that is not expected"),
    "at_risk": gettext_lazy("diabetes or weak defences"),
    "bleed_risk": gettext_lazy("a blood thinner or a bleeding disorder"),
    "pih_risk": gettext_lazy("skin that marks easily or is not known"),
    "sun_so_far": gettext_lazy("sun without cover on any day"),
    "sun_recent": gettext_lazy("sun without cover on the day or the two before"),
    "home": gettext_lazy("needling at home"),
    "rf": gettext_lazy("radiofrequency"),
    "same_day_injection": gettext_lazy("filler or PRP injected the same day"),
    "neck_area": gettext_lazy("the neck treated"),
    "blood_exposure": gettext_lazy("needles not new, or shared"),
}
MOST = 4  # the highest level


def condition_in_words(predicate: Predicate) -> str:
    """Of a predicate the whole as one line: "Fever or shaking chills + (firm lumps, or swollen glands)"."""
    return capfirst(_said(predicate))


def _said(predicate: Predicate) -> str:
    return SAID[type(predicate)](predicate)


def _all(predicate: AllOf) -> str:
    """Each part; in brackets where it is a choice: a row of "and" and "or" would not say what belongs together."""
    pattern = _("({choice})")
    parts = (pattern.format(choice=_said(part)) if isinstance(part, AnyOf) else _said(part) for part in predicate.parts)
    return _(" + ").join(parts)


def _any(predicate: AnyOf) -> str:
    return _(", or ").join(map(_said, predicate.parts))


def _level(predicate: Level) -> str:
    symptom, level = small(title(predicate.symptom)), step(predicate.least)
    if predicate.beyond_usual:
        pattern = _("{symptom} {level} beyond the usual")
        if predicate.least < MOST:
            pattern = _("{symptom} {level} or more beyond the usual")
    else:
        pattern = _("{symptom} {level}") if predicate.least == MOST else _("{symptom} {level} or more")
    return pattern.format(symptom=symptom, level=level)


def _above(predicate: Above) -> str:
    pattern = _("{symptom} above expected") if predicate.n == 1 else _("{symptom} far above expected")
    return pattern.format(symptom=small(title(predicate.symptom)))


def _rise(predicate: Rise) -> str:
    pattern = ngettext("{symptom} up by a level in two days", "{symptom} up by {count} levels in two days", predicate.n)
    return pattern.format(symptom=small(title(predicate.symptom)), count=predicate.n)


def _some(predicate: SomeAbove | SomeRise | SomeRelapse) -> str:
    far = isinstance(predicate, SomeAbove) and predicate.n > 1
    patterns = {
        SomeAbove: _("{some} far above expected") if far else _("{some} above expected"),
        SomeRise: _("{some} rising"),
        SomeRelapse: _("{some} rising again above expected"),
    }
    return patterns[type(predicate)].format(some=_members(predicate))


def _members(predicate: SomeAbove | SomeRise | SomeRelapse) -> str:
    """Which symptoms count, and how many must: "two of pain, heat and swelling"."""
    names = [small(title(symptom)) for symptom in predicate.group]
    if predicate.least == 1:
        return listed(names, _("or"))
    pattern = _("at least {count} of {symptoms}")
    return pattern.format(count=predicate.least, symptoms=listed(names))


def _temperature(predicate: Temperature) -> str:
    pattern = _("{temperature} or more twice running") if predicate.twice else _("{temperature} or more")
    return pattern.format(temperature=degrees(predicate.least))


def _of_symptom(text: Any) -> Callable[[Any], str]:
    return lambda predicate: str(text).format(symptom=small(title(predicate.symptom)))


SAID: Mapping[type, Callable[[Any], str]] = {
    AllOf: _all,
    AnyOf: _any,
    HasSign: lambda predicate: small(title(predicate.sign)),
    HasCondition: lambda predicate: small(str(CONDITIONS[predicate.condition])),
    Takes: lambda predicate: small(str(MEDICATIONS[predicate.medication])),
    Treated: lambda predicate: str(NAMED[predicate.word]),
    Named: lambda predicate: str(NAMED[predicate.name]),
    Level: _level,
    Above: _above,
    Twice: _of_symptom(gettext_lazy("{symptom} above expected twice running")),
    Streak: _of_symptom(gettext_lazy("{symptom} above expected for days")),
    Rise: _rise,
    SomeAbove: _some,
    SomeRise: _some,
    SomeRelapse: _some,
    Temperature: _temperature,
}
