"""The pages about people: my account, what I agreed to, tokens for programs, and the practice's members."""

from typing import Any
from uuid import UUID

from allauth.account.internal.stagekit import clear_login
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.db.models import QuerySet
from django.forms import BaseForm
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import edits, forms, invitations, patients
from accounts.access import (
    AuthenticatedHttpRequest,
    PatientRequest,
    PracticeRequest,
    admin_required,
    patient_required,
    public,
    readings_of,
    signed_in,
)
from accounts.consents import give_consent, texts_for, withdraw_consent
from accounts.durations import in_words
from accounts.members import editor_name
from accounts.models import INVITATION_LASTS, UNDONE_WITHIN, Invitation, Membership, Patient, ProgramToken, User
from accounts.program_tokens import TokenRefused, end_token, make_token, scopes_of
from accounts.second_yes import sentence_of, waiting_at
from accounts.step_up import step_up_required
from accounts.web.whereabouts import NOT_HERE, numbers_abroad, numbers_here

READINGS_SHOWN = 20


@signed_in
@require_http_methods(["GET", "POST"])
def profile(request: AuthenticatedHttpRequest) -> HttpResponse:
    """My account: who I am, where I live, what I agreed to, which clinic, who read my record, how I sign in."""
    if request.user.as_patient is not None:
        return _patient_profile(request, request.user.as_patient)
    form = forms.NameForm(request.POST or None, instance=request.user)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Saved."))
        return redirect("profile")
    return _profile_page(request, form)


def _patient_profile(request: AuthenticatedHttpRequest, patient: Patient) -> HttpResponse:
    reading = _details_read(request, patient)  # before the form writes into the patient what was typed
    form = forms.DetailsForm(request.POST or None, instance=patient)
    if request.method == "POST" and form.is_valid():
        try:
            details = {name: form.cleaned_data[name] for name in form.CHANGES}
            patients.change_details(patient, **details, now=timezone.now(), reading=reading)
        except edits.ChangedMeanwhile as change:
            return _profile_again(request, change, form.cleaned_data, reading)
        messages.success(request, _("Saved."))
        return redirect("profile")
    return _profile_page(request, form, reading=reading)


def _details_read(request: HttpRequest, patient: Patient) -> edits.Reading:
    details = patients.details_of(patient)
    current = edits.Reading({name: details[name] for name in forms.DetailsForm.CHANGES}, timezone.now())
    return edits.Reading.carried_by(request.POST.get("reading")) or current


def _profile_again(
    request: AuthenticatedHttpRequest, change: edits.ChangedMeanwhile, typed: dict[str, Any], reading: edits.Reading
) -> HttpResponse:
    """My account, when the clinic or I myself, on another device, changed something while the page was open."""
    request.user.look_up_again()
    form = forms.DetailsForm(instance=request.user.as_patient, initial=edits.kept(change, typed))
    who = editor_name(change.by, request.user)
    conflict = edits.in_words(change, typed, who=who, label=form.label_of, plain=patients.plain_detail)
    return _profile_page(request, form, 409, meanwhile=conflict, reading=reading.after(change, timezone.now()))


def _profile_page(
    request: AuthenticatedHttpRequest, form: forms.NameForm | forms.DetailsForm, status: int = 0, **more: Any
) -> HttpResponse:
    patient = request.user.as_patient
    context = {
        **more,
        "form": form,
        "patient": patient,
        "membership": request.user.membership,
        **_programs(request.user, more),
        "tab": "account",
    }
    if patient is not None:
        consents = {consent.purpose: consent for consent in patient.consents.filter(withdrawn_at=None)}
        context["consents"] = [{"text": text, "given": consents.get(text.purpose)} for text in texts_for(patient)]
        context["readings"] = readings_of(patient)[:READINGS_SHOWN]
        context["mistakes"] = _mistakes(request.user)
        context["zone"] = patient.zone
    return render(request, "accounts/profile.html", context, status=status or _status_of(form))


def _status_of(form: BaseForm) -> int:
    """Of the page with this form: what was sent and not taken is an answer of its own."""
    return 422 if form.is_bound else 200


def _mistakes(user: User) -> QuerySet[Invitation]:
    """Clinics that took the user for somebody else, and took that back a short while ago."""
    mistakes = Invitation.objects.filter(used_by=user, undone_at__gte=timezone.now() - UNDONE_WITHIN)
    return mistakes.select_related("practice").order_by("-undone_at")


@patient_required
@require_http_methods(["GET", "POST"])
def profile_place(request: PatientRequest) -> HttpResponse:
    """Where are you? Asked after joining, and of whoever was not asked for a country yet."""
    patient = request.patient
    initial = {"time_zone": patient.zone.key, "country": patient.country, "emergency_number": patient.emergency_number}
    form = forms.PlaceForm(request.POST or None, initial=initial, guess=numbers_here(request))
    if request.method == "POST" and form.is_valid():
        patients.confirm_place(patient, form.cleaned_data["time_zone"], timezone.now(), **form.place())
        return redirect("profile" if patient.welcomed_at else "welcome")
    context = {"form": form, "patient": patient, "tab": "account"}
    return render(request, "accounts/place.html", context, status=_status_of(form))


@patient_required
@require_POST
def country_here(request: PatientRequest) -> HttpResponse:
    """ "Are you there now?": yes makes it their country; no is remembered until they sign out."""
    here = numbers_abroad(request)
    if here.country and request.POST.get("country") == here.country:
        if request.POST.get("answer") == "yes":
            patients.confirm_country(request.patient, here.country)
            sentence = _("Saved. Your numbers to call are now those for this country: {country}.")
            messages.success(request, sentence.format(country=_(here.name)))
        else:
            request.session[NOT_HERE] = here.country
    return redirect("today")


@patient_required
@require_POST
def consent_change(request: PatientRequest, purpose: str) -> HttpResponse:
    """Give or withdraw one consent."""
    patient, now = request.patient, timezone.now()
    text = next((text for text in texts_for(patient) if text.purpose == purpose), None)
    if text is None:  # without a clinic there is nobody to show photos to
        raise Http404
    if request.POST.get("answer") == "yes":
        give_consent(patient, purpose, now)
        messages.success(request, _("Agreed: {consent}").format(consent=text.title))
    elif request.POST.get("answer") == "no":
        withdraw_consent(patient, purpose, now)
        messages.success(request, _("Withdrawn. {consequence}").format(consequence=text.withdrawn))
    else:
        messages.error(request, _("Choose whether you agree or withdraw."))
    return redirect("profile")


def _programs(user: User, more: dict[str, Any]) -> dict[str, Any]:
    """The tokens for programs on my account, and the form that makes one, for whom the API is open."""
    scopes, now = scopes_of(user), timezone.now()
    tokens = ProgramToken.objects.filter(user=user).order_by("created")
    rows = [
        {
            "token": token,
            "has_ended": token.has_ended(now),
            "ends_at": timezone.localtime(token.expiry, user.zone),
            "used_at": token.used_at and timezone.localtime(token.used_at, user.zone),
        }
        for token in tokens
    ]
    return {
        "tokens": rows,
        "tokens_ended": sum(row["has_ended"] for row in rows),
        "token_form": more.get("token_form") or (forms.TokenForm(scopes=scopes) if scopes else None),
    }


@signed_in
@require_POST
@step_up_required
def token_make(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Make a token for programs, shown this once; who is there was shown a moment ago."""
    scopes = scopes_of(request.user)
    if not scopes:
        raise Http404
    form, token = forms.TokenForm(request.POST, scopes=scopes), ""
    if form.is_valid():
        try:
            token = make_token(request.user, **form.cleaned_data, now=timezone.now())
        except TokenRefused as refusal:
            form.add_error("name", str(refusal))
    if token:
        return _account_with(request, new_token=token, new_name=form.cleaned_data["name"])
    return _account_with(request, status=422, token_form=form)


def _account_with(request: AuthenticatedHttpRequest, status: int = 0, **more: Any) -> HttpResponse:
    """My account as it is, with something about tokens on it."""
    patient = request.user.as_patient
    if patient is None:
        return _profile_page(request, forms.NameForm(instance=request.user), status, **more)
    reading = _details_read(request, patient)
    return _profile_page(request, forms.DetailsForm(instance=patient), status, **more, reading=reading)


@signed_in
@require_POST
@step_up_required
def token_end(request: AuthenticatedHttpRequest, token_id: UUID) -> HttpResponse:
    """End one of one's own tokens at once."""
    if not end_token(request.user, token_id, timezone.now()):
        raise Http404
    messages.success(request, _("The token no longer works."))
    return redirect("profile")


@public
@require_POST
def start_over(request: HttpRequest) -> HttpResponse:
    """Back from the second step to the first, as somebody else perhaps."""
    clear_login(request)
    return redirect("account_login")


@signed_in
@require_POST
@step_up_required
def session_end(request: AuthenticatedHttpRequest, session_id: int) -> HttpResponse:
    """Sign out on one of one's other devices."""
    session = get_object_or_404(UserSession, user=request.user, pk=session_id)
    if session.session_key == request.session.session_key:
        return redirect("account_logout")  # which asks about what waits on this phone
    session.end()
    messages.success(request, _("Signed out there."))
    return redirect("usersessions_list")


@signed_in
@require_GET
def waiting(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Between showing a clinic's code and the clinic saying that it knows who that was."""
    invitations_used = Invitation.objects.filter(used_by=request.user).exclude(patient=None)
    newest = invitations_used.select_related("practice").order_by("-used_at").first()
    if newest is None:
        return redirect("home")
    if newest.undone_at:
        return redirect("profile")
    if newest.confirmed_at and newest.withdrawn_at is None:
        return redirect("profile_place")
    return render(request, "accounts/waiting.html", {"invitation": newest, "refused": newest.withdrawn_at is not None})


@admin_required
@require_GET
def members(request: PracticeRequest) -> HttpResponse:
    """Who works here and who is invited."""
    return _members_page(request, _invitation(request))


def _invitation(request: PracticeRequest) -> forms.InviteMemberForm:
    return forms.InviteMemberForm(request.POST or None, practice=request.practice, initial={"is_practitioner": True})


def _members_page(request: PracticeRequest, form: forms.InviteMemberForm) -> HttpResponse:
    practice = request.practice
    people = (
        practice.memberships.current().with_second_factor().select_related("user").order_by("user__name", "user__email")
    )
    invited = practice.invitations.open(timezone.now()).filter(patient=None).select_related("letter").order_by("email")
    reach = practice.memberships.reach()
    members = [(member, reach.get(member.pk, "")) for member in people]
    asks = [(asked, sentence_of(asked)) for asked in waiting_at(practice, timezone.now())]
    context = {
        "asks": asks,
        "practice": practice,
        "members": members,
        "invited": invited,
        "form": form,
        "tab": "practice",
    }
    return render(request, "accounts/members.html", context, status=_status_of(form))


@admin_required
@require_http_methods(["GET", "POST"])
@step_up_required
def invite_member(request: PracticeRequest) -> HttpResponse:
    """Mail a colleague a link to join; the answer is the same whether or not the address has an account."""
    form = _invitation(request)
    if request.method == "POST" and form.is_valid():
        email = form.cleaned_data["email"]
        try:
            invitations.invite_member(request.practice, **form.cleaned_data, by=request.user, now=timezone.now())
        except invitations.TooManyLetters as refusal:
            form.add_error("email", str(refusal))
        else:
            sentence = _("We sent an invitation to {email}. It works for {time}.")
            messages.success(request, sentence.format(email=email, time=in_words(INVITATION_LASTS)))
            return redirect("members")
    return _members_page(request, form)


def already_removed(request: PracticeRequest, member: Membership) -> HttpResponse:
    """Tell who sends a form about a member that another admin was quicker. Raises Http404 where there is no form."""
    if request.method != "POST":
        raise Http404
    sentence = _("{name} no longer works here: another admin has just removed them.")
    messages.error(request, sentence.format(name=member.user))
    return redirect("members")


@admin_required
@require_POST
@step_up_required
def withdraw_invitation(request: PracticeRequest, invitation_id: UUID) -> HttpResponse:
    """Take back a colleague's invitation that is not used yet."""
    invitation = get_object_or_404(request.practice.invitations.filter(patient=None), pk=invitation_id)
    if invitations.withdraw(invitation, timezone.now()):
        sentence = _("The invitation to {email} no longer works.")
        messages.success(request, sentence.format(email=invitation.email))
    else:
        sentence = _("The invitation to {email} was already used or withdrawn.")
        messages.error(request, sentence.format(email=invitation.email))
    return redirect("members")
