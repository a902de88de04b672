"""What a patient reads about an entry, and what became of it at the clinic."""

from datetime import datetime

from rest_framework import serializers

from symptoms.api.fields import Moment, Word, moment
from symptoms.api.serializers.assessment import URGENCIES
from symptoms.api.serializers.entry import EntrySerializer, entry_document
from symptoms.journal.clinic_response import Reception, Told, reception_of
from symptoms.journal.entries import Recorded
from symptoms.journal.reach import Reach
from symptoms.journal.verdicts import lines_for, said_about
from symptoms.models import Assessment, Entry, Treatment
from symptoms.models.alert import OUTCOMES
from symptoms.recovery.phrases import unit_of
from symptoms.recovery.vocabulary import Urgency


class CallSerializer(serializers.Serializer):
    """Somebody to call."""

    label = serializers.CharField()
    number = serializers.CharField()


class VerdictSerializer(serializers.Serializer):
    """What the patient reads: show it as it is, the steps in their order."""

    urgency = Word("UrgencyOrUnjudged", [*URGENCIES, "unjudged"])
    word = serializers.CharField()
    heading = serializers.CharField()
    line = serializers.CharField()
    means = serializers.ListField(child=serializers.CharField())
    steps = serializers.ListField(child=serializers.CharField())
    calls = CallSerializer(many=True)
    sooner = serializers.CharField(help_text="When to get in touch sooner.")
    instead = serializers.ListField(child=serializers.CharField(), help_text="When to call for emergency help instead.")


class ReceptionSerializer(serializers.Serializer):
    """What became of it at the clinic, as the patient may know it."""

    told = Word("Told", [told.name.lower() for told in Told])
    told_at = Moment(allow_null=True)
    read_at = Moment(allow_null=True)
    read_by = serializers.CharField()
    taken_at = Moment(allow_null=True)
    taken_by = serializers.CharField()
    closed_at = Moment(allow_null=True)
    outcome = Word("Outcome", [word for word, _ in OUTCOMES], allow_null=True)


class WholeEntrySerializer(EntrySerializer):
    """An entry with what the patient reads about it, and what became of it."""

    verdict = VerdictSerializer()
    clinic = ReceptionSerializer(
        allow_null=True,
        help_text="Null to a clinic for what was reported before the patient joined it, or once they left.",
    )


def recorded_document(done: Recorded, now: datetime) -> dict:
    """What was just written down, as WholeEntrySerializer describes it."""
    said = done.assessment
    needs_nobody = said is not None and said.urgency < Urgency.CONTACT
    if done.is_on_its_way:
        reception = Reception(Told.ON_ITS_WAY)
    else:
        reception = Reception(Told.NOT_NEEDED) if needs_nobody else reception_of(done.entry, said, now=now)
    return _document(done.entry, said, done.entry.treatment, reception)


def whole_entry_document(entry: Entry, said: Assessment | None, reach: Reach, now: datetime) -> dict:
    """An entry as WholeEntrySerializer describes it. What another clinic did about it is no answer to this one."""
    is_elsewhere = reach.until is not None or (reach.since is not None and entry.received_at < reach.since)
    reception = None if is_elsewhere else reception_of(entry, said, now=now)
    return _document(entry, said, reach.treatment, reception)


def _document(entry: Entry, said: Assessment | None, treatment: Treatment, reception: Reception | None) -> dict:
    return {
        **entry_document(entry, said),
        "verdict": _verdict_document(entry, said, treatment),
        "clinic": reception
        and {
            "told": reception.told.name.lower(),
            "told_at": moment(reception.told_at),
            "read_at": moment(reception.read_at),
            "read_by": reception.read_by,
            "taken_at": moment(reception.taken_at),
            "taken_by": reception.taken_by,
            "closed_at": moment(reception.closed_at),
            "outcome": reception.outcome or None,
        },
    }


def _verdict_document(entry: Entry, said: Assessment | None, treatment: Treatment) -> dict:
    patient = treatment.patient
    found = said_about(entry, said, lines_for(patient), unit_of(patient.country))
    return {
        "urgency": found.urgency,
        "word": found.word,
        "heading": found.heading,
        "line": found.line,
        "means": list(found.means),
        "steps": list(found.steps),
        "calls": [{"label": call.label, "number": call.number} for call in found.calls],
        "sooner": found.sooner,
        "instead": list(found.instead),
    }
