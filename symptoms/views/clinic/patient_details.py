"""Who a patient is, mended by the clinic that treats them now."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.access import PracticeRequest, practitioner_required, record_access
from accounts.edits import ChangedMeanwhile, Reading, in_words, kept
from accounts.members import user_name
from accounts.models import Patient
from accounts.patients import NumberTaken, details_of, edit_details, plain_detail
from symptoms.alerts.read_receipts import DETAILS
from symptoms.forms.patient import PatientForm

EDITED = ("name", "year_of_birth", "phone", "number", "drug_allergies")


@practitioner_required
@require_http_methods(["GET", "POST"])
def patient_details(request: PracticeRequest, patient_id: UUID) -> HttpResponse:
    """Add or mend what the clinic knows of its own patient; the patient sees that it was done."""
    practice, now = request.practice, timezone.now()
    patient = get_object_or_404(Patient.objects.of_practice(practice), pk=patient_id)
    known = {name: value for name, value in details_of(patient).items() if name in EDITED}
    form = PatientForm(request.POST if request.method == "POST" else None, now=now, initial=known)
    reading, meanwhile = Reading.carried_by(request.POST.get("reading")) or Reading(known, now), None
    if form.is_valid():
        typed = form.cleaned_data
        try:
            changed = edit_details(patient, **typed, by=request.user, now=now, reading=reading)
        except ChangedMeanwhile as change:
            who = _("the patient") if change.by == patient.user else user_name(change.by)
            meanwhile = in_words(change, typed, who=who, label=form.label_of, plain=plain_detail)
            reading = reading.after(change, now)
            form = PatientForm(now=now, initial=kept(change, typed))
        except NumberTaken as taken:
            form.add_error("number", str(taken))
        else:
            messages.success(request, _("Saved.") if changed else _("Nothing was changed."))
            return redirect("patient", patient.id)
    context = {
        "form": form, "patient": patient, "tab": "patients",
        "reading": reading, "meanwhile": meanwhile, "zone": practice.time_zone,
    }  # fmt: skip
    status = 409 if meanwhile else 422 if form.is_bound else 200
    record_access(request.user, patient, DETAILS, now)
    return render(request, "practitioner/details.html", context, status=status)
