"""The page on which a manager removes a colleague, and says who takes over what they hold."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.access import PracticeRequest, admin_required
from accounts.members import LastAdmin, user_name
from accounts.models import Membership
from accounts.step_up import step_up_required
from accounts.views import already_removed
from accounts.walls import links_of
from symptoms.alerts.handing_over import NoSuccessor, remove_and_hand_over
from symptoms.alerts.policy_changes import rota_days_of
from symptoms.forms.handing_over import HandOverForm
from symptoms.wording.phrases import in_a_row


@admin_required
@require_http_methods(["GET", "POST"])
@step_up_required
def member_remove(request: PracticeRequest, member_id: UUID) -> HttpResponse:
    """End a colleague's membership, or one's own."""
    member = get_object_or_404(request.practice.memberships.select_related("user", "practice"), pk=member_id)
    now = timezone.now()
    if member.removed_at is not None:
        return already_removed(request, member)
    form = HandOverForm(request.POST if request.method == "POST" else None, member=member, now=now)
    if form.is_valid():
        who: dict[str, Any] = {"successor": form.chosen(), "knows_nobody_is_left": form.knows_nobody_is_left}
        screens = _screens(member)
        try:
            successor = remove_and_hand_over(member, **who, by=request.user, now=now)
        except NoSuccessor as refusal:
            form = HandOverForm(request.POST, member=member, now=now)
            form.add_error("successor" if "successor" in form.fields else None, str(refusal))
        except LastAdmin:
            form.add_error(None, _("A clinic needs an admin. Make somebody else an admin first."))
        else:
            return _removed(request, member, successor, screens)
    context = {"member": member, "form": form, "practice": request.practice, "tab": "practice"}
    context["screens"] = _screens(member)
    return render(request, "practitioner/member_remove.html", context, status=422 if form.is_bound else 200)


def _screens(member: Membership) -> str:
    """Where the wall screens hang that go blank with a member, who made their links: "Front desk and Office"."""
    return in_a_row(f"“{link.label}”" for link in links_of(member.practice).filter(made_by=member.user_id))


def _removed(request: PracticeRequest, member: Membership, successor: Membership | None, screens: str) -> HttpResponse:
    if member.user == request.user:
        return redirect("home")
    sentence = _("{name} no longer works here and is signed out everywhere.")
    if successor is not None:
        sentence = _("{name} no longer works here and is signed out everywhere. {other} has taken over.")
    other = user_name(successor.user) if successor else ""
    messages.success(request, sentence.format(name=user_name(member.user), other=other))
    say_rota_lacks(request, member)
    if screens:
        pattern = _('These wall screens are blank now: {screens}. <a href="{address}">Make new links</a>')
        messages.warning(request, format_html(pattern, screens=screens, address=reverse("walls")))
    return redirect("members")


def say_rota_lacks(request: PracticeRequest, member: Membership) -> None:
    """Name the weekdays on which the rota still has a member who opens no records here any more."""
    if days := rota_days_of(member):
        sentence = _("{name} still stands on the rota: {days}. Choose somebody else under “Who is told”.")
        messages.warning(request, sentence.format(name=user_name(member.user), days=days))
