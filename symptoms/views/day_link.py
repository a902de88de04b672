"""One day's empty log, by the link in a reminder: nothing that was recorded before stands here, nobody is signed in.

A declared exception to "a mail link is no way to sign in" (decision 33).
"""

from datetime import datetime
from typing import Any
from uuid import uuid4

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from accounts.access import public
from accounts.models import Patient
from accounts.web.whereabouts import abroad_of, numbers_of_site
from symptoms.forms.entry import EntryForm, as_typed, filled_from
from symptoms.journal.day_links import LinkOver, OpenDay, Over, open_day, save_by_link
from symptoms.journal.entries import EntryRefused, ForeignId, Recorded, SameIdOtherAnswers
from symptoms.journal.verdicts import phone_numbers_for, verdict_about
from symptoms.models.values import patient_values, treatment_values
from symptoms.recovery.phrases import unit_of
from symptoms.recovery.questions import BOX
from symptoms.recovery.texts import who_of
from symptoms.wording.filling import FILLING_WORDS, filled_in_words
from symptoms.wording.patient import PhoneNumbers, box_advice
from symptoms.wording.times import full

STATUS = {Over.UNKNOWN: 404, Over.STOPPED: 403, Over.LOGGED: 409}


@csrf_exempt  # nothing is done in anybody's name here: the token in the address is all there is, and a form has it
@public
@require_http_methods(["GET", "POST"])
def day_link(request: HttpRequest, token: str) -> HttpResponse:
    """The empty log of the link's day; saved once, and answered with what to do now."""
    now = timezone.now()
    try:
        return _saved(request, token, now) if request.method == "POST" else _empty(request, open_day(token, now))
    except LinkOver as over:
        return _over(request, over.why)


def _empty(request: HttpRequest, opened: OpenDay) -> HttpResponse:
    return _page(request, opened, _form(opened))


def _saved(request: HttpRequest, token: str, now: datetime) -> HttpResponse:
    opened = open_day(token, now, saved=request.POST.get("id", ""))
    if request.POST.get("fill"):
        return _filled(request, opened)
    form = _form(opened, data=request.POST)
    if not form.is_valid():
        fresh = {"id": uuid4()} if "id" in form.errors else {}
        return _page(request, opened, form, status=422, **fresh)
    try:
        recorded = save_by_link(
            token, id=form.cleaned_data["id"], answers=form.answers(), note=form.cleaned_data["note"], now=now
        )
    except SameIdOtherAnswers:
        return _over(request, Over.USED)
    except (EntryRefused, ForeignId):
        return _over(request, Over.LOGGED)
    return _answer(request, recorded, opened.treatment.patient)


def _filled(request: HttpRequest, opened: OpenDay) -> HttpResponse:
    """ "None for the rest", without a script: the page comes back with what was empty filled. Nothing is saved."""
    typed = as_typed(request.POST)
    levels = dict.fromkeys(_form(opened, initial=dict(typed)).questions.asked.symptoms, 0)
    form = _form(opened, initial=filled_from(typed, levels))
    filled = sum(typed.get(symptom) in (None, "") for symptom in levels)
    return _page(request, opened, form, filled=filled_in_words(filled, 0))


def _form(opened: OpenDay, **given: Any) -> EntryForm:
    """As of somebody who knows the form, whatever was logged: that must not show."""
    unit = unit_of(opened.treatment.patient.likely_country)
    return EntryForm(treatment=opened.treatment, day=opened.day, previous_entry=None, is_known=True, unit=unit, **given)


def _page(request: HttpRequest, opened: OpenDay, form: EntryForm, *, status: int = 200, **more: Any) -> HttpResponse:
    treatment = opened.treatment
    numbers = _numbers(request, treatment.patient)
    who = who_of(patient_values(treatment), treatment_values(treatment))
    context = {
        "form": form,
        "questions": form.questions,
        "treatment": {"fitzpatrick": None},  # the drawings are of every skin
        "day": opened.day,
        "is_today": True,
        "on": full(treatment.date_of(opened.day)),
        "numbers": numbers,
        "box_advice": box_advice(who, opened.day, numbers),
        "filling_words": FILLING_WORDS,
        **more,
    }
    return render(request, "public/day.html", context, status=status)


def _answer(request: HttpRequest, recorded: Recorded, patient: Patient) -> HttpResponse:
    """What to do now, by the same verdict as ever: in full where it cannot wait; else without a word that rests on
    earlier days."""
    recorded.entry.treatment.patient = patient
    numbers = _numbers(request, patient)
    context = {
        "verdict": verdict_about(recorded.entry, recorded.assessment, numbers, unit_of(patient.likely_country)),
        "numbers": numbers,
        "is_on_its_way": recorded.is_on_its_way,
    }
    return render(request, "public/day_saved.html", context)


def _over(request: HttpRequest, why: Over) -> HttpResponse:
    """Why the link opens nothing, and the way on; whoever ticked what cannot wait reads that first."""
    is_emergency = not BOX.isdisjoint(request.POST.getlist("signs"))
    context = {"why": why.value, "is_emergency": is_emergency, "numbers": _numbers(request, None)}
    return render(request, "public/day_over.html", context, status=STATUS.get(why, 410))


def _numbers(request: HttpRequest, patient: Patient | None) -> PhoneNumbers:
    """Whom they can call; of nobody known, those of where the browser seems to be."""
    if patient is None:
        here = numbers_of_site(request)
        return PhoneNumbers(here.emergency, here.urgent)
    return phone_numbers_for(patient, abroad_of(request, patient))
