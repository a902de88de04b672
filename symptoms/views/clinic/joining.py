"""How a patient joins, on the clinic's side: inviting them, recognising them, and taking a mistake back."""

from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts import invitations
from accounts.access import PracticeRequest, practitioner_required, record_access
from accounts.invitations import CannotJoin
from accounts.models import UNDONE_WITHIN, Invitation, Patient
from accounts.patients import NumberTaken, add_to_practice
from symptoms.alerts.read_receipts import DETAILS
from symptoms.forms.fields import typed_id
from symptoms.forms.patient import InviteForm, NewPatientForm
from symptoms.journal import joining, undoing
from symptoms.journal.visibility import patients_seen_by


@practitioner_required
@require_http_methods(["GET", "POST"])
def practice_patient_new(request: PracticeRequest) -> HttpResponse:
    """Begin a record for somebody whose treatment is still to come, and invite them: they are asked before it."""
    practice, now = request.practice, timezone.now()
    here_before = typed_id(request.POST, "patient")
    if here_before is not None:  # their record is used
        return redirect("invite_patient", here_before)
    who = NewPatientForm(request.POST or None, practice=practice, now=now)
    if request.method == "POST" and who.is_valid():
        try:
            patient = add_to_practice(practice, **who.who(), now=now)
        except NumberTaken as taken:
            who.add_error("number", str(taken))
        else:
            messages.success(request, _("Saved."))
            return redirect("invite_patient", patient.pk)
    context = {"who": who, "practice": practice, "tab": "treatment"}
    return render(request, "practitioner/patient_new.html", context, status=422 if who.is_bound else 200)


@practitioner_required
@require_http_methods(["GET", "POST"])
def invite_patient(request: PracticeRequest, patient_id: UUID) -> HttpResponse:
    """Send the patient a link, or show a code here; and say what became of the last invitation."""
    practice, now = request.practice, timezone.now()
    patient = get_object_or_404(Patient.objects.of_practice(practice).select_related("practice"), pk=patient_id)
    if patient.user_id is not None:
        messages.info(request, _("{name} has joined already.").format(name=patient))
        return redirect("patient", patient.id)
    form, status, url = InviteForm(initial={"email": patient.email}), 200, ""
    if request.POST.get("how") == "code":
        _invitation, url = invitations.invite_patient(patient, request.user, now=now)
    elif request.method == "POST":
        form, status = InviteForm(request.POST), 422
        if form.is_valid():
            try:
                return _sent(request, patient, form.cleaned_data["email"], now)
            except invitations.TooManyLetters as refusal:
                form.add_error("email", str(refusal))
    invitations_made = patient.invitations.filter(withdrawn_at=None).select_related("letter")
    context = {
        "patient": patient,
        "form": form,
        "url": url,
        "code": invitations.qr_code(url) if url else "",
        "invitation": invitations_made.order_by("-created_at").first(),
        "is_to_come": not patient.treatments.exists(),
        "practice": practice,
        "now": now,
        "tab": "patients",
    }
    record_access(request.user, patient, DETAILS, now)
    return render(request, "practitioner/invite.html", context, status=status)


def _sent(request: PracticeRequest, patient: Patient, email: str, now: datetime) -> HttpResponse:
    invitations.invite_patient(patient, request.user, email, now=now)
    messages.success(request, _("We sent a link to {email}.").format(email=email))
    return redirect("invite_patient", patient.id)


@practitioner_required
@require_http_methods(["GET", "POST"])
def confirm_invitation(request: PracticeRequest, invitation_id: UUID) -> HttpResponse:
    """Say whether the person who took the code at the desk is the patient; until then they see none of the record."""
    waiting = Invitation.objects.to_confirm().filter(practice=request.practice)
    waiting = waiting.exclude(patient=None).select_related("patient", "practice", "used_by")
    invitation = get_object_or_404(waiting, pk=invitation_id)
    answer, now, sentence = request.POST.get("answer"), timezone.now(), ""
    if answer == "yes":
        try:
            patient = joining.confirm_patient(invitation, by=request.user, now=now)
        except CannotJoin:
            sentence = _("This account now works at a clinic, so it cannot be a patient’s. Refuse it and invite again.")
        else:
            return _confirmed(request, patient)
    elif answer == "no":
        if joining.refuse_patient(invitation, by=request.user, now=now):
            messages.success(request, _("Refused. They were told to ask you for a new code."))
        else:
            messages.error(request, _("Somebody has answered this already."))
        return redirect("patient", invitation.patient_id)
    elif request.method == "POST":
        sentence = _("Choose one of the two.")
    context = {"invitation": invitation, "sentence": sentence}
    return render(request, "accounts/confirm.html", context, status=422 if sentence else 200)


def _confirmed(request: PracticeRequest, patient: Patient | None) -> HttpResponse:
    if patient is None:
        messages.error(request, _("Somebody has answered this already."))
        return redirect("queue")
    messages.success(request, _("{name} has joined.").format(name=patient))
    return redirect("patient", patient.pk)


@practitioner_required
@require_http_methods(["GET", "POST"])
def undo_joining(request: PracticeRequest, invitation_id: UUID) -> HttpResponse:
    """Take back, after being asked once, that whoever joined is the practice's patient."""
    practice, now = request.practice, timezone.now()
    joined = Invitation.objects.to_undo(now).filter(practice=practice, patient__in=patients_seen_by(practice))
    invitation = get_object_or_404(joined.select_related("patient", "used_by"), pk=invitation_id)
    if request.method == "POST":
        try:
            record = undoing.undo_joining(invitation, by=request.user, now=now)
        except undoing.TooLate:
            messages.error(request, _("Somebody has already undone this."))
            return redirect("queue")
        sentence = _("Taken back. {name} has not joined yet, and the other person was told.")
        messages.success(request, sentence.format(name=record))
        return redirect("patient", record.pk)
    context = {
        "invitation": invitation,
        "name": (invitation.record_before or {})["patient"]["name"],
        "practice": practice,
        "until": (invitation.confirmed_at or now) + UNDONE_WITHIN,
        "tab": "patients",
    }
    return render(request, "accounts/undo.html", context)
