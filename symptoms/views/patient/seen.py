"""The answer to "Were you seen?"."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.access import PatientRequest, patient_required
from symptoms.alerts.answering import CareNotAgreed, answer_seen
from symptoms.alerts.patient_answers import open_concerns
from symptoms.forms.seen import SeenForm
from symptoms.views.patient.standing import standing
from symptoms.wording.seen import SeenAnswer


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
                messages.info(request, _("This has just been closed. Nothing is open any more."))
            else:
                form.add_error(None, _("Something new came up since this page opened. Read it, then answer again."))
                form.data = typed = request.POST.copy()
                typed["asked_at"] = str(timezone.now().timestamp())
        if not form.errors:
            return redirect("today")
    context = standing(request, form) | {"tab": "today"}
    return render(request, "patient/seen.html", context, status=422 if form.errors else 200)
