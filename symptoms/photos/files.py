"""The pictures behind the rows of Photo, in `storages["photos"]`: stored, read and checked, removed, swept."""

import io
import logging
import secrets
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from hashlib import sha256
from itertools import islice
from uuid import UUID

from django.core.files.base import ContentFile
from django.core.files.storage import Storage, storages
from PIL import Image

from accounts.keys import patients, sealing
from accounts.keys import store as store_of_keys
from accounts.keys.faults import Damaged, KeyLost
from accounts.models import Patient
from symptoms.models import Photo
from symptoms.photos.storage import StoreAway

log = logging.getLogger(__name__)

AT_ONCE = 500  # names that are looked up in one statement
SMALL_SIDE = 480  # pixels: three to one of a screen's where lists show photos 90 wide and 120 high
SMALL_QUALITY = 80
START_OF_SCAN = b"\xff\xda"  # these bytes stand nowhere else in what we write


class PhotoLost(Exception):
    """The file of a photo is missing, cannot be read, or is not the one that was stored."""


class PhotoAway(PhotoLost):
    """The store of photos does not answer: whoever asks later may see it."""


def store(jpeg: bytes, *, patient: Patient, photo_id: UUID) -> str:
    """Seal and store a picture and give the key under which it can be read, once it is on the disk.

    The key names the patient, whose folder can be erased as a whole, and the photo; its random end keeps two requests
    with the same photo id from ever touching each other's file.

    Raises:
        OSError: it could not be stored, as on a full disk; nothing of it is left.
        KeysUnavailable: it could not be sealed.
    """
    sealed = patients.seal(patient, jpeg, _bound(photo_id))
    return store_of_photos().save(f"{patient.pk}/{photo_id}-{secrets.token_hex(8)}.jpg", ContentFile(sealed))


def read(photo: Photo, *, takes_plain: bool = False) -> bytes:
    """The picture of a photo, just as it was taken in. What is wrong with one that is not is in the log.

    Its SHA-256 is of the picture, not of the sealed file: so it is the one that a program can compare. A file that is
    not sealed is none of ours once everything was sealed; `takes_plain` reads it all the same, to seal it.

    Raises:
        PhotoLost: there is no such picture any more.
        KeysUnavailable: it is there, and cannot be opened for now.
    """
    jpeg = _opened(photo, as_stored(photo), takes_plain)
    if sha256(jpeg).hexdigest() != photo.sha256:
        log.error("photo %s is damaged: its file is not the one that was stored", photo.pk)
        raise PhotoLost
    return jpeg


def as_stored(photo: Photo) -> bytes:
    """The file of a photo as it lies in the store: sealed, or plain if older than that. Raises PhotoLost, PhotoAway."""
    try:
        with store_of_photos().open(photo.key) as file:
            stored: bytes = file.read()
    except StoreAway as error:
        raise PhotoAway from error
    except OSError as error:
        log.error("photo %s cannot be read: %s", photo.pk, error)
        raise PhotoLost from error
    return stored


def small(photo: Photo) -> bytes:
    """What `read` gives, at most `SMALL_SIDE` pixels a side, for lists: some twenty kilobytes in place of hundreds.

    We wrote that file ourselves, so decoding it needs no process of its own, as what somebody sends does: but only if
    it is as we write it, of the size in its row and in one scan. Otherwise a decoder that was taken over could have
    kept something that takes minutes to decode. It is done anew for each look, in some ten milliseconds: a second
    file for each photo would have to be stored, checked and erased as well.

    Raises:
        PhotoLost: there is no such picture any more, or it is none of ours.
    """
    jpeg = read(photo)
    try:
        picture = Image.open(io.BytesIO(jpeg), formats=["JPEG"])
        is_ours = picture.size == (photo.width, photo.height) and jpeg.count(START_OF_SCAN) == 1
        if is_ours:
            picture.thumbnail((SMALL_SIDE, SMALL_SIDE))
    except (OSError, Image.DecompressionBombError) as error:
        log.error("photo %s cannot be decoded: %s", photo.pk, error)
        raise PhotoLost from error
    if not is_ours:
        log.error("photo %s is not decoded: it is not as we write one", photo.pk)
        raise PhotoLost
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=SMALL_QUALITY)
    return out.getvalue()


def remove(key: str) -> None:
    """Remove the picture of a key; nothing happens when it is gone already. Raises OSError when it cannot be."""
    store_of_photos().delete(key)


def sweep_orphans(older_than: timedelta, now: datetime) -> int:
    """Remove files that no row knows, unfinished ones too, once `older_than` has passed; gives how many went."""
    store, swept = store_of_photos(), 0
    if not getattr(store, "is_ours", lambda: True)():
        log.error("the bucket of photos is another site's: nothing is removed from it")
        return 0
    names = names_in(store)
    while batch := list(islice(names, AT_ONCE)):
        known = set(Photo.objects.filter(key__in=batch).values_list("key", flat=True))
        for name in _written_before(now - older_than, (name for name in batch if name not in known), store):
            store.delete(name)
            swept += 1
    return swept


def store_of_photos() -> Storage:
    """Where pictures lie, as the settings say."""
    return storages["photos"]


def _opened(photo: Photo, stored: bytes, takes_plain: bool) -> bytes:
    if not sealing.is_sealed(stored):
        if takes_plain or not store_of_keys.all_is_sealed():
            return stored
        log.error("photo %s is not sealed, so somebody else put its file there; it is not shown", photo.pk)
        raise PhotoLost
    try:
        return sealing.opened(stored, _bound(photo.pk))
    except KeyLost as error:
        log.error("photo %s cannot be read: its key was erased, or is lost", photo.pk)
        raise PhotoLost from error
    except Damaged as error:
        log.error("photo %s is damaged: its file does not open", photo.pk)
        raise PhotoLost from error


def _bound(photo_id: UUID) -> str:
    """To what a file is sealed: in the place of any other photo's it does not open."""
    return f"photo\0{photo_id}"


def names_in(store: Storage) -> Iterator[str]:
    """Every file of the store: they lie one folder deep. A store that was never written to may have no folder."""
    if walk := getattr(store, "walk", None):  # a bucket has no folders, and is asked for all together
        yield from walk()
        return
    try:
        folders, _ = store.listdir("")
    except FileNotFoundError:
        return
    for folder in folders:
        for name in store.listdir(folder)[1]:
            yield f"{folder}/{name}"


def _written_before(moment: datetime, names: Iterable[str], store: Storage) -> Iterator[str]:
    for name in names:
        try:
            if store.get_modified_time(name) < moment:
                yield name
        except FileNotFoundError:  # somebody else removed it meanwhile
            continue
