"""The course day by day: what was reported, what was expected, what was said, which photos; for page and API alike."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from operator import attrgetter

from django.db.models import Max, OuterRef, Q, Subquery

from symptoms.journal.loading import entry_values
from symptoms.journal.visibility import Visibility
from symptoms.models import Assessment, Entry, Photo, Treatment
from symptoms.models.treatment import TreatmentQuerySet
from symptoms.models.values import patient_values, treatment_values
from symptoms.recovery.ceilings import most_expected
from symptoms.recovery.vocabulary import Symptom
from symptoms.wording.chart import Point


@dataclass(frozen=True, slots=True)
class DayRead:
    """One day of a course. `reported` holds what was answered, none (0) included; `expected` the most for each symptom,
    in the units of the patient's own answers. `entry` is None without one, `assessment` while it is unjudged."""

    day: int
    on: date
    entry: Entry | None
    assessment: Assessment | None
    photos: tuple[Photo, ...]
    reported: Mapping[Symptom, int]
    expected: Mapping[Symptom, int]

    def point(self, symptom: Symptom) -> Point:
        """One symptom of the day."""
        return Point(self.day, self.reported.get(symptom), self.expected[symptom])

    @property
    def urgency(self) -> str:
        """The verdict's word; "unjudged" while there is none, empty without an entry."""
        if self.entry is None:
            return ""
        return self.assessment.urgency_slug if self.assessment else "unjudged"


@dataclass(frozen=True, slots=True)
class CourseRead:
    """The days of a range, logged or not, in order; `newest` is the last day that was logged, in the range or not, for
    whoever asked for it."""

    treatment: Treatment
    days: tuple[DayRead, ...]
    newest: DayRead | None = None

    def line(self, symptom: Symptom) -> list[Point]:
        """One symptom over all the days."""
        return [day.point(symptom) for day in self.days]

    @property
    def answered(self) -> list[Symptom]:
        """The symptoms that were answered on any of the days, in the vocabulary's order."""
        seen = {symptom for day in self.days for symptom in day.reported}
        return [symptom for symptom in Symptom if symptom in seen]


def last_day(treatment: Treatment, today: date) -> int:
    """The last day that has anything to show: today's, or a later one, logged before the patient travelled west."""
    newest = treatment.entries.current().aggregate(day=Max("day"))["day"]
    return max(treatment.day_of(today), -1 if newest is None else newest)


def with_last_logged(treatments: TreatmentQuerySet) -> TreatmentQuerySet:
    """Each with `last_logged`: the last day of which there is an entry, None without one."""
    newest = Entry.objects.current().filter(treatment=OuterRef("pk")).order_by("-day")
    return treatments.annotate(last_logged=Subquery(newest.values("day")[:1]))  # type: ignore[no-redef]  # declared on the model


def read_course(
    visibility: Visibility, *, days: range, with_photos: bool = True, with_newest: bool = False
) -> CourseRead:
    """Read `days` (numbers, in order) of a treatment as its reader may see them: two statements, however many.

    One more for a practice that the patient left; one less without the photos.
    """
    treatment = visibility.treatment
    entries = {entry.day: entry for entry in _entries(visibility, days, with_newest)}
    by_day: dict[int, list[Photo]] = {}
    if with_photos:
        for photo in visibility.photos().own().filter(day__gte=days.start, day__lt=days.stop).order_by("received_at"):
            by_day.setdefault(photo.day, []).append(photo)
    values = {day: entry_values(entry) for day, entry in entries.items()}
    reported = {
        day: {symptom: entry.symptoms.get(symptom, 0) for symptom in Symptom if symptom in entry.answered}
        for day, entry in values.items()
    }
    wanted = sorted({*days, *entries})
    most = most_expected(
        patient_values(treatment),
        treatment_values(treatment),
        days=wanted,
        exposures_by_day={day: entry.exposures for day, entry in values.items()},
    )
    read = {
        day: DayRead(
            day=day,
            on=treatment.date_of(day),
            entry=entries.get(day),
            assessment=entries[day].assessment if day in entries and entries[day].is_judged else None,
            photos=tuple(by_day.get(day, ())),
            reported=reported.get(day, {}),
            expected={symptom: row[at] for symptom, row in most.items()},
        )
        for at, day in enumerate(wanted)
    }
    newest = read[max(entries)] if entries and with_newest else None
    return CourseRead(treatment, tuple(read[day] for day in days), newest)


def _entries(visibility: Visibility, days: range, with_newest: bool) -> list[Entry]:
    """The entries of `days`, and the newest, each with its assessment; of two for a day the last received is last."""
    current, wanted = visibility.current(), visibility.on(days)
    if with_newest and visibility.until is None:
        wanted |= Q(day=Subquery(current.order_by("-day").values("day")[:1]))
    elif with_newest:
        wanted |= Q(pk=Subquery(current.order_by("-date", "-received_at").values("pk")[:1]))
    rows = visibility.with_assessment(current.filter(wanted))
    return [visibility.shown(entry) for entry in sorted(rows, key=attrgetter("received_at"))]
