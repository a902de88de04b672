"""Keeping the photos that came with a form: each by itself, so that a refused one costs nothing else."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.db import OperationalError

from accounts.models import User
from symptoms.journal.entries import EntryRefused, ForeignId
from symptoms.journal.photos import SameIdOtherPhoto, TooManyPhotos, attach_photo
from symptoms.models.photo import VIEWS
from symptoms.photos.limits import MAX_BYTES
from symptoms.photos.refusals import NOT_STORED, SENTENCES, TOO_LARGE, PhotoRefused
from symptoms.photos.uploads import place_for_upload

log = logging.getLogger(__name__)

TAKEN = "Another photo was sent from this page before, so this one was not kept. Open the page again to add it."


@dataclass(frozen=True, slots=True)
class NotKept:
    """A photo that was not kept; `str()` says which and why. `is_ours`: the same photo may be taken later."""

    view: str
    sentence: str
    is_ours: bool = False

    def __str__(self) -> str:
        return f"{dict(VIEWS)[self.view]}: {self.sentence}"


def keep_photos(
    treatment_id: UUID, sent: Iterable[tuple[UUID, str, UploadedFile]], *, day: int, by: User, now: datetime
) -> list[NotKept]:
    """Keep each photo of `sent` (id, view, file) with a day; gives a sentence for each that was refused."""
    refused: list[NotKept] = []
    for id, view, file in sent:
        try:
            _keep(treatment_id, id, view, file, day=day, by=by, now=now)
        except (PhotoRefused, TooManyPhotos, EntryRefused) as refusal:
            refused.append(NotKept(view, str(refusal), getattr(refusal, "is_ours", False)))
        except (SameIdOtherPhoto, ForeignId):
            refused.append(NotKept(view, TAKEN))
        except OperationalError:  # the day it came with is saved already: that must not be taken back
            log.exception("a photo's row could not be written")
            refused.append(NotKept(view, SENTENCES[NOT_STORED], is_ours=True))
    return refused


def _keep(treatment_id: UUID, id: UUID, view: str, file: UploadedFile, *, day: int, by: User, now: datetime) -> None:
    if (file.size or 0) > MAX_BYTES:  # before it is read into memory
        raise PhotoRefused(TOO_LARGE)
    with place_for_upload(by.pk):
        attach_photo(treatment_id, id=id, day=day, view=view, data=file.read(), by=by, now=now)
