"""Stopping reminders from the e-mail itself: one tap, without signing in, and nothing else."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from accounts.access import public
from symptoms.alerts.reminder_wishes import stop
from symptoms.messages.words import patient_of_token


@csrf_exempt  # mail programs send the POST themselves (RFC 8058); what lets them is the token in the address
@public
@require_http_methods(["GET", "POST"])
def reminders_stop(request: HttpRequest, token: str) -> HttpResponse:
    """Asks, and stops when told to; says no word about whose reminders they are."""
    patient = patient_of_token(token)
    if patient is None:
        return render(request, "public/reminders_stop.html", {"state": "unknown"}, status=404)
    if request.method == "POST":
        stop(patient)
    state = "stopped" if request.method == "POST" else "asked"
    return render(request, "public/reminders_stop.html", {"state": state})
