"""Treatments: list, record, read, correct."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework.exceptions import PermissionDenied, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access import record_listing
from accounts.edits import ChangedMeanwhile
from accounts.models import Patient, User
from symptoms.alerts.read_receipts import LISTED_BY_PROGRAM
from symptoms.api.base import (
    AuthenticatedRequest,
    Endpoint,
    as_uuid,
    record_reading,
    treatment_read_by,
    treatment_seen_by,
)
from symptoms.api.etags import IF_MATCH, PreconditionFailed, etag_of, reading_in
from symptoms.api.pagination import Several
from symptoms.api.permissions import IsPatientOrPractitioner
from symptoms.api.problems import Conflict, Unprocessable
from symptoms.api.schema import CURSOR, operation
from symptoms.api.serializers.treatment import (
    NewTreatmentInSerializer,
    NewTreatmentWithIdInSerializer,
    TreatmentInSerializer,
    TreatmentSerializer,
    facts_of,
)  # fmt: skip
from symptoms.journal.treatments import (
    MovesDaysOutside,
    change_treatment,
    may_change,
    refuse_if_changed,
    start_treatment,
)
from symptoms.journal.visibility import visibilities_of, visibility_of
from symptoms.models import Treatment

OF_PATIENT = OpenApiParameter("patient", UUID, description="Only those of this patient.")
OUTSIDE = OpenApiParameter("outside", str, enum=["keep"], description="Keep the new date though days lie outside it.")
ID_TAKEN = _("This id was used for another treatment, or for other facts.")
NOT_YOURS = _("Your clinic recorded this treatment. Ask them to correct it.")


class Treatments(Endpoint):
    """The treatments one may see."""

    may = {"GET": IsPatientOrPractitioner, "POST": IsPatientOrPractitioner}
    query = frozenset({"cursor", "patient"})
    newest_by = "recorded_at"

    @operation(
        "list_treatments",
        "List treatments",
        "A patient's own; for a practitioner those of the practice's patients and those that the practice did. "
        "The newest record comes first.",
        answers={200: TreatmentSerializer(many=True)},
        parameters=(CURSOR, OF_PATIENT),
    )
    def get(self, request: AuthenticatedRequest) -> Response:
        now = timezone.now()
        as_written = Treatment.objects.select_related("patient__practice", "practitioner", "practice")
        rows = Several(as_written.all_visible_to(request.user))
        if "patient" in request.query_params:
            rows = rows.filter(patient=as_uuid(request.query_params["patient"], "patient"))
        as_of: dict[UUID, datetime] = {}

        def as_seen(page: list[Treatment]) -> list[Treatment]:
            user = request.user
            if user.practice_as_practitioner is not None:
                record_listing(user, [treatment.patient_id for treatment in page], LISTED_BY_PROGRAM, now)
            visibilities = visibilities_of(user, page)
            as_of.update({visibility.treatment.pk: visibility.now(now) for visibility in visibilities})
            return [visibility.treatment for visibility in visibilities]

        return self.page(rows, TreatmentSerializer, as_seen, as_of=as_of)

    @operation(
        "record_treatment",
        "Record a treatment",
        "A patient records their own, a practitioner one of a patient of the practice. To be safe against sending it "
        "twice, send an `id`, or use PUT.",
        body=NewTreatmentWithIdInSerializer,
        answers={201: TreatmentSerializer, 200: TreatmentSerializer},
        more=(409, 422),
    )
    def post(self, request: AuthenticatedRequest) -> Response:
        facts = self.read(NewTreatmentWithIdInSerializer())
        return _recorded(request.user, facts.pop("id", None) or uuid4(), facts)


class OneTreatment(Endpoint):
    """One treatment."""

    may = dict.fromkeys(("GET", "PUT", "PATCH"), IsPatientOrPractitioner)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        self.query = frozenset({"outside"}) if request.method == "PATCH" else frozenset()
        super().initial(request, *args, **kwargs)

    @operation(
        "read_treatment",
        "Read a treatment",
        "What was done, and to which skin. The ETag of the answer goes into `If-Match` of a correction.",
        answers={200: TreatmentSerializer},
    )
    def get(self, request: AuthenticatedRequest, treatment_id: UUID) -> Response:
        visibility = treatment_read_by(request.user, treatment_id)
        return _answer(visibility.treatment, visibility.now(timezone.now()))

    @operation(
        "put_treatment",
        "Record a treatment under an id of your own",
        "Sent again with the same facts, the answer is the same (200 instead of 201). To change it, use PATCH.",
        body=NewTreatmentInSerializer,
        answers={201: TreatmentSerializer, 200: TreatmentSerializer},
        more=(409, 422),
    )
    def put(self, request: AuthenticatedRequest, treatment_id: UUID) -> Response:
        return _recorded(request.user, treatment_id, self.read(NewTreatmentInSerializer()))

    @operation(
        "change_treatment",
        "Correct a treatment",
        "By whoever recorded it, or a practitioner of the patient's practice. How it read before is kept, and all its "
        "days are judged again. Logs and photos keep their dates. A new date by which some would lie before day 0 or "
        "past day 365 is refused with 422, `before` and `after` naming them, unless `outside` is `keep`.",
        body=TreatmentInSerializer(partial=True),
        answers={200: TreatmentSerializer},
        more=(412, 422),
        parameters=(OUTSIDE, IF_MATCH),
    )
    def patch(self, request: AuthenticatedRequest, treatment_id: UUID) -> Response:
        keeps_outside = _keeps_outside(request)
        treatment = treatment_seen_by(request.user, treatment_id).treatment
        if not may_change(treatment, request.user):
            raise PermissionDenied(NOT_YOURS)
        facts = self.read(TreatmentInSerializer(treatment, partial=True))
        now = timezone.now()
        reading = reading_in(request, treatment, now)
        try:
            if any(getattr(treatment, name) != value for name, value in facts.items()):
                change_treatment(
                    treatment, by=request.user, now=now, even_outside=keeps_outside, reading=reading, **facts
                )
            else:
                refuse_if_changed(treatment, reading)
        except ChangedMeanwhile as change:
            raise PreconditionFailed(change) from change
        except MovesDaysOutside as refusal:
            dates = {"before": refusal.before, "after": refusal.after}
            raise Unprocessable(str(refusal), "/performed_at", **dates) from refusal
        return _recorded_answer(request.user, treatment, now)


def _keeps_outside(request: AuthenticatedRequest) -> bool:
    word = request.query_params.get("outside")
    if word not in (None, "keep"):
        raise ValidationError({"outside": [_("Say keep, or leave it out.")]})
    return word == "keep"


def _recorded(user: User, treatment_id: UUID, facts: dict[str, Any]) -> Response:
    """Record it, unless it was: two at once end with one row, and the second finds it."""
    now = timezone.now()
    patient = _patient(user, facts.pop("patient", None))
    rows = Treatment.objects.visible_to(user).filter(pk=treatment_id)
    rows = rows.select_related("patient__practice", "practitioner", "practice")
    saved = rows.first()
    if saved is None:
        try:
            with transaction.atomic():
                treatment = start_treatment(patient, by=user, now=now, id=treatment_id, **facts)
            return _recorded_answer(user, treatment, now, status=201)
        except IntegrityError:
            saved = get_object_or_404(rows)
    visibility = visibility_of(user, saved)  # as GET shows it: a conflict tells no more either
    known = facts_of(visibility.treatment)
    if saved.patient_id != patient.id or any(known[name] != value for name, value in facts.items()):
        raise Conflict(ID_TAKEN)
    return _recorded_answer(user, visibility.treatment, visibility.now(now))


def _recorded_answer(user: User, treatment: Treatment, now: datetime, status: int = 200) -> Response:
    """The answer shows what is known of the patient: to a practitioner that is a reading."""
    record_reading(user, treatment)
    return _answer(treatment, now, status)


def _answer(treatment: Treatment, now: datetime, status: int = 200) -> Response:
    answer = TreatmentSerializer(treatment, context={"as_of": {treatment.pk: now}})
    return Response(answer.data, status=status, headers={"ETag": etag_of(treatment)})


def _patient(user: User, patient_id: UUID | None) -> Patient:
    """The patient whose treatment is recorded."""
    if user.as_patient is not None:
        if patient_id not in (None, user.as_patient.id):
            raise ValidationError({"patient": [_("There is no such patient.")]})
        return user.as_patient
    if patient_id is None:
        raise ValidationError({"patient": [_("Say whose treatment it is.")]})
    practice = user.practice_as_practitioner
    if practice is None:
        raise PermissionDenied
    patient = Patient.objects.of_practice(practice).select_related("practice").filter(pk=patient_id).first()
    if patient is None:
        raise ValidationError({"patient": [_("There is no such patient.")]})
    return patient
