"""A practitioner records a treatment, and corrects it."""

from collections.abc import Iterable
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.db import IntegrityError, transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.access import PracticeRequest, practitioner_required, record_access, record_listing
from accounts.models import Patient, Practice
from accounts.patients import NumberTaken, add_to_practice
from symptoms.alerts.read_receipts import LISTED, SKIN, TREATMENT
from symptoms.forms.fields import typed_id
from symptoms.forms.patient import NewPatientForm
from symptoms.forms.skin_history import known_skin
from symptoms.forms.treatment import TreatmentForm, id_in
from symptoms.journal.treatments import start_treatment
from symptoms.journal.visibility import screening_shown
from symptoms.models import Screening, Treatment
from symptoms.views.clinic.patient_context import screening_context
from symptoms.views.clinic.revisions import revisions_of
from symptoms.views.clinic.search import LONGEST_NAME, found, sought_in
from symptoms.views.treatment_edit import edit_treatment

MOST_MATCHES = 10


@practitioner_required
@require_http_methods(["GET", "POST"])
def practice_treatment_new(request: PracticeRequest) -> HttpResponse:
    """Record a treatment of somebody new or of somebody who was here before, whose skin is known then."""
    practice, now = request.practice, timezone.now()
    patient = _chosen(request, practice)
    screening = screening_shown(practice, patient) if patient else None
    form = TreatmentForm(
        request.POST or None, practice=practice, now=now, initial=_known(request, patient, screening, now),
        zone=practice.zone, elsewhere=patient.zone if patient else None,
    )  # fmt: skip
    who = NewPatientForm(request.POST or None, practice=practice, now=now)
    if request.method == "POST":
        id = id_in(request.POST)
        saved = Treatment.objects.managed_by(request.user).filter(pk=id).first()
        if saved is not None:  # the same page sent twice
            return _after(saved.patient)
        if form.is_valid() & (patient is not None or who.is_valid()):
            try:
                with transaction.atomic():
                    person = patient or add_to_practice(practice, **who.who(), now=now)
                    start_treatment(person, id=id, by=request.user, now=now, **form.facts())
            except NumberTaken as taken:
                who.add_error("number", str(taken))
            except IntegrityError:  # an id that is somebody else's: to this page it is just taken
                messages.error(request, _("This could not be saved. Please send it again."))
            else:
                messages.success(request, _("Saved."))
                return _after(person)
    matches = list(_matches(request, practice))
    if patient is not None:
        record_access(request.user, patient, SKIN, now)
    record_listing(request.user, [match.pk for match in matches], LISTED, now)
    context = {
        "form": form, "who": None if patient else who, "patient": patient, "practice": practice, "client_id": uuid4(),
        "matches": matches, "sought": sought_in(request), "tab": "treatment",
        "longest_name": LONGEST_NAME, **screening_context(screening, practice.zone, now),
    }  # fmt: skip
    return render(request, "practitioner/treatment_new.html", context, status=422 if form.is_bound else 200)


@practitioner_required
@require_http_methods(["GET", "POST"])
def practice_treatment_edit(request: PracticeRequest, treatment_id: UUID) -> HttpResponse:
    """Correct what was recorded. How it read before is kept, and every day is judged again."""
    treatments = Treatment.objects.managed_by(request.user).select_related("patient__practice", "practitioner")
    treatment, now = get_object_or_404(treatments, pk=treatment_id), timezone.now()
    practice = request.practice
    form_of = partial(TreatmentForm, practice=practice, zone=practice.zone, elsewhere=treatment.patient.zone, now=now)
    edit = edit_treatment(request, treatment, form_of, reader=practice.zone, now=now)
    if edit is None:
        messages.success(request, _("Saved. All logged days were assessed again."))
        return redirect("patient", treatment.patient_id)
    context = {
        "patient": treatment.patient, "practice": practice, "zone": practice.time_zone, "tab": "patients",
        "revisions": revisions_of(treatment, practice.zone), **edit,
    }  # fmt: skip
    record_access(request.user, treatment.patient, TREATMENT, now)
    return render(request, "practitioner/treatment_edit.html", context, status=edit["status"])


def _after(patient: Patient) -> HttpResponse:
    """Somebody who has not joined is invited next."""
    return redirect("patient" if patient.user_id else "invite_patient", patient.id)


def _chosen(request: PracticeRequest, practice: Practice) -> Patient | None:
    """The patient named in the form or the address: 404 when they are not the practice's."""
    typed = request.POST if request.POST.get("patient") else request.GET
    if not typed.get("patient"):
        return None
    patients = Patient.objects.of_practice(practice).select_related("practice")
    return get_object_or_404(patients, pk=typed_id(typed, "patient"))


def _known(
    request: PracticeRequest, patient: Patient | None, screening: Screening | None, now: datetime
) -> dict[str, Any]:
    """What the form starts with: who records it, where and when, and the skin as it was or was answered since."""
    last = Treatment.objects.managed_by(request.user).filter(patient=patient).newest_first().first()
    return {
        **known_skin(last, screening),
        "performed_at": now.replace(second=0, microsecond=0),
        "setting": "clinic",
        "practitioner": request.user,
    }


def _matches(request: PracticeRequest, practice: Practice) -> Iterable[Patient]:
    """Patients of that name, to use the record of somebody who was here before."""
    sought = sought_in(request)
    if not sought:
        return []
    return Patient.objects.of_practice(practice).filter(found(practice, sought)).by_name()[:MOST_MATCHES]
