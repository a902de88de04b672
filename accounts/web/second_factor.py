"""Members who have not set up a second factor in time reach the pages that set one up, and no others; these ask for the
mailbox first, also of whoever runs the site."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.deprecation import MiddlewareMixin

from accounts.mailbox_proof import is_mailbox_shown, must_show_mailbox
from accounts.web.middleware import rule_of

# Public pages know nobody; patients' pages refuse members; the API says so itself (symptoms/api/permissions.py).
GUARDED = {"signed_in", "practitioner", "admin", "member", "staff", "library"}
SET_UP = {"mfa_add_webauthn", "mfa_activate_totp"}  # what a password alone opens no more
OPEN = {"account_logout", "account_reauthenticate"}  # beside all about second factors


class SecondFactorMiddleware(MiddlewareMixin):
    """Leads them there; were a page forgotten here, they would still be no practitioner and no admin (User)."""

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        """To the page that sets one up, from every other; and before that to the one that asks for the mailbox."""
        if rule_of(view) not in GUARDED or not request.user.is_authenticated:
            return None
        name = request.resolver_match.url_name if request.resolver_match else None
        if name in SET_UP and must_show_mailbox(request.user) and not is_mailbox_shown(request):
            return redirect("mfa_mailbox")
        if not request.user.is_kept_out:
            return None
        return None if name in OPEN or (name or "").startswith("mfa_") else redirect("mfa_index")
