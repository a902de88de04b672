"""The small curve in a row of the queue: the last days of one symptom against its band."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from symptoms.journal.loading import entry_values
from symptoms.models import Entry, Treatment
from symptoms.models.values import patient_values, treatment_values
from symptoms.recovery.ceilings import most_expected
from symptoms.recovery.vocabulary import Symptom
from symptoms.wording.chart import ABOVE_LIMIT, BOTTOM
from symptoms.wording.phrases import step, title

DAYS = 7  # wide


@dataclass(frozen=True, slots=True)
class Spark:
    """Paths on a plane of 7 days by 4 steps (0 at the top is very severe), and the last dot in per cent."""

    symptom: str
    label: str
    band: str
    limit: str
    actual: str
    x: str
    y: str
    outside: bool
    wide: int = DAYS


def spark(treatment: Treatment, entries: Mapping[int, Entry], symptom: Symptom) -> Spark | None:
    """Draw the last days of a symptom up to the newest of `entries` (by day); None when it was never answered."""
    reported = {day: entry_values(entry) for day, entry in sorted(entries.items())}
    answered = {day: entry.symptoms.get(symptom, 0) for day, entry in reported.items() if symptom in entry.answered}
    if not answered:
        return None
    last = max(answered)
    first = max(0, last - DAYS)
    window = range(first, first + DAYS + 1)
    most = most_expected(
        patient_values(treatment),
        treatment_values(treatment),
        days=window,
        exposures_by_day={day: entry.exposures for day, entry in reported.items()},
    )[symptom]
    levels = {day - first: level for day, level in answered.items() if day >= first}
    edge = " ".join(f"{x} {4 - ABOVE_LIMIT - ceiling:.4g}" for x, ceiling in enumerate(most))
    level, ceiling = answered[last], most[last - first]
    name = title(symptom)
    label = (
        _("{symptom} {level} on day {day}, above the expected range")
        if level > ceiling
        else _("{symptom} {level} on day {day}, within the expected range")
    )
    return Spark(
        symptom=name,
        label=label.format(symptom=name, level=step(level), day=last),
        band=f"M{edge} {DAYS} {BOTTOM} 0 {BOTTOM}z",
        limit=f"M{edge}",
        actual=_line(levels),
        x=f"{100 * (last - first) / DAYS:.1f}%",
        y=f"{25 * (4 - level)}%",
        outside=level > ceiling,
    )


def _line(levels: Mapping[int, int]) -> str:
    """A line through days that follow each other; a day not logged breaks it, one by itself is a point."""
    return "".join(
        f"{'L' if x - 1 in levels else 'M'}{x} {4 - level}{'' if {x - 1, x + 1} & levels.keys() else 'h0'}"
        for x, level in sorted(levels.items())
    )
