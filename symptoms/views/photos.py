"""Photos, for their patient and for practitioners who may see them: the picture, and its page."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_safe

from accounts.access import AuthenticatedHttpRequest, record_access, record_listing, signed_in
from accounts.models import Patient, User
from accounts.web.unavailable import RETRY_AFTER
from symptoms.journal.visibility import patients_shown
from symptoms.models import Photo
from symptoms.models.photo import VIEWS
from symptoms.photos import files

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
def photo(request: AuthenticatedHttpRequest, photo_id: UUID) -> HttpResponse:
    """The picture, whole, to its patient and to practitioners who may see it; the latter's look is kept.

    In place of a picture that is lost stands a drawn one that says so.
    """
    return _picture(request, photo_id)


@signed_in
@require_safe
def photo_small(request: AuthenticatedHttpRequest, photo_id: UUID) -> HttpResponse:
    """The same, small, for lists."""
    return _picture(request, photo_id, is_small=True)


def _picture(request: AuthenticatedHttpRequest, photo_id: UUID, *, is_small: bool = False) -> HttpResponse:
    visible = Photo.objects.visible_to(request.user).select_related("treatment__patient")
    photo = get_object_or_404(visible, pk=photo_id)
    try:
        jpeg = files.small(photo) if is_small else files.read(photo)
    except files.PhotoLost as fault:
        return _drawn(request, is_away=isinstance(fault, files.PhotoAway))
    patient = photo.treatment.patient
    if patient.user_id != request.user.pk and is_small:
        # Lists show it again with each look: once a day is written down, as it is for their lines.
        record_listing(request.user, [patient.pk], gettext_noop("small photo"), timezone.now())
    elif patient.user_id != request.user.pk:
        record_access(request.user, patient, gettext_noop("photo"))
    return HttpResponse(jpeg, content_type="image/jpeg", headers=HEADERS)


def _drawn(request: AuthenticatedHttpRequest, *, is_away: bool) -> HttpResponse:
    """A picture in place of one that is lost, or that cannot be had just now."""
    kind, status = "image/svg+xml", 503 if is_away else 404
    drawn = render(request, "components/photo_lost.svg", {"is_away": is_away}, content_type=kind, status=status)
    if is_away:
        drawn["Retry-After"] = str(RETRY_AFTER)
    return drawn


@signed_in
@require_safe
def photo_page(request: AuthenticatedHttpRequest, photo_id: UUID) -> HttpResponse:
    """One photo as large as the window, between the ones of its view before and after, and beside those of its day.

    It is for whoever may see the picture. A practitioner's look is written down, as it is for the picture.
    """
    seen = Photo.objects.visible_to(request.user)
    photo = get_object_or_404(seen.select_related("treatment__patient"), pk=photo_id)
    photos = list(seen.filter(treatment=photo.treatment).by_day())
    of_view = [other for other in photos if other.view == photo.view]
    at = of_view.index(photo)
    patient = photo.treatment.patient
    is_own = patient.user_id == request.user.pk
    context = {
        "photo": photo,
        "is_own": is_own,
        "is_of_reader": photo.treatment.open_to_id == photo.practice_id is not None and not is_own,
        **_what_is_wrong(photo),
        "earlier": of_view[at - 1] if at else None,
        "later": of_view[at + 1] if at + 1 < len(of_view) else None,
        "number": at + 1,
        "count": len(of_view),
        "other_views": [(view, title) for view, title in VIEWS if view != photo.view],
        "same_day": [other for other in photos if other.day == photo.day and other != photo],
        "back": day_page_of(photo) if is_own else _record_of(photo),
        "back_to": _("Day {day}").format(day=photo.day) if is_own else _name_of(patient, request.user),
        "tab": "course" if is_own else "patients",
    }
    if not is_own:
        record_access(request.user, patient, gettext_noop("page of a photo"))
    return render(request, "photo.html", context)


def _name_of(patient: Patient, reader: User) -> str:
    """As the reader's practice knows the patient: who left it has, to it, the name of that day."""
    practice = reader.practice_as_practitioner
    return str(patients_shown(practice, [patient])[patient.pk] if practice else patient)


def _what_is_wrong(photo: Photo) -> dict[str, bool]:
    try:
        files.read(photo)
    except files.PhotoLost as fault:
        return {"is_lost": True, "is_away": isinstance(fault, files.PhotoAway)}
    return {"is_lost": False, "is_away": False}


def day_page_of(photo: Photo) -> str:
    """Where its patient sees the day."""
    return day_page(photo.treatment_id, photo.day)


def day_page(treatment_id: UUID, day: int) -> str:
    """Where a patient sees a day of a session, with its photos."""
    return f"{reverse('course_day', args=[day])}?treatment={treatment_id}#photos"


def _record_of(photo: Photo) -> str:
    """Where a practitioner sees all of its view."""
    record = reverse("patient", args=[photo.treatment.patient_id])
    return f"{record}?treatment={photo.treatment_id}&view={photo.view}#photos"
