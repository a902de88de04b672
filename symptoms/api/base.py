"""What all endpoints share: a permission for each method, no unknown query, and the look-ups that keep others out."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from rest_framework.exceptions import AuthenticationFailed, NotAuthenticated, Throttled, ValidationError
from rest_framework.permissions import BasePermission, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.views import APIView

from accounts.access import record_access
from accounts.models import User
from accounts.web.unavailable import is_refusing
from symptoms.alerts.read_receipts import BY_PROGRAM
from symptoms.api.fields import Id
from symptoms.api.pagination import NewestFirst, Several
from symptoms.api.problems import Busy
from symptoms.journal.visibility import Visibility, visibility_of
from symptoms.models import Treatment


class AuthenticatedRequest(Request):
    """A request by somebody who signed in or sent a token: every permission of an endpoint asks for that."""

    user: User


class Endpoint(APIView):
    """An address of the API. `may` names who may use each method; `query` the parameters that are known."""

    request: AuthenticatedRequest
    may: dict[str, type[BasePermission]] = {}
    query: frozenset[str] = frozenset()
    newest_by = "received_at"
    pagination_class = NewestFirst
    http_method_names = ["get", "head", "post", "put", "patch", "delete"]

    def get_permissions(self) -> Sequence[Any]:
        method = "GET" if self.request.method == "HEAD" else self.request.method
        if method in self.may:
            return [self.may[method]()]
        if method not in self.allowed_methods:
            return [IsAuthenticated()]  # whoever is known is told that there is no such method
        return super().get_permissions()

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        if is_refusing():
            raise Busy
        super().initial(request, *args, **kwargs)
        refuse_unknown_query(request, known=self.query)

    def handle_exception(self, exc: Exception) -> Response:
        """Who shows no token, or one that is none, is refused before anything is counted: it is counted here."""
        if isinstance(exc, (AuthenticationFailed, NotAuthenticated)):
            try:
                self.check_throttles(self.request)
            except Throttled as refusal:
                exc = refusal
        return super().handle_exception(exc)

    def read(self, serializer: BaseSerializer) -> dict[str, Any]:
        """The body, an object, checked by `serializer`, which keeps nothing of it: all requests may share one."""
        body: dict[str, Any] = serializer.run_validation(self.request.data)
        return body

    def page(
        self, rows: QuerySet[Any] | Several, serializer_class: type[BaseSerializer], as_seen: Any = list, **context: Any
    ) -> Response:
        """A page of `rows`, which `as_seen` puts as the reader may see them, each written by `serializer_class`."""
        pages = NewestFirst()
        page: list[Any] = as_seen(pages.paginate_queryset(rows, self.request, view=self) or [])  # type: ignore[arg-type]  # Several does
        return pages.get_paginated_response(serializer_class(page, many=True, context=context).data)


def refuse_unknown_query(request: Request, *, known: frozenset[str]) -> None:
    """Refuse parameters that are not `known`, repeated, or not text."""
    errors = {name: [_("There is no such parameter.")] for name in request.query_params if name not in known}
    for name, values in request.query_params.lists():
        if len(values) > 1:
            errors.setdefault(name, [_("Say this once.")])
        elif "\0" in values[0]:
            errors.setdefault(name, [_("This contains characters that cannot be shown.")])
    if errors:
        raise ValidationError(errors)


def treatment_seen_by(user: User, treatment_id: UUID) -> Visibility:
    """The treatment as `user` may read it, else 404; nothing is kept, so it must not be shown yet."""
    rows = Treatment.objects.visible_to(user).select_related("patient__practice", "practitioner", "practice")
    return visibility_of(user, get_object_or_404(rows, pk=treatment_id))


def treatment_read_by(user: User, treatment_id: UUID) -> Visibility:
    """The treatment as `user` may read it, else 404; a practitioner's reading is kept for the patient to see."""
    visibility = treatment_seen_by(user, treatment_id)
    record_reading(user, visibility.treatment)
    return visibility


def record_reading(user: User, treatment: Treatment) -> None:
    """Keep for the patient to see that a practitioner's program read of this treatment."""
    if treatment.patient.user_id != user.pk:
        record_access(user, treatment.patient, BY_PROGRAM)


def as_uuid(text: str, name: str) -> UUID:
    """The id in the query parameter `name`."""
    try:
        return Id().to_internal_value(text)
    except ValidationError as error:
        raise ValidationError({name: error.detail}) from error


def own_treatment(user: User, treatment_id: UUID) -> Treatment:
    """The caller's own treatment: 404 when it is not theirs, 403 when they are no patient at all."""
    patient = user.as_patient
    if patient is None:
        raise PermissionDenied
    return get_object_or_404(patient.treatments.all(), pk=treatment_id)
