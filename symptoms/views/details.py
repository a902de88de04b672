"""Who a patient is, mended by the clinic that treats them now."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.access import practitioner_required
from accounts.models import Patient
from accounts.patients import mend_details
from symptoms.forms.who import PatientForm


@practitioner_required
@require_http_methods(["GET", "POST"])
def details(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """Add or mend name, year of birth and phone of the practice's own patient; the patient sees that it was done."""
    practice, now = request.user.practice_as_practitioner, timezone.now()
    patient = get_object_or_404(Patient.objects.of_practice(practice), pk=patient_id)
    known = {"name": patient.name, "year_of_birth": patient.year_of_birth, "phone": patient.phone}
    form = PatientForm(request.POST if request.method == "POST" else None, now=now, initial=known)
    if form.is_valid():
        changed = mend_details(patient, **form.cleaned_data, by=request.user, now=now)
        messages.success(request, "Saved." if changed else "Nothing was changed.")
        return redirect("patient", patient.id)
    context = {"form": form, "patient": patient, "tab": "patients"}
    return render(request, "practitioner/details.html", context, status=422 if form.is_bound else 200)
