"""Who may open which view: every view declares a rule here, and one without answers 403 (safety.md, invariant 8)."""

import logging
from collections.abc import Callable
from datetime import datetime
from functools import wraps

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from accounts.access_spool import keep
from accounts.database import is_transient
from accounts.models import AccessRecord, Patient

log = logging.getLogger(__name__)

View = Callable[..., HttpResponse]


def _declared(view: View, rule: str) -> View:
    view.access_rule = rule
    return view


def public(view: View) -> View:
    """Anybody, signed in or not."""
    return _declared(view, "public")


def signed_in(view: View) -> View:
    """Anybody who signed in; the others are sent to sign in."""
    return _declared(login_required(view), "signed_in")


def patient_required(view: View) -> View:
    """Patients only. Who has not set up a recovery yet is led to do so; a clinic's member is refused."""

    @wraps(view)
    def guarded(request: HttpRequest, *args, **kwargs) -> HttpResponse:
        if request.user.as_patient is None:
            if request.user.membership is not None:
                raise PermissionDenied
            return redirect("start")
        return view(request, *args, **kwargs)

    return _declared(login_required(guarded), "patient")


def practitioner_required(view: View) -> View:
    """Members with the practitioner role."""

    @wraps(view)
    def guarded(request: HttpRequest, *args, **kwargs) -> HttpResponse:
        if request.user.practice_as_practitioner is None:
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return _declared(login_required(guarded), "practitioner")


def admin_required(view: View) -> View:
    """Members with the admin role, which manages people and reads no record."""

    @wraps(view)
    def guarded(request: HttpRequest, *args, **kwargs) -> HttpResponse:
        if request.user.practice_as_admin is None:
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return _declared(login_required(guarded), "admin")


def record_access(user, patient: Patient, what: str, now: datetime | None = None) -> None:
    """Write down that `user` read `what` of `patient`'s record, `now` or at the given time.

    A database that takes nothing for now does not keep anybody from reading: the record waits in a file until the
    worker writes it down. As a part of a change it is written with the change or not at all.
    """
    practice = user.practice_as_practitioner
    record = AccessRecord(user=user, patient=patient, practice=practice, what=what, at=now or timezone.now())
    try:
        record.save()
    except DatabaseError as fault:
        if connection.in_atomic_block or not is_transient(fault):
            raise
        log.warning("an access record waits for the database: %s", fault)
        try:
            keep(record)
        except OSError as full:
            raise fault from full
