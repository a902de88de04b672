"""What a patient's browser asks that may be without a network: who it is, the forms of the days to come, and to take
what it kept."""

from uuid import UUID

from django.http import HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.access import PatientRequest, patient_by_script
from accounts.models import Patient
from symptoms.forms.entry import EntryForm
from symptoms.forms.temperature import unit_for
from symptoms.journal.entries import DayNotYet, EntryRefused, ForeignId, NotTheirs, SavedSince, record_entry
from symptoms.models import Entry, Photo, Treatment
from symptoms.recovery.course import LAST_DAY
from symptoms.views.patient.offline_forms import forms_ahead


@patient_by_script
@require_safe
def offline_session(request: PatientRequest) -> JsonResponse:
    """Who is signed in, what time it is here, and the guard without which nothing is taken."""
    now = int(timezone.now().timestamp() * 1000)  # as a script counts: milliseconds
    return JsonResponse({"account": request.user.pk, "now": now, "token": get_token(request)})


@patient_by_script
@require_safe
def offline_forms(request: PatientRequest) -> HttpResponse:
    """The forms of today and the days to come, with whom to call; nothing where the browser `have`s them already."""
    forms = forms_ahead(request, have=request.GET.get("have", ""))
    return JsonResponse(forms) if forms else HttpResponse(status=204)


@patient_by_script
@require_POST
def offline_entry(request: PatientRequest) -> JsonResponse:
    """Write down a day that waited on a phone: the fields of its log, and for whom, which session and day it is.

    Answers 201, or 200 where it was there already, with its id; else `why` in a word and `detail` for its writer: 403
    where it is another account's, 409 where it was saved since, 422 with today's `day` where its own has not come.
    """
    posted, patient = request.POST, request.patient
    if posted.get("account") != str(request.user.pk):
        return _refused(403, "account")
    treatment = _treatment(patient, posted.get("treatment"))
    if treatment is None:
        return _refused(404, "treatment")
    treatment.patient = patient
    day = int(posted["day"]) if posted.get("day", "").isascii() and posted.get("day", "").isdigit() else LAST_DAY + 1
    form = EntryForm(treatment=treatment, day=day, previous_entry=None, unit=unit_for(request, patient), data=posted)
    if not form.is_valid():
        is_there = _entry(patient, posted.get("id"))
        return _refused(409, "known") if is_there else _refused(422, "form", " ".join(_mistakes(form)))
    return _recorded(request, treatment, form)


def _recorded(request: PatientRequest, treatment: Treatment, form: EntryForm) -> JsonResponse:
    cleaned, answers = form.cleaned_data, form.answers()
    same = treatment.entries.current().filter(day=cleaned["day"]).first()
    if same is not None and (same.answers, same.note) == (answers, cleaned["note"]):
        return JsonResponse({"id": cleaned["id"]})  # saved by another page: nothing has changed
    try:
        recorded = record_entry(
            treatment.id, id=cleaned["id"], day=cleaned["day"], answers=answers, note=cleaned["note"],
            instead_of=request.POST.get("instead_of"), by=request.user, now=timezone.now(),
        )  # fmt: skip
    except DayNotYet as early:
        return _refused(422, "not_yet", str(early), day=early.today)
    except SavedSince as clash:
        return _refused(409, "since", str(clash), day=clash.saved.day)
    except EntryRefused as refusal:
        return _refused(409, "refused", str(refusal))
    except (ForeignId, NotTheirs):
        return _refused(404, "treatment")
    return JsonResponse({"id": recorded.entry.pk}, status=201 if recorded.is_new else 200)


@patient_by_script
@require_safe
def offline_photo(request: PatientRequest, photo_id: UUID) -> JsonResponse:
    """Whether a photo with these bytes (`sha256`) of a day is there already, so that it is not sent again."""
    asked = request.GET
    treatment = _treatment(request.patient, asked.get("treatment"))
    if treatment is None or not asked.get("day", "").isdigit():
        return JsonResponse({"id": photo_id, "is_known": False})
    own = Photo.objects.own().filter(treatment__patient=request.patient, digest=asked.get("sha256", ""))
    on = treatment.date_of(min(int(asked["day"]), LAST_DAY))
    return JsonResponse({"id": photo_id, "is_known": own.filter(date=on).exists()})


def _treatment(patient: Patient, id: str | None) -> Treatment | None:
    """The patient's own session of an id that a browser kept."""
    return patient.treatments.filter(pk=_uuid(id)).first()


def _entry(patient: Patient, id: str | None) -> Entry | None:
    return Entry.objects.filter(treatment__patient=patient, pk=_uuid(id)).first()


def _uuid(id: str | None) -> UUID:
    """As it stands in a row; for what is none, one that no row has."""
    try:
        return UUID(id or "")
    except ValueError:
        return UUID(int=0)


def _mistakes(form: EntryForm) -> list[str]:
    return [str(mistake) for mistakes in form.errors.values() for mistake in mistakes]


def _refused(status: int, why: str, detail: str = "", *, day: int | None = None) -> JsonResponse:
    return JsonResponse({"why": why, "detail": detail, "day": day}, status=status)
