"""One entry: what was said about it, and what the clinic did."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.access import PatientRequest, patient_required
from accounts.web.whereabouts import numbers_abroad
from symptoms.alerts import advice_timers
from symptoms.alerts.patient_answers import OpenConcern
from symptoms.forms.needles import unknown_needles
from symptoms.forms.photo import PhotosForm
from symptoms.forms.temperature import unit_for
from symptoms.journal.verdicts import phone_numbers_for, verdict_about
from symptoms.models import AdviceTimer, Assessment, Entry, Note, Reminding
from symptoms.models.reminder import USUAL_HOUR
from symptoms.views.patient.clinic_response import received
from symptoms.views.patient.own_treatments import own_treatments
from symptoms.views.patient.photo_upload import SENDING_WORDS, picker
from symptoms.views.patient.standing import standing
from symptoms.wording.patient import Verdict, about_needles, beneath, is_said_by
from symptoms.wording.times import full

NOTES_SHOWN = 5
HELPS_UNTIL = 3  # the day to which medicine after needles that were not new may help: 72 hours


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
        "is_newest": own_treatments(patient)[0].pk == entry.treatment_id,  # the log's page writes to that session alone
        "on": full(entry.treatment.date_of(entry.day)),
        "verdict": verdict,
        "numbers": numbers,
        "about_needles": about_needles() if _may_be_too_late_soon(entry, patient.today(now)) else "",
        "newer": newer,
        "received": received(entry, assessment, patient, now) if entry.is_current else None,
        "notes": notes.select_related("author", "practice").order_by("-written_at")[:NOTES_SHOWN],
        "photos": entry.treatment.photos.own().filter(day=entry.day).order_by("received_at"),
        # Nobody who is to call an ambulance is asked for a photo.
        "asks_for_photos": entry.is_current and not verdict.is_emergency and patient.agreed_to("care"),
        "photos_form": PhotosForm(),
        "picker": picker(request),
        "sending": SENDING_WORDS,
        "no_id": UUID(int=0),
        "shows_photos": patient.agreed_to("photos"),
    }
    context |= standing(request) | _reminding(entry, assessment, verdict, now)
    return render(request, "patient/entry.html", context | _beside_what_is_open(context, patient.today(now)))


@patient_required
@require_POST
def advice_timer(request: PatientRequest, entry_id: UUID) -> HttpResponse:
    """Be told when it is time to measure again, or not."""
    entry = get_object_or_404(Entry.objects.filter(treatment__patient=request.patient), pk=entry_id)
    assessment = entry.assessments.filter(is_current=True).first()
    if request.POST.get("action") == "stop":
        advice_timers.stop_timer(entry)
    elif advice_timers.is_offered(entry, assessment.urgency if assessment else None, timezone.now()):
        advice_timers.start_timer(request.patient, entry)
    return redirect(entry)


def _reminding(entry: Entry, assessment: Assessment | None, verdict: Verdict, now: datetime) -> dict[str, Any]:
    """What is offered besides: reminders, and the timer of what is to be done again in some hours, which may run, or be
    over while nothing was logged since."""
    context: dict[str, Any] = {"press_minutes": verdict.press_minutes, "usual_hour": USUAL_HOUR}
    context["asks_to_remind"] = _asks_to_remind(entry, verdict)
    timer = AdviceTimer.objects.filter(entry=entry).first()
    if timer is None:
        is_offered = advice_timers.is_offered(entry, assessment.urgency if assessment else None, now)
        return {**context, "timer_offered": advice_timers.due_at(entry) if is_offered else None}
    is_over = timer.due_at <= now
    is_wanted = entry.is_current and not _is_logged_since(entry)
    return {**context, "timer_over": is_over and is_wanted, "timer_runs": None if is_over else timer.due_at}


def _asks_to_remind(entry: Entry, verdict: Verdict) -> bool:
    """Whether this is the first log, of somebody who was not asked about reminders yet, and nothing is urgent."""
    if verdict.is_urgent or not entry.is_current or Reminding.objects.filter(patient=entry.treatment.patient).exists():
        return False
    return Entry.objects.current().filter(treatment__patient=entry.treatment.patient).count() == 1


def _may_be_too_late_soon(entry: Entry, today: date) -> bool:
    """Whether the verdict on day 0 says to ask about needles of which something is not known, while that can help."""
    is_in_time = entry.treatment.day_of(today) <= HELPS_UNTIL
    return entry.day == 0 and is_in_time and bool(unknown_needles(entry.treatment))


def _beside_what_is_open(context: dict[str, Any], today: date) -> dict[str, Any]:
    """How a day's verdict is shown beside what is open, and whether a day that has passed asks if it is still there.

    What stands on top is not said twice; what was answered since is not asked again.
    """
    entry, verdict, box = context["entry"], context["verdict"], context["standing"]
    about_this = _dealt_with(entry, verdict, context["dealt_with"])
    days_ago = entry.treatment.day_of(today) - entry.day
    beside: dict[str, Any] = {"dealt_with": about_this}
    if box is not None and box.entry == entry and box.verdict.urgency == verdict.urgency:
        beside["standing"] = None  # said by the page itself
    elif box is not None:  # perhaps of this entry: a correction of the treatment may have calmed what its answers say
        calmer = beneath(verdict, box.verdict, is_of_today=days_ago <= 0)
        beside |= {"verdict": calmer, "is_folded": is_said_by(verdict, box.verdict)}
    is_closed = bool(context["received"] and context["received"]["closed"])
    asks = entry.is_current and verdict.calls and not (is_closed or about_this or beside.get("is_folded"))
    if asks and days_ago > 0 and not _is_logged_since(entry):
        beside["days_ago"] = days_ago
    return beside


def _dealt_with(entry: Entry, verdict: Verdict, concerns: list[OpenConcern]) -> list[OpenConcern]:
    """The concerns of this entry's verdict that its patient says were dealt with, since they logged it."""
    named = {flag["concern"] for flag in verdict.flags}
    return [
        concern
        for concern in concerns
        if concern.alert.treatment_id == entry.treatment_id
        and concern.alert.concern in named
        and concern.answered_at is not None
        and concern.answered_at >= entry.received_at
    ]


def _is_logged_since(entry: Entry) -> bool:
    """Whether a later day was logged after this one: it says how the skin is now."""
    later = entry.treatment.entries.current().filter(day__gt=entry.day)
    return later.filter(received_at__gt=entry.received_at).exists()
