"""The page on which a manager says for how long the clinic keeps records, reads how many are announced to go, and takes
them along in a file: that only one who opens records as well.
"""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Count, Min
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import edits
from accounts.access import PracticeRequest, admin_required
from accounts.durations import in_words
from accounts.members import editor_name
from accounts.models import LEAST_MONTHS, MOST_MONTHS, RETENTION_MONTHS
from accounts.step_up import ask_who_is_there, step_up_required
from symptoms.forms.retention import RetentionForm
from symptoms.journal.announcing import TOLD_AGAIN_BEFORE, TOLD_BEFORE
from symptoms.journal.practice_contents import may_take
from symptoms.journal.practice_exporting import ask_practice_export, hand_out_to, practice_export_of
from symptoms.journal.retention import change_retention, retention_of
from symptoms.models import EXPORT_LASTS, Erasure
from symptoms.recovery.course import LAST_DAY
from symptoms.views.downloads import as_download


@admin_required
@require_http_methods(["GET", "POST"])
@step_up_required
def practice_data(request: PracticeRequest) -> HttpResponse:
    """The retention period, why it is as it is at first, and what is announced by it."""
    practice, now = request.practice, timezone.now()
    known = retention_of(practice)
    reading, meanwhile = edits.Reading.carried_by(request.POST.get("reading")) or edits.Reading(known, now), None
    form = RetentionForm(request.POST if request.method == "POST" else None, initial=known)
    if form.is_valid():
        typed = form.cleaned_data
        try:
            is_new = change_retention(practice, typed["retention_months"], by=request.user, now=now, reading=reading)
        except edits.ChangedMeanwhile as change:
            who = editor_name(change.by, request.user)
            meanwhile = edits.in_words(change, typed, who=who, label=lambda name: str(form.fields[name].label))
            reading, form = reading.after(change, now), RetentionForm(initial=edits.kept(change, typed))
        else:
            messages.success(request, _("Saved.") if is_new else _("Nothing was changed."))
            return redirect("practice_data")
    status = 409 if meanwhile else 422 if form.is_bound else 200
    return _page(request, form, reading, meanwhile, status=status)


def _page(
    request: PracticeRequest, form: RetentionForm, reading: edits.Reading, meanwhile: Any = None, *, status: int = 200,
    error: str = "",
) -> HttpResponse:  # fmt: skip
    practice, now = request.practice, timezone.now()
    waiting = Erasure.objects.filter(practice_id=practice.pk, undone_at=None, done_at=None)
    export = practice_export_of(practice, now)
    context = {
        "form": form, "reading": reading, "meanwhile": meanwhile, "error": error, "practice": practice,
        "zone": practice.time_zone, "tab": "practice", "page": "data",
        "announced": waiting.aggregate(count=Count("pk"), first=Min("due_at")), "least": LEAST_MONTHS,
        "most": MOST_MONTHS, "usual": RETENTION_MONTHS, "last_day": LAST_DAY, "told_before": in_words(TOLD_BEFORE),
        "told_again": in_words(TOLD_AGAIN_BEFORE), "may_take": may_take(request.user, practice), "export": export,
        "is_mine": export is not None and export.asked_by_id == request.user.pk, "lasts": in_words(EXPORT_LASTS),
    }  # fmt: skip
    return render(request, "practitioner/practice_data.html", context, status=status)


@admin_required
@require_POST
@step_up_required
def practice_export(request: PracticeRequest) -> HttpResponse:
    """Ask for the file with all records."""
    ask_practice_export(request.practice, by=request.user, now=timezone.now())
    return redirect("practice_data")


@admin_required
@require_safe
def practice_file(request: PracticeRequest, practice_export_id: UUID) -> HttpResponse:
    """The file, to whoever asked for it."""
    practice, now = request.practice, timezone.now()
    ask_who_is_there(request)
    export = get_object_or_404(practice.exports.select_related("practice"), pk=practice_export_id)
    if not export.is_ready(now):
        raise Http404
    try:
        body = hand_out_to(export, request.user, now)
    except OSError:
        form, reading = RetentionForm(initial=retention_of(practice)), edits.Reading(retention_of(practice), now)
        return _page(request, form, reading, status=422, error=_("The file is not there any more. Make it again."))
    return as_download(export, body, "mendline-records")
