"""The pages on which whoever runs the site opens one patient's record for an hour, with a reason."""

from uuid import UUID
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import break_glass as glasses
from accounts.access import AuthenticatedHttpRequest, staff_required
from accounts.durations import in_words
from accounts.models import GLASS_LASTS, BreakGlass
from accounts.second_factors import has_second_factor
from accounts.step_up import step_up_required
from symptoms.journal.export_page import page_context
from symptoms.journal.own_contents import document, own_sessions


class GlassForm(forms.Form):
    """Whose record, and why."""

    who = forms.CharField(
        label=gettext_lazy("E-mail of the patient, or number of the record"),
        max_length=254,
        help_text=gettext_lazy("The number stands in the address of the patient’s page at their clinic."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    reason = forms.ChoiceField(
        label=gettext_lazy("Reason"), choices=BreakGlass.Reason.choices, widget=forms.RadioSelect
    )


@staff_required
@require_http_methods(["GET", "POST"])
@step_up_required
def break_glass(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Says what it means, and opens a record."""
    now, form = timezone.now(), GlassForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        patient = glasses.found_by(form.cleaned_data["who"])
        if patient is None:
            form.add_error("who", _("There is no record by this address or number."))
        else:
            try:
                glass = glasses.break_glass(patient, form.cleaned_data["reason"], by=request.user, now=now)
            except glasses.NoSecondFactor:
                form.add_error(None, _("Set up a passkey or codes first. Nothing was opened."))
            else:
                return redirect("glass_record", glass.pk)
    context = {
        "form": form, "lasts": in_words(GLASS_LASTS), "has_factor": has_second_factor(request.user),
        "still_open": glasses.open_to(request.user, now), "zone": ZoneInfo(settings.TIME_ZONE),
    }  # fmt: skip
    return render(request, "operator/break_glass.html", context, status=422 if form.is_bound else 200)


@staff_required
@require_safe
def glass_record(request: AuthenticatedHttpRequest, glass_id: UUID) -> HttpResponse:
    """The record as its patient could take it along, without photos; each look is written down."""
    now = timezone.now()
    glass = get_object_or_404(glasses.open_to(request.user, now), pk=glass_id)
    glasses.note_look(glass, now)
    sessions = own_sessions(glass.patient)
    written = document(glass.patient, sessions, now)
    context = page_context(glass.patient, sessions, written, now, ZoneInfo(settings.TIME_ZONE))
    return render(request, "operator/glass_record.html", {**context, "glass": glass})


@staff_required
@require_POST
def glass_end(request: AuthenticatedHttpRequest, glass_id: UUID) -> HttpResponse:
    """Close the record before its hour is over."""
    now = timezone.now()
    glasses.end_glass(get_object_or_404(glasses.open_to(request.user, now), pk=glass_id), now)
    messages.success(request, _("Closed, and written down."))
    return redirect("break_glass")
