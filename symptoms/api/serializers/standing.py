"""What stands on top of a patient's pages, and their answer to "Were you seen?", as their programs see it."""

from rest_framework import serializers

from symptoms.api.fields import Moment, StrictSerializer, Text, Word
from symptoms.api.serializers.verdict import VerdictSerializer
from symptoms.wording.seen import SeenAnswer

LONGEST = 400  # characters, as on the page


class AnswerInSerializer(StrictSerializer):
    """What became of it."""

    answer = Word("SeenAnswer", SeenAnswer.values)
    words = Text(LONGEST, default="", help_text="What they said or gave, in the patient's words.")
    asked_at = Moment(help_text="`asked_at` of what was read: what opened or got worse since is not answered by this.")


class StandingSerializer(serializers.Serializer):
    """What is open and nobody has dealt with: it stands above everything, whatever today's answers are."""

    treatment = serializers.UUIDField(source="entry.treatment_id")
    entry = serializers.UUIDField(source="entry.pk", help_text="The entry that raised it.")
    day = serializers.IntegerField(source="entry.day")
    verdict = VerdictSerializer()
    others = serializers.ListField(child=serializers.CharField(), help_text="What else the answer counts for.")
    answer = Word("SeenAnswer", SeenAnswer.values, source="concern.answer", allow_null=True)
    words = serializers.CharField(source="concern.words")
    answered_at = Moment(source="concern.answered_at", allow_null=True)


class OnTopSerializer(serializers.Serializer):
    """What stands on top now."""

    asked_at = Moment(help_text="Send it back with an answer.")
    standing = StandingSerializer(allow_null=True)
