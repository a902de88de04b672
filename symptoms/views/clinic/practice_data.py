"""The page on which a manager says for how long the clinic keeps records, and reads how many are announced to go."""

from typing import Any

from django.contrib import messages
from django.db.models import Count, Min
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts import edits
from accounts.access import PracticeRequest, admin_required
from accounts.durations import in_words
from accounts.members import editor_name
from accounts.models import LEAST_MONTHS, MOST_MONTHS, RETENTION_MONTHS
from symptoms.forms.retention import RetentionForm
from symptoms.journal.announcing import TOLD_AGAIN_BEFORE, TOLD_BEFORE
from symptoms.journal.retention import change_retention, retention_of
from symptoms.models import Erasure
from symptoms.recovery.course import LAST_DAY


@admin_required
@require_http_methods(["GET", "POST"])
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
    return data_page(request, {"form": form, "reading": reading, "meanwhile": meanwhile}, status=status)


def data_page(request: PracticeRequest, retention: dict[str, Any], *, status: int = 200) -> HttpResponse:
    """The page, with the form of the period as `retention` has it."""
    practice = request.practice
    waiting = Erasure.objects.filter(practice_id=practice.pk, undone_at=None, done_at=None)
    context = {
        **retention, "practice": practice, "zone": practice.time_zone, "tab": "practice", "page": "data",
        "announced": waiting.aggregate(count=Count("pk"), first=Min("due_at")), "least": LEAST_MONTHS,
        "most": MOST_MONTHS, "usual": RETENTION_MONTHS, "last_day": LAST_DAY, "told_before": in_words(TOLD_BEFORE),
        "told_again": in_words(TOLD_AGAIN_BEFORE),
    }  # fmt: skip
    return render(request, "practitioner/practice_data.html", context, status=status)
