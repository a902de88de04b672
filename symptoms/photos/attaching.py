"""Keeping a photo with a day of a treatment, and taking one away."""

import logging
from contextlib import suppress
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from django.db import IntegrityError, transaction

from accounts.models import User
from symptoms.models import Photo, Treatment
from symptoms.photos import storage
from symptoms.photos.intake import take_in
from symptoms.photos.refusals import NOT_STORED, PhotoRefused

log = logging.getLogger(__name__)

MOST_A_DAY = 10
MOST_A_PATIENT = 400


class TooManyPhotos(Exception):
    """The day, or the patient, has all the photos it may have; `str()` is a sentence for the person who sent it."""


class SameIdOtherPhoto(Exception):
    """The id was used for another photo before."""


class ForeignId(Exception):
    """The id belongs to somebody else's photo: to the sender it does not exist."""


def attach_photo(
    treatment: Treatment, *, id: UUID, day: int, view: str, data: bytes, by: User, now: datetime
) -> tuple[Photo, bool]:
    """Keep a photo of one `view` with a day; gives it and whether it is new: the same `id` and bytes are one photo.

    Call it outside any transaction: decoding takes its time. The file is on the disk before its row is.

    Raises:
        PhotoRefused: the data is not a picture we keep, or the store did not take it.
        TooManyPhotos, SameIdOtherPhoto, ForeignId: nothing was kept.
    """
    digest = sha256(data).hexdigest()
    saved = Photo.objects.filter(pk=id).select_related("treatment").first()
    if saved is not None:
        return _again(saved, treatment, day, view, digest), False
    _may_have_more(treatment, day)
    picture = take_in(data)
    key = _stored(picture.jpeg)
    try:
        with transaction.atomic():
            _may_have_more(treatment, day)  # again, now that nobody else can write
            photo = Photo.objects.create(
                id=id, treatment=treatment, date=treatment.date_of(day), day=day, view=view, key=key,
                sha256=picture.sha256, digest=digest,
                width=picture.width, height=picture.height, size=len(picture.jpeg), uploaded_by=by, received_at=now,
            )  # fmt: skip
    except (IntegrityError, TooManyPhotos):
        storage.delete(key)
        # The same photo may have come on another connection meanwhile, and have been the last that fits.
        saved = Photo.objects.filter(pk=id).select_related("treatment").first()
        if saved is None:
            raise
        return _again(saved, treatment, day, view, digest), False
    return photo, True


def remove_photo(photo: Photo) -> None:
    """Take a photo away: the row first, so that no row is ever without its file."""
    photo.delete()
    with suppress(OSError):  # nobody reaches a file without a row, and the worker's sweep tries again
        storage.delete(photo.key)


def _stored(jpeg: bytes) -> str:
    try:
        return storage.put(jpeg)
    except OSError as fault:
        log.exception("the photo store takes nothing")
        raise PhotoRefused(NOT_STORED) from fault


def _again(saved: Photo, treatment: Treatment, day: int, view: str, digest: str) -> Photo:
    if saved.treatment.patient_id != treatment.patient_id:
        raise ForeignId
    if (saved.treatment_id, saved.day, saved.view, saved.digest) != (treatment.id, day, view, digest):
        raise SameIdOtherPhoto
    return saved


def _may_have_more(treatment: Treatment, day: int) -> None:
    if Photo.objects.filter(treatment=treatment, day=day).count() >= MOST_A_DAY:
        raise TooManyPhotos(f"Day {day} has {MOST_A_DAY} photos already, so this one was not kept.")
    if Photo.objects.filter(treatment__patient=treatment.patient_id).count() >= MOST_A_PATIENT:
        raise TooManyPhotos(f"You have {MOST_A_PATIENT} photos already, so this one was not kept. Remove some first.")
