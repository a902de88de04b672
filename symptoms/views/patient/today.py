"""The patient's day: today's page, and the messages that stand on it."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import PatientRequest, patient_required
from accounts.models import Patient
from accounts.web.whereabouts import numbers_abroad
from symptoms.alerts.patient_status import current_until
from symptoms.forms.temperature import unit_for
from symptoms.journal.course_days import CourseRead, DayRead, read_course
from symptoms.journal.erasing import waiting_of
from symptoms.journal.screening import unanswered
from symptoms.journal.treatments import possibly_same, questions_left
from symptoms.journal.verdicts import phone_numbers_for, verdict_about, verdict_before_log
from symptoms.journal.visibility import Visibility
from symptoms.models import Entry, Note, Treatment
from symptoms.models.values import patient_values, treatment_values
from symptoms.recovery.care import care
from symptoms.recovery.course import LAST_DAY
from symptoms.recovery.questions import asked_today
from symptoms.recovery.vocabulary import Symptom, Urgency
from symptoms.views.patient.clinic_response import received
from symptoms.views.patient.conversation import writing
from symptoms.views.patient.own_treatments import own_treatments
from symptoms.views.patient.standing import standing
from symptoms.wording.care import in_short
from symptoms.wording.patient import Verdict, at_most, beneath, is_said_by
from symptoms.wording.phrases import listed, title
from symptoms.wording.times import full

WEEK = 7
BEFORE_TODAY = 3  # days of the week that have passed
NOTES_SHOWN = 5
INSTALL_AFTER = 2  # days logged, of those that are shown: before, nobody knows whether they come back


@patient_required
@require_safe
def today(request: PatientRequest) -> HttpResponse:
    """Day N, the one button, the last verdict, what is expected today, care for today."""
    now, patient = timezone.now(), request.patient
    treatments = own_treatments(patient)
    treatment = treatments[0] if treatments else None
    day = _day(treatment, patient.today(now)) if treatment else None
    context: dict[str, Any] = {
        "tab": "today",
        "now": now,
        "patient": patient,
        "treatment": treatment,
        "day": day,
        "heading": _("Today") if day is None or day < 0 else _("Day {day}").format(day=day),
        "date": full(patient.today(now)),
        "seconds_left": patient.seconds_left_today(now),
        "agreed": treatment.agreed if treatment else patient.agreed_to("care"),
        "asks_about_treatment": treatment is not None and day is not None and bool(questions_left(treatment, day)),
        "same": treatment is not None and possibly_same(treatment, treatments) is not None,
        "is_asked_before": treatment.asks_before if treatment else unanswered(patient.pk).exists(),
        "notes": _notes(patient),
        "erased_on": treatment.erased_on if treatment else waiting_of([patient.pk]).get(patient.pk),
        "phone_is_gone": treatment is not None and treatment.phone_is_gone,
    }
    if treatment is not None and day is not None:
        if day > LAST_DAY:
            context |= {"is_over": True, "last_day": LAST_DAY}
        elif day >= 0:
            context |= _day_n(request, treatment, day, now)
    context |= standing(request) | {"has_stopped": not context["agreed"]}
    context |= _writing(patient, context)
    return render(request, "patient/today.html", context | _beside_what_is_open(context))


def _writing(patient: Patient, context: dict[str, Any]) -> dict[str, Any]:
    """The answer to what the clinic wrote, where something new stands on the page."""
    unread = context["notes"]["unread"]
    return writing(patient, unread[0], context["numbers"]) if unread else {}


def _beside_what_is_open(context: dict[str, Any]) -> dict[str, Any]:
    """How the last verdict is shown beside what is open: nothing is said twice, nor again once it was answered."""
    standing_box, last, verdict = context["standing"], context.get("last"), context.get("verdict")
    if last is None or verdict is None:
        return {}
    if standing_box is None:
        is_answered = last.pk in {concern.alert.entry_id for concern in context["dealt_with"]}
        return {"is_loud": False, "verdict_leads": False, "is_folded": True} if is_answered else {}
    if standing_box.entry == last:
        return {"verdict": None, "verdict_leads": False}
    above = standing_box.verdict
    is_of_today = last.day == context["day"]
    return {
        "verdict": beneath(verdict, above, is_of_today=is_of_today), "is_folded": is_said_by(verdict, above),
    }  # fmt: skip


def _day(treatment: Treatment, today: date) -> int:
    """The number of today; 0 where day 0 was logged already and the patient has travelled west since."""
    day = treatment.day_of(today)
    return 0 if day < 0 and treatment.entries.exists() else day


def _day_n(request: PatientRequest, treatment: Treatment, day: int, now: datetime) -> dict[str, Any]:
    patient, first = treatment.patient, max(0, day - BEFORE_TODAY)
    course = read_course(
        Visibility(request.user, treatment), days=range(first, day + 1), with_photos=False, with_newest=True
    )
    last, assessment = (course.newest.entry, course.newest.assessment) if course.newest else (None, None)
    numbers = phone_numbers_for(patient, numbers_abroad(request))
    verdict = verdict_about(last, assessment, numbers, unit_for(request, patient)) if last else None
    response = received(last, assessment, patient, now) if last and verdict else None
    is_loud = assessment is not None and assessment.urgency >= Urgency.URGENT and not (response and response["closed"])
    is_logged = course.days[-1].entry is not None
    due_on = treatment.log_due_on
    is_due = last is None or (due_on is not None and due_on <= patient.today(now))
    return {
        "week": _week(course),
        "has_clinic": numbers.has_clinic,
        "is_logged": is_logged,
        "is_due": is_due,
        "next_log": (full(due_on), treatment.day_of(due_on)) if due_on and not is_due else None,
        "offers_install": not request.session.get_expire_at_browser_close() and _days_logged(course) >= INSTALL_AFTER,
        "is_old": last is not None and verdict is not None and _is_old(last, verdict, day),
        "last": last,
        "verdict": verdict,
        "before_log": None if last else verdict_before_log(treatment, day, numbers),
        "is_loud": is_loud,
        "verdict_leads": is_loud or is_logged,
        "received": response,
        "numbers": numbers,
        "expected": _expected(course),
        "advice": in_short(
            care(day, treatment_values(treatment), patient_values(treatment)),  # what is open stands above it
            has_clinic=numbers.has_clinic,
        ),
    }


def _days_logged(course: CourseRead) -> int:
    return sum(day.entry is not None for day in course.days)


def _is_old(last: Entry, verdict: Verdict, day: int) -> bool:
    """Whether the newest log was on track, of a day after which newer ones were asked for before day `day`."""
    until = current_until(last.treatment, last)
    return verdict.urgency == Urgency.ON_TRACK.slug and until is not None and last.treatment.day_of(until) < day


def _week(course: CourseRead) -> list[tuple[int, date, DayRead | None]]:
    """Number, date and what is known of seven days around today, those to come included."""
    known = {day.day: day for day in course.days}
    if course.newest:  # perhaps tomorrow's: logged before the patient travelled west
        known.setdefault(course.newest.day, course.newest)
    first = course.days[0]
    return [
        (number, first.on + timedelta(days=number - first.day), known.get(number))
        for number in range(first.day, first.day + WEEK)
    ]


def _expected(course: CourseRead) -> dict[str, Any]:
    """Of what is asked today: `most`, (what, how much is usual), and `none`, what is not usual any more, in words."""
    values, today = (patient_values(course.treatment), treatment_values(course.treatment)), course.days[-1]
    symptoms = asked_today(*values, day=today.day, previous_entry=None).symptoms
    limits = {_named(symptom): today.expected[symptom] for symptom in symptoms}
    unusual = [name.lower() for name, limit in limits.items() if not limit]
    return {
        "most": [(name, at_most(limit)) for name, limit in limits.items() if limit],
        "none": listed(unusual, _("or")),
    }


def _named(symptom: Symptom) -> str:
    """On brown and black skin inflammation rarely looks red."""
    return _("Redness or darker tone") if symptom is Symptom.REDNESS else title(symptom)


def _notes(patient: Patient) -> dict[str, list[Note]]:
    """What the clinic wrote: all that is new, and the last that were read. One statement."""
    notes = Note.objects.filter(treatment__patient=patient, kind=Note.Kind.TO_PATIENT).order_by("-written_at")
    last_read = notes.exclude(read_at=None).values("pk")[:NOTES_SHOWN]
    shown = notes.filter(Q(read_at=None) | Q(pk__in=last_read)).select_related("author", "practice")
    return {
        "unread": [note for note in shown if note.read_at is None],
        "read": [note for note in shown if note.read_at is not None],
    }


@patient_required
@require_POST
def message_read(request: PatientRequest, note_id: UUID) -> HttpResponse:
    """The patient has read a message of the clinic."""
    notes = Note.objects.filter(treatment__patient=request.patient, kind=Note.Kind.TO_PATIENT)
    note = get_object_or_404(notes, pk=note_id)
    unread = notes.filter(pk=note.pk, read_at=None)
    unread.update(read_at=timezone.now(), read_by=request.user, follow_up_at=None)
    return redirect("today")
