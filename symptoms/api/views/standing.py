"""What stands on top of a patient's pages, and their answer to it."""

from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.response import Response

from symptoms.alerts.answering import CareNotAgreed, answer_seen
from symptoms.api.base import AuthenticatedRequest, Endpoint
from symptoms.api.permissions import IsPatient
from symptoms.api.problems import Conflict
from symptoms.api.schema import operation
from symptoms.api.serializers.standing import AnswerInSerializer, OnTopSerializer
from symptoms.journal.standing import standing_on_top
from symptoms.journal.verdicts import phone_numbers_for
from symptoms.recovery.phrases import unit_of
from symptoms.wording.seen import SeenAnswer


class OnTop(Endpoint):
    """What is open and nobody has dealt with."""

    may = {"GET": IsPatient, "POST": IsPatient}

    @operation(
        "read_standing",
        "Read what stands on top",
        "While something of `contact` or above is open and nobody has dealt with it, show it above everything else, "
        'whatever today\'s answers are, and ask "Were you seen?". Null when nothing is.',
        answers={200: OnTopSerializer},
    )
    def get(self, request: AuthenticatedRequest) -> Response:
        return _on_top(request)

    @operation(
        "answer_seen",
        "Say whether one was seen",
        "Keeps the answer with all that is open, for the practice to read; the same answer twice is one. 409 where "
        "nothing that was open at `asked_at` still is, or it got worse since: read again.",
        body=AnswerInSerializer,
        answers={200: OnTopSerializer},
        more=(409,),
    )
    def post(self, request: AuthenticatedRequest) -> Response:
        given = self.read(AnswerInSerializer())
        patient, asked_at = request.user.as_patient, given["asked_at"].timestamp()
        assert patient is not None
        try:
            alerts = answer_seen(
                patient.pk, SeenAnswer(given["answer"]), given["words"], by=request.user, now=timezone.now(),
                asked_at=asked_at,
            )  # fmt: skip
        except CareNotAgreed as refusal:
            raise Conflict(_("The patient has not agreed that what they write is kept.")) from refusal
        if not alerts:
            raise Conflict(_("What was open then has changed: read what is on top again."))
        return _on_top(request)


def _on_top(request: AuthenticatedRequest) -> Response:
    patient = request.user.as_patient
    assert patient is not None
    asked_at = timezone.now()
    standing, _settled = standing_on_top(patient, phone_numbers_for(patient), unit_of(patient.likely_country))
    return Response(OnTopSerializer({"asked_at": asked_at, "standing": standing}).data)
