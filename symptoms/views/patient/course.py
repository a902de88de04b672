"""The course: each symptom against its expected band, the verdict of each day, and one day in full."""

from collections.abc import Iterable
from typing import Any

from django.core.paginator import InvalidPage
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.access import PatientRequest, patient_required
from accounts.web.whereabouts import numbers_abroad
from symptoms.forms.temperature import unit_for
from symptoms.journal.course_days import CourseRead, last_day, read_course
from symptoms.journal.loading import entry_values
from symptoms.journal.verdicts import phone_numbers_for, verdict_about
from symptoms.journal.visibility import Visibility
from symptoms.models.photo import VIEWS
from symptoms.recovery.course import LAST_DAY
from symptoms.recovery.questions import REQUIRED
from symptoms.recovery.vocabulary import Symptom
from symptoms.views.addresses import DAYS_SHOWN, chosen, days_in_pages
from symptoms.views.patient.clinic_response import received
from symptoms.views.patient.course_lines import lines_of
from symptoms.views.patient.own_treatments import own_treatments
from symptoms.views.patient.standing import standing
from symptoms.wording.chart import draw
from symptoms.wording.phrases import degrees, in_a_row, title
from symptoms.wording.times import full


@patient_required
@require_safe
def course(request: PatientRequest) -> HttpResponse:
    """One symptom (?symptom=) over 30 days (?page=), each day's verdict, and the photos of one view (?view=)."""
    patient = request.patient
    treatments = own_treatments(patient)
    if not treatments:
        return render(request, "patient/course.html", {"tab": "course", "treatment": None})
    treatment, date = chosen(treatments, request.GET.get("treatment", "")), patient.today(timezone.now())
    last = min(LAST_DAY, last_day(treatment, date))
    today = min(last, max(0, treatment.day_of(date)))  # a later day can be logged already, before a journey west
    try:
        page = days_in_pages(last).page(request.GET.get("page") or 1)
    except InvalidPage as error:
        raise Http404 from error
    # A course that has just begun shows what is expected.
    days = range(page[-1], page[0] + 1) if last >= DAYS_SHOWN else range(DAYS_SHOWN)
    stretch = read_course(Visibility(request.user, treatment), days=days)
    symptom = _asked_for(request, "symptom", Symptom) or _leading(stretch)
    has_clinic, on_top = patient.practice_id is not None, standing(request)
    days_come = [day for day in stretch.days if day.day <= last]  # or that are logged already
    context = {
        "tab": "course",
        "treatment": treatment,
        "earlier": [other for other in treatments if other is not treatment],
        "today": today,
        "has_clinic": has_clinic,
        "symptom": symptom,
        "symptoms": _offered(stretch, symptom),
        "chart": draw(stretch.line(symptom), symptom, today=today),
        "lines": lines_of(days_come, symptom, has_clinic=has_clinic, is_open=on_top["standing"] is not None),
        "page": page,
        "keep": _keep(request),
        **_photos(request, stretch),
    }
    return render(request, "patient/course.html", context | on_top)


def _asked_for(request: PatientRequest, name: str, known: Iterable[str]) -> Any:
    """The one of the known words that the query names; None where it names none, 404 where it names another."""
    word = request.GET.get(name)
    if not word:
        return None
    for choice in known:
        if choice == word:
            return choice
    raise Http404


def _offered(course: CourseRead, symptom: Symptom) -> list[Symptom]:
    """The symptoms to choose from: those asked every day, and those that were answered above none."""
    felt = {symptom for day in course.days for symptom, level in day.reported.items() if level}
    return [choice for choice in Symptom if choice in felt | {*REQUIRED, symptom}]


def _photos(request: PatientRequest, course: CourseRead) -> dict[str, Any]:
    """The photos of one view, and the views there are on these days."""
    photos = [photo for day in course.days for photo in day.photos]
    views = [(view, name) for view, name in VIEWS if any(photo.view == view for photo in photos)]
    view = _asked_for(request, "view", dict(VIEWS)) or (views[0][0] if views else "")
    return {"views": views, "view": view, "photos": [photo for photo in photos if photo.view == view]}


def _leading(course: CourseRead) -> Symptom:
    """The symptom that was furthest above its limit when the last of these days was logged; redness if none was."""
    logged = [day for day in course.days if day.entry is not None]
    above = {s: level - logged[-1].expected[s] for s, level in logged[-1].reported.items()} if logged else {}
    most = max(above, key=above.__getitem__, default=Symptom.REDNESS)
    return most if above.get(most, 0) > 0 else Symptom.REDNESS


def _keep(request: PatientRequest) -> str:
    """The session that was chosen, as the links on the page keep it, with a trailing &."""
    return f"treatment={request.GET['treatment']}&" if "treatment" in request.GET else ""


@patient_required
@require_safe
def course_day(request: PatientRequest, day: int) -> HttpResponse:
    """One day in full: what was reported against what is usual, what was said, note, photos."""
    now, patient = timezone.now(), request.patient
    treatments = own_treatments(patient)
    treatment = chosen(treatments, request.GET.get("treatment", ""))
    last = min(LAST_DAY, last_day(treatment, patient.today(now)))
    if day > last:
        raise Http404
    day_read = read_course(Visibility(request.user, treatment), days=range(day, day + 1)).days[0]
    context: dict[str, Any] = {
        "tab": "course",
        "now": now,
        "treatment": treatment,
        "day": day_read,
        "date": full(day_read.on),
        "before": day - 1 if day > 0 else None,
        "after": day + 1 if day < last else None,
        "keep": _keep(request),
        "is_newest": treatment is treatments[0],
    }
    if entry := day_read.entry:
        numbers, unit, values = (
            phone_numbers_for(patient, numbers_abroad(request)),
            unit_for(request, patient),
            entry_values(entry),
        )
        verdict = verdict_about(entry, day_read.assessment, numbers, unit)
        earlier = treatment.entries.filter(day=day, is_current=False).order_by("-received_at")
        context |= {
            "entry": entry,
            "verdict": verdict,
            "numbers": numbers,
            "levels": [(symptom, day_read.point(symptom)) for symptom in Symptom if symptom in day_read.reported],
            "signs": _listed(values.signs),
            "temperature": degrees(values.temperature_c, unit) if values.temperature_c is not None else "",
            "exposures": _listed(values.exposures),
            "received": received(entry, day_read.assessment, patient, now),
            "replaced": earlier.only("id", "treatment", "received_at", "day"),
        }
    return render(request, "patient/course_day.html", context)


def _listed(words: Iterable[str]) -> str:
    """Their titles as one sentence has them: "Pus, spreading redness or heat"."""
    titles = in_a_row(map(title, sorted(words)))
    return titles[:1] + titles[1:].lower()
