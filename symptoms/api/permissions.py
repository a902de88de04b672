"""Who may call which endpoint: every view names one of these, and one that names none refuses everybody."""

from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import PermissionDenied
from rest_framework.permissions import BasePermission, IsAuthenticated
from rest_framework.request import Request

NO_SECOND_FACTOR = _("Set up a passkey, or codes from an app, first: sign in on the site.")


class DenyAll(BasePermission):
    """The default: a view that does not say who may call it is called by nobody (docs/security.md)."""

    def has_permission(self, request: Request, view: object) -> bool:
        return False


class IsPatient(BasePermission):
    """Users whose own recovery is followed."""

    def has_permission(self, request: Request, view: object) -> bool:
        return request.user.is_authenticated and request.user.as_patient is not None


class IsPractitioner(BasePermission):
    """Members with the practitioner role; managing a practice's people is not enough."""

    def has_permission(self, request: Request, view: object) -> bool:
        if request.user.is_authenticated and request.user.is_kept_out:
            raise PermissionDenied(NO_SECOND_FACTOR)
        return request.user.is_authenticated and request.user.practice_as_practitioner is not None


class IsPatientOrPractitioner(BasePermission):
    """Either; which objects they reach is decided by `visible_to`."""

    def has_permission(self, request: Request, view: object) -> bool:
        return IsPatient().has_permission(request, view) or IsPractitioner().has_permission(request, view)


class IsSignedIn(IsAuthenticated):
    """Anybody: for methods whose verb or look-up refuses whoever is not the patient, in a statement it makes anyway."""
