"""The page on which several patients who are on track by now are closed together."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from accounts.access import PracticeRequest, practitioner_required, record_listing
from accounts.models import Patient
from symptoms.alerts.closing_together import close_of_one
from symptoms.alerts.handling import IncompleteOutcome
from symptoms.alerts.read_receipts import LISTED
from symptoms.forms.handling import CloseTogetherForm, page_seen_in, seen_in
from symptoms.models import PatientStatus
from symptoms.views.clinic.queue_asked import Asked
from symptoms.views.clinic.queue_lists import calm, in_order, statuses_in
from symptoms.views.clinic.queue_page import ROWS, with_what_is_shown
from symptoms.views.clinic.queue_reading import rows_of
from symptoms.views.clinic.queue_row import Row

Refused = list[tuple[Patient, list[str]]]


@practitioner_required
@require_http_methods(["GET", "HEAD", "POST"])
def close_calm(request: PracticeRequest) -> HttpResponse:
    """Who is on track by now, to be closed with one outcome. Each patient is closed whole or not at all; who was not
    stands on the page with the reason."""
    practice, now, status = request.practice, timezone.now(), 200
    form = CloseTogetherForm(request.POST or None, now=now)
    closed, refused, chosen = 0, list[tuple[Patient, list[str]]](), list[Patient]()
    if request.method == "POST":
        chosen = _chosen(request)
        is_done = form.is_valid() and bool(chosen)
        if is_done:
            closed, refused, is_done = _closed(request, form, chosen)
        status = 200 if is_done else 422
        form = CloseTogetherForm(now=now) if is_done else form
    statuses = calm(statuses_in(practice, request.user, now)["open"])
    ids = in_order(statuses).values("pk")[:ROWS]
    shown = in_order(PatientStatus.objects.filter(pk__in=ids))
    rows = rows_of(with_what_is_shown(shown, Asked(), practice, request.user), request.user, practice, now)
    named = [row.patient.pk for row in rows] + [patient.pk for patient, _why in refused]
    record_listing(request.user, named, LISTED, now)
    done = ngettext("Closed for {count} patient.", "Closed for {count} patients.", closed).format(count=closed)
    context = {
        "practice": practice, "now": now, "rows": rows, "form": form, "holders": _holders(rows), "refused": refused,
        "done": done if closed else "", "tab": "queue",
        "chosen": frozenset(request.POST.getlist("patient") if status == 422 else ()),
        "nobody_chosen": request.method == "POST" and not chosen,
    }  # fmt: skip
    return render(request, "practitioner/close_calm.html", context, status=status)


def _closed(request: PracticeRequest, form: CloseTogetherForm, chosen: list[Patient]) -> tuple[int, Refused, bool]:
    """How many patients were closed, who was not and why; False where the outcome lacks what goes with it."""
    seen, page, now = seen_in(request.POST), page_seen_in(request.POST), timezone.now()
    closed, refused = 0, list[tuple[Patient, list[str]]]()
    for patient in chosen:
        try:
            why = close_of_one(patient.pk, seen, **form.cleaned_data, by=request.user, now=now, page=page)
        except IncompleteOutcome as incomplete:
            form.add_error(incomplete.field, str(incomplete))
            return closed, refused, False
        if why:
            refused.append((patient, why))
        closed += not why
    return closed, refused, True


def _chosen(request: PracticeRequest) -> list[Patient]:
    """The practice's patients who were ticked, by name; what is no id, or nobody of theirs, is left out."""
    ids = set()
    for text in request.POST.getlist("patient")[:ROWS]:
        try:
            ids.add(UUID(text))
        except ValueError:
            continue
    return list(Patient.objects.of_practice(request.practice).filter(pk__in=ids).by_name())


def _holders(rows: list[Row]) -> set[Any]:
    """Of whom the page says that they have something."""
    return {alert.acknowledged_by_id for row in rows for alert in row.alerts if alert.is_held}
