"""Acts that need to be sure who is there: who signed in, or showed it, more than five minutes ago does so once more.

What they sent is kept meanwhile and done afterwards. Who has a second factor shows that (accounts/allauth_adapters.py).
"""

import time
from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account import app_settings
from allauth.account.internal.flows.login import get_authentication_records
from allauth.core.exceptions import ReauthenticationRequired
from django.http import HttpRequest, HttpResponse

READS = ("GET", "HEAD", "OPTIONS")


def step_up_required(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Ask who is there before anything is done by `view`; what it only shows is shown. Stands below the access rule."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method not in READS:
            ask_who_is_there(request)
        return view(request, *args, **kwargs)

    return guarded


def ask_who_is_there(request: HttpRequest) -> None:
    """Go on only if it was shown a moment ago who is there.

    Raises:
        ReauthenticationRequired: allauth's middleware asks, and then does the request.
    """
    records = get_authentication_records(request, request.user if request.user.is_authenticated else None)
    shown_at = max((record["at"] for record in records), default=0)
    if time.time() - shown_at >= app_settings.REAUTHENTICATION_TIMEOUT:
        raise ReauthenticationRequired
