"""One entry: what was said about it, and what the clinic did."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.access import PatientRequest, patient_required
from accounts.web.whereabouts import numbers_abroad
from symptoms.forms.needles import unknown_needles
from symptoms.forms.temperature import unit_for
from symptoms.journal.verdicts import phone_numbers_for, verdict_about
from symptoms.models import Entry, Note
from symptoms.views.patient.clinic_response import received
from symptoms.views.patient.standing import standing
from symptoms.wording.patient import about_needles, beneath
from symptoms.wording.times import full

NOTES_SHOWN = 5


@patient_required
@require_safe
def entry(request: PatientRequest, entry_id: UUID) -> HttpResponse:
    """What to do now, why, who was told; or that the answers were replaced by newer ones."""
    now, patient = timezone.now(), request.patient
    own_entries = Entry.objects.filter(treatment__patient=patient).select_related("treatment")
    entry: Entry = get_object_or_404(own_entries, pk=entry_id)
    entry.treatment.patient = patient
    assessment = entry.assessments.order_by("-is_current", "-made_at").first()
    numbers = phone_numbers_for(patient, numbers_abroad(request))
    verdict = verdict_about(entry, assessment, numbers, unit_for(request, patient))
    newer = None if entry.is_current else entry.treatment.entries.current().filter(day=entry.day).first()
    notes = Note.objects.filter(
        treatment__patient=patient, kind=Note.Kind.TO_PATIENT, written_at__gte=entry.received_at
    )
    context: dict[str, Any] = {
        "tab": "today",
        "now": now,
        "entry": entry,
        "on": full(entry.treatment.date_of(entry.day)),
        "verdict": verdict,
        "numbers": numbers,
        "about_needles": about_needles() if entry.day == 0 and unknown_needles(entry.treatment) else "",
        "newer": newer,
        "received": received(entry, assessment, patient, now) if entry.is_current else None,
        "notes": notes.select_related("author", "practice").order_by("-written_at")[:NOTES_SHOWN],
        "photos": entry.treatment.photos.filter(day=entry.day).order_by("received_at"),
    }
    days_ago = entry.treatment.day_of(patient.today(now)) - entry.day
    is_closed = bool(context["received"] and context["received"]["closed"])
    if days_ago > 0 and entry.is_current and verdict.calls and not is_closed:
        context["days_ago"] = days_ago
    context |= standing(request)
    standing_box = context["standing"]
    if standing_box is not None:
        # A correction of the treatment may have calmed what is said of the very answers that raised it.
        is_said_here = standing_box.entry == entry and standing_box.verdict.urgency == verdict.urgency
        context |= {"standing": None} if is_said_here else {"verdict": beneath(verdict, standing_box.verdict)}
    return render(request, "patient/entry.html", context)
