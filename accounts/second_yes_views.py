"""What admins do about a colleague’s way in: asking for what takes two of them, answering, ending sessions."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import PracticeRequest, admin_required
from accounts.members import sign_out_member
from accounts.models import SecondYes
from accounts.second_yes import MayNotAnswer, NobodyElse, answer, ask
from accounts.step_up import step_up_required


@admin_required
@require_POST
@step_up_required
def member_let_in(request: PracticeRequest, member_id: UUID) -> HttpResponse:
    """Say that a colleague has lost passkey and codes; another admin has to agree before they are let in again."""
    member = get_object_or_404(request.practice.memberships.current().select_related("user"), pk=member_id)
    if member.user == request.user:
        messages.error(request, _("Another admin has to ask for this."))
        return redirect("members")
    asks(request, lambda: ask(member, SecondYes.About.FACTORS, by=request.user, now=timezone.now()))
    return redirect("members")


@admin_required
@require_POST
@step_up_required
def member_sign_out(request: PracticeRequest, member_id: UUID) -> HttpResponse:
    """Sign a colleague out on all devices, as when one was lost."""
    member = get_object_or_404(request.practice.memberships.current().select_related("user"), pk=member_id)
    if member.user == request.user:
        return redirect("usersessions_list")  # one's own are ended there, one by one
    sign_out_member(member.user, by=request.user)
    messages.success(request, _("{name} was signed out on all devices.").format(name=member.user))
    return redirect("member_change", member.pk)


def asks(request: PracticeRequest, asking: Callable[[], object]) -> None:
    """Call `asking`, which asks for a second yes, and tell its reader what comes of it."""
    try:
        asking()
    except NobodyElse:
        messages.error(
            request,
            _(
                "This takes another admin who has worked here for a week, and there is none. "
                "Ask whoever runs this site."
            ),
        )
    else:
        messages.success(request, _("Another admin has to agree. They are told by e-mail, and find it under Members."))


@admin_required
@require_POST
@step_up_required
def second_yes_answer(request: PracticeRequest, ask_id: UUID) -> HttpResponse:
    """Agree to what another admin asked for, or not; who asked takes it back."""
    asked = get_object_or_404(SecondYes.objects.filter(member__practice=request.practice), pk=ask_id)
    is_agreed = request.POST.get("answer") == "yes"
    try:
        answer(asked, is_agreed=is_agreed, by=request.user, now=timezone.now())
    except MayNotAnswer:
        messages.error(request, _("This is answered already, too old, or not yours to agree to."))
    else:
        messages.success(request, _("Done, and written down.") if is_agreed else _("Nothing was changed."))
    return redirect("members")
