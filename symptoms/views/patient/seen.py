"""What stands on top of a patient's pages, and the answer to "Were you seen?"."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.access import PatientRequest, patient_required
from accounts.web.whereabouts import numbers_abroad
from symptoms.alerts.answering import CareNotAgreed, answer_seen
from symptoms.alerts.patient_answers import SeenAnswer, open_concerns
from symptoms.forms.seen import SeenForm
from symptoms.forms.temperature import unit_for
from symptoms.journal.open_concerns import standing_on_top
from symptoms.journal.verdicts import phone_numbers_for

WAITS_FOR_TOMORROW = {SeenAnswer.WAIT}  # asked again on the next day


def standing(request: PatientRequest, form: SeenForm | None = None) -> dict[str, Any]:
    """What `patient/standing.html` takes: what is open on top, whether to ask about it, and what was dealt with."""
    patient, now = request.patient, timezone.now()
    numbers = phone_numbers_for(patient, numbers_abroad(request))
    on_top, settled = standing_on_top(patient, numbers, unit_for(request, patient))
    concern = on_top.concern if on_top else None
    answered_today = (
        concern is not None
        and concern.answered_at is not None
        and patient.today(concern.answered_at) == patient.today(now)
    )
    waits = concern is not None and (
        concern.answer == SeenAnswer.GONE or (answered_today and concern.answer in WAITS_FOR_TOMORROW)
    )
    return {
        "standing": on_top,
        "dealt_with": settled,
        "seen_form": (form or SeenForm()) if concern else None,
        "asks": concern is not None and not waits,
        "numbers": numbers,
    }


@patient_required
@require_http_methods(["GET", "POST"])
def seen(request: PatientRequest) -> HttpResponse:
    """Keep what the patient answers; a page of its own where it comes back with a mistake."""
    form = SeenForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        answer, words = SeenAnswer(form.cleaned_data["answer"]), form.cleaned_data["words"]
        patient, asked_at = request.patient, form.cleaned_data["asked_at"]
        try:
            alerts = answer_seen(patient.pk, answer, words, by=request.user, now=timezone.now(), asked_at=asked_at)
        except CareNotAgreed:
            form.add_error(None, _("You have not agreed that we keep what you write. You can agree under Account."))
        else:
            if alerts:
                is_read = any(alert.practice_id == patient.practice_id for alert in alerts) and patient.practice_id
                messages.success(request, _("Saved. Your clinic can read it.") if is_read else _("Saved."))
            elif not open_concerns(patient.pk):
                messages.info(request, _("This was closed meanwhile. Nothing is open any more."))
            else:
                form.add_error(None, _("Something new came up since this page opened. Read it, then answer again."))
                form.data = typed = request.POST.copy()
                typed["asked_at"] = str(timezone.now().timestamp())
        if not form.errors:
            return redirect("today")
    context = standing(request, form) | {"tab": "today"}
    return render(request, "patient/seen.html", context, status=422 if form.errors else 200)
