"""Reminders: whether, when and how; later today, not today; each way with the test that shows whether it arrives."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import PatientRequest, patient_required
from accounts.contact_methods import email_of
from accounts.models import ContactMethod, Patient
from accounts.templatetags.devices import device_name
from symptoms.alerts.reminder_ways import browsers_of
from symptoms.alerts.reminder_wishes import LATER, choose, not_today, planned, remind_later
from symptoms.forms.channels import BrowserForm
from symptoms.forms.reminders import RemindersForm
from symptoms.messages.channel_tests import TooManyTests, answer_test, send_test
from symptoms.messages.push_keys import public_key
from symptoms.models import Reminding
from symptoms.models.reminder import QUIET_FROM, QUIET_UNTIL, USUAL_HOUR
from symptoms.models.values import patient_values, treatment_values
from symptoms.recovery.prompting import EVERYBODY, prompt_days
from symptoms.views.channel_rows import rows_of
from symptoms.views.patient.own_treatments import own_treatments
from symptoms.wording.reminders import is_later, next_reminder, rhythm

EMAIL = "email"  # in the place of an id: its row is there only once something is known of it


@patient_required
@require_http_methods(["GET", "POST"])
def reminders(request: PatientRequest) -> HttpResponse:
    """What was chosen, the next reminder, and the days on which one comes."""
    if request.method != "POST":
        return _page(request)
    form = _form(request.patient, request.POST)
    if not form.is_valid():
        return _page(request, form=form, status=422)
    choose(request.patient, now=timezone.now(), **form.cleaned_data)
    messages.success(request, _("Saved.") if form.cleaned_data["is_on"] else _("Saved. No reminders come."))
    return redirect("reminders")


@patient_required
@require_POST
def reminder_later(request: PatientRequest) -> HttpResponse:
    """Today's reminder in two hours, or none today."""
    patient, now = request.patient, timezone.now()
    if request.POST.get("when") == "not_today":
        not_today(patient, now)
        messages.success(request, _("No reminder comes today."))
    elif (at := remind_later(patient, now)) is not None:
        messages.success(request, is_later(at, patient.zone))
    else:
        messages.error(request, _("There is nothing to remind you of later today."))
    return redirect("reminders")


@patient_required
@require_POST
def reminder_offered(request: PatientRequest) -> HttpResponse:
    """The answer to the question that stands once, beneath the first log."""
    is_wanted = request.POST.get("answer") == "yes"
    if not Reminding.objects.filter(patient=request.patient).exists():
        choose(request.patient, is_on=is_wanted, at=USUAL_HOUR, now=timezone.now())
    if is_wanted:
        messages.success(request, _("We remind you by e-mail. Here you can choose another hour, or your phone."))
        return redirect("reminders")
    messages.success(request, _("No reminders come. You can turn them on under Account."))
    return redirect("today")


@patient_required
@require_POST
def reminder_channel(request: PatientRequest) -> HttpResponse:
    """Take reminders in this browser; test a way, say whether the test arrived; forget a browser."""
    action = request.POST.get("action")
    if action == "add":
        return _added(request)
    method, now = _method(request), timezone.now()
    if action == "test":
        return _tested(request, method)
    if action in ("arrived", "not_arrived"):
        if not answer_test(method, action == "arrived", now):
            messages.error(request, _("There is no test to say that of."))
    elif action == "remove" and method.kind == ContactMethod.Kind.PUSH:
        method.delete()
        messages.success(request, _("Removed. Nothing is sent to that browser any more."))
    else:
        raise Http404
    return redirect("reminders")


def _added(request: PatientRequest) -> HttpResponse:
    form, now = BrowserForm(request.POST), timezone.now()
    if not form.is_valid():
        return _page(request, browser_form=form, status=422)
    try:
        method = form.save_of_patient(request.user, label=device_name(request.headers.get("User-Agent", "")))
    except ValidationError as refusal:
        form.add_error(None, refusal)
        return _page(request, browser_form=form, status=422)
    known = Reminding.objects.filter(patient=request.patient).first() or Reminding(patient=request.patient)
    choose(request.patient, is_on=known.is_on, at=known.at, by_push=True, now=now)
    return _tested(request, method)


def _tested(request: PatientRequest, method: ContactMethod) -> HttpResponse:
    try:
        send_test(method, None, timezone.now())
        messages.success(request, _("A test is on its way. Load this page again to see whether it arrived."))
    except TooManyTests:
        messages.error(request, _("This was tested often enough for now. Try again in an hour."))
    return redirect("reminders")


def _method(request: PatientRequest) -> ContactMethod:
    named = request.POST.get("method", "")
    if named == EMAIL:
        return email_of(request.user)
    try:
        return get_object_or_404(browsers_of(request.patient), pk=UUID(named))
    except ValueError as fault:
        raise Http404 from fault


def _form(patient: Patient, data: Any = None) -> RemindersForm:
    known = Reminding.objects.filter(patient=patient).first() or Reminding(patient=patient)
    return RemindersForm(data, instance=known, has_browser=browsers_of(patient).working().exists())


def _page(request: PatientRequest, status: int = 200, **more: Any) -> HttpResponse:
    patient, now = request.patient, timezone.now()
    known = Reminding.objects.filter(patient=patient).first()
    today, comes_next = patient.today(now), planned(known, patient, now) if known else None
    treatment = next(iter(own_treatments(patient)), None)
    days = prompt_days(patient_values(treatment), treatment_values(treatment)) if treatment else EVERYBODY
    is_today = comes_next is not None and patient.today(comes_next.at) == today
    context = {
        "form": _form(patient),
        "browser_form": BrowserForm(),
        "push_key": public_key(),
        "patient": patient,
        "is_on": known is not None and known.is_on,
        "next": next_reminder(comes_next.at, comes_next.day, patient.zone, today) if comes_next else "",
        "is_not_today": known is not None and known.not_on == today,
        "is_today": is_today,
        "later": now + LATER if is_today and patient.today(now + LATER) == today else None,
        "rows": rows_of(request.user, patient.zone),
        "rhythm": rhythm(days),
        "quiet": (QUIET_FROM, QUIET_UNTIL),
        "tab": "account",
        **more,
    }
    return render(request, "patient/reminders.html", context, status=status)
