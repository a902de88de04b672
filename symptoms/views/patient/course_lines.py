"""The days of a course in words: a row of its table each, and a cell of its calendar."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.dates import WEEKDAYS_ABBR
from django.utils.text import capfirst

from symptoms.journal.course_days import DayRead
from symptoms.recovery.vocabulary import Symptom
from symptoms.wording.patient import at_most, day_word
from symptoms.wording.phrases import STEPS


@dataclass(frozen=True, slots=True)
class DayLine:
    """One day. `reported`: of the symptom, "" where not answered; `word`: of the verdict, "" where not logged."""

    day: DayRead
    weekday: str
    is_above: bool
    reported: str
    usual: str
    word: str


def lines_of(days: Sequence[DayRead], symptom: Symptom, *, has_clinic: bool, is_open: bool) -> list[DayLine]:
    """The days with what was said of `symptom`; `is_open`: something is, so that no day is called on track.

    A word is looked up once, not once a day.
    """
    points = [day.point(symptom) for day in days]
    weekdays = [str(WEEKDAYS_ABBR[number]) for number in range(7)]
    steps = [capfirst(str(word)) for word in STEPS]
    usual = {limit: capfirst(at_most(limit)) for limit in {point.limit for point in points}}
    urgencies = {day.urgency for day in days if day.entry}
    words = {urgency: day_word(urgency, has_clinic=has_clinic, is_open=is_open) for urgency in urgencies}
    return [
        DayLine(
            day, weekdays[day.on.weekday()], point.is_above, "" if point.level is None else steps[point.level],
            usual[point.limit], words[day.urgency] if day.entry else "",
        )
        for day, point in zip(days, points, strict=True)
    ]  # fmt: skip
