"""One's own data: everything in a file, and the end of all of it. Each asks for the password once more."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import PatientRequest, patient_required
from accounts.durations import in_words
from accounts.step_up import ask_who_is_there, step_up_required
from symptoms.journal.announcing import TOLD_BEFORE
from symptoms.journal.erasing import ask_erasure, erasure_of, keep_all
from symptoms.journal.exporting import ask_export, export_of, hand_out
from symptoms.models import EXPORT_LASTS, UNDO_WITHIN
from symptoms.views.downloads import as_download


@patient_required
@require_safe
def own_data(request: PatientRequest) -> HttpResponse:
    """What is being made or ready, and when everything goes."""
    return _page(request)


def _page(request: PatientRequest, *, error: str = "") -> HttpResponse:
    patient, now = request.patient, timezone.now()
    context = {
        "patient": patient, "zone": patient.zone, "tab": "account", "export": export_of(patient, now),
        "erasure": erasure_of(patient), "goes_on": now + UNDO_WITHIN, "error": error,
        "lasts": in_words(EXPORT_LASTS), "told_before": in_words(TOLD_BEFORE),
    }  # fmt: skip
    return render(request, "patient/own_data.html", context, status=422 if error else 200)


@patient_required
@require_POST
@step_up_required
def own_data_export(request: PatientRequest) -> HttpResponse:
    """Ask for the file."""
    ask_export(request.patient, timezone.now())
    return redirect("own_data")


@patient_required
@require_safe
def own_data_file(request: PatientRequest, export_id: UUID) -> HttpResponse:
    """The file, to whoever asked for it."""
    ask_who_is_there(request)
    now = timezone.now()
    export = get_object_or_404(request.patient.exports.select_related("patient"), pk=export_id)
    if not export.is_ready(now):
        raise Http404
    try:
        body = hand_out(export, now)
    except OSError:
        return _page(request, error=_("The file is not there any more. Make it again."))
    return as_download(export, body, "mendline")


@patient_required
@require_POST
@step_up_required
def own_data_erase(request: PatientRequest) -> HttpResponse:
    """Ask that everything goes in a week."""
    if request.POST.get("sure") != "yes":
        return _page(request, error=_("Tick that you have what you want to keep. Nothing was changed."))
    ask_erasure(request.patient, by=request.user, now=timezone.now(), session_key=request.session.session_key)
    return redirect("own_data")


@patient_required
@require_POST
def own_data_keep(request: PatientRequest) -> HttpResponse:
    """Keep everything after all."""
    erasure = erasure_of(request.patient)
    if keep_all(request.patient, by=request.user, now=timezone.now()):
        if erasure is not None and erasure.practice_id is None:
            messages.success(request, _("Everything stays. Turn reminders on again if you want them."))
        else:
            messages.success(request, _("Everything stays."))
    return redirect("own_data")
