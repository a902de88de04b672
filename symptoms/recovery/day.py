"""A course as it was known on one day: what the notation of docs/clinical.md means, each word once."""

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Literal, NamedTuple

from symptoms.recovery.ceilings import Ceilings
from symptoms.recovery.course import Course, Entry
from symptoms.recovery.groups import AT_RISK
from symptoms.recovery.vocabulary import Sign, Symptom

FEVER, FEVER_AT_RISK = 38.0, 37.8  # degrees Celsius; S39b
TEMPERATURE = "temperature_c"  # what was measured, among the words of an entry

Kind = Literal["symptom", "sign", "temperature", "condition", "medication", "exposure", "treatment"]


class Fact(NamedTuple):
    """One thing that was seen: which word, on which day, at which value, against which limit (None: no limit)."""

    kind: Kind
    word: str
    day: int | None = None
    value: float | int | None = None
    limit: float | int | None = None


class Day:
    """The entry of one day with those before it; nothing later can be seen from here.

    Raises ValueError when there is no entry on that day.
    """

    def __init__(self, course: Course, day: int):
        self.patient, self.treatment, self.day = course.patient, course.treatment, day
        self.entries = tuple(entry for entry in course.entries if entry.day <= day)
        if not self.entries or self.entries[-1].day != day:
            raise ValueError(f"there is no entry on day {day}")
        self.entry = self.entries[-1]
        self._ceilings = Ceilings(course.patient, course.treatment)
        self.band = self._ceilings.band
        self._two_days_before = [entry for entry in self.entries[-3:-1] if entry.day >= day - 2]
        self._excess: dict[Symptom, int] = {}  # of this entry
        self._rise: dict[Symptom, int] = {}
        self._risen: dict[Symptom, Sequence[Fact]] = {}
        # What many criteria rest on is worked out once:
        self.signs: dict[Sign, tuple[Fact]] = {sign: (Fact("sign", sign, day),) for sign in self.entry.signs}
        self.named: dict[str, Sequence[Fact]] = {}  # facts of fever, infsign …; none where it does not hold
        self._levels: dict[tuple[Symptom, int], Fact] = {}

    @property
    def reported(self) -> set[str]:
        """What this entry names: symptoms that are there at all, signs, and a temperature where one was measured."""
        named: set[str] = {symptom for symptom, level in self.entry.symptoms.items() if level}
        named |= self.entry.signs
        if self.entry.temperature_c is not None:
            named.add(TEMPERATURE)
        return named

    # --- one symptom
    def v(self, symptom: Symptom) -> int:
        """Severity in this entry, 0 when not answered."""
        return self.entry.symptoms.get(symptom, 0)

    def u(self, symptom: Symptom, entry: Entry | None = None) -> int:
        """Severity beyond the usual level, for the symptoms whose usual level counts."""
        return max(0, (entry or self.entry).symptoms.get(symptom, 0) - self._ceilings.usual[symptom])

    def level(self, symptom: Symptom, entry: Entry | None = None) -> Fact:
        """A symptom as it was reported, against the most that is ordinary in the same units: the usual level added."""
        at = entry or self.entry
        known = self._levels.get((symptom, at.day))
        if known is None:
            limit = self._ceilings.most_expected(symptom, at.day, at.exposures)
            known = self._levels[symptom, at.day] = Fact("symptom", symptom, at.day, at.symptoms.get(symptom, 0), limit)
        return known

    def excess(self, symptom: Symptom, entry: Entry) -> int:
        """Steps above the ceiling of the entry's day; 0 or less is ordinary."""
        return self.u(symptom, entry) - self._ceilings.above_usual(symptom, entry.day, entry.exposures)

    def above(self, symptom: Symptom, n: int = 1) -> bool:
        """Whether this entry is `n` steps or more above its day's ceiling; `n` is 1 at least."""
        if self.entry.symptoms.get(symptom, 0) < n:
            return False  # whatever the ceiling is: most symptoms, on most days
        known = self._excess.get(symptom)
        if known is None:
            known = self._excess[symptom] = self.excess(symptom, self.entry)
        return known >= n

    def answering(self, symptom: Symptom) -> Iterator[Entry]:
        """The entries before this one that answer the symptom, newest first."""
        return (entry for entry in reversed(self.entries[:-1]) if symptom in entry.answered)

    def recent(self, symptom: Symptom) -> list[Entry]:
        """The entries of the two days before that answer the symptom, oldest first."""
        return [entry for entry in self._two_days_before if symptom in entry.answered]

    def twice(self, symptom: Symptom) -> list[Entry]:
        """This entry and the last one that answers, when both are above; else nothing."""
        if not self.above(symptom):
            return []
        last = next(iter(self.answering(symptom)), None)
        return [last, self.entry] if last is not None and self.excess(symptom, last) >= 1 else []

    def streak(self, symptom: Symptom) -> list[Entry]:
        """The entries of an unbroken run above the ceiling: three of them, or over three days or more; else nothing."""
        if not self.above(symptom):
            return []
        run = [self.entry]
        for entry in self.answering(symptom):
            if self.excess(symptom, entry) < 1:
                break
            run.append(entry)
            if len(run) == 3 or self.day - entry.day >= 3:
                return run[::-1]
        return []

    def rise(self, symptom: Symptom) -> int:
        """Steps above the lowest answer of the two days before; 0 when it did not rise, or neither day answers."""
        if not self.entry.symptoms.get(symptom):
            return 0
        known = self._rise.get(symptom)
        if known is None:
            lows = [self.u(symptom, entry) for entry in self.recent(symptom)]
            known = self._rise[symptom] = max(0, self.u(symptom) - min(lows)) if lows else 0
        return known

    def risen(self, symptom: Symptom) -> Sequence[Fact]:
        """The answers of the two days before, then this one."""
        known = self._risen.get(symptom)
        if known is None:
            entries = (*self.recent(symptom), self.entry)
            known = self._risen[symptom] = [self.level(symptom, entry) for entry in entries]
        return known

    # --- temperature
    @property
    def temperature(self) -> float:
        """Degrees Celsius, 0 when not measured."""
        return self.entry.temperature_c or 0.0

    def temperature_twice(self, x: float) -> bool:
        before = self.entries[-2] if len(self.entries) > 1 else None
        return (
            self.temperature >= x
            and before is not None
            and self.day - before.day <= 2
            and (before.temperature_c or 0.0) >= x
        )

    @property
    def fever_from(self) -> float:
        """Degrees Celsius from which a temperature is a fever: 38.0, 37.8 with weak defences."""
        return FEVER_AT_RISK if self.at_risk else FEVER

    @cached_property
    def at_risk(self) -> bool:
        """Whether the patient has diabetes or weakened defences."""
        return self.patient.belongs_to(AT_RISK)
