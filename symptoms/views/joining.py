"""Joining a clinic by its invitation, being recognised by it, and leaving it: people and their records together."""

from datetime import datetime

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts import invitations, patients
from accounts.access import patient_required, practitioner_required, public
from accounts.adapter import INVITED_BY
from accounts.invitations import CannotJoin
from accounts.models import Invitation, Patient, User
from accounts.sessions import became_member, end_sessions
from symptoms.journal.moving import join_records, moved_to_practice


@public
@require_http_methods(["GET", "POST"])
def join(request: HttpRequest, token: str) -> HttpResponse:
    """Accept an invitation. Somebody signed out keeps it through signing up or in; one that is over says nothing."""
    now = timezone.now()
    invitation = invitations.find(token, now)
    signed_in = request.user.is_authenticated
    if invitation is None or (signed_in and not invitations.is_for(invitation, request.user)):
        return _over(request)
    if not signed_in:
        request.session[INVITED_BY] = token
        return render(request, "accounts/join.html", {"invitation": invitation, "token": token})
    sentence = ""
    if request.method == "POST":
        try:
            return _accepted(request, token, now)
        except CannotJoin as refusal:
            sentence = str(refusal)
    context = {"invitation": invitation, "token": token, "sentence": sentence}
    return render(request, "accounts/join.html", context, status=422 if sentence else 200)


def _over(request: HttpRequest) -> HttpResponse:
    """One page for every link that does not work, whatever the reason (T13)."""
    request.session.pop(INVITED_BY, None)
    return render(request, "accounts/join_over.html", status=404)


def _accepted(request: HttpRequest, token: str, now: datetime) -> HttpResponse:
    with transaction.atomic():
        acceptance = invitations.accept(token, request.user, now)
        if acceptance is None:
            return _over(request)
        invited = acceptance.invitation.patient
        if invited is not None and not acceptance.waits:
            _attach(acceptance.invitation, request.user, now)
        if not acceptance.waits:
            end_sessions(request.user, except_key=request.session.session_key)
    request.session.pop(INVITED_BY, None)
    if invited is None:
        became_member(request, now)
    if acceptance.waits:
        return redirect("waiting")
    return redirect("profile_zone" if invited is not None else "home")


def _attach(invitation: Invitation, user: User, now: datetime) -> Patient:
    """Make the record the clinic began the user's own, or part of the one they have, and the clinic theirs."""
    invited, practice = invitation.patient, invitation.practice
    kept = patients.claim(invited, user)
    join_records(kept, invited, now)
    patients.link_to_practice(kept, practice, now)
    moved_to_practice(kept, practice, now)
    return kept


@practitioner_required
@require_http_methods(["GET", "POST"])
def confirm_invitation(request: HttpRequest, invitation_id) -> HttpResponse:
    """Say whether the person who took the code at the desk is the patient; until then they see none of the record."""
    waiting = Invitation.objects.to_confirm().filter(practice=request.user.practice_as_practitioner)
    waiting = waiting.exclude(patient=None).select_related("patient", "practice", "used_by")
    invitation = get_object_or_404(waiting, pk=invitation_id)
    answer, now, sentence = request.POST.get("answer"), timezone.now(), ""
    if answer == "yes":
        try:
            return _confirmed(request, invitation, now)
        except CannotJoin:
            sentence = "This account now works at a clinic, so it cannot be a patient's. Refuse it and invite again."
    elif answer == "no":
        invitations.refuse(invitation, now)
        messages.success(request, "Refused. They were told to ask you for a new code.")
        return redirect("patient", invitation.patient_id)
    elif request.method == "POST":
        sentence = "Choose one of the two."
    context = {"invitation": invitation, "sentence": sentence}
    return render(request, "accounts/confirm.html", context, status=422 if sentence else 200)


@transaction.atomic
def _confirmed(request: HttpRequest, invitation: Invitation, now: datetime) -> HttpResponse:
    if not invitations.confirm(invitation, now):
        messages.error(request, "Somebody has answered this already.")
        return redirect("queue")
    kept = _attach(invitation, invitation.used_by, now)
    messages.success(request, f"{kept} has joined.")
    return redirect("patient", kept.pk)


@patient_required
@require_http_methods(["GET", "POST"])
def leave_practice(request: HttpRequest) -> HttpResponse:
    """Leave the clinic, after being asked once."""
    patient = request.user.as_patient
    practice = patient.practice
    if practice is None:
        return redirect("profile")
    if request.method == "GET":
        return render(request, "accounts/leave.html", {"practice": practice, "patient": patient, "tab": "account"})
    now = timezone.now()
    with transaction.atomic():
        patients.leave_practice(patient, now)
        moved_to_practice(patient, None, now)
        end_sessions(request.user, except_key=request.session.session_key)
    messages.success(request, f"You left {practice}. Your logs are still yours.")
    return redirect("profile")
