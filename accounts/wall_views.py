"""The page on which a manager makes and ends the links of the practice's wall screens."""

from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import PracticeRequest, admin_required
from accounts.fields import NameField
from accounts.models import LONGEST_WALL_LABEL
from accounts.walls import TooManyLinks, end_link, links_of, make_link


class WallForm(forms.Form):
    """Where a new screen hangs."""

    label = NameField(
        label=gettext_lazy("Where it hangs"),
        max_length=LONGEST_WALL_LABEL,
        help_text=gettext_lazy("So that you know later which one to turn off, like “Front desk”."),
        error_messages={"required": gettext_lazy("Write where the screen hangs.")},
    )


@admin_required
@require_http_methods(["GET", "POST"])
def walls(request: PracticeRequest) -> HttpResponse:
    """The links that work; a new one, whose address is shown this once."""
    form = WallForm(request.POST if request.method == "POST" else None)
    new: dict[str, Any] = {}
    if form.is_valid():
        try:
            link, token = make_link(request.practice, form.cleaned_data["label"], by=request.user, now=timezone.now())
        except TooManyLinks:
            form.add_error(None, _("There are many links already. Turn one off first."))
        else:
            new = {"new": link, "url": settings.SITE_URL + reverse("wall", args=[token])}
            form = WallForm()
    context = {
        "form": form, "links": links_of(request.practice), "practice": request.practice, "tab": "practice",
        "page": "walls", **new,
    }  # fmt: skip
    return render(request, "accounts/walls.html", context, status=422 if form.is_bound else 200)


@admin_required
@require_POST
def wall_end(request: PracticeRequest, wall_id: UUID) -> HttpResponse:
    """Turn a link off; the screens that show it go blank."""
    link = get_object_or_404(request.practice.wall_links, pk=wall_id)
    if end_link(link, by=request.user, now=timezone.now()):
        messages.success(request, _("Turned off. Screens that show it go blank within seconds."))
    return redirect("walls")
