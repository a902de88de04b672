"""What was said about a day, with its reasons."""

from typing import Any

from rest_framework import serializers

from symptoms.api.fields import Moment, Word
from symptoms.recovery.vocabulary import Concern, Urgency

URGENCIES = [urgency.slug for urgency in Urgency]
FACTS = ["symptom", "sign", "temperature", "condition", "medication", "exposure", "treatment"]


class UrgencyWord(Word):
    """An urgency, which is stored as its number."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__("Urgency", URGENCIES, **kwargs)

    def to_representation(self, value: int) -> str:
        return Urgency(value).slug


class FactSerializer(serializers.Serializer):
    """An answer that met a criterion: which, on which day, against which limit."""

    kind = Word("FactKind", FACTS)
    word = serializers.CharField()
    day = serializers.IntegerField(allow_null=True)
    value = serializers.JSONField(allow_null=True)
    limit = serializers.JSONField(allow_null=True)


class FindingSerializer(serializers.Serializer):
    """A criterion that held, the source it comes from and the facts that met it."""

    id = serializers.CharField(help_text="The criterion, as docs/clinical.md lists it.")
    urgency = UrgencyWord()
    source = serializers.CharField()  # type: ignore[assignment]  # a field of that name
    evidence = FactSerializer(many=True)
    treatment_offset = serializers.IntegerField(
        help_text="Days by which an earlier session preceded this one, when it is that session's; else 0."
    )


class FlagSerializer(serializers.Serializer):
    """One concern at one urgency, with every criterion that held."""

    concern = Word("Concern", Concern)
    urgency = UrgencyWord()
    criteria = FindingSerializer(many=True)

    def to_representation(self, flag: dict[str, Any]) -> dict[str, Any]:
        return flag  # stored as it is described here


class AssessmentSerializer(serializers.Serializer):
    """The judgement of one day by one version of the protocol."""

    entry = serializers.UUIDField(source="entry_id")
    day = serializers.IntegerField(source="entry.day")
    urgency = UrgencyWord()
    flags = FlagSerializer(many=True)
    protocol_version = serializers.CharField()
    protocol_hash = serializers.CharField()
    made_at = Moment()
    is_current = serializers.BooleanField(help_text="False when the entry was judged anew since.")
