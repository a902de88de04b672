"""What holds for every answer: views without a rule are refused, and what is private is not kept in caches."""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils.deprecation import MiddlewareMixin

PERMISSIONS_POLICY = "camera=(self), geolocation=(), microphone=(), payment=(), usb=()"
# Libraries whose views we take as they are; each of their routes still has its line in the authorisation matrix.
KNOWN_LIBRARIES = (
    "allauth.account.",
    "allauth.mfa.",
    "allauth.usersessions.",
    "drf_spectacular.",
    "django.contrib.staticfiles.",
)
# Private whoever is signed in: passwords, records, and addresses that let somebody in.
PRIVATE = ("/api/", "/accounts/", "/join/", "/wall/", "/day/", "/reminders/")


def rule_of(view: Callable[..., Any]) -> str | None:
    """The access rule that a resolved view declares, None when it declares none."""
    rule: str | None = getattr(view, "access_rule", None)
    if rule:
        return rule
    if hasattr(view, "cls") and hasattr(view.cls, "permission_classes"):
        return "api"  # REST framework's permission classes decide; without one of ours they refuse
    return "library" if view.__module__.startswith(KNOWN_LIBRARIES) else None


class DenyByDefaultMiddleware(MiddlewareMixin):
    """Refuses every view that does not say who may open it."""

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> None:
        if rule_of(view) is None:
            raise PermissionDenied


class PrivateResponsesMiddleware(MiddlewareMixin):
    """Adds Permissions-Policy everywhere, and keeps pages behind sign-in and API answers out of every cache."""

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        response.headers.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        if request.method == "POST" and request.resolver_match and request.resolver_match.url_name == "account_logout":
            # Pages that the browser keeps go. Not "storage": the log of another account may wait there (decision 35);
            # our script has emptied this one. Not "cookies": the device would be a stranger's afterwards.
            response.headers["Clear-Site-Data"] = '"cache"'
        # Nobody asks who is signed in when the database is away; what was typed may stand on that page.
        is_private = response.status_code == 503 or request.path.startswith(PRIVATE)
        if is_private or (hasattr(request, "user") and request.user.is_authenticated):
            response.headers["Cache-Control"] = "no-store, private"
            response.headers["Vary"] = ", ".join(
                {*filter(None, response.headers.get("Vary", "").split(", ")), "Cookie"}
            )
        return response
