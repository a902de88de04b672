"""An alert as practitioners' programs see it."""

from typing import Any

from rest_framework import serializers

from accounts.members import user_name
from symptoms.api.fields import Day, Id, Moment, StrictSerializer, Text, Word
from symptoms.api.serializers.assessment import UrgencyWord
from symptoms.models import Alert
from symptoms.recovery.vocabulary import Concern
from symptoms.wording.outcomes import OUTCOMES

OUTCOME_WORDS = [word for word, _ in OUTCOMES]

MOST_HOLDERS = 100


class NothingInSerializer(StrictSerializer):
    """An empty object: the address says it all."""


class ResolutionInSerializer(StrictSerializer):
    """What became of an alert."""

    outcome = Word("Outcome", OUTCOME_WORDS)
    reason = Text(500, default="", help_text="Needed where it is not a concern, or was treated.")
    until = Day(
        default=None,
        allow_null=True,
        help_text="Until which day it is watched; needed for that where no moment is given.",
    )
    comes_back_at = Moment(
        default=None, allow_null=True, help_text="When somebody looks again: it stays open until then, and comes back."
    )

    seen_at = Moment(
        default=None,
        allow_null=True,
        help_text="When what its user saw was read; null: when it opened or last rose. What came since is told first.",
    )
    known_holders = serializers.ListField(
        child=Id(),
        max_length=MOST_HOLDERS,
        default=list,
        help_text="Colleagues of whom its user knows that they have it, as `known_holders` of the 409 names them.",
    )


class UserName(serializers.CharField):
    """Who did it, by name; null until the moment in `at`."""

    def __init__(self, at: str, **kwargs: Any) -> None:
        super().__init__(allow_null=True, **kwargs)
        self.at = at

    def get_attribute(self, alert: Alert) -> str | None:
        user: Any = super().get_attribute(alert)  # a User, or None: the stubs expect what a text is made of
        return user_name(user) if getattr(alert, self.at) else None


class AlertSerializer(serializers.Serializer):
    """A matter that somebody must look at."""

    # Takes an alert with its treatment, patient, entry and users at hand.

    id = serializers.UUIDField()
    treatment = serializers.UUIDField(source="treatment_id")
    patient = serializers.UUIDField(source="treatment.patient_id")
    patient_name = serializers.CharField(source="treatment.patient.name")
    kind = Word("AlertKind", Alert.Kind.values)
    concern = Word(
        "Concern", Concern, allow_null=True, help_text="Null where an entry could not be judged, or the patient left."
    )
    urgency = UrgencyWord(help_text="The highest so far.")
    current_urgency = UrgencyWord(help_text="What the newest answers raise.")
    entry = serializers.UUIDField(
        source="entry_id",
        allow_null=True,
        help_text="That opened or raised it; null where the record is questioned.",
    )
    day = serializers.IntegerField(source="entry.day", allow_null=True, help_text="The day of that entry.")
    opened_at = Moment()
    worsened_at = Moment(help_text="When it opened or last rose.")
    answers_changed_at = Moment(allow_null=True, help_text="When changed answers took its ground away.")
    acknowledged_at = Moment(allow_null=True)
    acknowledged_by = UserName("acknowledged_at")
    resolved_at = Moment(allow_null=True)
    resolved_by = UserName("resolved_at")
    outcome = Word("Outcome", OUTCOME_WORDS, allow_null=True)
    reason = serializers.CharField()
    kept_open_at = Moment(allow_null=True, help_text="When an outcome that leaves it open was last written down.")
    watched_until = Day(allow_null=True)
    comes_back_at = Moment(allow_null=True, help_text="When somebody is asked to look again.")


class AlertsSerializer(serializers.Serializer):
    """Several alerts."""

    alerts = AlertSerializer(many=True)
