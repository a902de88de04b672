"""Photos that a practitioner takes: before the treatment, or at a visit; and taking one of them away."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts.access import PracticeRequest, practitioner_required, record_access
from symptoms.alerts.read_receipts import TREATMENT
from symptoms.forms.photo import PhotosForm, sent_photos
from symptoms.journal.entries import ForeignId
from symptoms.journal.photos import TooManyPhotos
from symptoms.journal.practice_photos import Shot, attach_practice_photo, remove_practice_photo
from symptoms.models import Photo, Treatment
from symptoms.photos.limits import MAX_BYTES
from symptoms.photos.refusals import PhotoRefused, Refusal
from symptoms.photos.uploads import place_for_upload
from symptoms.views.patient.photo_upload import TAKEN, NotKept, picker


class PracticePhotosForm(PhotosForm):
    """The same, with when they were taken."""

    when = forms.ChoiceField(
        label=gettext_lazy("When were they taken?"),
        widget=forms.RadioSelect,
        choices=[("before", gettext_lazy("Before the treatment")), ("today", gettext_lazy("Today, at a visit"))],
        error_messages={"required": gettext_lazy("Choose when they were taken.")},
    )


@practitioner_required
@require_http_methods(["GET", "POST"])
def practice_photo_add(request: PracticeRequest, treatment_id: UUID) -> HttpResponse:
    """Add the clinic's own photos to a treatment of its patient: they stand apart from the patient's."""
    treatments = Treatment.objects.managed_by(request.user).select_related("patient__practice")
    treatment, now = get_object_or_404(treatments, pk=treatment_id), timezone.now()
    form = PracticePhotosForm(*((request.POST, request.FILES) if request.method == "POST" else ()))
    refused: list[NotKept] = []
    if form.is_bound and form.is_valid():
        sent = sent_photos(request.FILES, form.cleaned_data["id"])
        is_before = form.cleaned_data["when"] == "before"
        refused = [
            not_kept for id, view, file in sent if (not_kept := _kept(request, treatment, id, view, file, is_before))
        ]
        if len(refused) < len(sent):
            messages.success(request, _("Saved."))
        if not refused:
            return redirect(f"{reverse('patient', args=[treatment.patient_id])}?treatment={treatment.pk}#photos")
        form = PracticePhotosForm(initial={"when": form.cleaned_data["when"]})
    record_access(request.user, treatment.patient, TREATMENT, now)
    context = {
        "tab": "patients", "form": form, "treatment": treatment, "patient": treatment.patient, "refused": refused,
        "picker": picker(request),
    }  # fmt: skip
    return render(request, "practitioner/photo_add.html", context, status=422 if form.errors or refused else 200)


def _kept(
    request: PracticeRequest, treatment: Treatment, id: UUID, view: str, file: "UploadedFile[Any]", is_before: bool
) -> NotKept | None:
    """Keep one; None, or why it was not kept."""
    try:
        if (file.size or 0) > MAX_BYTES:  # before it is read into memory
            raise PhotoRefused(Refusal.TOO_LARGE)
        with place_for_upload(request.user.pk):
            shot = Shot(id, view, is_before, file.read())
            attach_practice_photo(treatment, shot, by=request.user, now=timezone.now())
    except PhotoRefused as refusal:
        return NotKept(view, refusal.sentence, refusal.is_ours)
    except TooManyPhotos as refusal:
        return NotKept(view, str(refusal))
    except ForeignId:
        return NotKept(view, TAKEN)
    return None


@practitioner_required
@require_http_methods(["GET", "POST"])
def practice_photo_remove(request: PracticeRequest, photo_id: UUID) -> HttpResponse:
    """Take one of the clinic's own photos away, after being asked once."""
    own = Photo.objects.filter(practice=request.practice, treatment__open_to=request.practice)
    photo = get_object_or_404(own.select_related("treatment__patient"), pk=photo_id)
    back = f"{reverse('patient', args=[photo.treatment.patient_id])}?treatment={photo.treatment_id}"
    if request.method == "POST":
        try:
            remove_practice_photo(photo.pk, by=request.user)
        except PermissionDenied:  # a second tap
            raise Http404 from None
        messages.success(request, _("Photo deleted."))
        return redirect(back)
    record_access(request.user, photo.treatment.patient, TREATMENT, timezone.now())
    context = {"tab": "patients", "photo": photo, "patient": photo.treatment.patient, "back": f"{back}#photos"}
    return render(request, "practitioner/photo_remove.html", context)
