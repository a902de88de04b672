"""Photos: adding some to a day later, handing one out to those who may see it, taking one away."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import patient_required, record_access, signed_in
from accounts.web.unavailable import RETRY_AFTER
from symptoms.forms.photo import PhotosForm, sent_photos
from symptoms.journal.course_days import last_day
from symptoms.journal.entries import LoggingStopped, NotTheirs
from symptoms.journal.photos import remove_photo
from symptoms.journal.verdicts import lines_for
from symptoms.models import Photo
from symptoms.photos import files
from symptoms.recovery.course import LAST_DAY
from symptoms.views.patient.own import own_treatments
from symptoms.views.patient.photo_upload import NotKept, keep_photos, picker
from symptoms.wording.times import full

# Whatever the bytes turn out to be, a browser shows them as a picture or not at all (docs/security.md).
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Disposition": 'inline; filename="photo.jpg"',
    "Cache-Control": "private, no-store",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "same-origin",
}


@signed_in
@require_safe
def photo(request: HttpRequest, photo_id) -> HttpResponse:
    """The picture, whole, to its patient and to practitioners who may see it; the latter's look is kept.

    In place of a picture that is lost stands a drawn one that says so.
    """
    found = get_object_or_404(Photo.objects.visible_to(request.user).select_related("treatment__patient"), pk=photo_id)
    try:
        jpeg = files.read(found)
    except files.PhotoLost:
        return render(request, "components/photo_lost.svg", content_type="image/svg+xml", status=404)
    patient = found.treatment.patient
    if patient.user_id != request.user.pk:
        record_access(request.user, patient, "photo")
    return HttpResponse(jpeg, content_type="image/jpeg", headers=HEADERS)


@signed_in
@require_safe
def photo_page(request: HttpRequest, photo_id) -> HttpResponse:
    """One photo as large as the window, between the ones of its view before and after, and beside those of its day.

    It is for whoever may see the picture. A practitioner's look is written down, as it is for the picture.
    """
    seen = Photo.objects.visible_to(request.user)
    found = get_object_or_404(seen.select_related("treatment__patient"), pk=photo_id)
    photos = list(seen.filter(treatment=found.treatment).by_day())
    of_view = [photo for photo in photos if photo.view == found.view]
    at = of_view.index(found)
    patient = found.treatment.patient
    is_own = patient.user_id == request.user.pk
    context = {
        "photo": found,
        "is_own": is_own,
        "is_lost": _is_lost(found),
        "earlier": of_view[at - 1] if at else None,
        "later": of_view[at + 1] if at + 1 < len(of_view) else None,
        "number": at + 1,
        "count": len(of_view),
        "same_day": [photo for photo in photos if photo.day == found.day and photo != found],
        "back": _day_of(found) if is_own else _record_of(found),
        "back_to": f"Day {found.day}" if is_own else str(patient),
        "tab": "course" if is_own else "patients",
    }
    if not is_own:
        record_access(request.user, patient, "page of a photo")
    return render(request, "photo.html", context)


def _is_lost(photo: Photo) -> bool:
    try:
        files.read(photo)
    except files.PhotoLost:
        return True
    return False


def _day_of(photo: Photo) -> str:
    """Where its patient sees the day."""
    return f"{reverse('course_day', args=[photo.day])}?treatment={photo.treatment_id}#photos"


def _record_of(photo: Photo) -> str:
    """Where a practitioner sees all of its view."""
    record = reverse("patient", args=[photo.treatment.patient_id])
    return f"{record}?treatment={photo.treatment_id}&view={photo.view}#photos"


@patient_required
@require_http_methods(["GET", "POST"])
def photo_add(request: HttpRequest, day: int) -> HttpResponse:
    """Photos for a day that has come, logged or not."""
    now, patient = timezone.now(), request.user.as_patient
    treatments = own_treatments(patient)
    if not treatments or day > LAST_DAY:
        raise Http404
    treatment = treatments[0]
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
            messages.success(request, "Saved.")
        if not refused:
            return redirect("course_day", day)
        form = PhotosForm()
    context = {
        "tab": "course",
        "form": form,
        "day": day,
        "date": full(treatment.date_of(day)),
        "refused": refused,
        "lines": lines_for(patient),
        "shows_photos": patient.agreed_to("photos"),
        "picker": picker(request),
    }
    page = render(request, "patient/photo_add.html", context, status=_status(form, refused))
    if page.status_code == 503:
        page.headers["Retry-After"] = str(RETRY_AFTER)
    return page


def _status(form: PhotosForm, refused: list[NotKept]) -> int:
    if any(one.is_ours for one in refused):
        return 503
    return 422 if form.errors or refused else 200


@patient_required
@require_http_methods(["GET", "POST"])
def photo_remove(request: HttpRequest, photo_id) -> HttpResponse:
    """Take one's own photo away, after being asked once."""
    mine = Photo.objects.filter(treatment__patient=request.user.as_patient)
    found = get_object_or_404(mine.select_related("treatment"), pk=photo_id)
    if request.method == "POST":
        try:
            remove_photo(found.pk, by=request.user)
        except NotTheirs:  # a second tap
            raise Http404 from None
        messages.success(request, "The photo is gone.")
        return redirect(_day_of(found))
    return render(request, "patient/photo_remove.html", {"tab": "course", "photo": found, "back": _day_of(found)})
