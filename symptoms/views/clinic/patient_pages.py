"""What is looked up about a patient now and then, each on a page of its own behind a link on the patient's page."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.access import PracticeRequest, practitioner_required, record_access
from accounts.models import Patient
from symptoms.alerts.read_receipts import BEFORE, CARE, HISTORY, LETTER, LOG
from symptoms.journal.course_days import read_course
from symptoms.journal.visibility import Visibility, patients_shown
from symptoms.models import Alert
from symptoms.recovery.vocabulary import Urgency
from symptoms.views.addresses import chosen
from symptoms.views.clinic.course_context import days_asked, log_of, replaced_in
from symptoms.views.clinic.history import history
from symptoms.views.clinic.letter import letter_of
from symptoms.views.clinic.open_alerts import open_alerts_of
from symptoms.views.clinic.patient_care import care_of, is_on_track
from symptoms.views.clinic.patient_context import patient_seen_by, screening_of, sessions_seen
from symptoms.views.clinic.queue_asked import kept_list


@practitioner_required
@require_safe
def patient_history(request: PracticeRequest, patient_id: UUID) -> HttpResponse:
    """Who did what and when, the newest first."""
    patient, visibilities = _record(request, patient_id)
    context = _around(request, patient) | {"events": history(patient, visibilities, request.practice)}
    return _shown(request, patient, HISTORY, "history", context)


@practitioner_required
@require_safe
def patient_log(request: PracticeRequest, patient_id: UUID) -> HttpResponse:
    """All answers of a session (?treatment=), 30 days a page (?page=), each with what it replaced."""
    patient, visibilities = _record(request, patient_id)
    visibility, now = _session(request, visibilities), timezone.now()
    _today, page = days_asked(request, visibility, now)
    days = range(page[-1], page[0] + 1)
    log = log_of(visibility, read_course(visibility, days=days, with_photos=False), replaced_in(visibility, days))
    around = _around(request, patient, visibility)
    context = around | {
        "log": log, "page": page, "query": around["keeps_search"][1:] + "&",
        "unshared": visibility.unshared, "joined_at": visibility.since,
    }  # fmt: skip
    return _shown(request, patient, LOG, "log", context)


@practitioner_required
@require_safe
def patient_care(request: PracticeRequest, patient_id: UUID) -> HttpResponse:
    """The care that a patient reads about a session (?treatment=), and why it is another for them."""
    patient, visibilities = _record(request, patient_id)
    visibility, now = _session(request, visibilities), timezone.now()
    today = patient.today(visibility.now(now))
    newest = read_course(visibility, days=range(0), with_photos=False, with_newest=True).newest
    still_open = Alert.objects.managed_by(request.user).open().filter(urgency__gte=Urgency.CONTACT)
    care = care_of(
        visibility.treatment,
        today,
        open_concern=still_open.filter(treatment__in=[each.treatment.pk for each in visibilities]).exists(),
        is_on_track=newest is not None and is_on_track(newest, today),
    )
    return _shown(request, patient, CARE, "care", _around(request, patient, visibility) | care)


@practitioner_required
@require_safe
def patient_before(request: PracticeRequest, patient_id: UUID) -> HttpResponse:
    """What the practice's own patient was asked before a treatment, and answered."""
    patient = patient_seen_by(request.practice, patient_id)
    if patient.practice_id != request.practice.pk:
        raise Http404
    context = _around(request, patient) | screening_of(patient, request.practice, timezone.now())
    return _shown(request, patient, BEFORE, "before", context)


@practitioner_required
@require_safe
def patient_letter(request: PracticeRequest, patient_id: UUID) -> HttpResponse:
    """A letter about a session (?treatment=) to print or save; what is typed into it is kept nowhere."""
    patient, visibilities = _record(request, patient_id)
    visibility, now = _session(request, visibilities), timezone.now()
    today, _page = days_asked(request, visibility, now)
    open_alerts = open_alerts_of(patient, visibilities, request.user)
    letter = letter_of(visibility, open_alerts, request.practice, today, now)
    return _shown(request, patient, LETTER, "letter", _around(request, patient, visibility) | letter)


def _record(request: PracticeRequest, patient_id: UUID) -> tuple[Patient, list[Visibility]]:
    """The patient as the practice knows them, and their sessions as far as the reader sees them, the newest first."""
    patient = patient_seen_by(request.practice, patient_id)
    visibilities = sessions_seen(request.user, patient)
    return patients_shown(request.practice, [patient])[patient.pk], visibilities


def _session(request: PracticeRequest, visibilities: list[Visibility]) -> Visibility:
    treatments = [visibility.treatment for visibility in visibilities]
    return visibilities[treatments.index(chosen(treatments, request.GET.get("treatment", "")))]


def _around(request: PracticeRequest, patient: Patient, shown: Visibility | None = None) -> dict[str, Any]:
    """What stands around a page: the way back leads to the session that is shown, and keeps the list behind."""
    session = f"treatment={shown.treatment.pk}" if shown else ""
    kept = "&".join(filter(None, [session, kept_list(request)[1:]]))
    return {
        "patient": patient,
        "zone": request.practice.time_zone,
        "tab": "patients",
        "keeps_search": f"?{kept}" if kept else "",
    }


def _shown(request: PracticeRequest, patient: Patient, what: str, page: str, context: dict[str, Any]) -> HttpResponse:
    """The page, once it is written down that `what` of the record was read."""
    record_access(request.user, patient, what, timezone.now())
    return render(request, f"practitioner/patient_{page}.html", context)
