"""Everything that is expected and everything that is not, under one version and a hash of its content."""

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from functools import cached_property
from hashlib import sha256

from symptoms.recovery.ceilings import CEILINGS, HIGHEST_RAISED, LISTED_DAYS, MODIFIERS, SCAR_DEPTH_MM
from symptoms.recovery.concerns import (
    acne,
    allergy,
    bleeding,
    blood,
    burn,
    cold_sores,
    dermatitis,
    eye,
    granuloma,
    infection,
    late_infection,
    necrosis,
    nerve,
    pain,
    pigment,
    redness,
    scarring,
    swelling,
    volume,
)
from symptoms.recovery.criteria import HOME_DAYS, Criterion
from symptoms.recovery.day import FEVER, FEVER_AT_RISK
from symptoms.recovery.groups import (
    AT_RISK,
    BASELINE_COUNTS,
    BLEED_RISK,
    HEAT,
    HOT,
    INFECTION_SIGNS,
    NOT_ON_THE_SKIN,
    PIH_HISTORY,
    SLOW_HEALING,
)
from symptoms.recovery.predicates import Needs
from symptoms.recovery.vocabulary import Symptom

VERSION = "2026.2"
REVIEW_BY = date(2027, 6, 1)  # [D] half a year on, somebody looks at all of it again; nothing is judged by this date
# What the words of the predicates rest on: a change here changes what is judged, though no criterion reads differently.
_TERMS = (
    LISTED_DAYS,
    BASELINE_COUNTS,
    frozenset(SLOW_HEALING),
    frozenset(AT_RISK),
    frozenset(BLEED_RISK),
    frozenset(PIH_HISTORY),
    HEAT,
    HOT,
    frozenset(INFECTION_SIGNS),
    NOT_ON_THE_SKIN,
    (FEVER, FEVER_AT_RISK),
    (SCAR_DEPTH_MM, HIGHEST_RAISED),
    (HOME_DAYS.start, HOME_DAYS.stop),
)

ALL_CRITERIA: tuple[Criterion, ...] = tuple(
    criterion
    for module in (
        infection, cold_sores, late_infection, allergy, dermatitis, redness, swelling, pain, nerve, burn, pigment,
        scarring, volume, granuloma, acne, bleeding, eye, necrosis, blood,
    )
    for criterion in module.CRITERIA
)  # fmt: skip


@dataclass(frozen=True)
class Protocol:
    """One version of what is expected after microneedling."""

    version: str
    criteria: tuple[Criterion, ...]

    @property
    def ceilings(self) -> Mapping[str, Mapping[Symptom, tuple[int, ...]]]:
        """The most that is ordinary: by band (A-R) and symptom, a severity for each of `LISTED_DAYS`."""
        return CEILINGS

    def criterion(self, id: str) -> Criterion:
        """The criterion of an id. Raises KeyError when this version has none."""
        return self._by_id[id]

    @cached_property
    def _by_id(self) -> dict[str, Criterion]:
        return {criterion.id: criterion for criterion in self.criteria}

    @cached_property
    def by_day(self) -> "DaysIndex":
        """The criteria whose days hold, by band and day: worked out once a day and band."""
        return DaysIndex(self.criteria)

    @cached_property
    def hash(self) -> str:
        """SHA-256 (hex) over all that decides what is raised: bands, ceilings, modifiers, groups, terms and criteria.

        What is asked, said and translated is not part of it: new words judge no day otherwise.
        """
        return sha256("\n".join(self._content()).encode()).hexdigest()

    def _content(self) -> Iterator[str]:
        yield self.version
        yield json.dumps({band: {str(s): row for s, row in rows.items()} for band, rows in CEILINGS.items()})
        yield json.dumps(_TERMS, default=sorted)
        for modifier in MODIFIERS:
            yield json.dumps(asdict(modifier), default=sorted)
        for c in self.criteria:
            yield " | ".join([c.id, str(c.concern), c.written_urgency, str(c.days), str(c.predicate), c.source])


class DaysIndex:
    """Which criteria can hold on a day at all; the last days repeat, so little is kept."""

    def __init__(self, criteria: tuple[Criterion, ...]):
        self._criteria = criteria
        # From this day on no criterion begins or ends.
        self._settled = max((edge + 1 for c in criteria for edge in c.days.edges()), default=0)
        self._known: dict[tuple[str, int], tuple[tuple[Criterion, Needs], ...]] = {}

    def on(self, band: str, day: int, reported: Collection[str]) -> list[Criterion]:
        """The criteria whose days hold for a band (A-R) on a day, most urgent first; but for those that need something
        of which nothing is among what was `reported` (`Day.reported`), as most do on most days."""
        key = (band, min(day, self._settled))
        if key not in self._known:
            holding = sorted((c for c in self._criteria if c.days.hold(band, day)), key=lambda c: -c.urgency)
            self._known[key] = tuple((c, c.predicate.needs()) for c in holding)
        return [c for c, needs in self._known[key] if needs is None or not needs.isdisjoint(reported)]


PROTOCOL = Protocol(VERSION, ALL_CRITERIA)
