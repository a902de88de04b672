"""Writing a day down: the one form of every day, with and without scripts."""

import json
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import uuid4

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.access import PatientRequest, patient_required
from accounts.web.whereabouts import numbers_abroad
from symptoms.alerts.reminder_wishes import may_be_later
from symptoms.forms.entry import EntryForm, answers_of, as_typed, filled_from, signs_denied_in
from symptoms.forms.temperature import UNIT_USED_LAST, unit_for
from symptoms.journal.course_days import last_day
from symptoms.journal.entries import (
    DayNotYet,
    EntryRefused,
    ForeignId,
    LoggingStopped,
    SameIdOtherAnswers,
    SavedSince,
    record_entry,
)
from symptoms.journal.verdicts import phone_facts, phone_numbers_for
from symptoms.models import Entry, Treatment
from symptoms.models.values import patient_values, treatment_values
from symptoms.recovery.course import LAST_DAY
from symptoms.recovery.texts import who_of
from symptoms.views.patient.own_treatments import own_treatments
from symptoms.wording.filling import FILLING_WORDS, filled_in_words
from symptoms.wording.patient import PhoneNumbers, box_advice
from symptoms.wording.times import full, short

DAYS_OFFERED = 3  # when it is asked which day is meant


@dataclass(frozen=True)
class Sheet:
    """What the page of one day stands on."""

    treatment: Treatment
    day: int
    today: int
    unit: str
    seconds_left: int  # until the patient's midnight

    @cached_property
    def before(self) -> list[Entry]:
        """The last two entries before this day, the newest first."""
        return list(self.treatment.entries.current().filter(day__lt=self.day).order_by("-day")[:2])

    @cached_property
    def saved(self) -> Entry | None:
        """What was saved for this day before."""
        return self.saved_on(self.day)

    def saved_on(self, day: int) -> Entry | None:
        """What counts for a day."""
        return self.treatment.entries.current().filter(day=day).first()


@patient_required
@require_http_methods(["GET", "POST"])
def log(request: PatientRequest) -> HttpResponse:
    """Today's log."""
    return _log(request, None)


@patient_required
@require_http_methods(["GET", "POST"])
def log_day(request: PatientRequest, day: int) -> HttpResponse:
    """The log of a day that has come, to write or to correct."""
    return _log(request, day)


def _log(request: PatientRequest, day: int | None) -> HttpResponse:
    now, patient = timezone.now(), request.patient
    treatments = own_treatments(patient)
    if not treatments:
        return redirect("today")
    date = patient.today(now)
    today, last = treatments[0].day_of(date), last_day(treatments[0], date)
    if last < 0:
        return redirect("today")
    today = max(0, today)  # on the date before day 0, after a journey west, day 0 can be changed
    day = today if day is None else day
    if day > LAST_DAY or (day > last and request.method == "GET"):
        raise Http404
    sheet = Sheet(treatments[0], day, today, unit_for(request, patient), patient.seconds_left_today(now))
    if request.method == "POST":
        return _posted(request, sheet, now)
    if not patient.agreed_to("care"):
        return redirect("today")
    if (saved := sheet.saved) is None:
        return _page(request, sheet, form_of(sheet))
    form = form_of(sheet, initial=answers_of(saved, sheet.unit), signs_denied=signs_denied_in(saved))
    return _page(request, sheet, form)


def _posted(request: PatientRequest, sheet: Sheet, now: datetime) -> HttpResponse:
    if request.POST.get("fill"):
        return _filled(request, sheet)
    form = form_of(sheet, data=request.POST)
    if form.chosen_unit != sheet.unit:
        request.session[UNIT_USED_LAST] = form.chosen_unit
    if not form.is_valid():
        fresh = {"id": uuid4()} if "id" in form.errors else {}
        return _page(request, sheet, form, status=422, asks_day="day" in form.errors, **fresh)
    cleaned, saved = form.cleaned_data, sheet.saved_on(form.cleaned_data["day"])
    is_saved = saved is not None and (saved.answers, saved.note) == (form.answers(), cleaned["note"])
    if saved is not None and is_saved and saved.pk != cleaned["id"]:
        return redirect(saved)  # nothing has changed
    try:
        recorded = record_entry(
            sheet.treatment.id, id=cleaned["id"], day=cleaned["day"], answers=form.answers(), note=cleaned["note"],
            instead_of=request.POST.get("instead_of"), by=request.user, now=now,
        )  # fmt: skip
    except SavedSince as clash:
        return _page(request, replace(sheet, day=clash.saved.day), form, status=409, clash=clash.saved.day)
    except DayNotYet:
        return _page(request, sheet, form, status=422, asks_day=True)
    except SameIdOtherAnswers as clash:
        return _page(request, sheet, form, status=409, clash=clash.saved.day, id=uuid4())
    except EntryRefused as refusal:
        may_agree = isinstance(refusal, LoggingStopped)
        return _page(request, sheet, form, status=403, stopped=str(refusal), may_agree=may_agree)
    except ForeignId:
        raise Http404 from None
    return redirect(recorded.entry)


def _filled(request: PatientRequest, sheet: Sheet) -> HttpResponse:
    """ "Copy my last answers" or "None for the rest", without a script: the page comes back with what was empty filled.

    Nothing is saved.
    """
    typed = as_typed(request.POST)
    questions = form_of(sheet, initial=dict(typed)).questions
    levels = questions.last_said if request.POST["fill"] == "last" else dict.fromkeys(questions.asked.symptoms, 0)
    form = form_of(sheet, initial=filled_from(typed, levels))
    filled = sum(typed.get(symptom) in (None, "") for symptom in levels)
    empty = sum(form[symptom].value() in (None, "") for symptom in form.questions.asked.symptoms)
    return _page(request, sheet, form, filled=filled_in_words(filled, empty))


def form_of(sheet: Sheet, **given: Any) -> EntryForm:
    """The form of a day."""
    previous = sheet.before[0] if sheet.before else None
    return EntryForm(
        treatment=sheet.treatment, day=sheet.day, previous_entry=previous, is_known=len(sheet.before) == 2,
        unit=sheet.unit, **given,
    )  # fmt: skip


def _page(request: PatientRequest, sheet: Sheet, form: EntryForm, *, status: int = 200, **more: Any) -> HttpResponse:
    numbers = phone_numbers_for(sheet.treatment.patient, numbers_abroad(request))
    on = sheet.treatment.date_of(sheet.day)
    offered = range(sheet.today, max(-1, sheet.today - DAYS_OFFERED), -1)
    context = {
        **form_context(sheet, form, numbers),
        "is_today": sheet.day == sheet.today,
        "seconds_left": sheet.seconds_left if sheet.day == sheet.today else None,
        "is_shared_phone": request.session.get_expire_at_browser_close(),
        "days_offered": [(day, short(sheet.treatment.date_of(day), on)) for day in offered],
        "phone_facts": json.dumps(phone_facts(sheet.treatment, numbers, sheet.unit, timezone.now())),
        "may_be_later": "reminded" in request.GET and may_be_later(sheet.treatment.patient, timezone.now()),
        "tab": "today",
        **more,
    }
    return render(request, "patient/log.html", context, status=status)


def form_context(sheet: Sheet, form: EntryForm, numbers: PhoneNumbers) -> dict[str, Any]:
    """What `patient/log_form.html` shows of a day, whenever it is written down."""
    treatment = sheet.treatment
    who = who_of(patient_values(treatment), treatment_values(treatment))
    return {
        "form": form,
        "questions": form.questions,
        "treatment": treatment,
        "day": sheet.day,
        "is_change": sheet.saved is not None,
        "instead_of": sheet.saved.pk if sheet.saved else "",
        "draft": f"{treatment.patient.user_id}/{treatment.pk}/{sheet.day}",
        "on": full(treatment.date_of(sheet.day)),
        "numbers": numbers,
        "box_advice": box_advice(who, sheet.day, numbers),
        "filling_words": FILLING_WORDS,
    }
