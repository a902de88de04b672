"""One entry: what was said about it, and what the clinic did."""

from datetime import timedelta

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.access import PatientRequest, patient_required
from symptoms.forms.temperature import unit_for
from symptoms.journal.verdicts import lines_for, verdict_about
from symptoms.models import Entry, Note
from symptoms.views.patient.clinic_response import received
from symptoms.wording.times import at, full

NOTES_SHOWN = 5


@patient_required
@require_safe
def entry(request: PatientRequest, entry_id) -> HttpResponse:
    """What to do now, why, who was told; or that the answers were replaced by newer ones."""
    now, patient = timezone.now(), request.patient
    mine = Entry.objects.filter(treatment__patient=patient).select_related("treatment")
    found: Entry = get_object_or_404(mine, pk=entry_id)
    found.treatment.patient = patient
    said = found.assessments.order_by("-is_current", "-made_at").first()
    lines = lines_for(patient)
    verdict = verdict_about(found, said, lines, unit_for(request, patient))
    newer = None if found.is_current else found.treatment.entries.current().filter(day=found.day).first()
    since = Note.objects.filter(treatment__patient=patient, for_patient=True, written_at__gte=found.received_at)
    context = {
        "tab": "today",
        "entry": found,
        "on": full(found.treatment.day_zero + timedelta(days=found.day)),
        "saved": at(found.received_at, patient.zone, patient.today(now)),
        "verdict": verdict,
        "lines": lines,
        "newer": newer,
        "received": received(found, said, verdict, patient, now) if found.is_current else None,
        "notes": [
            {"note": note, "when": at(note.written_at, patient.zone, patient.today(now))}
            for note in since.select_related("author", "practice").order_by("-written_at")[:NOTES_SHOWN]
        ],
        "photos": found.treatment.photos.filter(day=found.day).order_by("received_at"),
    }
    return render(request, "patient/entry.html", context)
