"""How a patient begins: alone, or welcomed after a clinic's invitation."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.access import AuthenticatedHttpRequest, PatientRequest, patient_required, signed_in
from accounts.patients import CannotStart
from accounts.web.whereabouts import numbers_here
from symptoms.forms.onboarding import StartForm, WelcomeForm
from symptoms.forms.skin_history import known_skin
from symptoms.journal import onboarding
from symptoms.journal.screening import screening_of
from symptoms.views.patient.own_treatments import own_treatments


@signed_in
@require_http_methods(["GET", "POST"])
def start(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Starting alone: who and where, and what is agreed to; the treatment is asked next."""
    now, user = timezone.now(), request.user
    if user.as_patient is not None:
        return redirect("today" if own_treatments(user.as_patient) else "treatment_new")
    initial = {"name": user.name}
    form = StartForm(request.POST or None, now=now, initial=initial, guess=numbers_here(request))
    if request.method == "POST" and form.is_valid():
        cleaned = form.cleaned_data
        who = {name: cleaned[name] for name in ("name", "year_of_birth", "time_zone")} | form.place()
        try:
            onboarding.begin_alone(user, agreed=form.agreed(), now=now, **who)
        except CannotStart as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("treatment_new")
    status = 422 if request.method == "POST" else 200
    return render(
        request, "patient/start.html", {"form": form, "is_member": user.membership is not None}, status=status
    )


@patient_required
@require_http_methods(["GET", "POST"])
def welcome(request: PatientRequest) -> HttpResponse:
    """After accepting: is this right, about you, agree. What the clinic knows already is not asked.

    Somebody whose clinic has recorded no treatment yet is led to the questions before it.
    """
    now, patient = timezone.now(), request.patient
    treatment = next(iter(own_treatments(patient)), None)
    form = WelcomeForm(
        request.POST or None, patient=patient, treatment=treatment, now=now,
        initial=known_skin(None, screening_of(patient)),
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        cleaned = form.cleaned_data
        onboarding.welcome(
            patient, treatment, facts=form.facts(), agreed=form.agreed(), year_of_birth=cleaned.get("year_of_birth"),
            drug_allergies=cleaned["drug_allergies"], by=request.user, now=now,
        )  # fmt: skip
        if treatment is not None and cleaned["right"] == "no":
            return redirect("my_treatment", treatment.id)
        return redirect("before" if treatment is None and patient.practice else "today")
    context = {
        "form": form,
        "patient": patient,
        "treatment": treatment,
    }
    return render(request, "patient/welcome.html", context, status=422 if request.method == "POST" else 200)
