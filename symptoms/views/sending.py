"""Keeping the photos that came with a form: each by itself, so that a refused one costs nothing else."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile

from accounts.models import User
from symptoms.models import Treatment
from symptoms.models.photo import VIEWS
from symptoms.photos.attaching import ForeignId, SameIdOtherPhoto, TooManyPhotos, attach_photo
from symptoms.photos.headers import MAX_BYTES
from symptoms.photos.refusals import TOO_LARGE, PhotoRefused

TAKEN = "Another photo was sent from this page before, so this one was not kept. Open the page again to add it."


def keep_photos(
    treatment: Treatment, sent: Iterable[tuple[UUID, str, UploadedFile]], *, day: int, by: User, now: datetime
) -> list[str]:
    """Keep each photo of `sent` (id, view, file) with a day; gives a sentence for each that was refused."""
    refused = []
    for id, view, file in sent:
        try:
            _keep(treatment, id, view, file, day=day, by=by, now=now)
        except (PhotoRefused, TooManyPhotos) as refusal:
            refused.append(f"{dict(VIEWS)[view]}: {refusal}")
        except (SameIdOtherPhoto, ForeignId):
            refused.append(f"{dict(VIEWS)[view]}: {TAKEN}")
    return refused


def _keep(treatment: Treatment, id: UUID, view: str, file: UploadedFile, *, day: int, by: User, now: datetime) -> None:
    if (file.size or 0) > MAX_BYTES:  # before it is read into memory
        raise PhotoRefused(TOO_LARGE)
    attach_photo(treatment, id=id, day=day, view=view, data=file.read(), by=by, now=now)
