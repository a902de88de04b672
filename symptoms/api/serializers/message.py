"""A message between a patient and their practice, as programs of either side see it."""

from rest_framework import serializers

from symptoms.api.fields import Id, Moment, StrictSerializer, Text, Word
from symptoms.api.serializers.alert import UserName
from symptoms.models import Note
from symptoms.models.alert import LONGEST_NOTE


class MessagesReadInSerializer(StrictSerializer):
    """Up to where the other side's messages were read."""

    seen = Id(help_text="The last message that was shown: it and all before it are read.")


class MessageInSerializer(StrictSerializer):
    """What is written to the other side."""

    id = Id(help_text="Made by the client, so that sending it again is recognised.")
    text = Text(LONGEST_NOTE, least=1)
    seen = Id(
        default=None,
        allow_null=True,
        help_text="The last message that the writer had before them: it and all before it are read. Null: all are.",
    )


class MessageSerializer(serializers.Serializer):
    """A message. Notes inside the practice are none."""

    id = serializers.UUIDField()
    treatment = serializers.UUIDField(source="treatment_id")
    kind = Word("MessageKind", [Note.Kind.FROM_PATIENT, Note.Kind.TO_PATIENT])
    author = UserName("written_at")
    text = serializers.CharField()
    written_at = Moment()
    read_at = Moment(allow_null=True, help_text="When somebody of the other side said that they had read it.")
    read_by = UserName("read_at")
