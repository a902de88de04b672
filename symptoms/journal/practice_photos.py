"""Photos that a practice takes itself, before a treatment or at a visit; they never count as the patient's."""

from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_noop, ngettext

from accounts import audit
from accounts.database_errors import primary_key, violated_constraint
from accounts.locks import lock_patient
from accounts.models import Practice, User
from symptoms.journal.dates import day_on
from symptoms.journal.entries import ForeignId
from symptoms.journal.photos import TooManyPhotos, remove_file, stored
from symptoms.models import Photo, Treatment
from symptoms.photos.intake import Picture, take_in

MOST_OF_A_TREATMENT = 100
REFUSED = (PermissionDenied, TooManyPhotos, ForeignId, IntegrityError)  # after these there is certainly no row


@dataclass(frozen=True, slots=True)
class Shot:
    """A picture as it was sent: its id by which a repeat is recognised, the view, and whether it is from before."""

    id: UUID
    view: str
    is_before: bool
    data: bytes


def attach_practice_photo(treatment: Treatment, shot: Shot, *, by: User, now: datetime) -> tuple[Photo, bool]:
    """Keep a photo that the practice of `by` took, now or before the treatment; gives it and whether it is new.

    Call it outside any transaction: decoding takes its time. The file is on the disk before its row is.

    Raises:
        PermissionDenied: the treatment is not open to the practice.
        TooManyPhotos, ForeignId: nothing was kept.
        PhotoRefused: the data is not a picture we keep, or the store did not take it.
    """
    digest = sha256(shot.data).hexdigest()
    practice = _practice_of(by, treatment)
    saved = _saved(shot.id, treatment, practice)
    if saved is not None:
        return saved, False
    _refuse_too_many(treatment, practice)
    picture = take_in(shot.data)
    key = stored(picture, treatment.patient, shot.id)
    try:
        with transaction.atomic():  # all of it again, now that nobody else writes to the record
            patient = lock_patient(treatment.patient_id)
            treatment.refresh_from_db()
            practice = _practice_of(by, treatment)
            saved = _saved(shot.id, treatment, practice)
            if saved is None:
                _refuse_too_many(treatment, practice)
                on = treatment.day_zero if shot.is_before else patient.today(now)
                row = _row(treatment, practice, shot, picture, key=key, digest=digest, on=on, by=by, now=now)
                audit.did(gettext_noop("added a photo"), by=by, patient=patient, thing=row.pk)
                return row, True
    except REFUSED as refusal:
        remove_file(key)
        if isinstance(refusal, IntegrityError) and violated_constraint(refusal) == primary_key(Photo):
            raise ForeignId from refusal
        raise
    remove_file(key)  # the same photo came on another connection meanwhile
    return saved, False


def remove_practice_photo(photo_id: UUID, *, by: User) -> Photo:
    """Remove a photo that the practice of `by` took, for good, and give what it was: it showed somebody else, say.

    Raises:
        PermissionDenied: it took no such photo, or may not see it any more.
    """
    with transaction.atomic():
        practice = by.practice_as_practitioner
        photo = Photo.objects.filter(pk=photo_id, practice=practice, treatment__open_to=practice).first()
        if practice is None or photo is None:
            raise PermissionDenied
        patient = lock_patient(photo.treatment.patient_id)
        Photo.objects.filter(pk=photo.pk).delete()
        audit.did(gettext_noop("removed a photo"), by=by, patient=patient, thing=photo.pk)
    remove_file(photo.key)  # after its row, so that no row is ever without its file
    return photo


def _practice_of(by: User, treatment: Treatment) -> Practice:
    practice = by.practice_as_practitioner
    if practice is None or treatment.open_to_id != practice.pk:
        raise PermissionDenied
    return practice


def _saved(id: UUID, treatment: Treatment, practice: Practice) -> Photo | None:
    """The photo that has the id already, when it is one of the practice's of this treatment."""
    saved = Photo.objects.filter(pk=id).first()
    if saved is not None and (saved.treatment_id, saved.practice_id) != (treatment.pk, practice.pk):
        raise ForeignId
    return saved


def _refuse_too_many(treatment: Treatment, practice: Practice) -> None:
    if Photo.objects.filter(treatment=treatment, practice=practice).count() >= MOST_OF_A_TREATMENT:
        sentence = ngettext(
            "There is {count} photo of your clinic already, so this one was not kept. Delete some first.",
            "There are {count} photos of your clinic already, so this one was not kept. Delete some first.",
            MOST_OF_A_TREATMENT,
        )
        raise TooManyPhotos(sentence.format(count=MOST_OF_A_TREATMENT))


def _row(
    treatment: Treatment, practice: Practice, shot: Shot, picture: Picture, *, key: str, digest: str, on: date,
    by: User, now: datetime,
) -> Photo:  # fmt: skip
    return Photo.objects.create(
        id=shot.id, treatment=treatment, practice=practice, view=shot.view, is_before=shot.is_before, date=on,
        day=0 if shot.is_before else day_on(treatment, on), key=key, digest=digest, sha256=picture.sha256,
        width=picture.width, height=picture.height, size=len(picture.jpeg), uploaded_by=by, received_at=now,
    )  # fmt: skip
