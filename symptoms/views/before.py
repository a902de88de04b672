"""Before a treatment, for anybody: the questions, what each answer changes, what to look for, and when to get help."""

from datetime import datetime

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.views.decorators.http import require_http_methods

from accounts.access import public
from accounts.models import Patient, User
from accounts.web.whereabouts import numbers_shown
from symptoms.forms.screening import ScreeningForm
from symptoms.journal.entries import LoggingStopped
from symptoms.journal.screening import keep_screening, screening_of
from symptoms.models import Screening
from symptoms.recovery import screening as knowledge
from symptoms.recovery.care import SEEK_HELP, when_can_anybody
from symptoms.recovery.screening import Answers
from symptoms.views.patient.own_treatments import own_treatments
from symptoms.wording.screening import result_for_patient
from symptoms.wording.times import at

# What somebody who is not a patient here answers lives in a cookie of their browser and ends with it. In the address it
# would stand in histories and logs; in a session it would be kept on the server, of somebody who agreed to nothing.
COOKIE = "before" if settings.DEBUG else "__Secure-before"
SALT = "symptoms.before"


@public
@require_http_methods(["GET", "POST"])
def before(request: HttpRequest) -> HttpResponse:
    """The page. A patient's answers are kept and shown to their clinic, anybody else's stay in their browser.

    So does what was left half filled (do=remember), until it is sent or forgotten (do=forget).
    """
    user, now = (request.user if request.user.is_authenticated else None), timezone.now()
    patient = user.as_patient if user else None
    if request.POST.get("do") == "forget":
        return _out_of_browser(redirect("before"))
    screening, in_browser = (screening_of(patient) if patient else None), _in_browser(request)
    answers = in_browser if in_browser or screening is None else screening.answers
    form = ScreeningForm(request.POST if request.method == "POST" else None, before=answers)
    if request.method == "POST" and form.is_valid():
        if request.POST.get("do") == "remember":
            return _put_in_browser(form.answers(), HttpResponse(status=204))
        if user is None or patient is None:
            return _put_in_browser(form.answers(), _to_result())
        if _keep(patient, form, by=user, now=now):
            return _out_of_browser(_to_result())
    numbers, is_guess = numbers_shown(request)
    context = {
        "form": form,
        "patient": patient,
        "practice": patient.practice if patient else None,
        "treatment": next(iter(own_treatments(patient)), None) if patient else None,
        "kept_at": _kept_at(patient, screening, now),
        "is_in_browser": bool(in_browser),
        "result": result_for_patient(answers),
        "numbers": numbers,
        "is_guess": is_guess or patient is None,
        "when_can_i": when_can_anybody(),
        "seek_help": SEEK_HELP,
        "knowledge": knowledge,
        "tab": "care",
    }
    response = render(request, "public/before.html", context, status=422 if form.is_bound else 200)
    # Kept in no cache that others share; the browser may, so that going back to it finds what was ticked.
    patch_cache_control(response, private=True, no_cache=True)
    patch_vary_headers(response, ["Cookie"])
    return response


def _kept_at(patient: Patient | None, screening: Screening | None, now: datetime) -> str:
    """When the patient's answers were kept, in words; empty while none are."""
    if patient is None or screening is None or screening.changed_at is None:
        return ""
    return at(screening.changed_at, patient.zone, patient.today(now))


def _keep(patient: Patient, form: ScreeningForm, *, by: User, now: datetime) -> bool:
    """Whether the patient's answers were kept; if not, the form says why."""
    try:
        keep_screening(patient, form.answers(), by=by, now=now)
    except LoggingStopped as refusal:
        form.add_error(None, str(refusal))
        return False
    return True


def _in_browser(request: HttpRequest) -> Answers:
    """What the cookie holds; nothing where it is not as it was sent."""
    try:
        return Answers.of(signing.loads(request.COOKIES.get(COOKIE, ""), salt=SALT))
    except signing.BadSignature:
        return Answers()


def _to_result() -> HttpResponse:
    return redirect(reverse("before") + "#result")


def _put_in_browser(answers: Answers, response: HttpResponse) -> HttpResponse:
    value = signing.dumps(answers.document(), salt=SALT, compress=True)
    response.set_cookie(COOKIE, value, path=reverse("before"), secure=not settings.DEBUG, httponly=True, samesite="Lax")
    return response


def _out_of_browser(response: HttpResponse) -> HttpResponse:
    response.delete_cookie(COOKIE, path=reverse("before"), samesite="Lax")
    return response
