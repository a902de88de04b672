"""The pages on which whoever runs the site opens one patient's record for an hour, with a reason."""

from uuid import UUID
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from accounts import break_glass as glasses
from accounts.access import AuthenticatedHttpRequest, staff_required
from accounts.durations import in_words
from accounts.models import GLASS_LASTS, BreakGlass
from accounts.step_up import step_up_required
from symptoms.journal.export_contents import document, own_sessions, page_context


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
    still_open = BreakGlass.objects.filter(user=request.user, ends_at__gt=now).order_by("-at")
    context = {
        "form": form, "lasts": in_words(GLASS_LASTS), "has_factor": glasses.has_second_factor(request.user),
        "still_open": still_open, "zone": ZoneInfo(settings.TIME_ZONE),
    }  # fmt: skip
    return render(request, "operator/break_glass.html", context, status=422 if form.is_bound else 200)


@staff_required
@require_safe
def glass_record(request: AuthenticatedHttpRequest, glass_id: UUID) -> HttpResponse:
    """The record as its patient could take it along, without photos; each look is written down."""
    now = timezone.now()
    glass = glasses.open_glass(glass_id, request.user, now)
    if glass is None:
        raise Http404
    glasses.note_look(glass, now)
    sessions = own_sessions(glass.patient)
    written = document(glass.patient, sessions, now)
    context = page_context(glass.patient, sessions, written, now)
    site_zone = ZoneInfo(settings.TIME_ZONE)
    return render(request, "operator/glass_record.html", {**context, "glass": glass, "site_zone": site_zone})
