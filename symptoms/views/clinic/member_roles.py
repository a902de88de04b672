"""The page of a member: what they may do; whoever is a practitioner no more hands over what they hold."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts import edits
from accounts.access import PracticeRequest, admin_required
from accounts.forms import RolesForm
from accounts.members import LastAdmin, NeedsSecondYes, editor_name, roles_of, user_name
from accounts.models import Membership, SecondYes
from accounts.practice_views import absences_part
from accounts.second_yes import ask
from accounts.second_yes_views import asks
from accounts.step_up import step_up_required
from accounts.views import already_removed
from symptoms.alerts.handing_over import NoSuccessor, Work, change_roles_and_hand_over
from symptoms.forms.handing_over import HandOverForm
from symptoms.views.clinic.member_removal import say_rota_lacks


@admin_required
@require_http_methods(["GET", "POST"])
@step_up_required
def member_change(request: PracticeRequest, member_id: UUID) -> HttpResponse:
    """Change what a member may do. Whoever holds something and is to be no practitioner is asked about first."""
    member = get_object_or_404(request.practice.memberships.select_related("user", "practice"), pk=member_id)
    if member.removed_at is not None:
        return already_removed(request, member)
    roles = roles_of(member)
    form = RolesForm(request.POST if request.method == "POST" else None, initial=roles)
    reading = edits.Reading.carried_by(request.POST.get("reading")) or edits.Reading(roles, timezone.now())
    if not form.is_bound or not form.is_valid():
        return _member_page(request, member, form, status=422 if form.is_bound else 200, reading=reading)
    question = _question(request, member, form)
    if question is not None and not question.is_valid():
        return _question_page(request, member, form, question, reading)
    try:
        return _changed(request, member, form, question, reading)
    except NoSuccessor as refusal:
        question = HandOverForm(request.POST, member=member, now=timezone.now())  # who can take over by now
        question.add_error("successor", str(refusal))
        return _question_page(request, member, form, question, reading)
    except edits.ChangedMeanwhile as change:
        return _changed_meanwhile(request, member, form, reading, change)
    except NeedsSecondYes:
        asks(request, lambda: ask(member, SecondYes.About.SIGHT, by=request.user, now=timezone.now()))
        return redirect("members")
    except LastAdmin:
        messages.error(request, _("A clinic needs an admin. Make somebody else an admin first."))
        return _member_page(request, member, form, status=422, reading=reading)


def _question(request: PracticeRequest, member: Membership, form: RolesForm) -> HandOverForm | None:
    """Who takes over, bound once its page has come back; None where a change leaves nothing to take over."""
    if form.cleaned_data["is_practitioner"] or not member.is_practitioner:
        return None
    is_answer = "successor" in request.POST or request.POST.get("action") == "hand_over"
    question = HandOverForm(request.POST if is_answer else None, member=member, now=timezone.now())
    return question if question.work != Work() else None


def _question_page(
    request: PracticeRequest, member: Membership, form: RolesForm, question: HandOverForm, reading: edits.Reading
) -> HttpResponse:
    """Nothing is saved until it is answered."""
    context = {"member": member, "roles": form, "form": question, "reading": reading, "tab": "practice"}
    context["practice"] = request.practice
    return render(request, "practitioner/member_handing_over.html", context, status=422 if question.is_bound else 409)


def _changed(
    request: PracticeRequest, member: Membership, form: RolesForm, question: HandOverForm | None, reading: edits.Reading
) -> HttpResponse:
    own_key = request.session.session_key if member.user == request.user else None
    who: dict[str, Any] = {}
    if question is not None:
        who = {"successor": question.chosen(), "knows_nobody_is_left": question.knows_nobody_is_left}
    successor = change_roles_and_hand_over(
        member, **form.cleaned_data, **who, by=request.user, now=timezone.now(), reading=reading, except_key=own_key
    )
    if own_key:
        return redirect("home")
    sentence = _("Saved. What {name} may do has changed.")
    if successor is not None:
        sentence = _("Saved. What {name} may do has changed. {other} has taken over.")
    other = user_name(successor.user) if successor else ""
    messages.success(request, sentence.format(name=member.user, other=other))
    if not form.cleaned_data["is_practitioner"]:
        say_rota_lacks(request, member)
    return redirect("members")


def _changed_meanwhile(
    request: PracticeRequest,
    member: Membership,
    form: RolesForm,
    reading: edits.Reading,
    change: edits.ChangedMeanwhile,
) -> HttpResponse:
    """The page again, with what another admin changed above it."""
    typed, who = form.cleaned_data, editor_name(change.by, request.user)
    conflict = edits.in_words(change, typed, who=who, label=lambda name: str(form[name].label))
    again, reading = RolesForm(initial=edits.kept(change, typed)), reading.after(change, timezone.now())
    return _member_page(request, member, again, status=409, reading=reading, meanwhile=conflict)


def _member_page(
    request: PracticeRequest, member: Membership, form: RolesForm, *, status: int, **more: Any
) -> HttpResponse:
    context = {"member": member, "form": form, "zone": member.practice.time_zone, "tab": "practice", **more}
    context |= absences_part(member)
    context["reach"] = Membership.objects.filter(pk=member.pk).reach().get(member.pk, "")
    return render(request, "accounts/member.html", context, status=status)
