"""Brings what a patient's record holds under the patient's own keys: what is older than sealing, and what was moved."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models.functions import Left, Length

from accounts.free_text import FreeText, Plain, Sealed, Unreadable
from accounts.keys import patients, sealing, store
from accounts.keys.faults import Damaged
from accounts.locks import lock_patient
from accounts.models import Patient
from symptoms.journal.photos import remove_file
from symptoms.models import Alert, AlertEvent, Entry, Note, Photo
from symptoms.photos import files

PLAIN_DIGEST = 64  # characters; a mark has fewer


def seal_record(patient_id: UUID, *, takes_plain: bool) -> int:
    """Seal what of a patient's record is not sealed by a key of theirs; gives how much that was.

    `takes_plain`: also what is not sealed at all, as everything of before there were keys; it counts as ours then.

    Words in one transaction, each photo in its own: ended at any moment, it is taken up by the next call. Whatever is
    not sealed yet can be read as before.

    Raises:
        Patient.DoesNotExist: the patient is gone.
        KeysUnavailable: nothing is lost.
    """
    with transaction.atomic():
        patient = lock_patient(patient_id)
        sealed = _seal_words(patient, takes_plain)
    return sealed + sum(_seal_photo(photo, patient, takes_plain) for photo in _photos(patient))


def seal_anew(patient: Patient) -> int:
    """The same within the transaction of a verb that has moved rows from one locked patient to another."""
    takes_plain = not store.all_is_sealed()
    sealed = _seal_words(patient, takes_plain)
    return sealed + sum(_seal_photo(photo, patient, takes_plain) for photo in _photos(patient))


def plain_words() -> int:
    """How many texts lie in the database without being sealed."""
    events = AlertEvent.objects.filter(what__in=AlertEvent.WITH_WORDS)
    of_all: list[Any] = [Entry.objects.all(), Note.objects.all(), Alert.objects.all(), events]
    return sum(
        rows.exclude(**{name: ""}).annotate(head=Left(name, len(sealing.TEXT))).exclude(head=sealing.TEXT).count()
        for rows in of_all
        for name in [_field_of(rows.model).attname]
    )


def _field_of(model: Any) -> Any:
    return next(field for field in model._meta.fields if isinstance(field, FreeText))


def _seal_words(patient: Patient, takes_plain: bool) -> int:
    sealed = 0
    for row, field in _with_words(patient):
        if not _is_to_seal(row, field, patient):
            continue
        stored = row.__dict__[field.attname]
        if isinstance(stored, Plain) and takes_plain:
            row.__dict__[field.attname] = str(stored)
        words = getattr(row, field.attname)
        if isinstance(words, Unreadable):
            continue
        if isinstance(row, AlertEvent):
            AlertEvent.objects.all().seal_anew(row)
        else:
            type(row)._default_manager.filter(pk=row.pk).update(**{field.attname: field.sealed(row, words)})
        sealed += 1
    digests = Entry.objects.filter(treatment__patient=patient).annotate(length=Length("digest"))
    for entry in digests.filter(length=PLAIN_DIGEST).only("digest"):
        Entry.objects.filter(pk=entry.pk).update(digest=patients.mark(patient, entry.digest))
    return sealed


def _with_words(patient: Patient) -> Iterator[tuple[Any, Any]]:
    """Each row of the record that holds words, with the field that does; its patient is `patient` itself."""
    of_patient: list[Any] = [
        Entry.objects.filter(treatment__patient=patient).select_related("treatment").defer("answers"),
        Note.objects.filter(treatment__patient=patient).select_related("treatment"),
        Alert.objects.filter(treatment__patient=patient).select_related("treatment"),
        AlertEvent.objects.filter(alert__treatment__patient=patient).select_related("alert__treatment"),
    ]
    for rows in of_patient:
        field = _field_of(rows.model)
        for row in rows.exclude(**{field.attname: ""}):
            treatment = row.alert.treatment if isinstance(row, AlertEvent) else row.treatment
            treatment.patient = patient
            yield row, field


def _is_to_seal(row: Any, field: Any, patient: Patient) -> bool:
    stored = row.__dict__[field.attname]
    if isinstance(stored, Sealed):
        return not _is_by_key_of(patient, sealing.from_text(stored.text))
    return field.only is None or field.only(row)


def _photos(patient: Patient) -> list[Photo]:
    return list(Photo.objects.filter(treatment__patient=patient).order_by("id"))


def _seal_photo(photo: Photo, patient: Patient, takes_plain: bool) -> bool:
    """Store the picture anew, sealed, under another name; then its row, then the old file goes."""
    try:
        stored = files.as_stored(photo)
        if _is_by_key_of(patient, stored):
            return False
        key = files.store(files.read(photo, takes_plain=takes_plain), patient=patient, photo_id=photo.pk)
    except files.PhotoLost:  # the log has said which and why; what is there stays
        return False
    with transaction.atomic():
        lock_patient(patient.pk)
        is_moved = Photo.objects.filter(pk=photo.pk, key=photo.key, treatment__patient=patient).update(key=key)
        gone = photo.key if is_moved else key
        transaction.on_commit(lambda: remove_file(gone))  # were it left behind, the worker's sweep would remove it
    return bool(is_moved)


def _is_by_key_of(patient: Patient, sealed: bytes) -> bool:
    try:
        return str(sealing.key_of(sealed)) in patient.data_keys
    except Damaged:
        return False
