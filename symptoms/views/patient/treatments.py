"""A patient's own record of a treatment: writing it down, mending it, and whether two records are one session."""

from datetime import datetime
from functools import partial
from uuid import UUID

from django.contrib import messages
from django.db import IntegrityError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.access import PatientRequest, patient_required
from accounts.web.whereabouts import numbers_abroad
from symptoms.alerts.record_questions import open_question, question_record
from symptoms.forms.record_question import RecordQuestionForm
from symptoms.forms.skin_history import known_skin
from symptoms.forms.treatment import OwnTreatmentForm, id_in
from symptoms.forms.treatment_questions import TreatmentQuestionsForm
from symptoms.journal.entries import LoggingStopped
from symptoms.journal.screening import screening_of
from symptoms.journal.treatments import (
    answer_questions,
    possibly_same,
    questions_left,
    say_different,
    say_same,
    start_treatment,
)
from symptoms.journal.verdicts import phone_numbers_for
from symptoms.models import Treatment
from symptoms.views.patient.own_treatments import own_treatments
from symptoms.views.patient.standing import standing
from symptoms.views.treatment_edit import edit_treatment
from symptoms.wording.depth import needling_at_home


@patient_required
@require_http_methods(["GET", "POST"])
def treatment_new(request: PatientRequest) -> HttpResponse:
    """Record a session. What was said of the skin at the last one or before it is filled in, to be looked over."""
    now, patient = timezone.now(), request.patient
    before = next(iter(own_treatments(patient)), None)
    form = OwnTreatmentForm(
        request.POST or None, now=now, initial=known_skin(before, screening_of(patient)),
        zone=patient.zone, elsewhere=patient.practice and patient.practice.zone,
    )  # fmt: skip
    id = id_in(request.POST)
    if request.method == "POST" and form.is_valid():
        if _saved_before(request, id):
            return redirect("today")
        try:
            asked = {"questions_asked_at": now}
            treatment = start_treatment(patient, by=request.user, now=now, id=id, **asked, **form.facts())
        except IntegrityError:  # the same form, sent twice at once
            return redirect("today")
        except LoggingStopped as refusal:
            form.add_error(None, str(refusal))
        else:
            _warn_about_home(request, treatment)
            return redirect("same_session", treatment.id) if possibly_same(treatment) else redirect("today")
    context = {"tab": "today", "form": form, "client_id": id, "is_first": before is None, **standing(request)}
    return render(request, "patient/treatment_new.html", context, status=422 if form.is_bound else 200)


@patient_required
@require_http_methods(["GET", "POST"])
def my_treatment(request: PatientRequest, treatment_id: UUID) -> HttpResponse:
    """Mend what one recorded oneself; what the clinic recorded, the clinic mends."""
    now, treatment = timezone.now(), _own(request, treatment_id)
    if treatment.recorded_by_id != request.user.pk:
        return _treatment_of_clinic(request, treatment, now)
    zone, practice = treatment.patient.zone, treatment.patient.practice
    form_of = partial(OwnTreatmentForm, zone=zone, elsewhere=practice and practice.zone, now=now)
    edit = edit_treatment(request, treatment, form_of, reader=zone, now=now)
    if edit is None:
        messages.success(request, _("Saved. We have compared all your days again."))
        _warn_about_home(request, treatment)
        return redirect("today")
    context = {"tab": "today", "zone": zone, **edit}
    return render(request, "patient/treatment_edit.html", context, status=edit["status"])


def _treatment_of_clinic(request: PatientRequest, treatment: Treatment, now: datetime) -> HttpResponse:
    """What the clinic recorded, and a way to tell it that something there is wrong."""
    form = RecordQuestionForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        question_record(treatment, form.cleaned_data["words"], by=request.user, now=now)
        messages.success(request, _("Saved. Your clinic can read it."))
        return redirect("my_treatment", treatment.pk)
    context = {
        "tab": "today",
        "treatment": treatment,
        "numbers": phone_numbers_for(treatment.patient, numbers_abroad(request)),
        "form": form,
        "may_tell": request.patient.practice_id is not None and treatment.practice_id == request.patient.practice_id,
        "said": open_question(treatment),
    }
    return render(request, "patient/treatment_of_clinic.html", context, status=422 if form.is_bound else 200)


@patient_required
@require_http_methods(["GET", "POST"])
def treatment_questions(request: PatientRequest, treatment_id: UUID) -> HttpResponse:
    """What is still open about needles, skin and depth, asked once more."""
    now, treatment = timezone.now(), _own(request, treatment_id)
    asked = questions_left(treatment, treatment.day_of(request.patient.today(now)))
    if not asked:
        return redirect("today")
    typed = request.POST if request.method == "POST" else None  # nothing answered is an answer
    form = TreatmentQuestionsForm(typed, treatment=treatment, asked=asked)
    if form.is_valid():
        try:
            answer_questions(treatment, form.facts(), by=request.user, now=now)
        except LoggingStopped as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Saved. We have compared all your days again."))
            return redirect("today")
    context = {"tab": "today", "treatment": treatment, "form": form}
    return render(request, "patient/treatment_questions.html", context, status=422 if form.is_bound else 200)


@patient_required
@require_http_methods(["GET", "POST"])
def same_session(request: PatientRequest, treatment_id: UUID) -> HttpResponse:
    """Is this the same session? Asked when patient and clinic recorded sessions a day apart at most."""
    now, treatment = timezone.now(), _own(request, treatment_id)
    other = possibly_same(treatment) if treatment.same_as_id is None else None
    if other is None:
        return redirect("today")
    other.patient = treatment.patient
    clinics, mine = (treatment, other) if treatment.practice_id else (other, treatment)
    answer = request.POST.get("answer")
    if answer == "same":
        try:
            say_same(clinics, mine, now=now)
        except LoggingStopped as refusal:
            messages.error(request, str(refusal))
        return redirect("today")
    if answer == "different":
        for record in (mine, clinics):
            say_different(record, now=now)
        return redirect("today")
    context = {
        "tab": "today",
        "treatment": treatment,
        "records": [(_("Your clinic wrote"), clinics), (_("You wrote"), mine)],
        "not_chosen": request.method == "POST",
    }
    return render(request, "patient/same_session.html", context, status=422 if request.method == "POST" else 200)


def _warn_about_home(request: PatientRequest, treatment: Treatment) -> None:
    """RF and long needles do harm at home: whoever used them there is told when it is saved."""
    if warning := needling_at_home(treatment.device, treatment.setting, treatment.needle_depth_mm):
        messages.warning(request, warning)


def _own(request: PatientRequest, treatment_id: UUID) -> Treatment:
    patient = request.patient
    treatment: Treatment = get_object_or_404(patient.treatments.all(), pk=treatment_id)
    treatment.patient = patient
    return treatment


def _saved_before(request: PatientRequest, id: UUID) -> bool:
    """Whether this form was saved already; an id of somebody else's treatment is none that exists."""
    saved = Treatment.objects.filter(pk=id).first()
    if saved is not None and saved.patient_id != request.patient.pk:
        raise Http404
    return saved is not None
