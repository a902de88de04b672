"""Photos of a day as they are sent: up to one of each view, all optional or one at least."""

from typing import Any
from uuid import UUID, uuid4, uuid5

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from symptoms.models.photo import VIEWS


class PhotosForm(forms.Form):
    """One file input a view. What a file holds is judged later, by `photos.intake`, and each by itself."""

    id = forms.UUIDField(widget=forms.HiddenInput, error_messages={"invalid": _("Open this page again.")})

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("id", uuid4())

    def clean(self) -> None:
        if not sent_photos(self.files, UUID(int=0)):
            raise ValidationError(_("Choose a photo first."))


def sent_photos(files: Any, id: UUID) -> list[tuple[UUID, str, UploadedFile]]:
    """(id, view, file) of the photos in a request; each id follows from the form's, so that a repeat is recognised."""
    return [(uuid5(id, view), view, files[view]) for view, _title in VIEWS if view in files]
