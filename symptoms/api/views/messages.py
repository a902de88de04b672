"""Messages between a patient and their practice: read, write, and say that they are read."""

from typing import Any
from uuid import UUID

from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.exceptions import NotFound
from rest_framework.response import Response

from accounts.models import User
from symptoms.alerts.answering import CareNotAgreed
from symptoms.alerts.conversation import (
    MESSAGES,
    ForeignNoteId,
    NobodyReads,
    SameIdOtherNote,
    read_by_patient,
    read_by_practice,
    write_to_practice,
)
from symptoms.alerts.handling import write_note
from symptoms.api.base import (
    AuthenticatedRequest,
    Endpoint,
    own_treatment,
    record_reading,
    treatment_read_by,
)
from symptoms.api.permissions import IsPatientOrPractitioner
from symptoms.api.problems import SENTENCES, Conflict, Unprocessable
from symptoms.api.schema import CURSOR, operation
from symptoms.api.serializers.message import MessageInSerializer, MessageSerializer, MessagesReadInSerializer
from symptoms.models import Note, Treatment


class Messages(Endpoint):
    """The messages about a treatment."""

    may = {"GET": IsPatientOrPractitioner, "POST": IsPatientOrPractitioner}
    query = frozenset({"cursor"})
    newest_by = "written_at"

    @operation(
        "list_messages",
        "List messages",
        "What the patient and the practice wrote to one another, the last written first. Reading the list marks "
        "nothing as read.",
        answers={200: MessageSerializer(many=True)},
        parameters=(CURSOR,),
    )
    def get(self, request: AuthenticatedRequest, treatment_id: UUID) -> Response:
        treatment_read_by(request.user, treatment_id)
        rows = Note.objects.filter(treatment=treatment_id, kind__in=MESSAGES).select_related("author", "read_by")
        if (practice := request.user.practice_as_practitioner) is not None:
            rows = rows.filter(practice=practice)
        return self.page(rows, MessageSerializer)

    @operation(
        "send_message",
        "Send a message",
        "From the patient to the practice, or from the practice to the patient; the other side is told that there is "
        "one, without its words. Sent again with the same words it is one message (200). Not for emergencies.",
        body=MessageInSerializer,
        answers={201: MessageSerializer, 200: MessageSerializer},
        more=(409, 422),
    )
    def post(self, request: AuthenticatedRequest, treatment_id: UUID) -> Response:
        message = self.read(MessageInSerializer())
        treatment = _written_about(request.user, treatment_id)
        was_there = Note.objects.filter(pk=message["id"]).exists()
        note = _sent(treatment, message, request.user)
        record_reading(request.user, treatment)
        return Response(MessageSerializer(note).data, status=200 if was_there else 201)


class MessagesRead(Endpoint):
    """That messages are read."""

    may = {"POST": IsPatientOrPractitioner}

    @operation(
        "read_messages",
        "Say that messages are read",
        "What the other side wrote, up to `seen`, has been read by a person: nobody is reminded of it any more.",
        body=MessagesReadInSerializer,
        answers={204: None},
    )
    def post(self, request: AuthenticatedRequest, treatment_id: UUID) -> Response:
        seen = self.read(MessagesReadInSerializer())["seen"]
        treatment = _written_about(request.user, treatment_id)
        get_object_or_404(Note, pk=seen, treatment=treatment, kind__in=MESSAGES)
        read = read_by_practice if _is_practitioner(request.user) else read_by_patient
        read(treatment.patient_id, seen=seen, by=request.user, now=timezone.now())
        return Response(status=204)


def _is_practitioner(user: User) -> bool:
    return user.practice_as_practitioner is not None


def _written_about(user: User, treatment_id: UUID) -> Treatment:
    """The caller's own treatment, or one of a patient who is at their practice now; else 404."""
    if not _is_practitioner(user):
        return own_treatment(user, treatment_id)
    ours = Treatment.objects.managed_by(user).filter(patient__practice=user.practice_as_practitioner)
    return get_object_or_404(ours.select_related("patient__practice"), pk=treatment_id)


def _sent(treatment: Treatment, message: dict[str, Any], by: User) -> Note:
    now = timezone.now()
    try:
        if _is_practitioner(by):
            return write_note(treatment, **message, for_patient=True, by=by, now=now)
        return write_to_practice(treatment, **message, by=by, now=now)
    except ForeignNoteId as foreign:
        raise NotFound(SENTENCES[404]) from foreign
    except SameIdOtherNote as other:
        raise Conflict(_("This id was used for another message or note.")) from other
    except CareNotAgreed as refusal:
        raise Conflict(_("The patient has not agreed that what they write is kept.")) from refusal
    except NobodyReads as refusal:
        raise Unprocessable(_("No practice reads what this patient writes about this treatment.")) from refusal
