"""Who may open which view: every view declares a rule here, and one without a rule answers 403."""

import logging
from collections.abc import Callable, Iterable
from datetime import datetime
from functools import wraps
from operator import attrgetter
from typing import Any, Concatenate, ParamSpec
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, IntegrityError, connection
from django.db.models import Count, Max, QuerySet
from django.db.models.functions import TruncDate
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils import timezone

from accounts import audit
from accounts.access_spool import keep
from accounts.audit import Kind
from accounts.database_errors import is_transient
from accounts.models import AuditRecord, Patient, Practice, User

log = logging.getLogger(__name__)

P = ParamSpec("P")
View = Callable[..., HttpResponse]


class AuthenticatedHttpRequest(HttpRequest):
    """A request by somebody who signed in: what a view behind `signed_in` gets."""

    user: User


class PatientRequest(AuthenticatedHttpRequest):
    """A request by a patient: what a view behind `patient_required` gets."""

    patient: Patient


class PracticeRequest(AuthenticatedHttpRequest):
    """A request by a member, on behalf of the practice: what views behind the other two decorators get."""

    practice: Practice


def _declared(view: View, rule: str) -> View:
    view.access_rule = rule  # type: ignore[attr-defined]  # read by `rule_of`, as Django reads `csrf_exempt`
    return view


def public(view: Callable[Concatenate[HttpRequest, P], HttpResponse]) -> View:
    """Anybody, signed in or not."""
    return _declared(view, "public")


def signed_in(view: Callable[Concatenate[AuthenticatedHttpRequest, P], HttpResponse]) -> View:
    """Anybody who signed in; the others are sent to sign in."""
    return _declared(login_required(view), "signed_in")


def patient_required(view: Callable[Concatenate[PatientRequest, P], HttpResponse]) -> View:
    """Patients only, as `request.patient`.

    Who has not set up a recovery yet is led to do so; a clinic's member is refused.
    """

    @wraps(view)
    def guarded(request: PatientRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        patient = request.user.as_patient
        if patient is None:
            if request.user.membership is not None:
                raise PermissionDenied
            return redirect("start")
        request.patient = patient
        return view(request, *args, **kwargs)

    return _declared(login_required(guarded), "patient")


def patient_by_script(view: Callable[Concatenate[PatientRequest, P], HttpResponse]) -> View:
    """Patients only, as `request.patient`, for what a script of ours asks: the others get a status and no page."""

    @wraps(view)
    def guarded(request: PatientRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        patient = request.user.as_patient if request.user.is_authenticated else None
        if patient is None:
            return JsonResponse({}, status=403 if request.user.is_authenticated else 401)
        request.patient = patient
        return view(request, *args, **kwargs)

    return _declared(guarded, "script")


def practitioner_required(view: Callable[Concatenate[PracticeRequest, P], HttpResponse]) -> View:
    """Members with the practitioner role, on behalf of `request.practice`, whose records they may read."""
    return _member_required(view, "practitioner", attrgetter("practice_as_practitioner"))


def admin_required(view: Callable[Concatenate[PracticeRequest, P], HttpResponse]) -> View:
    """Members with the admin role, on behalf of `request.practice`, whose people they manage; they read no record."""
    return _member_required(view, "admin", attrgetter("practice_as_admin"))


def staff_required(view: Callable[Concatenate[AuthenticatedHttpRequest, P], HttpResponse]) -> View:
    """Whoever runs the server (`manage.py createsuperuser`): the site's own health, and nobody's record."""

    @wraps(view)
    def guarded(request: AuthenticatedHttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not request.user.is_staff:
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return _declared(login_required(guarded), "staff")


def member_required(view: Callable[Concatenate[PracticeRequest, P], HttpResponse]) -> View:
    """Members, whatever their role, about themselves."""
    return _member_required(
        view, "member", lambda user: user.active_membership.practice if user.active_membership else None
    )


def _member_required(
    view: Callable[Concatenate[PracticeRequest, P], HttpResponse],
    rule: str,
    practice_of: Callable[[User], Practice | None],
) -> View:
    @wraps(view)
    def guarded(request: PracticeRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        practice = practice_of(request.user)
        if practice is None:
            raise PermissionDenied
        request.practice = practice
        return view(request, *args, **kwargs)

    return _declared(login_required(guarded), rule)


def record_access(user: User, patient: Patient, what: str, now: datetime | None = None) -> None:
    """Write down that `user` read `what` of `patient`'s record, `now` or at the given time.

    A database that takes nothing for now does not keep anybody from reading: the record waits in a file until the
    worker writes it down. As a part of a change it is written with the change or not at all.
    """
    _write(user, [patient.pk], what, now or timezone.now())


def record_listing(user: User, patients: Iterable[UUID], what: str, now: datetime) -> None:
    """Write down that `user` read a line about each of these patients (their ids), `what` says in which list.

    Once a day for each, by the calendar of the reader's practice: a list is loaded again and again, and a thousand
    equal lines would hide from the patient who opened the whole record. Two statements at most, however many patients.

    Raises:
        PermissionDenied: `user` is no practitioner.
    """
    practice = user.practice_as_practitioner
    if practice is None:
        raise PermissionDenied
    today = now.astimezone(practice.zone).replace(hour=0, minute=0, second=0, microsecond=0)
    ids = dict.fromkeys(patients)
    if not ids:
        return
    earlier = AuditRecord.objects.readings().filter(
        user=user, patient__in=ids, practice=practice, what=what, at__gte=today
    )
    recorded = set(earlier.values_list("patient", flat=True))
    _write(user, [id for id in ids if id not in recorded], what, now)


def readings_of(patient: Patient) -> QuerySet[Any]:
    """Who read the patient's record, the last first; the same by one person on one day of the patient's is one row.

    Each is a dict with `user__name`, `user__email`, `user__is_staff` (they run the site), `practice__name`, `what`,
    `times` and `last`, the last time.
    """
    by_day = patient.audit_records.readings().annotate(on=TruncDate("at", tzinfo=patient.zone))
    rows = by_day.values("user__name", "user__email", "user__is_staff", "practice__name", "what", "on", "user")
    return rows.annotate(times=Count("id"), last=Max("at")).order_by("-last", "what")


def _write(user: User, patients: list[UUID], what: str, now: datetime) -> None:
    practice = user.practice_as_practitioner
    records = [audit.row(Kind.READ, what, user=user, patient=id, practice=practice, now=now) for id in patients]
    try:
        audit.note_all(records)
    except IntegrityError:
        if connection.in_atomic_block:
            raise
        _write_of_the_erased(records)
    except DatabaseError as fault:
        if connection.in_atomic_block or not is_transient(fault):
            raise
        log.warning("access records wait for the database: %s", fault)
        try:
            for record in records:
                keep(record)
        except OSError as full:
            raise fault from full


def _write_of_the_erased(records: list[AuditRecord]) -> None:
    """Write what was read in the moment in which some of the records were erased: whose they were stays, as an id."""
    here = set(Patient.objects.filter(pk__in=[record.patient_id for record in records]).values_list("pk", flat=True))
    for record in records:
        record.pk = None
        if record.patient_id not in here:
            record.patient = None
    audit.note_all(records)
