"""An alert as practitioners' programs see it."""

from rest_framework import serializers

from accounts.members import user_name
from symptoms.api.fields import Moment, StrictSerializer, Text, Word, moment
from symptoms.api.serializers.assessment import URGENCIES
from symptoms.models import Alert
from symptoms.models.alert import OUTCOMES
from symptoms.recovery.vocabulary import Concern, Urgency

OUTCOME_WORDS = [word for word, _ in OUTCOMES]


class NothingInSerializer(StrictSerializer):
    """An empty object: the address says it all."""


class ResolutionInSerializer(StrictSerializer):
    """What became of an alert."""

    outcome = Word("Outcome", OUTCOME_WORDS)
    reason = Text(500, default="", help_text="Needed where it is not a concern.")


class AlertSerializer(serializers.Serializer):
    """A matter that somebody must look at."""

    id = serializers.UUIDField()
    treatment = serializers.UUIDField()
    patient = serializers.UUIDField()
    patient_name = serializers.CharField()
    kind = Word("AlertKind", Alert.Kind.values)
    concern = Word(
        "Concern", Concern, allow_null=True, help_text="Null where an entry could not be judged, or the patient left."
    )
    urgency = Word("Urgency", URGENCIES, help_text="The highest so far.")
    current_urgency = Word("Urgency", URGENCIES, help_text="What the newest answers raise.")
    entry = serializers.UUIDField(help_text="The entry that opened or raised it.")
    day = serializers.IntegerField(help_text="The day of that entry.")
    opened_at = Moment()
    worsened_at = Moment(help_text="When it opened or last rose.")
    answers_changed_at = Moment(allow_null=True, help_text="When changed answers took its ground away.")
    acknowledged_at = Moment(allow_null=True)
    acknowledged_by = serializers.CharField(allow_null=True)
    resolved_at = Moment(allow_null=True)
    resolved_by = serializers.CharField(allow_null=True)
    outcome = Word("Outcome", OUTCOME_WORDS, allow_null=True)
    reason = serializers.CharField()


class AlertsSerializer(serializers.Serializer):
    """Several alerts."""

    alerts = AlertSerializer(many=True)


def alert_document(alert: Alert) -> dict:
    """An alert as AlertSerializer describes it; treatment, patient, entry and users at hand."""
    return {
        "id": str(alert.id),
        "treatment": str(alert.treatment_id),
        "patient": str(alert.treatment.patient_id),
        "patient_name": alert.treatment.patient.name,
        "kind": alert.kind,
        "concern": alert.concern or None,
        "urgency": alert.urgency_slug,
        "current_urgency": Urgency(alert.current_urgency).slug,
        "entry": str(alert.entry_id),
        "day": alert.entry.day,
        "opened_at": moment(alert.opened_at),
        "worsened_at": moment(alert.worsened_at),
        "answers_changed_at": moment(alert.answers_changed_at),
        "acknowledged_at": moment(alert.acknowledged_at),
        "acknowledged_by": user_name(alert.acknowledged_by) if alert.acknowledged_at else None,
        "resolved_at": moment(alert.resolved_at),
        "resolved_by": user_name(alert.resolved_by) if alert.resolved_at else None,
        "outcome": alert.outcome or None,
        "reason": alert.reason,
    }
