"""The pages that belong to no app: the front door, help now, health, errors, and the demo's mail."""

import sys
from email import message_from_bytes, policy

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access import public
from accounts.database_errors import is_transient
from accounts.help_numbers import all_numbers, country_choices
from accounts.web.middleware import rule_of
from accounts.web.unavailable import RETRY_AFTER, busy_page
from accounts.web.unsent_forms import offer_refused
from accounts.web.whereabouts import HELP_COUNTRY, chosen_country, numbers_shown
from symptoms.api.problems import MEDIA_TYPE, Busy, document
from symptoms.messages.standstill import is_standing_still
from symptoms.models import WorkerBeat
from symptoms.photos.limits import MEGABYTES
from symptoms.photos.refusals import Refusal
from symptoms.recovery.care import SEEK_HELP
from tracker.readiness import parts
from tracker.web.body_limits import ONE_PHOTO, longest_body_of

A_YEAR = 365 * 24 * 60 * 60  # seconds


@public
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Strangers read what this is, members see their queue, patients their day, operators its state."""
    if not request.user.is_authenticated:
        return render(request, "public/landing.html")
    membership = request.user.membership
    if membership is not None:
        return redirect("queue" if membership.is_practitioner else "members")
    return redirect("operating" if request.user.is_staff else "today")


@public
@require_safe
def help_now(request: HttpRequest) -> HttpResponse:
    """When to get help now, for anybody, with the numbers of their country."""
    country = chosen_country(request)
    patient = request.user.as_patient if request.user.is_authenticated else None
    numbers, is_guess = numbers_shown(request)
    response = render(
        request,
        "public/help.html",
        {
            "seek_help": SEEK_HELP,
            "numbers": numbers,
            "is_guess": is_guess or patient is None,
            "countries": country_choices(),
            "practice": patient.practice if patient else None,
            "is_unknown": bool(country) and country not in all_numbers(),
        },
    )
    if patient is None and numbers.country and not is_guess and request.headers.get("Sec-Fetch-Site") != "cross-site":
        response.set_cookie(
            HELP_COUNTRY, numbers.country, max_age=A_YEAR, secure=not settings.DEBUG, httponly=True, samesite="Lax"
        )
    return response


@public
@require_safe
def alive(request: HttpRequest) -> HttpResponse:
    """Whether the process answers; it asks neither the database nor the disk."""
    return HttpResponse("ok", content_type="text/plain; charset=utf-8")


@public
@require_safe
def ready(request: HttpRequest) -> JsonResponse:
    """Whether all that a server needs is well (`readiness.py`); 503 when not, with what."""
    is_well = parts()
    return JsonResponse(is_well, status=200 if all(is_well.values()) else 503)


@public
@require_safe
def worker_lives(request: HttpRequest) -> JsonResponse:
    """Whether a worker has shown itself a short while ago, and whether what is due goes out; 503 when not: nobody is
    being told.

    Apart from `ready`: a proxy that obeys that one would take the pages away too.
    """
    now = timezone.now()
    try:
        is_well = {"worker": WorkerBeat.is_alive(now), "messages": not is_standing_still(now)}
    except DatabaseError:
        connection.close()
        is_well = {"worker": False, "messages": False}
    return JsonResponse(is_well, status=200 if all(is_well.values()) else 503)


@public
@require_safe
def security_txt(request: HttpRequest) -> HttpResponse:
    """Whom to tell of a hole (RFC 9116); nothing where the operator named nobody, or once the date has passed."""
    expires = settings.SECURITY_EXPIRES
    if not settings.SECURITY_CONTACT or expires is None or expires < timezone.now().date():
        raise Http404
    lines = [
        f"Contact: {settings.SECURITY_CONTACT}",
        f"Expires: {expires.isoformat()}T23:59:59Z",
        "Preferred-Languages: en",
        f"Canonical: {settings.SITE_URL}{request.path}",
    ]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


@public
@require_safe
def demo_mail(request: HttpRequest) -> HttpResponse:
    """The demo's mail, newest first, read from the folder into which the demo's worker delivers."""
    files = sorted(settings.MAIL_FOLDER.glob("*.eml"), reverse=True)[:50]
    letters = [message_from_bytes(file.read_bytes(), policy=policy.default) for file in files]
    rows = [
        {"to": letter["To"], "subject": letter["Subject"], "date": letter["Date"], "body": letter.get_content()}
        for letter in letters
    ]
    return render(request, "public/demo_mail.html", {"letters": rows})


@public
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form whose guard did not fit: offered again to whoever signed out and in meanwhile, refused to all others."""
    route, offer = request.resolver_match, None
    if route is not None and rule_of(route.func) not in ("api", "public", "script", "library", None):
        offer = offer_refused(request, route.func)
    return offer or render(request, "403_csrf.html", status=403)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """What could not be read."""
    return _error(request, 400, _("This request could not be read"), "bad-request")


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """What another role may open, or nobody."""
    return _error(request, 403, _("This is not open to your account"), "forbidden")


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """What does not exist, or not for the reader."""
    return _error(request, 404, _("Not found"), "not-found")


def too_large(request: HttpRequest) -> HttpResponse:
    """A body that is longer than any that its address takes."""
    detail = str(Refusal.TOO_LARGE.label) if longest_body_of(request) == ONE_PHOTO else ""
    return _error(request, 413, _("The body is too large"), "too-large", detail)


def server_error(request: HttpRequest) -> HttpResponse:
    """A fault of ours; or the database was away before a view was asked, which may pass: 503."""
    fault = sys.exception()
    if fault is not None and is_transient(fault):
        if not request.path.startswith("/api/"):
            return busy_page(request)
        return JsonResponse(
            document(Busy()), status=503, headers={"Retry-After": str(RETRY_AFTER)}, content_type=MEDIA_TYPE
        )
    return _error(request, 500, _("Something went wrong on our side"), "server-error")


def _error(request: HttpRequest, status: int, title: str, kind: str, detail: str = "") -> HttpResponse:
    """A page for people, a problem document (RFC 9457) for programs."""
    if request.path.startswith("/api/"):
        sentence = detail or f"{title}."
        body = {"type": f"about:blank#{kind}", "title": title, "status": status, "detail": sentence, "errors": []}
        return JsonResponse(body, status=status, content_type=MEDIA_TYPE)
    if status in (413, 500):  # without the request: nobody has been asked yet, or what failed may be the database
        return HttpResponse(render_to_string(f"{status}.html", {"megabytes": MEGABYTES}), status=status)
    return render(request, f"{status}.html", {"megabytes": MEGABYTES}, status=status)
