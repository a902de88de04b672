"""What a patient reads about an entry, and what became of it at the clinic."""

from datetime import datetime
from typing import Any

from django.utils import timezone
from rest_framework import serializers

from symptoms.alerts.patient_answers import on_top, open_concerns
from symptoms.api.fields import Day, Moment, Word
from symptoms.api.serializers.assessment import URGENCIES
from symptoms.api.serializers.entry import EntrySerializer
from symptoms.journal.entries import Recorded
from symptoms.journal.practice_response import Reception, Told, reception_of
from symptoms.journal.standing import Standing
from symptoms.journal.verdicts import phone_numbers_for, verdict_about
from symptoms.journal.visibility import Visibility
from symptoms.models import Entry, WorkerBeat
from symptoms.recovery.phrases import unit_of
from symptoms.recovery.vocabulary import Urgency
from symptoms.wording.outcomes import OUTCOMES
from symptoms.wording.patient import Verdict, beneath


class CallSerializer(serializers.Serializer):
    """Somebody to call."""

    label = serializers.CharField()  # type: ignore[assignment]  # a field of that name
    number = serializers.CharField()
    note = serializers.CharField(help_text="Whether anybody answers there now; empty where that is not known.")


class ConcernTextsSerializer(serializers.Serializer):
    """What one concern can mean, and how to care for it."""

    title = serializers.CharField()
    means = serializers.ListField(child=serializers.CharField())
    care = serializers.ListField(child=serializers.CharField())


class VerdictSerializer(serializers.Serializer):
    """What the patient reads: show it as it is, in this order."""

    def get_attribute(self, about: Entry | Standing) -> Verdict:
        if isinstance(about, Standing):
            return about.verdict
        patient = about.treatment.patient
        verdict = verdict_about(about, about.assessment, phone_numbers_for(patient), unit_of(patient.likely_country))
        is_calm = verdict.urgency == Urgency.ON_TRACK.slug
        if not is_calm or not on_top(open_concerns(patient.pk)):
            return verdict
        is_of_today = about.day == about.treatment.day_of(patient.today(timezone.now()))
        return beneath(verdict, is_of_today=is_of_today)

    urgency = Word("UrgencyOrUnjudged", [*URGENCIES, "unjudged"])
    word = serializers.CharField()
    heading = serializers.CharField()
    first = serializers.ListField(child=serializers.CharField(), help_text="First aid that cannot wait for the call.")
    line = serializers.CharField()
    calls = CallSerializer(many=True)
    closed = serializers.CharField(help_text="That the clinic is closed now, where it cannot wait until it opens.")
    steps = serializers.ListField(child=serializers.CharField())
    after_call = serializers.ListField(child=serializers.CharField(), help_text="First aid right after the call.")
    do_not_wait = serializers.CharField()
    concerns = ConcernTextsSerializer(many=True)
    also = serializers.CharField(help_text="What else to tell them about.")
    sooner = serializers.CharField(help_text="When to get in touch sooner.")
    at_once = serializers.CharField(help_text="When to call the emergency number.")


class ToldWord(Word):
    """Whether the clinic was told."""

    def to_representation(self, told: Told) -> str:
        return told.name.lower()


class ReceptionSerializer(serializers.Serializer):
    """What became of it at the clinic, as the patient may know it."""

    told = ToldWord("Told", [state.name.lower() for state in Told])
    told_at = Moment(allow_null=True)
    read_at = Moment(allow_null=True)
    read_by = serializers.CharField()
    taken_at = Moment(allow_null=True)
    taken_by = serializers.CharField()
    tried_at = Moment(allow_null=True, help_text="When it could not reach the patient about what is open.")
    watched_until = Day(allow_null=True, help_text="Until which day it watches what is open.")
    closed_at = Moment(allow_null=True)
    outcome = Word("Outcome", [word for word, _ in OUTCOMES], allow_null=True)


class WholeEntrySerializer(EntrySerializer):
    """An entry with what the patient reads about it, and what became of it."""

    verdict = VerdictSerializer()
    clinic = ReceptionSerializer(
        source="reception",
        allow_null=True,
        help_text="Null to a clinic for what was reported before the patient joined it, or once they left.",
    )


# Made once: a new serializer copies all its fields, which takes longer than writing an entry out.
_WHOLE_ENTRY = WholeEntrySerializer()


def whole_entry(entry: Any, reception: Reception | None) -> dict[str, Any]:
    """What the API answers about an entry that has its `assessment`, with what the reader may know of the clinic."""
    entry.reception = reception
    return _WHOLE_ENTRY.to_representation(entry)


def reception_of_recorded(recorded: Recorded, now: datetime) -> Reception:
    """What is known of the clinic right after an entry was recorded."""
    if recorded.is_on_its_way:
        return Reception(Told.ON_ITS_WAY if WorkerBeat.is_alive(now) else Told.NOT_TOLD)
    assessment = recorded.assessment
    if assessment is not None and assessment.urgency < Urgency.CONTACT:
        return Reception(Told.NOT_NEEDED)
    return reception_of(recorded.entry, assessment, now=now)


def reception_for(visibility: Visibility, entry: Entry, now: datetime) -> Reception | None:
    """What the reader may know of the clinic; what another clinic did about it is no answer to this one."""
    is_elsewhere = visibility.until is not None or (
        visibility.since is not None and entry.received_at < visibility.since
    )
    return None if is_elsewhere else reception_of(entry, entry.assessment, now=now)
