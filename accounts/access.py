"""Who may open which view: every view declares a rule here, and one without answers 403 (safety.md, invariant 8)."""

from collections.abc import Callable
from datetime import datetime
from functools import wraps

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from accounts.models import AccessRecord, Patient

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
    """Write down that `user` read `what` of `patient`'s record, `now` or at the given time."""
    practice = user.practice_as_practitioner
    AccessRecord.objects.create(user=user, patient=patient, practice=practice, what=what, at=now or timezone.now())
