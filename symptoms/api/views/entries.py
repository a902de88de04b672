"""Entries: write a day down, read it back; and what was said about each."""

from typing import Any
from uuid import UUID

from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter
from rest_framework.exceptions import APIException
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from symptoms.api.base import (
    AuthenticatedRequest,
    Endpoint,
    as_uuid,
    own_treatment,
    record_reading,
    treatment_read_by,
    treatment_seen_by,
)
from symptoms.api.permissions import IsPatientOrPractitioner, IsSignedIn
from symptoms.api.schema import CURSOR, operation
from symptoms.api.serializers.assessment import AssessmentSerializer
from symptoms.api.serializers.entry import EntryInSerializer, EntrySerializer, NewEntryInSerializer
from symptoms.api.serializers.verdict import WholeEntrySerializer, reception_for, reception_of_recorded, whole_entry
from symptoms.journal.entries import NotTheirs, record_entry
from symptoms.models import Assessment

OF_ENTRY = OpenApiParameter("entry", UUID, description="Only those of this entry.")
RECORDING = (
    "It is on disk, judged, and the practice's messages are queued before the answer comes. Sent again with the same "
    "answers it is written once (200). Another entry for the same day takes the day over; both are kept. A day that "
    "has not come is refused with 422 and the server's `today`."
)
# Made once: a new serializer copies all its fields.
_ENTRY_IN, _NEW_ENTRY_IN = EntryInSerializer(), NewEntryInSerializer()


class Recording(Endpoint):
    """Where days are written down."""

    def _read(self, serializer: BaseSerializer, treatment_id: UUID) -> dict[str, Any]:
        """The body; where it is wrong, whose treatment it is comes before what is wrong with it."""
        try:
            return self.read(serializer)
        except APIException:
            own_treatment(self.request.user, treatment_id)
            raise


class Entries(Recording):
    """The entries of a treatment."""

    may = {"GET": IsPatientOrPractitioner, "POST": IsSignedIn}
    query = frozenset({"cursor"})

    @operation(
        "list_entries",
        "List entries",
        "All that was reported, the last received first, amended days too; each with its current assessment.",
        answers={200: EntrySerializer(many=True)},
        parameters=(CURSOR,),
    )
    def get(self, request: AuthenticatedRequest, treatment_id: UUID) -> Response:
        visibility = treatment_read_by(request.user, treatment_id)
        return self.page(
            visibility.with_assessment(visibility.entries()),
            EntrySerializer,
            lambda page: list(map(visibility.shown, page)),
        )

    @operation(
        "record_entry",
        "Write down a day",
        RECORDING,
        body=NewEntryInSerializer,
        answers={201: WholeEntrySerializer, 200: WholeEntrySerializer},
        more=(409, 422),
    )
    def post(self, request: AuthenticatedRequest, treatment_id: UUID) -> Response:
        return _recorded(request, treatment_id, self._read(_NEW_ENTRY_IN, treatment_id))


class OneEntry(Recording):
    """One entry."""

    may = {"GET": IsPatientOrPractitioner, "PUT": IsSignedIn}

    @operation(
        "read_entry",
        "Read an entry",
        "What was reported, what was said about it, what the patient reads, and what became of it at the clinic.",
        answers={200: WholeEntrySerializer},
    )
    def get(self, request: AuthenticatedRequest, treatment_id: UUID, entry_id: UUID) -> Response:
        visibility = treatment_seen_by(request.user, treatment_id)
        entry = visibility.shown(get_object_or_404(visibility.with_assessment(visibility.entries()), pk=entry_id))
        record_reading(request.user, visibility.treatment)
        return Response(whole_entry(entry, reception_for(visibility, entry, timezone.now())))

    @operation(
        "put_entry",
        "Write down a day under an id of your own",
        RECORDING,
        body=EntryInSerializer,
        answers={201: WholeEntrySerializer, 200: WholeEntrySerializer},
        more=(409, 422),
    )
    def put(self, request: AuthenticatedRequest, treatment_id: UUID, entry_id: UUID) -> Response:
        return _recorded(request, treatment_id, {"id": entry_id, **self._read(_ENTRY_IN, treatment_id)})


class Assessments(Endpoint):
    """What was said about the days of a treatment."""

    may = {"GET": IsPatientOrPractitioner}
    query = frozenset({"cursor", "entry"})
    newest_by = "made_at"

    @operation(
        "list_assessments",
        "List assessments",
        "Every judgement with its reasons, the newest first: the criteria that held, their sources, the answers that "
        "met them, the protocol's version and hash. An entry that was judged anew has several; one is current.",
        answers={200: AssessmentSerializer(many=True)},
        parameters=(CURSOR, OF_ENTRY),
    )
    def get(self, request: AuthenticatedRequest, treatment_id: UUID) -> Response:
        visibility = treatment_read_by(request.user, treatment_id)
        rows = visibility.assessments()
        if "entry" in request.query_params:
            rows = rows.filter(entry=as_uuid(request.query_params["entry"], "entry"))

        def as_seen(page: list[Assessment]) -> list[Assessment]:
            for assessment in page:
                visibility.shown(assessment.entry)
            return [visibility.shown_assessment(assessment) for assessment in page]

        return self.page(rows, AssessmentSerializer, as_seen)


def _recorded(request: AuthenticatedRequest, treatment_id: UUID, report: dict[str, Any]) -> Response:
    now = timezone.now()
    try:
        recorded = record_entry(treatment_id, **report, by=request.user, now=now)
    except NotTheirs:
        own_treatment(request.user, treatment_id)  # whoever is no patient at all is told so
        raise
    entry = recorded.entry
    entry.assessment = recorded.assessment
    if recorded.assessment is not None:
        recorded.assessment.entry = entry
    return Response(whole_entry(entry, reception_of_recorded(recorded, now)), status=201 if recorded.is_new else 200)
