"""The course as the API gives it: what was reported and what is expected, symptom by symptom and day by day."""

from rest_framework import serializers

from symptoms.api.fields import Levels, Word
from symptoms.api.serializers.assessment import URGENCIES
from symptoms.journal.course_days import CourseRead, DayRead
from symptoms.recovery.vocabulary import Symptom


class DaySerializer(serializers.Serializer):
    """One day, logged or not."""

    day = serializers.IntegerField()
    date = serializers.DateField()
    entry = serializers.UUIDField(allow_null=True)
    verdict = Word(
        "UrgencyOrUnjudged", [*URGENCIES, "unjudged"], allow_null=True, help_text="Null where nothing was logged."
    )
    reported = Levels("SymptomLevels", Symptom, help_text="What was answered, none (0) included.")
    expected = Levels(
        "SymptomLevels", Symptom, help_text="The most that is expected of each symptom, in the units of the answers."
    )
    photos = serializers.ListField(child=serializers.UUIDField())


class CourseSerializer(serializers.Serializer):
    """Days of a treatment, in order."""

    treatment = serializers.UUIDField()
    today = serializers.IntegerField(help_text="Which day of it the patient's today is.")
    days = DaySerializer(many=True)


def course_document(course: CourseRead, today: int) -> dict:
    """A course as CourseSerializer describes it."""
    return {"treatment": str(course.treatment.id), "today": today, "days": [_day(day) for day in course.days]}


def _day(day: DayRead) -> dict:
    return {
        "day": day.day,
        "date": day.on.isoformat(),
        "entry": str(day.entry.id) if day.entry else None,
        "verdict": day.urgency or None,
        "reported": day.reported,
        "expected": day.expected,
        "photos": [str(photo.id) for photo in day.photos],
    }
