"""What was said about a day, with its reasons."""

from rest_framework import serializers

from symptoms.api.fields import Moment, Word, moment
from symptoms.models import Assessment, Entry
from symptoms.recovery.vocabulary import Concern, Urgency

URGENCIES = [urgency.slug for urgency in Urgency]
FACTS = ["symptom", "sign", "temperature", "condition", "medication", "exposure", "treatment"]


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
    urgency = Word("Urgency", URGENCIES)
    source = serializers.CharField()
    evidence = FactSerializer(many=True)
    treatment_offset = serializers.IntegerField(
        help_text="Days by which an earlier session preceded this one, when it is that session's; else 0."
    )


class FlagSerializer(serializers.Serializer):
    """One concern at one urgency, with every criterion that held."""

    concern = Word("Concern", Concern)
    urgency = Word("Urgency", URGENCIES)
    criteria = FindingSerializer(many=True)


class AssessmentSerializer(serializers.Serializer):
    """The judgement of one day by one version of the protocol."""

    entry = serializers.UUIDField()
    day = serializers.IntegerField()
    urgency = Word("Urgency", URGENCIES)
    flags = FlagSerializer(many=True)
    protocol_version = serializers.CharField()
    protocol_hash = serializers.CharField()
    made_at = Moment()
    is_current = serializers.BooleanField(help_text="False when the entry was judged anew since.")


def assessment_document(said: Assessment, entry: Entry) -> dict:
    """An assessment of `entry` as AssessmentSerializer describes it."""
    return {
        "entry": str(entry.id),
        "day": entry.day,
        "urgency": said.urgency_slug,
        "flags": said.flags,
        "protocol_version": said.protocol_version,
        "protocol_hash": said.protocol_hash,
        "made_at": moment(said.made_at),
        "is_current": said.is_current,
    }
