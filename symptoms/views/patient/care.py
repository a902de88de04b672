"""How to care for the skin in each phase, and what is allowed again when."""

from datetime import date

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access import PatientRequest, patient_required
from accounts.web.whereabouts import numbers_abroad
from symptoms.journal.verdicts import phone_numbers_for
from symptoms.models import PatientStatus, Treatment
from symptoms.models.values import patient_values, treatment_values
from symptoms.recovery import care as aftercare
from symptoms.recovery.protocol import PROTOCOL
from symptoms.views.patient.own_treatments import own_treatments
from symptoms.wording.care import in_full, in_words
from symptoms.wording.times import short


@patient_required
@require_safe
def care(request: PatientRequest) -> HttpResponse:
    """Care for the phase of today, or for another (?phase=), and "When can I …?" with dates."""
    patient = request.patient
    treatments = own_treatments(patient)
    if not treatments:
        return render(request, "patient/care.html", {"tab": "care", "treatment": None})
    treatment, today = treatments[0], patient.today(timezone.now())
    values = treatment_values(treatment), patient_values(treatment)
    status = PatientStatus.objects.filter(patient=patient).first()
    open_concern = status is not None and status.has_open_concern
    day = max(0, treatment.day_of(today))
    phase, shown_day = _shown(request.GET.get("phase", ""), day)
    numbers = phone_numbers_for(patient, numbers_abroad(request))
    context = {
        "tab": "care",
        "treatment": treatment,
        "phases": aftercare.PHASES,
        "current": aftercare.phase_of(day),
        "shown": phase,
        "advice": in_full(aftercare.care(shown_day, *values, open_concern=open_concern), has_clinic=numbers.has_clinic),
        "allowed": [
            _allowed(activity, treatment, today, has_clinic=numbers.has_clinic)
            for activity in aftercare.when_can_i(
                *values, open_concern=open_concern, is_on_track=status is not None and status.is_on_track_at(today)
            )
        ],
        "numbers": numbers,
        "version": PROTOCOL.version,
    }
    return render(request, "patient/care.html", context)


def _shown(key: str, day: int) -> tuple[aftercare.Phase, int]:
    """The phase that was asked for and one of its days; by default today's."""
    if not key:
        return aftercare.phase_of(day), day
    for phase in aftercare.PHASES:
        if phase.key == key:
            return phase, day if phase.days.hold("A", day) else phase.days.spans["A"][0]
    raise Http404


def _allowed(activity: aftercare.Allowed, treatment: Treatment, today: date, *, has_clinic: bool) -> dict[str, str]:
    """What, from when on, and what to ask or mind first."""
    row = {"what": _(activity.title), "more": in_words(activity.texts, has_clinic=has_clinic)}
    if activity.day is None:
        says_whom = any("Ask " in text for text in activity.texts)
        return row | {"icon": "question", "when": "" if says_whom else _("Ask first.")}
    on = treatment.date_of(activity.day)
    if on <= today:
        return row | {"icon": "check", "when": _("Now, since {date}.").format(date=short(on, today))}
    when = _("From day {day}, {date}.").format(day=activity.day, date=short(on, today))
    return row | {"icon": "clock", "when": when}
