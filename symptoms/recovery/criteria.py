"""A criterion: one line of what is not expected, with its days, urgency, source and the hazard it guards against."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from symptoms.recovery.day import Day
from symptoms.recovery.predicates import AT_RISK, HOME, Predicate, has
from symptoms.recovery.vocabulary import Concern, Urgency

_RANGE = re.compile(r"(?:(?P<bands>[ABCDR](?:,[ABCDR])*) )?(?P<first>\d+)(?:(?P<open>\+)|-(?P<last>\d+))?")
FOREVER = 100_000
HOME_DAYS = range(3, 15)  # ^home; on days 0-2 fresh needling is warm and damp by itself
# ^risk, ^home and ^pregnant: for whom a `contact` is `urgent`.
URGENT_FOR: Mapping[str, Predicate] = {"risk": AT_RISK, "home": HOME, "pregnant": has.PREGNANT}
EARLY_UNTIL, LATE_FROM = 21, 14  # days on which INF raises infection, and late_infection


@dataclass(frozen=True, slots=True)
class Days:
    """Days of the course as the evidence writes them: `8-14`, `0`, `4+`, `4+; D,R 5+` (bands D and R from day 5)."""

    text: str
    spans: dict[str, tuple[int, int]] = field(init=False, hash=False, compare=False)

    def __post_init__(self) -> None:
        """Raises ValueError for a text that is no list of days."""
        spans: dict[str, tuple[int, int]] = {}
        for part in self.text.split("; "):
            match = _RANGE.fullmatch(part)
            if match is None:
                raise ValueError(f"not days: {part!r}")
            first = int(match["first"])
            last = FOREVER if match["open"] else int(match["last"] or first)
            for band in (match["bands"] or "A,B,C,D,R").split(","):
                spans[band] = (first, last)
        object.__setattr__(self, "spans", spans)

    def hold(self, band: str, day: int) -> bool:
        first, last = self.spans[band]
        return first <= day <= last

    def edges(self) -> set[int]:
        """The days on which it begins or ends for some band."""
        return {edge for span in self.spans.values() for edge in span if edge < FOREVER}

    def as_data(self) -> dict[str, list[int]]:
        """As plain JSON: by band (`any`: each that is not named) the first day and, if there is one, the last."""
        spans = {band: [first] if last == FOREVER else [first, last] for band, (first, last) in self.spans.items()}
        most = max(spans.values(), key=list(spans.values()).count)
        return {"any": most, **{band: span for band, span in spans.items() if span != most}}

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class Criterion:
    """What raises a concern on some days at an urgency; `raised_for` names who makes a `contact` an `urgent`."""

    id: str
    urgency: Urgency
    predicate: Predicate
    days: Days
    source: str
    concern: Concern | None = None  # None for the INF criteria, whose concern follows from the day
    raised_for: tuple[str, ...] = ()

    def concerns(self, day: int) -> tuple[Concern, ...]:
        """What it raises on that day: INF raises infection on days 0-21 and late_infection from day 14."""
        if self.concern is not None:
            return (self.concern,)
        early = (Concern.INFECTION,) if day <= EARLY_UNTIL else ()
        return (*early, Concern.LATE_INFECTION) if day >= LATE_FROM else early

    def urgency_on(self, day: Day) -> Urgency:
        """Its urgency for this patient on this day (`^risk`, `^home`, `^pregnant`)."""
        for who in self.raised_for:
            if URGENT_FOR[who].holds(day) and (who != "home" or day.day in HOME_DAYS):
                return Urgency.URGENT
        return self.urgency

    def as_data(self) -> dict[str, Any] | None:
        """It as plain JSON, for who knows the answers of one day only; None where those can never show it."""
        condition = self.predicate.as_data()
        if condition is None:
            return None
        raised_for = [
            {"days": [HOME_DAYS.start, HOME_DAYS[-1]] if who == "home" else [0], "if": URGENT_FOR[who].as_data()}
            for who in self.raised_for
        ]
        return {
            "id": self.id,
            "urgency": int(self.urgency),
            "days": self.days.as_data(),
            "if": condition,
            **({"concern": str(self.concern)} if self.concern else {}),
            **({"urgent_for": raised_for} if raised_for else {}),
        }

    def looks_back(self) -> bool:
        """Whether what was reported on earlier days counts too, be it for how urgent it is."""
        return self.predicate.looks_back() or any(URGENT_FOR[who].looks_back() for who in self.raised_for)

    @property
    def hazards(self) -> tuple[str, ...]:
        """The hazards of docs/hazards.md it guards against: a quiet tracker, crying wolf, who waits, blood."""
        by_urgency = {Urgency.WATCH: ("H-04",), Urgency.EMERGENCY: ("H-07",)}.get(self.urgency, ())
        of_blood = ("H-18",) if self.concern is Concern.BLOOD_BORNE_INFECTION else ()
        return ("H-01", *by_urgency, *of_blood)

    @property
    def test(self) -> str:
        """Where a course that meets it, and the nearest that does not, are drawn."""
        return f"tests/recovery/test_criteria.py[{self.id}]"

    @property
    def written_urgency(self) -> str:
        """As the evidence writes it: `contact^risk^home`."""
        return "".join([self.urgency.slug, *(f"^{who}" for who in self.raised_for)])


@dataclass(frozen=True, slots=True)
class Raising:
    """Writes the criteria of one concern, so that each line says only what is its own."""

    concern: Concern | None

    def emergency(self, id: str, days: str, predicate: Predicate, source: str) -> Criterion:
        return Criterion(id, Urgency.EMERGENCY, predicate, Days(days), source, self.concern)

    def urgent(self, id: str, days: str, predicate: Predicate, source: str) -> Criterion:
        return Criterion(id, Urgency.URGENT, predicate, Days(days), source, self.concern)

    def contact(
        self, id: str, days: str, predicate: Predicate, source: str, *, urgent_for: tuple[str, ...] = ()
    ) -> Criterion:
        return Criterion(id, Urgency.CONTACT, predicate, Days(days), source, self.concern, urgent_for)

    def watch(self, id: str, days: str, predicate: Predicate, source: str) -> Criterion:
        return Criterion(id, Urgency.WATCH, predicate, Days(days), source, self.concern)
