"""The course as the API gives it: what was reported and what is expected, symptom by symptom and day by day."""

from typing import Any

from rest_framework import serializers

from symptoms.api.fields import Levels, Word
from symptoms.api.serializers.assessment import URGENCIES
from symptoms.journal.course_days import CourseRead
from symptoms.recovery.vocabulary import Symptom


class PhotoId(serializers.UUIDField):
    """The id of a photo."""

    def to_representation(self, photo: Any) -> str:
        return str(photo.id)


class DaySerializer(serializers.Serializer):
    """One day, logged or not."""

    day = serializers.IntegerField()
    date = serializers.DateField(source="on")
    entry = serializers.UUIDField(source="entry.id", allow_null=True)
    verdict = Word(
        "UrgencyOrUnjudged",
        [*URGENCIES, "unjudged"],
        source="urgency",
        allow_null=True,
        help_text="Null where nothing was logged.",
    )
    reported = Levels("SymptomLevels", Symptom, help_text="What was answered, none (0) included.")
    expected = Levels(
        "SymptomLevels", Symptom, help_text="The most that is expected of each symptom, in the units of the answers."
    )
    photos = serializers.ListField(child=PhotoId())


class Today(serializers.IntegerField):
    """The day that is `today` in the context."""

    def get_attribute(self, course: CourseRead) -> int:
        today: int = self.context["today"]
        return today


class CourseSerializer(serializers.Serializer):
    """Days of a treatment, in order."""

    # Takes a CourseRead.

    treatment = serializers.UUIDField(source="treatment.id")
    today = Today(help_text="Which day of it the patient's today is.")
    days = DaySerializer(many=True)
