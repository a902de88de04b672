"""On which devices somebody signed in before: a signed cookie, so that a stranger's wrong tries never shut them out."""

import secrets

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import salted_hmac
from django.utils.deprecation import MiddlewareMixin

SALT = "accounts.web.known_devices"
KEPT_FOR = 400 * 24 * 60 * 60  # seconds; browsers keep no cookie for longer
MOST_ACCOUNTS = 8  # on one device


def known_device(request: HttpRequest, email: str) -> str:
    """The id of the device, when the account of `email` was signed in to on it; else empty."""
    device, accounts = _read(request)
    return device if _account(email) in accounts else ""


def remember_device(request: HttpRequest, email: str) -> None:
    """Let the answer to this request make the device known for the account of `email`."""
    request.remembered_account = _account(email)  # type: ignore[attr-defined]  # for the middleware below


class KnownDevicesMiddleware(MiddlewareMixin):
    """Sets the cookie on the answer to whoever signed in, or chose a new password, with this request."""

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        account = getattr(request, "remembered_account", "")
        if account:
            device, accounts = _read(request)
            latest = [account, *(other for other in accounts if other != account)][:MOST_ACCOUNTS]
            response.set_cookie(
                settings.DEVICE_COOKIE_NAME,
                signing.dumps([device or secrets.token_hex(8), latest], salt=SALT),
                max_age=KEPT_FOR,
                secure=settings.SESSION_COOKIE_SECURE,
                httponly=True,
                samesite="Lax",
            )
        return response


def _account(email: str) -> str:
    """What stands for an account in the cookie: it tells nobody whose it is."""
    return salted_hmac(SALT, email.lower()).hexdigest()[:16]


def _read(request: HttpRequest) -> tuple[str, list[str]]:
    cookie = request.COOKIES.get(settings.DEVICE_COOKIE_NAME, "")
    try:
        device, accounts = signing.loads(cookie, salt=SALT, max_age=KEPT_FOR)
    except signing.BadSignature:
        return "", []
    return device, accounts
