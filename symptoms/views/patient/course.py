"""The course: each symptom against its expected band, the verdict of each day, and one day in full."""

from collections.abc import Iterable
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.formats import date_format
from django.views.decorators.http import require_safe

from accounts.access import PatientRequest, patient_required
from symptoms.forms.temperature import unit_for
from symptoms.journal.course_days import CourseRead, DayRead, last_day, read_course
from symptoms.journal.loading import entry_values
from symptoms.journal.verdicts import lines_for, verdict_about, word_for
from symptoms.journal.visibility import Visibility
from symptoms.models import Treatment
from symptoms.models.photo import VIEWS
from symptoms.recovery.course import LAST_DAY
from symptoms.recovery.phrases import degrees, step
from symptoms.recovery.questions import REQUIRED, question
from symptoms.recovery.vocabulary import Symptom
from symptoms.views.patient.clinic_response import received
from symptoms.views.patient.own_treatments import chosen, in_a_line, own_treatments
from symptoms.wording.chart import draw
from symptoms.wording.patient import at_most
from symptoms.wording.times import at, full

PAGE = 30  # days


@patient_required
@require_safe
def course(request: PatientRequest) -> HttpResponse:
    """One symptom (?symptom=) over 30 days (?page=), each day's verdict, and the photos of one view (?view=)."""
    now, patient = timezone.now(), request.patient
    treatments = own_treatments(patient)
    if not treatments:
        return render(request, "patient/course.html", {"tab": "course", "treatment": None})
    treatment = chosen(treatments, request.GET.get("treatment", ""))
    date = patient.today(now)
    last = min(LAST_DAY, last_day(treatment, date))
    today = min(last, max(0, treatment.day_of(date)))  # a later day can be logged already, before a journey west
    pages = _pages(last)
    page = _page_of(request.GET.get("page", ""), len(pages))
    read = read_course(Visibility(request.user, treatment), days=pages[page - 1])
    symptom = _symptom(request.GET.get("symptom", "")) or _leading(read)
    views = [(view, title) for view, title in VIEWS if any(p.view == view for day in read.days for p in day.photos)]
    view = _view(request.GET.get("view", ""), views)
    context = {
        "tab": "course",
        "treatment": treatment,
        "earlier": [(other, in_a_line(other)) for other in treatments if other is not treatment],
        "described": in_a_line(treatment),
        "day": today,
        "symptom": symptom,
        "chips": [(word, question(word).title) for word in _offered(read, symptom)],
        "chart": draw(read.line(symptom), symptom, today=today),
        "rows": _rows(read, symptom, last),
        "page": page,
        "pages": [(number, days[0], days[-1]) for number, days in enumerate(pages, 1)],
        "views": views,
        "view": view,
        "photos": [photo for day in read.days for photo in day.photos if photo.view == view],
        "keep": _query(request, "treatment"),
    }
    return render(request, "patient/course.html", context)


def _rows(read: CourseRead, symptom: Symptom, last: int) -> list[dict[str, Any]]:
    """The table's rows, and the calendar's cells: the days that have come or are logged already."""
    has_clinic = read.treatment.patient.practice_id is not None
    return [_row(day, symptom, has_clinic=has_clinic) for day in read.days if day.day <= last]


def _row(day: DayRead, symptom: Symptom, *, has_clinic: bool) -> dict[str, Any]:
    point = day.point(symptom)
    return {
        "day": day.day,
        "on": day.on,
        "level": "" if point.level is None else step(point.level),
        "is_above": point.is_above,
        "limit": at_most(point.limit),
        "urgency": day.urgency,
        "word": word_for(day, has_clinic=has_clinic) if day.entry else "not logged",
        "weekday": date_format(day.on, "D"),
    }


def _offered(read: CourseRead, symptom: Symptom) -> list[Symptom]:
    """The symptoms to choose from: those asked every day, and those that were answered above none."""
    felt = {s for day in read.days for s, level in day.reported.items() if level}
    return [choice for choice in Symptom if choice in felt | {*REQUIRED, symptom}]


def _symptom(word: str) -> Symptom | None:
    if word and word not in set(Symptom):
        raise Http404
    return Symptom(word) if word else None


def _leading(read: CourseRead) -> Symptom:
    """The symptom that was furthest above its limit when the last of these days was logged; redness if none was."""
    logged = [day for day in read.days if day.entry is not None]
    above = {s: level - logged[-1].expected[s] for s, level in logged[-1].reported.items()} if logged else {}
    most = max(above, key=above.__getitem__, default=Symptom.REDNESS)
    return most if above.get(most, 0) > 0 else Symptom.REDNESS


def _view(word: str, there: list[tuple[str, str]]) -> str:
    if word and word not in dict(VIEWS):
        raise Http404
    return word or (there[0][0] if there else "")


def _pages(last: int) -> list[range]:
    """The days in stretches of 30, the newest first; a course that has just begun shows what is expected."""
    if last < PAGE:
        return [range(PAGE)]
    return [range(max(0, end + 1 - PAGE), end + 1) for end in range(last, -1, -PAGE)]


def _page_of(word: str, pages: int) -> int:
    """The page asked for; by default the first, with the newest days."""
    if word and not (word.isascii() and word.isdigit() and len(word) <= 3 and 1 <= int(word) <= pages):
        raise Http404
    return int(word or 1)


def _query(request: PatientRequest, *names: str) -> str:
    """The named parts of the address that a link on the page keeps, with a trailing &."""
    return "".join(f"{name}={request.GET[name]}&" for name in names if name in request.GET)


@patient_required
@require_safe
def course_day(request: PatientRequest, day: int) -> HttpResponse:
    """One day in full: what was reported against what is usual, what was said, note, photos."""
    now, patient = timezone.now(), request.patient
    treatments = own_treatments(patient)
    treatment = chosen(treatments, request.GET.get("treatment", ""))
    today = min(LAST_DAY, last_day(treatment, patient.today(now)))
    if day > today:
        raise Http404
    read = read_course(Visibility(request.user, treatment), days=range(day, day + 1)).days[0]
    lines = lines_for(patient)
    entry, on_day, unit = read.entry, patient.today(now), unit_for(request, patient)
    context: dict[str, Any] = {
        "tab": "course",
        "treatment": treatment,
        "day": read,
        "date": full(read.on),
        "before": day - 1 if day > 0 else None,
        "after": day + 1 if day < today else None,
        "keep": _query(request, "treatment"),
        "is_newest": treatment is treatments[0],
    }
    if entry is not None:
        values, verdict = entry_values(entry), verdict_about(entry, read.assessment, lines, unit)
        context |= {
            "entry": entry,
            "saved": at(entry.received_at, patient.zone, on_day),
            "verdict": verdict,
            "lines": lines,
            "levels": [_level(read, symptom) for symptom in Symptom if symptom in read.reported],
            "signs": _listed(values.signs),
            "temperature": degrees(values.temperature_c, unit) if values.temperature_c is not None else "",
            "exposures": _listed(values.exposures),
            "received": received(entry, read.assessment, verdict, patient, now),
            "replaced": _replaced(treatment, day, patient.zone, on_day),
        }
    return render(request, "patient/course_day.html", context)


def _listed(words: Iterable[str]) -> str:
    """Their titles as one sentence has them: "Pus, spreading redness or heat"."""
    titles = ", ".join(question(word).title for word in sorted(words))
    return titles[:1] + titles[1:].lower()


def _level(read: DayRead, symptom: Symptom) -> dict[str, Any]:
    point = read.point(symptom)
    return {
        "title": question(symptom).title,
        "level": step(point.level or 0),
        "usual": at_most(point.limit),
        "is_above": point.is_above,
    }


def _replaced(treatment: Treatment, day: int, zone: ZoneInfo, today: date) -> list[tuple[Any, str]]:
    """What was saved for the day before it was changed, newest first."""
    earlier = treatment.entries.filter(day=day, is_current=False).order_by("-received_at")
    earlier = earlier.only("id", "treatment", "received_at", "day")
    return [(entry, at(entry.received_at, zone, today)) for entry in earlier]
