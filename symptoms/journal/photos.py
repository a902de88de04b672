"""Keeping a photo with a day of a treatment, moving it to another view and removing it: the verbs of page and API."""

import logging
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Count, Q
from django.utils.translation import gettext_noop, ngettext

from accounts import audit
from accounts.database_errors import primary_key, violated_constraint
from accounts.locks import lock_patient_of
from accounts.models import Patient, User
from symptoms.journal.course_days import last_day
from symptoms.journal.dates import day_on
from symptoms.journal.entries import DayNotYet, ForeignId, LoggingStopped, NotTheirs, session_and_date
from symptoms.models import Photo, Treatment
from symptoms.photos import files
from symptoms.photos.intake import Picture, take_in
from symptoms.photos.refusals import PhotoRefused, Refusal

log = logging.getLogger(__name__)

MOST_A_DAY = 10
MOST_A_PATIENT = 400


class TooManyPhotos(Exception):
    """The day, or the patient, has all the photos it may have; `str()` is a sentence for the person who sent it."""


class SameIdOtherPhoto(Exception):
    """The id was used for another photo before."""


# After these there is certainly no row. After another fault there may be one, as when the answer to a commit is lost:
# then the file stays, and the worker's sweep removes it if it has no row.
REFUSED = (NotTheirs, LoggingStopped, DayNotYet, TooManyPhotos, SameIdOtherPhoto, ForeignId, IntegrityError)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a photo belongs: the session that counts, the date it shows and the day that follows from it."""

    treatment: Treatment
    date: date
    day: int


def attach_photo(
    treatment_id: UUID, *, id: UUID, day: int, view: str, data: bytes, by: User, now: datetime
) -> tuple[Photo, bool]:
    """Keep a photo of one `view` with a day; gives it and whether it is new: the same `id` and bytes are one photo.

    `by` is the patient: nobody else adds to their record. A photo for a record that was set aside is kept with the
    session it is the same as, under its own date.

    Call it outside any transaction: decoding takes its time, and nobody waits for it. The file is on the disk before
    its row is.

    Raises:
        NotTheirs, LoggingStopped, DayNotYet, TooManyPhotos, SameIdOtherPhoto, ForeignId: nothing was kept.
        PhotoRefused: the data is not a picture we keep, or the store did not take it.
    """
    digest = sha256(data).hexdigest()
    place = _place(by.as_patient, treatment_id, day)
    saved = _saved(id, place, digest)
    if saved is not None:
        return saved, False
    _check(place, now)
    picture = take_in(data)
    key = stored(picture, place.treatment.patient, id)
    try:
        with transaction.atomic():
            # All of it again, now that nobody else writes to the record: much may have happened meanwhile.
            place = _place(lock_patient_of(by), treatment_id, day, on=place.date)
            saved = _saved(id, place, digest)
            if saved is None:
                _check(place, now)
                facts = {"id": id, "view": view, "key": key, "digest": digest, "received_at": now}
                return _row(place, picture, uploaded_by=by, **facts), True
    except REFUSED as refusal:
        remove_file(key)
        if isinstance(refusal, IntegrityError) and violated_constraint(refusal) == primary_key(Photo):
            raise ForeignId from refusal  # somebody else's photo came in between
        raise
    remove_file(key)  # the same photo came on another connection meanwhile
    return saved, False


def move_photo(photo_id: UUID, view: str, *, by: User) -> None:
    """Let one of the patient's own photos be of another `view`, one of `VIEWS`: it was sent as the wrong one.

    Raises:
        NotTheirs: there is no such photo of theirs.
    """
    with transaction.atomic():
        patient = lock_patient_of(by)
        photo = Photo.objects.own().filter(pk=photo_id, treatment__patient=patient).first() if patient else None
        if photo is None:
            raise NotTheirs
        Photo.objects.filter(pk=photo.pk).update(view=view)
        _note(gettext_noop("said what a photo shows"), photo, by=by)


def remove_photo(photo_id: UUID, *, by: User) -> Photo:
    """Remove one of the patient's own photos for good, and give what it was.

    Raises:
        NotTheirs: there is no such photo of theirs, or it is gone already.
    """
    with transaction.atomic():
        patient = lock_patient_of(by)
        photo = Photo.objects.own().filter(pk=photo_id, treatment__patient=patient).first() if patient else None
        if photo is None:
            raise NotTheirs
        Photo.objects.filter(pk=photo.pk).delete()
        _note(gettext_noop("removed a photo"), photo, by=by)
    remove_file(photo.key)  # after its row, so that no row is ever without its file
    return photo


def _note(what: str, photo: Photo, *, by: User) -> None:
    patient = by.as_patient
    assert patient is not None
    audit.did(what, by=by, patient=patient, thing=photo.pk)


def _place(patient: Patient | None, treatment_id: UUID, day: int, on: date | None = None) -> _Place:
    """Where a photo of a day belongs: of a record that was set aside, with the one that was kept in the end.

    The date is `on` where it is known already: it stays what it was when the photo came.
    """
    if patient is None:
        raise NotTheirs
    treatment, date_meant = session_and_date(patient.treatments.all(), treatment_id, day)
    treatment.patient = patient
    on = on or date_meant
    return _Place(treatment, on, day_on(treatment, on))


def _saved(id: UUID, place: _Place, digest: str) -> Photo | None:
    """The photo that has the id already, when it is this one. Its view does not tell: it may have been moved since."""
    saved = Photo.objects.filter(pk=id).first()
    if saved is None:
        return None
    if saved.treatment.patient_id != place.treatment.patient_id:
        raise ForeignId
    if (saved.treatment_id, saved.date, saved.digest) != (place.treatment.id, place.date, digest):
        raise SameIdOtherPhoto
    return saved


def _row(place: _Place, picture: Picture, *, uploaded_by: User, **facts: Any) -> Photo:
    row = Photo.objects.create(
        treatment=place.treatment, date=place.date, day=place.day, sha256=picture.sha256, width=picture.width,
        height=picture.height, size=len(picture.jpeg), uploaded_by=uploaded_by, **facts,
    )  # fmt: skip
    _note(gettext_noop("added a photo"), row, by=uploaded_by)
    return row


def _check(place: _Place, now: datetime) -> None:
    """Whether the patient may add a photo there: they agreed to it, the day has come, and there is room."""
    treatment, patient = place.treatment, place.treatment.patient
    if not patient.agreed_to("care"):
        raise LoggingStopped
    today = patient.today(now)
    if place.day > last_day(treatment, today):
        raise DayNotYet(treatment.day_of(today))
    photos = Photo.objects.own().filter(treatment__patient=patient)
    there = photos.aggregate(in_all=Count("pk"), on_day=Count("pk", filter=Q(treatment=treatment, day=place.day)))
    if there["on_day"] >= MOST_A_DAY:
        sentence = ngettext(
            "Day {day} has {count} photo already, so this one was not kept.",
            "Day {day} has {count} photos already, so this one was not kept.",
            MOST_A_DAY,
        )
        raise TooManyPhotos(sentence.format(day=place.day, count=MOST_A_DAY))
    if there["in_all"] >= MOST_A_PATIENT:
        sentence = ngettext(
            "You have {count} photo already, so this one was not kept. Remove some first.",
            "You have {count} photos already, so this one was not kept. Remove some first.",
            MOST_A_PATIENT,
        )
        raise TooManyPhotos(sentence.format(count=MOST_A_PATIENT))


def stored(picture: Picture, patient: Patient, photo_id: UUID) -> str:
    """Put a picture into the store, and give the key under which it is there.

    Raises:
        PhotoRefused: the store did not take it.
        KeysUnavailable: it could not be sealed.
    """
    try:
        return files.store(picture.jpeg, patient=patient, photo_id=photo_id)
    except OSError as error:
        log.exception("the photo store takes nothing")
        raise PhotoRefused(Refusal.NOT_STORED) from error


def remove_file(key: str) -> None:
    """Remove the file of a photo that has no row, or none any more."""
    with suppress(OSError):  # nobody reaches a file without a row, and the worker's sweep tries again
        files.remove(key)
