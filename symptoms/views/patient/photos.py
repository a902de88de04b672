"""The patient's own photos: adding some to a day, moving one to another view, taking one away."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import PatientRequest, patient_required
from accounts.web.unavailable import RETRY_AFTER
from accounts.web.whereabouts import numbers_abroad
from symptoms.forms.photo import PhotosForm, sent_photos
from symptoms.journal.course_days import last_day
from symptoms.journal.entries import LoggingStopped, NotTheirs
from symptoms.journal.photos import move_photo, remove_photo
from symptoms.journal.verdicts import phone_numbers_for
from symptoms.models import Photo
from symptoms.models.photo import VIEWS
from symptoms.recovery.course import LAST_DAY
from symptoms.views.addresses import chosen
from symptoms.views.patient.own_treatments import own_treatments
from symptoms.views.patient.photo_upload import NotKept, keep_photos, picker
from symptoms.views.photos import day_page, day_page_of
from symptoms.wording.times import full


@patient_required
@require_http_methods(["GET", "POST"])
def photo_add(request: PatientRequest, day: int) -> HttpResponse:
    """Photos for a day that has come, logged or not, of the newest session or the one that is named (?treatment=)."""
    now, patient = timezone.now(), request.patient
    if day > LAST_DAY:
        raise Http404
    treatment = chosen(own_treatments(patient), request.GET.get("treatment", ""))
    if request.method == "GET":
        if day > last_day(treatment, patient.today(now)):
            raise Http404
        if not patient.agreed_to("care"):
            messages.error(request, str(LoggingStopped()))
            return redirect("today")
    form = PhotosForm(*((request.POST, request.FILES) if request.method == "POST" else ()))
    refused: list[NotKept] = []
    if form.is_bound and form.is_valid():
        sent = sent_photos(request.FILES, form.cleaned_data["id"])
        refused = keep_photos(request, treatment.id, sent, day=day, now=now)
        if len(refused) < len(sent):
            messages.success(request, _("Saved."))
        if not refused:
            return redirect(day_page(treatment.id, day))
        form = PhotosForm()
    context = {
        "tab": "course",
        "form": form,
        "treatment": treatment,
        "day": day,
        "date": full(treatment.date_of(day)),
        "refused": refused,
        "numbers": phone_numbers_for(patient, numbers_abroad(request)),
        "shows_photos": patient.agreed_to("photos"),
        "picker": picker(request),
    }
    page = render(request, "patient/photo_add.html", context, status=_status(form, refused))
    if page.status_code == 503:
        page.headers["Retry-After"] = str(RETRY_AFTER)
    return page


def _status(form: PhotosForm, refused: list[NotKept]) -> int:
    if any(photo.is_ours for photo in refused):
        return 503
    return 422 if form.errors or refused else 200


@patient_required
@require_POST
def photo_move(request: PatientRequest, photo_id: UUID) -> HttpResponse:
    """Say that one's own photo shows another view than it was sent as."""
    view = request.POST.get("view", "")
    if view not in dict(VIEWS):
        messages.error(request, _("Choose what the photo shows."))
        return redirect("photo_page", photo_id)
    try:
        move_photo(photo_id, view, by=request.user)
    except NotTheirs:
        raise Http404 from None
    messages.success(request, _("Saved."))
    return redirect("photo_page", photo_id)


@patient_required
@require_http_methods(["GET", "POST"])
def photo_remove(request: PatientRequest, photo_id: UUID) -> HttpResponse:
    """Take one's own photo away, after being asked once."""
    own_photos = Photo.objects.own().filter(treatment__patient=request.patient)
    photo = get_object_or_404(own_photos.select_related("treatment"), pk=photo_id)
    if request.method == "POST":
        try:
            remove_photo(photo.pk, by=request.user)
        except NotTheirs:  # a second tap
            raise Http404 from None
        messages.success(request, _("Photo deleted."))
        return redirect(day_page_of(photo).partition("#")[0])  # the message stands at the top
    return render(request, "patient/photo_remove.html", {"tab": "course", "photo": photo, "back": day_page_of(photo)})
