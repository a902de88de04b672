"""The pages on which a manager says how the practice works: its details and hours, and who is away."""

from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts import edits
from accounts.access import PracticeRequest, admin_required
from accounts.members import editor_name
from accounts.practice_forms import PracticeForm, spans_in_words
from accounts.practices import change_settings, settings_of


@admin_required
@require_http_methods(["GET", "POST"])
def practice_details(request: PracticeRequest) -> HttpResponse:
    """Name, phone, place, opening hours, days off, and how soon an answer usually comes."""
    practice, now = request.practice, timezone.now()
    known = settings_of(practice, now)
    reading, meanwhile = edits.Reading.carried_by(request.POST.get("reading")) or edits.Reading(known, now), None
    form = _form(request, known, request.POST if request.method == "POST" else None)
    if form.is_valid():
        typed = form.cleaned_data
        try:
            is_new = change_settings(practice, typed, by=request.user, now=now, reading=reading)
        except edits.ChangedMeanwhile as change:
            who = editor_name(change.by, request.user)
            meanwhile = edits.in_words(change, typed, who=who, label=_label_of(form), plain=_in_words(form))
            reading, form = reading.after(change, now), _form(request, edits.kept(change, typed))
        else:
            messages.success(request, _("Saved.") if is_new else _("Nothing was changed."))
            return redirect("practice_details")
    context = {
        "form": form, "practice": practice, "reading": reading, "meanwhile": meanwhile, "zone": practice.time_zone,
        "tab": "practice", "page": "details",
    }  # fmt: skip
    status = 409 if meanwhile else 422 if form.is_bound else 200
    return render(request, "accounts/practice.html", context, status=status)


def _form(request: PracticeRequest, initial: dict[str, Any], typed: Any = None) -> PracticeForm:
    return PracticeForm(typed, practice=request.practice, now=timezone.now(), initial=initial)


def _label_of(form: Form) -> Any:
    return lambda name: str(form[name].label)


def _in_words(form: Form) -> Any:
    """How `edits.in_words` says a value: spans of time in a row, a choice by its words."""

    def plain(name: str, value: Any) -> str:
        if isinstance(value, list):
            return spans_in_words(value) or _("nothing")
        choices = dict(getattr(form.fields[name], "choices", ()))
        return str(choices.get("" if value is None else str(value), "")) or edits.plainly(name, value)

    return plain
