"""Accepting an invitation, as a patient or a colleague, and leaving the clinic."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts import invitations
from accounts.access import PatientRequest, patient_required, public
from accounts.allauth_adapters import INVITED_BY
from accounts.invitations import CannotJoin
from accounts.models import Invitation, User
from accounts.web.sessions import became_member
from symptoms.alerts.conversation import unread_of
from symptoms.alerts.patient_status import newest_treatment
from symptoms.forms.joining import JoinForm
from symptoms.journal import joining
from symptoms.journal.screening import screening_of
from symptoms.journal.verdicts import titles_for_patient
from symptoms.models import Alert, Treatment
from symptoms.views.patient.own_treatments import own_treatments


@public
@require_http_methods(["GET", "POST"])
def join(request: HttpRequest, token: str) -> HttpResponse:
    """Accept an invitation. Somebody signed out keeps it through signing up or in; one that is over says nothing."""
    now = timezone.now()
    invitation = invitations.find(token, now)
    user = request.user
    if invitation is None or (user.is_authenticated and not invitations.is_for(invitation, user)):
        return _over(request)
    context: dict[str, Any] = {"invitation": invitation, "token": token, "is_to_come": _is_to_come(invitation)}
    if not user.is_authenticated:
        request.session[INVITED_BY] = token
        return render(request, "accounts/join.html", context)
    form = _form(request, user, invitation)
    context |= {"form": form, **_before(user, invitation)}
    if request.method == "POST" and (form is None or form.is_valid()):
        try:
            accepted = joining.join(
                token, user, now=now, session_key=request.session.session_key, agrees=form is not None,
                choices=form.choices() if form else None, knows_open=form is not None and form.knows_open,
            )  # fmt: skip
        except CannotJoin as refusal:
            context["sentence"] = str(refusal)
        except joining.SomethingOpen as refusal:
            ticked = [name for name in form.fields if form.cleaned_data[name]] if form else []
            context |= {"leaving": refusal.practice, "open": titles_for_patient(refusal.alerts), "ticked": ticked}
            return render(request, "accounts/join_open.html", context)
        else:
            return _over(request) if accepted is None else _joined(request, user, accepted, now)
    return render(request, "accounts/join.html", context, status=422 if request.method == "POST" else 200)


def _form(request: HttpRequest, user: User, invitation: Invitation) -> JoinForm | None:
    """What is asked of somebody who joins as a patient; nothing of a colleague, nor of a member, who cannot join."""
    if invitation.patient is None or user.membership is not None:
        return None
    patient = user.as_patient
    treatments = own_treatments(patient) if patient and patient.practice_id != invitation.practice_id else []
    return JoinForm(
        request.POST if request.method == "POST" else None,
        practice=invitation.practice,
        has_earlier=len(treatments) > 1,
        has_log=any(treatment.entries.exists() or treatment.photos.own().exists() for treatment in treatments[:2]),
    )


def _is_to_come(invitation: Invitation) -> bool:
    """Whether the clinic has recorded no treatment of whoever it invites: then they are asked before it."""
    return invitation.patient is not None and not invitation.patient.treatments.exists()


def _before(user: User, invitation: Invitation) -> dict[str, Any]:
    """What the page says about whoever has a record already: what goes along, and which clinic they leave."""
    patient = user.as_patient
    if invitation.patient is None or patient is None or patient.practice_id == invitation.practice_id:
        return {}
    return {
        "leaving": patient.practice,
        "course": newest_treatment(Treatment.objects.filter(patient=patient)),
        "has_screening": screening_of(patient) is not None,
        "has_open": Alert.objects.open().filter(treatment__patient=patient).exists(),
    }


def _over(request: HttpRequest) -> HttpResponse:
    """One page for every link that does not work, whatever the reason so that a link tells nothing."""
    request.session.pop(INVITED_BY, None)
    return render(request, "accounts/join_over.html", status=404)


def _joined(request: HttpRequest, user: User, invitation: Invitation, now: datetime) -> HttpResponse:
    request.session.pop(INVITED_BY, None)
    is_patient = invitation.patient_id is not None
    if not is_patient:
        became_member(request, user, now)
    if invitation.is_to_confirm:
        return redirect("waiting")
    return redirect("profile_place" if is_patient else "home")


@patient_required
@require_http_methods(["GET", "POST"])
def leave_practice(request: PatientRequest) -> HttpResponse:
    """Leave the clinic, after being asked once; twice while something is open there."""
    patient = request.patient
    practice = patient.practice
    if practice is None:
        return redirect("profile")
    context = {
        "practice": practice,
        "patient": patient,
        "has_open": bool(joining.open_at(patient, practice)),
        "has_unread": unread_of(patient, practice).exists(),
        "tab": "account",
    }
    if request.method == "POST":
        knows_open = request.POST.get("knows_open") == "yes"
        try:
            joining.leave_practice(
                request.user, now=timezone.now(), knows_open=knows_open, session_key=request.session.session_key
            )
        except joining.SomethingOpen as refusal:
            context["open"] = titles_for_patient(refusal.alerts)
        else:
            messages.success(request, _("You left {clinic}. Your logs are still yours.").format(clinic=practice))
            return redirect("profile")
    return render(request, "accounts/leave.html", context)
