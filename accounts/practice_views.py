"""The pages on which a manager says how the practice works: its details and hours, and who is away."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts import edits
from accounts.absences import WrongAbsence, absences_of, add_absence, change_absence, days_of, remove_absence
from accounts.access import PracticeRequest, admin_required
from accounts.members import editor_name
from accounts.models import Absence, Membership
from accounts.practice_forms import AbsenceForm, PracticeForm, spans_in_words
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
    return render(request, "accounts/practice.html", context, status=_status(form, meanwhile))


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


def absences_part(member: Membership, form: AbsenceForm | None = None) -> dict[str, Any]:
    """What `accounts/absences.html` takes, beside the member."""
    return {"absences": absences_of(member, timezone.now()), "absence_form": form or AbsenceForm(member=member)}


@admin_required
@require_http_methods(["GET", "POST"])
def member_away(request: PracticeRequest, member_id: UUID) -> HttpResponse:
    """When a member is away and who stands in; more of it."""
    member = _member(request, member_id)
    form = AbsenceForm(request.POST if request.method == "POST" else None, member=member)
    if form.is_valid():
        try:
            add_absence(member, **form.cleaned_data, by=request.user, now=timezone.now())
        except WrongAbsence as wrong:
            form.add_error(wrong.field, str(wrong))
        else:
            messages.success(request, _("Saved."))
            return redirect("member_change", member.pk)
    return _away_page(request, member, form, status=422 if form.is_bound else 200)


def _member(request: PracticeRequest, member_id: UUID) -> Membership:
    members = request.practice.memberships.current().select_related("user", "practice")
    return get_object_or_404(members, pk=member_id)


def _away_page(request: PracticeRequest, member: Membership, form: AbsenceForm, *, status: int) -> HttpResponse:
    context = {"member": member, "tab": "practice", **absences_part(member, form)}
    return render(request, "accounts/away.html", context, status=status)


@admin_required
@require_http_methods(["GET", "POST"])
def absence_change(request: PracticeRequest, member_id: UUID, absence_id: UUID) -> HttpResponse:
    """Other days for an absence, or somebody else who stands in."""
    member, now, meanwhile = _member(request, member_id), timezone.now(), None
    absence = member.absences.select_related("changed_by").filter(pk=absence_id).first()
    form = AbsenceForm(request.POST if request.method == "POST" else None, member=member)
    if absence is None:
        return _absence_gone(request, member, form)
    reading = edits.Reading.carried_by(request.POST.get("reading")) or edits.Reading(days_of(absence), now)
    if not form.is_bound:
        form = AbsenceForm(member=member, initial=days_of(absence))
    elif form.is_valid():
        try:
            change_absence(absence.pk, **form.cleaned_data, by=request.user, now=now, reading=reading)
        except edits.ChangedMeanwhile as change:
            meanwhile, typed = _meanwhile(request, form, change), form.typed()
            reading, form = reading.after(change, now), AbsenceForm(member=member, initial=edits.kept(change, typed))
        except Absence.DoesNotExist:
            return _absence_gone(request, member, form)
        except WrongAbsence as wrong:
            form.add_error(wrong.field, str(wrong))
        else:
            messages.success(request, _("Saved."))
            return redirect("member_change", member.pk)
    context = {
        "member": member, "absence": absence, "absence_form": form, "reading": reading, "meanwhile": meanwhile,
        "zone": member.practice.time_zone, "tab": "practice",
    }  # fmt: skip
    return render(request, "accounts/absence_change.html", context, status=_status(form, meanwhile))


def _status(form: Form, meanwhile: Any) -> int:
    return 409 if meanwhile else 422 if form.is_bound else 200


def _meanwhile(request: PracticeRequest, form: AbsenceForm, change: edits.ChangedMeanwhile) -> dict[str, Any]:
    """What `components/changed_meanwhile.html` takes."""
    who = editor_name(change.by, request.user)
    return edits.in_words(change, form.typed(), who=who, label=_label_of(form), plain=_in_words(form))


def _absence_gone(request: PracticeRequest, member: Membership, form: AbsenceForm) -> HttpResponse:
    """Somebody removed it meanwhile: what was typed stands in the form for a new one."""
    if not form.is_bound:
        raise Http404
    form.add_error(None, _("This absence was removed meanwhile. Nothing is saved. If it is right, add it again."))
    return _away_page(request, member, form, status=409)


@admin_required
@require_POST
def absence_remove(request: PracticeRequest, member_id: UUID, absence_id: UUID) -> HttpResponse:
    """Take back that a member is away."""
    own = Absence.objects.filter(member=member_id, member__practice=request.practice)
    remove_absence(get_object_or_404(own.select_related("member"), pk=absence_id), by=request.user, now=timezone.now())
    messages.success(request, _("Removed."))
    return redirect("member_change", member_id)
